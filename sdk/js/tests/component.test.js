import assert from "node:assert/strict";
import test from "node:test";

import { Call, Container, ContainersError, Failure, Finding, Gap, NetworkError, Request } from "../src/index.js";
import { Entropy } from "../src/entropy.js";
import { run } from "../src/probe.js";
import { load } from "./world.js";

/** What the host was told, and what it answers next. */
const told = [];
let answer = () => undefined;
const calls = (...names) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      (...given) => {
        told.push([name, ...given]);
        return answer(name, ...given);
      },
    ]),
  );
const { component, globals } = await load({
  containers: calls("find", "env", "label", "sha256", "readFile", "logs"),
  evidence: calls("fact", "capability", "complete", "digest", "missing", "finding"),
  grpc: calls("invoke"),
  http: calls("send", "sendAll"),
  log: calls("write"),
});

const TARGET = { service: "s", instance: "i", project: null, config: '{ "a": 1 }' };

/** Runs a probe as the host would; what it was told. */
function observe(probe, { answers = () => undefined, target = TARGET } = {}) {
  told.length = 0;
  answer = answers;
  component.guest((host, { config, ...rest }) => run(probe, host, rest, config)).observe(target);
  return [...told];
}

/** As the engine throws an error of the WIT. */
function refuse(payload) {
  throw Object.assign(new Error("refused"), { payload });
}

test("evidence arrives as the WIT has it", () => {
  const given = observe((stack, target, config) => {
    stack.fact("text", target.service, "x");
    stack.fact("number", config.a, "x");
    stack.fact("boolean", false, "x");
    stack.missing("m", new Failure(Gap.TimedOut, "late"));
    stack.finding("r", new Finding(true, "it holds", { found: 3 }));
    stack.log("warn", "line");
  });
  const origin = { what: "x", subject: null };
  assert.deepEqual(JSON.parse(JSON.stringify(given)), [
    ["fact", "text", { tag: "text", val: "s" }, origin],
    ["fact", "number", { tag: "number", val: 1 }, origin],
    ["fact", "boolean", { tag: "boolean", val: false }, origin],
    ["missing", "m", "timed-out", "late"],
    ["finding", "r", true, "it holds", null, "3"],
    ["write", "warn", "line"],
  ]);
});

test("every error of the network becomes its own", () => {
  for (const [payload, expected] of [
    [{ tag: "not-granted", val: "http GET /x" }, NetworkError.notGranted("http GET /x")],
    [{ tag: "invalid-request", val: "w" }, NetworkError.invalidRequest("w")],
    [{ tag: "unreachable", val: "w" }, NetworkError.unreachable("w")],
    [{ tag: "tls", val: "w" }, NetworkError.tls("w")],
    [{ tag: "timed-out", val: { phase: "body", limitMs: 5, receivedBytes: 6 } }, NetworkError.timedOut("body", 5, 6)],
    [{ tag: "too-large", val: { what: "response body", limit: 7 } }, NetworkError.tooLarge("response body", 7)],
    [{ tag: "protocol", val: "w" }, NetworkError.protocol("w")],
  ]) {
    const same = (error) =>
      error instanceof NetworkError && error.kind === expected.kind && error.detail === expected.detail;
    observe(
      (stack) => {
        assert.throws(() => stack.http.get("/x"), same);
        assert.throws(() => stack.grpc.invoke(new Call("a.B/C")), same);
        const [outcome] = stack.http.sendAll([Request.get("/x")]);
        assert.throws(() => outcome.get(), same);
      },
      { answers: (name) => (name === "sendAll" ? [{ tag: "err", val: payload }] : refuse(payload)) },
    );
  }
});

test("every error of containers becomes its own", () => {
  for (const [payload, expected] of [
    [{ tag: "not-granted", val: "w" }, ContainersError.notGranted("w")],
    [{ tag: "engine-unreachable", val: "w" }, ContainersError.engineUnreachable("w")],
    [{ tag: "no-such-container", val: "w" }, ContainersError.noSuchContainer("w")],
    [{ tag: "no-such-file", val: "w" }, ContainersError.noSuchFile("w")],
    [{ tag: "not-a-file", val: "w" }, ContainersError.notAFile("w")],
    [{ tag: "ambiguous-project", val: ["a", "b"] }, ContainersError.ambiguousProject(["a", "b"])],
    [{ tag: "too-large", val: 7 }, ContainersError.tooLarge(7)],
    [{ tag: "timed-out", val: 7 }, ContainersError.timedOut(7)],
    [{ tag: "other", val: "w" }, ContainersError.other("w")],
  ]) {
    const same = (error) =>
      error instanceof ContainersError && error.kind === expected.kind && error.detail === expected.detail;
    observe(
      ({ containers }) => {
        const one = new Container({ id: "1" });
        for (const ask of [
          () => containers.own(),
          () => containers.of("x"),
          () => containers.env(one, "x"),
          () => containers.label(one, "x"),
          () => containers.sha256(one, "x"),
          () => containers.readFile(one, "x", 1),
          () => containers.logs(one, 1),
        ]) {
          assert.throws(ask, same);
        }
      },
      { answers: () => refuse(payload) },
    );
  }
});

