/**
 * What a program passes, checked where it is passed. The component's boundary traps without a word on a value of the
 * wrong type, so none may get there; and a wrong argument is the program's error, never a gap.
 */

const LARGEST_U32 = 0xffff_ffff;

/**
 * What a value is, in words; never the value itself, which may be a secret.
 *
 * @param {unknown} value
 */
export function kind(value) {
  if (value === null || value === undefined) {
    return String(value);
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  if (value instanceof Uint8Array) {
    return "bytes";
  }
  const type = typeof value;
  if (type === "string") {
    return "text";
  }
  return type === "object" ? "an object" : `a ${type}`;
}

/**
 * @param {string} what
 * @param {string} expected
 * @param {unknown} value
 */
export function wrong(what, expected, value) {
  return new TypeError(`${what}: expected ${expected}, found ${kind(value)}`);
}

/**
 * @param {string} what
 * @param {unknown} value
 */
export function checkText(what, value) {
  if (typeof value !== "string") {
    throw wrong(what, "text", value);
  }
  return value;
}

/**
 * @param {string} what
 * @param {unknown} value
 */
export function checkBoolean(what, value) {
  if (typeof value !== "boolean") {
    throw wrong(what, "true or false", value);
  }
  return value;
}

/**
 * A whole number of 0 to 4294967295.
 *
 * @param {string} what
 * @param {unknown} value
 */
export function checkU32(what, value) {
  if (typeof value !== "number") {
    throw wrong(what, "a whole number", value);
  }
  if (!Number.isInteger(value) || value < 0 || value > LARGEST_U32) {
    throw new RangeError(`${what}: expected a whole number of 0 to ${LARGEST_U32}, found ${value}`);
  }
  return value;
}

/**
 * Options by name; an unknown one is a typing error that would otherwise go unnoticed.
 *
 * @param {string} what
 * @param {object} options
 * @param {readonly string[]} known
 */
export function checkOptions(what, options, known) {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw wrong(what, "an object of options", options);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`${what}: unknown option \`${name}\`, known are ${known.join(", ")}`);
    }
  }
}

/**
 * Text that UTF-8 can express: half of a surrogate pair becomes U+FFFD.
 *
 * @param {string} text
 */
export function wellFormed(text) {
  return text.isWellFormed() ? text : text.toWellFormed();
}
