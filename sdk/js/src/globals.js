/**
 * What a program in JavaScript expects to be there. A component has neither clock nor console; to ask its engine for
 * the time is a trap without a word, so it becomes an error that says what is wrong.
 */

/** @typedef {import("./stack.js").Level} Level */

/**
 * @param {(level: Level, message: string) => void} log
 * @param {() => number} draw A whole number of 0 to 2^53 - 1.
 */
export function equip(log, draw) {
  /** @type {any} */
  const world = globalThis;
  const line =
    (/** @type {Level} */ level) =>
    (/** @type {unknown[]} */ ...values) =>
      log(level, values.map(inWords).join(" ").toWellFormed());
  world.console = Object.freeze({
    debug: line("debug"),
    log: line("info"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  });
  world.Date = clockless(world.Date);
  world.performance = Object.freeze({ now: noClock, timeOrigin: 0 });
  Math.random = () => draw() / 2 ** 53;
}

/** @returns {never} */
function noClock() {
  throw new Error("a probe has no clock: a replay must see what the run saw; read the time from an answer");
}

/**
 * `Date` for times that are given, without the present one.
 *
 * @param {DateConstructor} original
 */
function clockless(original) {
  return new Proxy(original, {
    apply: noClock,
    construct: (target, given, made) => (given.length === 0 ? noClock() : Reflect.construct(target, given, made)),
    get: (target, name, receiver) => (name === "now" ? noClock : Reflect.get(target, name, receiver)),
  });
}

/** @param {unknown} value */
function inWords(value) {
  if (typeof value === "string") {
    return value;
  }
  if (value instanceof Error) {
    return `${value.name}: ${value.message}`;
  }
  try {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  } catch {
    // A value that refers to itself.
    return String(value);
  }
}
