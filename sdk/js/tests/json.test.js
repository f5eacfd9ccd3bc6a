import assert from "node:assert/strict";
import test from "node:test";

import { Json, Unreadable } from "../src/index.js";

const json = Json.parse("GET /j", '{ "a": { "b/c": "x", "n": 1.5, "t": true, "z": null }, "l": [7, 8], "x~": 1 }');

/** The value, or the text of the error. */
function of(body) {
  try {
    return body();
  } catch (error) {
    assert.ok(error instanceof Unreadable, String(error));
    return error.detail;
  }
}

test("scalars become values and nothing else does", () => {
  for (const [pointer, expected] of [
    ["/a/b~1c", "x"],
    ["/a/n", 1.5],
    ["/a/t", true],
    ["/a/z", "GET /j: `/a/z`: expected text, a number or a boolean"],
    ["/a", "GET /j: `/a`: expected text, a number or a boolean"],
    ["/none", "GET /j: has no `/none`"],
    ["/x~0", 1],
  ]) {
    assert.equal(
      of(() => json.value(pointer)),
      expected,
      pointer,
    );
  }
  assert.equal(
    of(() => Json.parse("GET /j", "1e999").value("")),
    "GET /j: ``: expected a finite number",
  );
});

test("pointers are those of RFC 6901, and find own keys only", () => {
  for (const [pointer, expected] of [
    ["/l/0", 7],
    ["/l/1", 8],
    ["/l/2", undefined],
    ["/l/01", undefined],
    ["/l/+1", undefined],
    ["/l/-", undefined],
    ["/l/length", undefined],
    ["/a/b~1c/length", undefined],
    ["/constructor", undefined],
    ["/__proto__", undefined],
    ["a", undefined],
    ["/a/z", null],
  ]) {
    assert.equal(json.at(pointer), expected, pointer);
  }
  assert.equal(json.at(""), json.root);
  assert.equal(Json.parse("x", '{ "__proto__": { "": 3 } }').at("/__proto__/"), 3);
});

test("text is text only", () => {
  assert.equal(json.text("/a/b~1c"), "x");
  assert.equal(
    of(() => json.text("/a/n")),
    "GET /j: `/a/n`: expected text",
  );
});

test("origins read like paths", () => {
  assert.equal(json.origin("/a/b~1c").what, "GET /j a.b/c");
  assert.equal(json.origin("").what, "GET /j");
});

test("objects list their keys in the order of their bytes", () => {
  const keys = Json.parse("x", '{ "\ue000": 1, "😀": 1, "b": 1, "10": 1, "9": 1, "a": 1, "": 1, "ab": 1 }').keys("");
  assert.deepEqual(keys, ["", "10", "9", "a", "ab", "b", "\ue000", "😀"]);
  assert.equal(
    of(() => json.keys("/a/n")),
    "GET /j: `/a/n`: expected an object",
  );
  assert.equal(
    of(() => json.keys("/l")),
    "GET /j: `/l`: expected an object",
  );
});

test("types of the probe's own are read in place", () => {
  assert.equal(json.read("/a/n", Number), 1.5);
  assert.equal(json.read("/a/t", Boolean), true);
  assert.equal(json.read("/a/b~1c", String), "x");
  for (const [pointer, type, expected] of [
    ["/a/b~1c", Number, 'GET /j a.b/c: invalid type: string "x", expected f64'],
    ["/a/t", Number, "GET /j a.t: invalid type: boolean `true`, expected f64"],
    ["/a/z", Number, "GET /j a.z: invalid type: null, expected f64"],
    ["/l", String, "GET /j l: invalid type: sequence, expected a string"],
    ["/a", Boolean, "GET /j a: invalid type: map, expected a boolean"],
    ["/a/n", String, "GET /j a.n: invalid type: floating point `1.5`, expected a string"],
    ["/l/0", String, "GET /j l.0: invalid type: integer `7`, expected a string"],
    ["/none", Number, "GET /j: has no `/none`"],
  ]) {
    assert.equal(
      of(() => json.read(pointer, type)),
      expected,
    );
  }
  assert.equal(
    json.read("/l", (node) => node.length),
    2,
  );
  const read = () =>
    json.read("/l", () => {
      throw new Unreadable("expected three");
    });
  assert.equal(of(read), "GET /j l: expected three");
  assert.throws(() => json.read("/a/z", (node) => node.length), TypeError);
});

test("what is not JSON is unreadable, whatever it is", () => {
  for (const text of ["", "{", '{"a":1,}', "<html>", "\ufeff{}", "nul", '"\\ud800"', '{ "\\udC00": 1 }', "NaN"]) {
    assert.match(
      of(() => Json.parse("GET /j", text)),
      /^GET \/j: not JSON: ./,
      text,
    );
  }
  assert.equal(
    of(() => Json.parse("GET /j", new Uint8Array([0x22, 0xff, 0x22]))),
    "GET /j: not JSON: invalid utf-8 sequence of 1 bytes from index 1",
  );
  assert.equal(Json.parse("GET /j", '"\\ud83d\\ude00 \\\\ud800"').root, "😀 \\ud800");
});

test("what is nested too deeply is unreadable, and what only looks so is not", () => {
  const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);
  assert.ok(Array.isArray(Json.parse("x", nested(128)).root));
  for (const text of [
    nested(129),
    "[".repeat(1_000_000),
    '{"a":'.repeat(129),
    `["]]]]]", ${nested(128)}]`,
    `["\\"]", ${nested(128)}]`,
  ]) {
    assert.equal(
      of(() => Json.parse("x", text)),
      "x: not JSON: more than 128 lists and objects in each other",
    );
  }
  const flat = JSON.stringify({ text: '["\\'.repeat(300), list: Array.from({ length: 300 }, () => ["]", "\\"]) });
  assert.equal(Json.parse("x", flat).at("/list/299/1"), "\\");
});
