/** An error that nobody caught, in words for the run's log. */

import * as utf8 from "./utf8.js";

/** In bytes: a stack of some forty calls. The log of a run takes 64 KiB. */
const LONGEST = 8_192;

/**
 * `TYPE: message`, and below it the stack as the engine has it, innermost call first.
 *
 * @param {unknown} error
 */
export function inWords(error) {
  if (!(error instanceof Error)) {
    return cut(`${error === null ? "null" : typeof error}: ${String(error)}\n    thrown without a stack`);
  }
  const first = `${typeOf(error)}: ${error.message}`;
  // V8 repeats the first line in the stack, QuickJS does not.
  const calls = String(error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line));
  return cut([first, ...calls].join("\n"));
}

/**
 * A class of the probe's own seldom has a `name` of its own.
 *
 * @param {Error} error
 */
function typeOf(error) {
  const { name } = error.constructor;
  return error.name === "Error" && typeof name === "string" && name !== "" ? name : error.name;
}

/** @param {string} text */
function cut(text) {
  const safe = text.toWellFormed();
  if (utf8.length(safe) <= LONGEST) {
    return safe;
  }
  // A unit is at most three bytes.
  return `${safe.slice(0, LONGEST / 3 - 1).toWellFormed()}…`;
}
