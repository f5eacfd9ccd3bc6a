import assert from "node:assert/strict";
import test from "node:test";

import { Unreadable, utf8 } from "../src/index.js";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What the language's own decoder has of it; null if it refuses. */
function reference(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

function decoded(bytes) {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    assert.ok(error instanceof Unreadable);
    return null;
  }
}

test("each character is its bytes and back", () => {
  for (const text of [
    "",
    "a",
    "\0",
    "é",
    "߿ࠀ",
    "€",
    "\ud7ff\ue000\uffff",
    "😀\u{10ffff}",
    "\ufeffa",
    "grüße €\n😀".repeat(5_000),
  ]) {
    const bytes = new TextEncoder().encode(text);
    assert.deepEqual(utf8.encode(text), bytes);
    assert.equal(utf8.length(text), bytes.length);
    assert.equal(utf8.decode(bytes), text);
  }
});

test("half of a surrogate pair becomes the replacement character", () => {
  assert.deepEqual(utf8.encode("a\ud800b\udc00"), new TextEncoder().encode("a\ufffdb\ufffd"));
  assert.equal(utf8.length("a\ud800b"), 5);
});

test("what is not UTF-8 is refused at the place where it stops being so", () => {
  for (const [bytes, why] of [
    [[0xff], "invalid utf-8 sequence of 1 bytes from index 0"],
    [[0x61, 0x80], "invalid utf-8 sequence of 1 bytes from index 1"],
    [[0xc0, 0x80], "invalid utf-8 sequence of 1 bytes from index 0"],
    [[0xc3, 0x61], "invalid utf-8 sequence of 1 bytes from index 0"],
    [[0xc3], "incomplete utf-8 byte sequence from index 0"],
    [[0xe2, 0x82], "incomplete utf-8 byte sequence from index 0"],
    [[0xe2, 0x82, 0x61], "invalid utf-8 sequence of 2 bytes from index 0"],
    [[0xe0, 0x80, 0x80], "invalid utf-8 sequence of 1 bytes from index 0"],
    [[0xed, 0xa0, 0x80], "invalid utf-8 sequence of 1 bytes from index 0"],
    [[0xf0, 0x9f, 0x98, 0x61], "invalid utf-8 sequence of 3 bytes from index 0"],
    [[0xf4, 0x90, 0x80, 0x80], "invalid utf-8 sequence of 1 bytes from index 0"],
    [[0xc3, 0xa9, 0xf5], "invalid utf-8 sequence of 1 bytes from index 2"],
  ]) {
    assert.throws(() => utf8.decode(new Uint8Array(bytes)), { message: why }, String(bytes));
  }
});

test("any two bytes and what may follow are read as the language's own decoder reads them", () => {
  const tails = [[], [0x7f], [0x80], [0xbf], [0x80, 0x80], [0xbf, 0xbf], [0x80, 0x61]];
  for (let lead = 0x7f; lead <= 0xff; lead += 1) {
    for (let second = 0; second <= 0xff; second += 1) {
      for (const tail of tails) {
        const bytes = new Uint8Array([0x61, lead, second, ...tail]);
        assert.equal(decoded(bytes), reference(bytes), String(bytes));
      }
    }
  }
});

test("a character on the border of two chunks is one character", () => {
  for (let before = 8_185; before < 8_195; before += 1) {
    const text = `${"a".repeat(before)}😀${"€".repeat(8_192)}`;
    assert.equal(utf8.decode(new TextEncoder().encode(text)), text);
  }
});
