import assert from "node:assert/strict";
import test from "node:test";

import { Call, Container, Failure, Finding, Gap, NetworkError, Origin, random, Request, utf8 } from "../src/index.js";
import { Answer, Script } from "../src/testing.js";

const seen = (observe, script = new Script()) => script.run(observe);

test("evidence is given in its order, and stays when the run fails", () => {
  const lines = seen((stack) => {
    stack.fact("text", 'a "b"\n', "first");
    stack.fact("number", 3, new Origin("label x").of("one"));
    stack.fact("boolean", true, "third");
    stack.capability("there", true, "list");
    stack.capability("gone", false, "list");
    stack.complete("th");
    stack.digest("file", "ab", "file /x");
    stack.missing("queue", NetworkError.unreachable("refused"));
    stack.finding("short", new Finding(true, "it holds"));
    stack.finding("short", new Finding(false, "it does not", { expected: "at most 10", found: 12 }));
    throw new Failure(Gap.NotOffered, "no more");
  }).lines();
  assert.deepEqual(lines, [
    'fact text = "a \\"b\\"\\n", from first',
    "fact number = 3, from label x of one",
    "fact boolean = true, from third",
    "capability there present, from list",
    "capability gone absent, from list",
    'complete "th"',
    "digest file = ab, from file /x",
    "missing queue: unreachable: refused",
    "finding short holds: it holds",
    "finding short broken: it does not, expected at most 10, found 12",
    "failed not-offered: no more",
  ]);
});

test("what is too long for the host becomes a gap instead of ending the run", () => {
  const run = seen((stack) => {
    stack.fact("text", "x".repeat(8_193), "a");
    stack.fact("fits", "é".repeat(4_096), "a");
    stack.capability("n".repeat(1_025), true, "a");
    stack.missing("m", new Failure(Gap.Unreadable, "é".repeat(3_000)));
    stack.finding("r", new Finding(true, "€".repeat(5_000), { found: "😀".repeat(5_000) }));
    stack.fact("origin", true, new Origin("o".repeat(5_000)).of("s".repeat(5_000)));
    stack.complete("p".repeat(1_024));
  });
  const tooLong = run.missing("text");
  assert.deepEqual([tooLong?.why, tooLong?.detail], [Gap.Limit, "a value of 8193 bytes, where at most 8192 are taken"]);
  assert.equal(run.fact("fits")?.length, 4_096);
  assert.equal(
    run.lines()[2],
    `missing ${"n".repeat(1_021)}…: limit: a name of 1025 bytes, where at most 1024 are taken`,
  );
  assert.equal(run.missing("m")?.detail, `${"é".repeat(510)}…`);
  assert.equal(run.findings("r")[0]?.message, `${"€".repeat(340)}…`);
  assert.equal(run.findings("r")[0]?.found, `${"😀".repeat(255)}…`);
  const origin = run.evidence.find((evidence) => evidence.kind === "fact" && evidence.key === "origin")?.origin;
  assert.deepEqual([utf8.length(origin.what), utf8.length(origin.subject)], [1_024, 1_024]);
  assert.ok(run.isComplete("p".repeat(1_024)));
});

test("half of a surrogate pair never reaches the host, which would trap on it", () => {
  const run = seen((stack) => {
    stack.fact("\ud800", "\udc00", "a\ud800");
    stack.log("info", "\ud800");
    throw new Failure(Gap.Defect, "\ud800");
  });
  assert.deepEqual(run.lines(), ['fact \ufffd = "\ufffd", from a\ufffd', "failed defect: \ufffd"]);
  assert.equal(run.log[0]?.message, "\ufffd");
});

test("an error of the program is no gap: missing throws it on", () => {
  const observe = (stack) => {
    try {
      [].at(7).length;
    } catch (error) {
      stack.missing("queue", error);
    }
  };
  assert.throws(() => seen(observe), { name: "TypeError", message: /undefined/ });
  assert.throws(() => seen((stack) => stack.missing("queue", "why")), {
    name: "TypeError",
    message: "missing `queue`: expected an error of the SDK, found text",
  });
});

