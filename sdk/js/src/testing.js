/**
 * Unit tests for probes: a scripted stack, natively and in milliseconds.
 *
 * A `Script` holds what the service would answer, `Script.run` runs a probe against it, and `Seen` is what the probe
 * said. Given the probe's descriptor, the script also refuses what the descriptor does not declare, as the host does.
 */

export { Answer, GrpcAnswer } from "./testing/answer.js";
export { Script } from "./testing/script.js";
export { Seen } from "./testing/seen.js";

/** @typedef {import("./testing/seen.js").Evidence} Evidence */
