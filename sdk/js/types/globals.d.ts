/**
 * What a program in JavaScript expects to be there. A component has neither clock nor console; to ask its engine for
 * the time is a trap without a word, so it becomes an error that says what is wrong.
 */
/** @typedef {import("./stack.js").Level} Level */
/**
 * @param {(level: Level, message: string) => void} log
 * @param {() => number} draw A whole number of 0 to 2^53 - 1.
 */
export function equip(log: (level: Level, message: string) => void, draw: () => number): void;
export type Level = import("./stack.js").Level;