test("an error of the program ends the run, wherever it is", () => {
  for (const [wrong, message] of [
    [(stack) => stack.fact("x", undefined, "a"), "fact `x`: expected text, a number or a boolean, found undefined"],
    [(stack) => stack.fact("x", 7n, "a"), "fact `x`: expected text, a number or a boolean, found a bigint"],
    [(stack) => stack.fact(7, "x", "a"), "fact: key: expected text, found a number"],
    [(stack) => stack.fact("x", 7), "fact: origin: expected an `Origin` or text, found undefined"],
    [(stack) => stack.capability("x", "yes", "a"), "capability `x`: expected true or false, found text"],
    [(stack) => stack.complete(), "complete: prefix: expected text, found undefined"],
    [(stack) => stack.digest("x", new Uint8Array(1), "a"), "digest: sha256: expected text, found bytes"],
    [(stack) => stack.finding("x", { holds: true }), "finding `x`: expected a `Finding`, found an object"],
    [() => new Finding("yes", "x"), "Finding: holds: expected true or false, found text"],
    [() => new Finding(true, "x", { observed: "y" }), "Finding: unknown option `observed`, known are expected, found"],
    [(stack) => stack.log("fatal", "x"), "log: level: expected one of debug, info, warn, error"],
    [(stack) => stack.http.get(), "Request: path: expected text, found undefined"],
    [(stack) => stack.http.send({ path: "/x" }), "Http.send: expected a `Request`, found an object"],
    [(stack) => stack.http.sendAll(["/x"]), "Http.sendAll: request 0: expected a `Request`, found text"],
    [
      () => Request.get("/x", { timeout: 5 }),
      "Request: unknown option `timeout`, known are endpoint, headers, body, timeoutMs",
    ],
    [
      () => Request.get("/x", { timeoutMs: 1.5 }),
      "Request: timeoutMs: expected a whole number of 0 to 4294967295, found 1.5",
    ],
    [() => Request.get("/x", { headers: { a: 1 } }), "Request: headers: `a`: expected text, found a number"],
    [() => Request.post("/x", { a: 1 }), "Request: body: expected bytes or text, found an object"],
    [() => new Call("a.B/C", { message: [1] }), "Call: message: expected bytes or text, found a list"],
    [(stack) => stack.containers.env({ id: "x" }, "A"), "Containers.env: expected a `Container`, found an object"],
    [
      (stack) => stack.containers.readFile(new Container(), "/x", -1),
      "Containers.readFile: maxBytes: expected a whole number of 0 to 4294967295, found -1",
    ],
  ]) {
    assert.throws(
      () => seen(wrong),
      (error) => error.message === message && !(error instanceof Failure),
      message,
    );
  }
});

test("a probe that would go on after it returned is refused", () => {
  assert.throws(() => seen(async () => {}), { name: "TypeError", message: /`async`/ });
});

test("an answer knows its request", () => {
  const headers = [
    ["X-Version", "1"],
    ["x-version", "2"],
  ];
  const script = new Script().http("GET /x", new Answer(302, new Uint8Array([0xff]), headers));
  const run = seen((stack) => {
    const answer = stack.http.get("/x");
    assert.deepEqual([answer.header("X-VERSION"), answer.header("x-other")], ["1", null]);
    assert.deepEqual([answer.origin().what, answer.origin("status").what], ["GET /x", "GET /x status"]);
    assert.throws(() => answer.text(), { message: "GET /x: invalid utf-8 sequence of 1 bytes from index 0" });
    assert.throws(() => answer.json(), { message: "GET /x: not JSON: invalid utf-8 sequence of 1 bytes from index 0" });
    assert.equal(answer.unexpected(200, 204).detail, "GET /x: expected 200 or 204, found 302");
    answer.expect(302).expect(200);
  }, script);
  assert.deepEqual(run.lines(), ["failed unreadable: GET /x: expected 200, found 302"]);
});

test("a redirect says where it leads", () => {
  const to = { Location: "https://login.example/" };
  for (const [status, found] of [
    [302, "302, a redirect to `https://login.example/` that is not followed"],
    [201, "201"],
  ]) {
    const run = seen(
      (stack) => stack.http.get("/x").expect(200),
      new Script().http("GET /x", new Answer(status, "", to)),
    );
    assert.equal(run.outcome?.detail, `GET /x: expected 200, found ${found}`);
  }
});

test("images are taken apart", () => {
  for (const [image, name, tag] of [
    ["agent", "agent", null],
    ["agent:1.2", "agent", "1.2"],
    ["team/agent-docker:latest", "team/agent-docker", "latest"],
    ["localhost/agent:1", "agent", "1"],
    ["host:5000/agent", "agent", null],
    ["host:5000/a/b:1@sha256:00", "a/b", "1"],
    ["a/b@sha256:00", "a/b", null],
    ["sha256:0123", null, null],
    ["", null, null],
  ]) {
    const container = new Container({ image });
    assert.deepEqual([container.imageName, container.imageTag], [name, tag], image);
  }
});

test("numbers that are drawn differ", () => {
  const drawn = new Set(Array.from({ length: 100 }, () => random.number()));
  assert.equal(drawn.size, 100);
  assert.ok([...drawn].every(Number.isSafeInteger));
});
