/**
 * The text's bytes. Half of a surrogate pair becomes U+FFFD.
 *
 * @param {string} text
 * @returns {Uint8Array}
 */
export function encode(text: string): Uint8Array;
/**
 * How many bytes the text is.
 *
 * @param {string} text
 */
export function length(text: string): number;
/**
 * The text that the bytes are. Nothing is replaced or left out, a byte order mark included.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 * @throws {Unreadable} If they are not UTF-8: `invalid utf-8 sequence of 1 bytes from index 0`.
 */
export function decode(bytes: Uint8Array): string;
