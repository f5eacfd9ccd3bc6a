/**
 * UTF-8, which the engine of a component has no functions for. Natively it is this code too, so that a unit test sees
 * what the component does.
 *
 * The engine interprets: a loop over an answer of 4 MiB takes it one to two seconds, its own functions a fifth of that.
 * So answers are decoded by those, piece by piece.
 */

import { wrong, wellFormed } from "./checks.js";
import { Unreadable } from "./failure.js";

/**
 * What is handed to the engine at once, in bytes or units. They are arguments of one call, which lie on a stack of
 * 512 KiB, and what is made of them in between takes several times their memory.
 */
const CHUNK = 8_192;

/**
 * The text's bytes. Half of a surrogate pair becomes U+FFFD.
 *
 * @param {string} text
 * @returns {Uint8Array}
 */
export function encode(text) {
  const safe = wellFormed(text);
  const bytes = new Uint8Array(length(safe));
  let at = 0;
  for (let index = 0; index < safe.length; index += 1) {
    let code = safe.charCodeAt(index);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
    } else {
      if (code >= 0xd800 && code <= 0xdfff) {
        code = /** @type {number} */ (safe.codePointAt(index));
        index += 1;
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (code >> 12);
      }
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return bytes;
}

/**
 * How many bytes the text is.
 *
 * @param {string} text
 */
export function length(text) {
  const safe = wellFormed(text);
  let bytes = safe.length;
  for (let start = 0; start < safe.length; start += CHUNK) {
    const units = safe.slice(start, start + CHUNK);
    if (/[^\x00-\x7f]/.test(units)) {
      // A pair of surrogates is two units of what would be three bytes each, and is four bytes.
      bytes +=
        count(units, /[\u0080-\uffff]+/g) + count(units, /[\u0800-\uffff]+/g) - count(units, /[\ud800-\udfff]+/g);
    }
  }
  return bytes;
}

/**
 * @param {string} units
 * @param {RegExp} which
 */
function count(units, which) {
  return units.length - units.replace(which, "").length;
}

/**
 * The text that the bytes are. Nothing is replaced or left out, a byte order mark included.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 * @throws {Unreadable} If they are not UTF-8: `invalid utf-8 sequence of 1 bytes from index 0`.
 */
export function decode(bytes) {
  if (!(bytes instanceof Uint8Array)) {
    throw wrong("utf8.decode", "bytes", bytes);
  }
  const chunks = [];
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = border(bytes, Math.min(start + CHUNK, bytes.length));
    const units = String.fromCharCode.apply(null, /** @type {any} */ (bytes.subarray(start, end)));
    chunks.push(/[\x80-\xff]/.test(units) ? unescaped(bytes, start, units) : units);
  }
  return chunks.join("");
}

/**
 * The same place or one shortly before it, where no character is cut in two.
 *
 * @param {Uint8Array} bytes
 * @param {number} end
 */
function border(bytes, end) {
  let place = end;
  while (place > end - 3 && ((bytes[place] ?? 0) & 0xc0) === 0x80) {
    place -= 1;
  }
  return place;
}

/**
 * What the engine's own decoder, that of escapes in addresses, makes of a chunk. It is as strict as this one must be.
 *
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {string} units A unit for each byte of the chunk.
 */
function unescaped(bytes, start, units) {
  try {
    return decodeURIComponent(escape(units));
  } catch {
    throw fault(bytes, start);
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {number} start
 */
function fault(bytes, start) {
  try {
    for (let index = start; index < bytes.length;) {
      index += sequence(bytes, index);
    }
  } catch (error) {
    return error;
  }
  return new Unreadable("not utf-8");
}

/**
 * The length of the well-formed sequence at `index`.
 *
 * @param {Uint8Array} bytes
 * @param {number} index
 */
function sequence(bytes, index) {
  const lead = /** @type {number} */ (bytes[index]);
  if (lead < 0x80) {
    return 1;
  }
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4) {
    throw new Unreadable(`invalid utf-8 sequence of 1 bytes from index ${index}`);
  }
  for (let taken = 1; taken < size; taken += 1) {
    const byte = bytes[index + taken];
    if (byte === undefined) {
      throw new Unreadable(`incomplete utf-8 byte sequence from index ${index}`);
    }
    const [least, most] = taken === 1 ? second(lead) : [0x80, 0xbf];
    if (byte < least || byte > most) {
      throw new Unreadable(`invalid utf-8 sequence of ${taken} bytes from index ${index}`);
    }
  }
  return size;
}

/**
 * What may follow a first byte: no longer form than is needed, no surrogate, nothing beyond U+10FFFF.
 *
 * @param {number} lead
 * @returns {[number, number]}
 */
function second(lead) {
  switch (lead) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}
