/**
 * What a value is, in words; never the value itself, which may be a secret.
 *
 * @param {unknown} value
 */
export function kind(value: unknown): string;
/**
 * @param {string} what
 * @param {string} expected
 * @param {unknown} value
 */
export function wrong(what: string, expected: string, value: unknown): TypeError;
/**
 * @param {string} what
 * @param {unknown} value
 */
export function checkText(what: string, value: unknown): string;
/**
 * @param {string} what
 * @param {unknown} value
 */
export function checkBoolean(what: string, value: unknown): value is true;
/**
 * A whole number of 0 to 4294967295.
 *
 * @param {string} what
 * @param {unknown} value
 */
export function checkU32(what: string, value: unknown): number;
/**
 * Options by name; an unknown one is a typing error that would otherwise go unnoticed.
 *
 * @param {string} what
 * @param {object} options
 * @param {readonly string[]} known
 */
export function checkOptions(what: string, options: object, known: readonly string[]): void;
/**
 * Text that UTF-8 can express: half of a surrogate pair becomes U+FFFD.
 *
 * @param {string} text
 */
export function wellFormed(text: string): string;
