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
export function fields(message: Uint8Array): Generator<Field, void, undefined>;
/**
 * The last varint field of this number, as protobuf has it; 0 where there is none.
 *
 * @param {Uint8Array} message
 * @param {number} number
 * @throws {Unreadable}
 */
export function varint(message: Uint8Array, number: number): bigint;
/**
 * The last text field of this number; empty where there is none.
 *
 * @param {Uint8Array} message
 * @param {number} number
 * @throws {Unreadable}
 */
export function text(message: Uint8Array, number: number): string;
/** Writes a message field by field. */
export class Writer {
    /**
     * A `string` field.
     *
     * @param {number} number 1 to 536870911, as for every field.
     * @param {string} text
     */
    text(number: number, text: string): this;
    /**
     * A `bytes` field, or a message in a message.
     *
     * @param {number} number
     * @param {Uint8Array} bytes
     */
    bytes(number: number, bytes: Uint8Array): this;
    /**
     * An `int32`, `int64`, `uint32`, `uint64`, `bool` or `enum` field.
     *
     * @param {number} number
     * @param {number | bigint} value A whole number of 0 to 2^64 - 1; a negative one is `BigInt.asUintN(64, value)`.
     */
    varint(number: number, value: number | bigint): this;
    /** The encoded message. */
    finish(): Uint8Array<ArrayBuffer>;
    #private;
}
/**
 * One field, as it is on the wire: integers, booleans and enums; text, bytes and messages; `fixed64`, `sfixed64` and
 * the bits of a `double`; `fixed32`, `sfixed32` and the bits of a `float`.
 */
export type Field = {
    number: number;
    wire: "varint";
    value: bigint;
} | {
    number: number;
    wire: "bytes";
    value: Uint8Array;
} | {
    number: number;
    wire: "fixed64";
    value: bigint;
} | {
    number: number;
    wire: "fixed32";
    value: number;
};
