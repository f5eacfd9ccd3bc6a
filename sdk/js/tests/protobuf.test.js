import assert from "node:assert/strict";
import test from "node:test";

import { Gap, health, protobuf, Reply, Unreadable } from "../src/index.js";

const bytes = (...values) => new Uint8Array(values);
const reply = (code, message) => new Reply("grpc a.B/C", { code, status: "", metadata: [], message });

test("what is written is read", () => {
  const message = new protobuf.Writer()
    .text(1, "x")
    .varint(2, 2n ** 64n - 1n)
    .varint(536_870_911, 0)
    .bytes(3, bytes())
    .finish();
  assert.deepEqual(
    [...protobuf.fields(message)],
    [
      { number: 1, wire: "bytes", value: bytes(0x78) },
      { number: 2, wire: "varint", value: 2n ** 64n - 1n },
      { number: 536_870_911, wire: "varint", value: 0n },
      { number: 3, wire: "bytes", value: bytes() },
    ],
  );
  assert.deepEqual(
    new protobuf.Writer().text(1, "hi").varint(2, 300).finish(),
    bytes(0x0a, 2, 0x68, 0x69, 0x10, 0xac, 2),
  );
});

test("fixed fields are read in their byte order", () => {
  const message = bytes(0x09, 1, 0, 0, 0, 0, 0, 0, 0, 0x15, 2, 0, 0, 0, 0x18, 7);
  assert.equal(protobuf.varint(message, 3), 7n);
  assert.deepEqual([...protobuf.fields(message)].slice(0, 2), [
    { number: 1, wire: "fixed64", value: 1n },
    { number: 2, wire: "fixed32", value: 2 },
  ]);
});

test("the last field of a number counts and an absent one is its default", () => {
  assert.equal(protobuf.varint(bytes(8, 1, 8, 2), 1), 2n);
  assert.equal(protobuf.varint(bytes(), 1), 0n);
  assert.equal(protobuf.text(bytes(0x0a, 1, 0x61, 0x0a, 1, 0x62), 1), "b");
  assert.equal(protobuf.text(bytes(), 1), "");
});

test("nonsense is unreadable", () => {
  for (const nonsense of [
    bytes(0x08),
    bytes(0x0a, 5, 1),
    bytes(0x0b),
    bytes(0x00, 1),
    bytes(0x09, 1),
    new Uint8Array(11).fill(0xff),
    bytes(8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2),
    new TextEncoder().encode("<html>"),
  ]) {
    assert.throws(() => [...protobuf.fields(nonsense)], Unreadable, String(nonsense));
  }
  assert.throws(() => protobuf.text(bytes(0x0a, 1, 0xff), 1), {
    message: "protobuf: invalid utf-8 sequence of 1 bytes from index 0",
  });
});

test("what no field can hold is an error of the program", () => {
  for (const wrong of [
    (writer) => writer.varint(0, 1),
    (writer) => writer.varint(1, -1),
    (writer) => writer.varint(1, 2n ** 64n),
    (writer) => writer.varint(1, 1.5),
    (writer) => writer.text(1, 7),
    (writer) => writer.bytes(1, "x"),
  ]) {
    assert.throws(() => wrong(new protobuf.Writer()), /Writer/);
  }
});

test("each health status has its word", () => {
  for (const [message, word] of [
    [bytes(), "UNKNOWN"],
    [bytes(8, 0), "UNKNOWN"],
    [bytes(8, 1), "SERVING"],
    [bytes(8, 2), "NOT_SERVING"],
    [bytes(8, 3), "SERVICE_UNKNOWN"],
  ]) {
    assert.equal(health.status(reply(0, message)), word);
  }
});

test("what says nothing of health is a gap", () => {
  for (const [code, message, why, detail] of [
    [5, bytes(), Gap.NotOffered, "grpc a.B/C: status 5"],
    [12, bytes(), Gap.NotOffered, "grpc a.B/C: status 12"],
    [16, bytes(), Gap.Denied, "grpc a.B/C: status 16"],
    [0, bytes(8, 4), Gap.Unreadable, "grpc a.B/C: expected a status of 0 to 3, found 4"],
    [0, new TextEncoder().encode("nonsense"), Gap.Unreadable, "grpc a.B/C: not a protobuf message"],
  ]) {
    assert.throws(
      () => health.status(reply(code, message)),
      (error) => error.why === why && error.detail === detail,
    );
  }
});

test("the request for health carries the name", () => {
  const call = health.check("a.B", { endpoint: "other" });
  assert.deepEqual(
    [call.method, call.endpoint, call.message],
    [health.CHECK, "other", bytes(0x0a, 3, 0x61, 0x2e, 0x42)],
  );
  assert.equal(call.what, "grpc grpc.health.v1.Health/Check");
});
