/** Numbers and text as every SDK writes them, so that the same evidence reads the same in all languages. */
/**
 * A number with all its digits and no exponent: `3`, `0.5`, `100000000000000000000000`.
 *
 * @param {number} value
 */
export function number(value: number): string;
/**
 * Text in quotes, on one line: what does not print is escaped.
 *
 * @param {string} text
 */
export function quoted(text: string): string;
