/**
 * @typedef {object} Config
 * @property {string[]} [parts] In the order in which they run.
 * @property {string} [text]
 */

/** @typedef {(stack: import("#shipworthy").Stack, target: import("#shipworthy").Target, config: Config) => void} Part */

/**
 * Gives what `see` sees, or why `name` is missing.
 *
 * @param {import("#shipworthy").Stack} stack
 * @param {string} name
 * @param {() => void} see
 */
export function orMissing(stack, name, see) {
  try {
    see();
  } catch (error) {
    stack.missing(name, error);
  }
}
