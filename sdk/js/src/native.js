/** In place of the component's world where there is none: in unit tests, and wherever else Node loads a probe. */

/** A whole number of 0 to 2^53 - 1. */
export function draw() {
  return Math.floor(Math.random() * 2 ** 53);
}

/**
 * @param {(host: import("./host.js").Host, target: import("./probe.js").Target & { config: string }) => void} _run
 * @returns {import("./probe.js").Guest}
 */
export function guest(_run) {
  return {
    observe() {
      throw new Error("only a component can be run by the host; in a unit test it is `Script` that runs a probe");
    },
  };
}
