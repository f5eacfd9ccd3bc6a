/** In place of the component's world where there is none: in unit tests, and wherever else Node loads a probe. */
/** A whole number of 0 to 2^53 - 1. */
export function draw(): number;
/**
 * @param {(host: import("./host.js").Host, target: import("./probe.js").Target & { config: string }) => void} _run
 * @returns {import("./probe.js").Guest}
 */
export function guest(_run: (host: import("./host.js").Host, target: import("./probe.js").Target & {
    config: string;
}) => void): import("./probe.js").Guest;
