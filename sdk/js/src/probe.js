/** The one thing that a probe's author writes, and how it is run. */

import { guest } from "#world";
import { wrong } from "./checks.js";
import { Failure } from "./failure.js";
import { Stack } from "./stack.js";

/**
 * What is to be looked at in one run.
 *
 * @typedef {object} Target
 * @property {string} service The service as requirements name it, such as `gateway`.
 * @property {string} instance Which of the endpoint's instances this run is for.
 * @property {string | null} project The compose project that containers are found in.
 */

/**
 * A probe: it looks at one running service, and gives evidence to `stack` as it is seen. A `Failure` that it throws
 * says that nothing at all, or nothing more, can be seen; part of it is better told by `Stack.missing`.
 *
 * It keeps nothing between runs, since every run has a new instance of the component. It never judges: whether what it
 * saw satisfies a requirement is the host's to decide. It is a plain function: a component runs nothing afterwards, so
 * an `async` one would never be finished.
 *
 * `config` is the environment's `config` for this probe, which the host has checked against the descriptor's schema.
 *
 * @template [Config=unknown]
 * @callback Probe
 * @param {Stack} stack
 * @param {Target} target
 * @param {Config} config
 * @returns {void}
 */

/**
 * What the component exports.
 *
 * @typedef {object} Guest
 * @property {(target: Target & { config: string }) => void} observe For the host only.
 */

/**
 * The component that a probe is: `export const guest = component(observe);` in the module that the component is made
 * of. Natively it is nothing that can be run, so that the same module is unit-tested as it stands.
 *
 * @template Config
 * @param {Probe<Config>} observe
 * @returns {Guest}
 */
export function component(observe) {
  if (typeof observe !== "function") {
    throw wrong("component", "the probe's function", observe);
  }
  return guest((host, { config, ...target }) => run(observe, host, target, config));
}

/**
 * One value, or a list of them, as people like to write it in a configuration; none where it is left out.
 *
 * @template T
 * @param {T | readonly T[] | null | undefined} given
 * @returns {T[]}
 */
export function oneOrMany(given) {
  if (given === null || given === undefined) {
    return [];
  }
  return Array.isArray(given) ? [...given] : [/** @type {T} */ (given)];
}

/**
 * Reads the configuration and runs the probe: what the component exports, and what a test's script runs.
 *
 * @param {Probe<any>} observe
 * @param {import("./host.js").Host} host
 * @param {Target} target
 * @param {string} config As JSON.
 */
export function run(observe, host, target, config) {
  /** @type {unknown} */
  const returned = observe(new Stack(host), target, read(config));
  if (typeof returned === "object" && returned !== null && "then" in returned) {
    throw new TypeError("the probe's function is `async`, or returned a promise: nothing of it would be finished");
  }
}

/** @param {string} config */
function read(config) {
  try {
    return JSON.parse(config);
  } catch (error) {
    throw Failure.config(`config: ${error instanceof Error ? error.message : error}`);
  }
}
