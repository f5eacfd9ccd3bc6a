import assert from "node:assert/strict";
import test from "node:test";

import { number, quoted } from "../src/display.js";

test("numbers have all their digits and no exponent", () => {
  for (const [value, text] of [
    [0, "0"],
    [-0, "-0"],
    [3, "3"],
    [-2.5, "-2.5"],
    [0.1, "0.1"],
    [1e21, "1000000000000000000000"],
    [-1.5e25, "-15000000000000000000000000"],
    [1.25e-7, "0.000000125"],
    [-1e-7, "-0.0000001"],
    [5e-324, `0.${"0".repeat(323)}5`],
    [NaN, "NaN"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
  ]) {
    assert.equal(number(value), text);
  }
});

test("text is on one line", () => {
  for (const [text, line] of [
    ["", '""'],
    ["a b's", '"a b\'s"'],
    ['"\\', '"\\"\\\\"'],
    ["\0\t\n\r", '"\\0\\t\\n\\r"'],
    ["\x1b[31m\x7f", '"\\u{1b}[31m\\u{7f}"'],
    ["grüße €😀", '"grüße €😀"'],
    ["\u200b\u2028\u00a0e\u0301", '"\\u{200b}\\u{2028}\\u{a0}e\\u{301}"'],
  ]) {
    assert.equal(quoted(text), line);
  }
});