test("answers arrive, and a missing one is no crash", () => {
  const response = { status: 200, headers: [{ name: "a", value: "b" }], body: new Uint8Array([0x68, 0x69]) };
  const given = observe(
    (stack) => {
      const [first, second] = stack.http.sendAll([Request.get("/x", { timeoutMs: 5 }), Request.get("/y")]);
      stack.fact("first", first.get().text(), "x");
      stack.missing("second", second.error);
    },
    { answers: (name) => (name === "sendAll" ? [{ tag: "ok", val: response }] : undefined) },
  );
  const [request] = given[0][1];
  assert.deepEqual(
    { ...request },
    {
      method: "GET",
      path: "/x",
      endpoint: null,
      headers: [],
      body: new Uint8Array(0),
      timeoutMs: 5,
    },
  );
  assert.deepEqual(given[1].slice(0, 3), ["fact", "first", { tag: "text", val: "hi" }]);
  assert.deepEqual(given[2], [
    "missing",
    "second",
    "unreadable",
    "the host gave fewer answers than there were requests",
  ]);
});

test("a failure that is not caught ends the run with its gap", () => {
  assert.throws(
    () =>
      observe(() => {
        throw NetworkError.tls("unknown issuer");
      }),
    (thrown) => {
      assert.deepEqual(thrown, { why: "tls", detail: "unknown issuer" });
      return true;
    },
  );
  assert.deepEqual(told, []);
  const config = { ...TARGET, config: "{" };
  assert.throws(
    () => observe(() => {}, { target: config }),
    (thrown) => thrown.why === "config",
  );
});

test("an error of the program is logged once with its stack, and traps", () => {
  class Own extends Error {}
  for (const [thrown, first] of [
    [new TypeError("no"), "TypeError: no"],
    [new Own("no"), "Own: no"],
    ["text", "string: text"],
    [{ why: "config", detail: "no failure" }, "object: [object Object]"],
    [null, "null: null"],
  ]) {
    assert.throws(
      () =>
        observe(function deeper() {
          throw thrown;
        }),
      // Nothing that could be taken for a failure.
      (error) => error instanceof Error && error.message === "not caught" && !("payload" in error),
    );
    assert.equal(told.length, 1);
    const [, level, message] = told[0];
    assert.deepEqual([level, message.split("\n")[0]], ["error", first]);
    assert.match(
      message.split("\n")[1],
      thrown instanceof Error ? /^ +at .*component\.test\.js:\d+:\d+/ : /without a stack/,
    );
  }
  assert.throws(() =>
    observe(() => {
      throw new Error("é".repeat(50_000));
    }),
  );
  assert.ok(new TextEncoder().encode(told[0][2]).length <= 8_192);
});

test("what is drawn follows from what was told", () => {
  const draws = ({ target = TARGET, date = "now" } = {}) => {
    const entropy = new Entropy();
    entropy.stir(target.service, target.instance, target.config, 200, "date", date, new Uint8Array([1]));
    return [entropy.draw(), entropy.draw()].join();
  };
  assert.equal(draws(), draws(), "a replay draws the same");
  const others = [draws(), draws({ date: "later" }), draws({ target: { ...TARGET, instance: "j" } })];
  assert.equal(new Set(others).size, others.length);
});

test("the language's own globals ask for nothing that a component has not", () => {
  const { console, Date, performance, random } = globals;
  for (const ask of [() => Date.now(), () => new Date(), () => Date(), () => performance.now()]) {
    assert.throws(ask, { message: /^a probe has no clock/ });
  }
  assert.equal(new Date("2024-01-02T03:04:05Z").toISOString(), "2024-01-02T03:04:05.000Z");
  assert.ok(new Date(0) instanceof Date);
  assert.equal(Date.UTC(1970, 0, 2), 86_400_000);
  const drawn = Array.from({ length: 1_000 }, () => random());
  assert.ok(drawn.every((number) => number >= 0 && number < 1));
  assert.ok(Math.abs(drawn.reduce((sum, number) => sum + number) / 1_000 - 0.5) < 0.1);

  const self = {};
  self.self = self;
  const logged = observe(() => {
    console.log("a", 1, { b: [2] }, new RangeError("no"), undefined, null);
    console.error(self);
    console.warn("\ud800");
    console.debug(7n);
  });
  assert.deepEqual(logged, [
    ["write", "info", 'a 1 {"b":[2]} RangeError: no undefined null'],
    ["write", "error", "[object Object]"],
    ["write", "warn", "\ufffd"],
    ["write", "debug", "7"],
  ]);
});
