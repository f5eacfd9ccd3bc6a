/** Protobuf by hand: enough for messages of a few fields, where a code generator would cost more than it gives. */

import { checkText, wrong } from "./checks.js";
import { Unreadable } from "./failure.js";
import * as utf8 from "./utf8.js";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const LARGEST_FIELD = 0x1fff_ffff;
const LARGEST_U64 = 0xffff_ffff_ffff_ffffn;

/** Writes a message field by field. */
export class Writer {
  /** @type {number[]} */
  #bytes = [];

  /**
   * A `string` field.
   *
   * @param {number} number 1 to 536870911, as for every field.
   * @param {string} text
   */
  text(number, text) {
    return this.bytes(number, utf8.encode(checkText("Writer.text", text)));
  }

  /**
   * A `bytes` field, or a message in a message.
   *
   * @param {number} number
   * @param {Uint8Array} bytes
   */
  bytes(number, bytes) {
    if (!(bytes instanceof Uint8Array)) {
      throw wrong("Writer.bytes", "bytes", bytes);
    }
    this.#key(number, LENGTH_DELIMITED);
    this.#varint(BigInt(bytes.length));
    for (const byte of bytes) {
      this.#bytes.push(byte);
    }
    return this;
  }

  /**
   * An `int32`, `int64`, `uint32`, `uint64`, `bool` or `enum` field.
   *
   * @param {number} number
   * @param {number | bigint} value A whole number of 0 to 2^64 - 1; a negative one is `BigInt.asUintN(64, value)`.
   */
  varint(number, value) {
    if (typeof value !== "bigint" && !Number.isSafeInteger(value)) {
      throw wrong("Writer.varint", "a whole number that is exact, or a bigint", value);
    }
    const whole = BigInt(value);
    if (whole < 0n || whole > LARGEST_U64) {
      throw new RangeError(`Writer.varint: expected 0 to ${LARGEST_U64}, found ${whole}`);
    }
    this.#key(number, VARINT);
    this.#varint(whole);
    return this;
  }

  /** The encoded message. */
  finish() {
    return new Uint8Array(this.#bytes);
  }

  /**
   * @param {number} number
   * @param {number} wire
   */
  #key(number, wire) {
    if (!Number.isInteger(number) || number < 1 || number > LARGEST_FIELD) {
      throw new RangeError(`Writer: a field's number: expected 1 to ${LARGEST_FIELD}, found ${number}`);
    }
    this.#varint((BigInt(number) << 3n) | BigInt(wire));
  }

  /** @param {bigint} value */
  #varint(value) {
    let rest = value;
    while (rest > 0x7fn) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#bytes.push(Number(rest));
  }
}

/**
 * One field, as it is on the wire: integers, booleans and enums; text, bytes and messages; `fixed64`, `sfixed64` and
 * the bits of a `double`; `fixed32`, `sfixed32` and the bits of a `float`.
 *
 * @typedef {{ number: number, wire: "varint", value: bigint }
 *   | { number: number, wire: "bytes", value: Uint8Array }
 *   | { number: number, wire: "fixed64", value: bigint }
 *   | { number: number, wire: "fixed32", value: number }} Field
 */

/**
 * Reads the fields of a message, in their order.
 *
 * @param {Uint8Array} message
 * @returns {Generator<Field, void, undefined>} Throws `Unreadable` where the message is none.
 */
export function* fields(message) {
  if (!(message instanceof Uint8Array)) {
    throw wrong("protobuf.fields", "bytes", message);
  }
  const reader = new Reader(message);
  while (!reader.isAtEnd()) {
    yield reader.field();
  }
}

/**
 * The last varint field of this number, as protobuf has it; 0 where there is none.
 *
 * @param {Uint8Array} message
 * @param {number} number
 * @throws {Unreadable}
 */
export function varint(message, number) {
  let value = 0n;
  for (const field of fields(message)) {
    if (field.number === number && field.wire === "varint") {
      value = field.value;
    }
  }
  return value;
}

/**
 * The last text field of this number; empty where there is none.
 *
 * @param {Uint8Array} message
 * @param {number} number
 * @throws {Unreadable}
 */
export function text(message, number) {
  /** @type {Uint8Array} */
  let value = new Uint8Array(0);
  for (const field of fields(message)) {
    if (field.number === number && field.wire === "bytes") {
      value = field.value;
    }
  }
  try {
    return utf8.decode(value);
  } catch (error) {
    throw error instanceof Unreadable ? new Unreadable(`protobuf: ${error.detail}`) : error;
  }
}

class Reader {
  #message;
  #at = 0;

  /** @param {Uint8Array} message */
  constructor(message) {
    this.#message = message;
  }

  isAtEnd() {
    return this.#at >= this.#message.length;
  }

  /** @returns {Field} */
  field() {
    const key = this.#varint();
    const number = Number(key >> 3n);
    if (number === 0 || number > 0xffff_ffff) {
      throw notAMessage();
    }
    switch (Number(key & 7n)) {
      case VARINT:
        return { number, wire: "varint", value: this.#varint() };
      case FIXED64:
        return { number, wire: "fixed64", value: this.#view(8).getBigUint64(0, true) };
      case LENGTH_DELIMITED:
        return { number, wire: "bytes", value: this.#take(this.#varint()) };
      case FIXED32:
        return { number, wire: "fixed32", value: this.#view(4).getUint32(0, true) };
      default:
        throw notAMessage();
    }
  }

  /** A varint has at most ten bytes, the last of which holds one bit. */
  #varint() {
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.#message[this.#at];
      if (byte === undefined || (shift === 63n && byte > 1)) {
        throw notAMessage();
      }
      this.#at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    throw notAMessage();
  }

  /** @param {bigint} length */
  #take(length) {
    if (length > BigInt(this.#message.length - this.#at)) {
      throw notAMessage();
    }
    const start = this.#at;
    this.#at += Number(length);
    return this.#message.slice(start, this.#at);
  }

  /** @param {number} length */
  #view(length) {
    const bytes = this.#take(BigInt(length));
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
}

function notAMessage() {
  return new Unreadable("not a protobuf message");
}
