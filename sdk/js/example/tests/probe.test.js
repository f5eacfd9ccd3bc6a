import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Gap, NetworkError } from "#shipworthy";
import { Answer, Script } from "#shipworthy/testing";
import { observe } from "../src/probe.js";

const descriptor = readFileSync(new URL("../probe.json", import.meta.url), "utf8");
const info = Answer.json(200, { build: { version: "2.1.0" }, features: { refunds: {} } });

test("what the service says of itself is seen, and the queue is judged", () => {
  const script = new Script()
    .descriptor(descriptor)
    .http("GET /info", info)
    .http("GET /queue", Answer.json(200, { length: 12 }));
  assert.deepEqual(script.run(observe).lines(), [
    'fact version = "2.1.0", from GET /info build.version',
    "capability refunds present, from GET /info features",
    'complete ""',
    "fact queue = 12, from GET /queue length",
    "finding queue-short broken: things that wait, expected at most 10, found 12",
  ]);
  assert.equal(script.run(observe, { longest_queue: 20 }).findings("queue-short")[0]?.holds, true);
});

test("a queue that is not seen hides nothing", () => {
  const seen = new Script()
    .descriptor(descriptor)
    .http("GET /info", info)
    .http("GET /queue", NetworkError.unreachable("connection refused"))
    .run(observe);
  assert.deepEqual(seen.lines(), [
    'fact version = "2.1.0", from GET /info build.version',
    "capability refunds present, from GET /info features",
    'complete ""',
    "missing queue: unreachable: connection refused",
  ]);
});

test("without an answer that can be read there is nothing to see", () => {
  const script = () => new Script().descriptor(descriptor).http("GET /queue", Answer.json(200, { length: 0 }));
  assert.equal(script().http("GET /info", new Answer(503)).run(observe).outcome?.why, Gap.Unreachable);
  assert.equal(script().http("GET /info", new Answer(200, "<html>")).run(observe).outcome?.why, Gap.Unreadable);
});
