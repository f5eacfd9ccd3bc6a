/** Numbers and text as every SDK writes them, so that the same evidence reads the same in all languages. */

/**
 * A number with all its digits and no exponent: `3`, `0.5`, `100000000000000000000000`.
 *
 * @param {number} value
 */
export function number(value) {
  if (Object.is(value, -0)) {
    return "-0";
  }
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? "NaN" : value < 0 ? "-inf" : "inf";
  }
  const [mantissa = "", exponent] = String(value).split("e");
  if (exponent === undefined) {
    return mantissa;
  }
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  return sign + (point <= 0 ? `0.${"0".repeat(-point)}${digits}` : digits.padEnd(point, "0"));
}

const ESCAPES = new Map([
  ["\0", "\\0"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ['"', '\\"'],
  ["\\", "\\\\"],
]);

/**
 * Text in quotes, on one line: what does not print is escaped.
 *
 * @param {string} text
 */
export function quoted(text) {
  const escaped = text.replace(/[\\"]|(?! )[\p{C}\p{Z}\p{Grapheme_Extend}]/gu, (character) => {
    const code = /** @type {number} */ (character.codePointAt(0));
    return ESCAPES.get(character) ?? `\\u{${code.toString(16)}}`;
  });
  return `"${escaped}"`;
}
