import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Container, ContainersError, NetworkError } from "#shipworthy";
import { Answer, GrpcAnswer, Script } from "#shipworthy/testing";
import { observe } from "../src/probe.js";

const descriptor = readFileSync(new URL("../probe.json", import.meta.url), "utf8");

/**
 * @param {string[]} parts
 * @param {Script} [script]
 */
function lines(parts, script = new Script()) {
  return script.descriptor(descriptor).run(observe, { parts, text: "grüße" }).lines();
}

test("the target is told", () => {
  const target = { service: "conformance", instance: "one" };
  assert.deepEqual(lines(["target"], new Script().target(target)), [
    'fact target.service = "conformance", from target',
    'fact target.instance = "one", from target',
    'fact target.project = "none", from target',
    'fact target.text = "grüße", from target',
  ]);
});

test("JSON is read by pointers", () => {
  const info = { build: { version: "2.1.0" }, workers: 4, ready: true, features: { refunds: {}, billing: {} } };
  assert.deepEqual(lines(["info"], new Script().http("GET /info", Answer.json(200, info))), [
    'fact version = "2.1.0", from GET /info build.version',
    "fact workers = 4, from GET /info workers",
    "fact ready = true, from GET /info ready",
    "capability billing present, from GET /info features",
    "capability refunds present, from GET /info features",
    'complete ""',
  ]);
  assert.deepEqual(lines(["info"], new Script().http("GET /info", new Answer(503))), [
    "failed unreachable: GET /info: expected 200, found 503",
  ]);
});

test("text is read with its header", () => {
  assert.deepEqual(lines(["text"], new Script().http("GET /text", new Answer(200, "€\n", { "X-Version": "7" }))), [
    'fact text = "€\\n", from GET /text body',
    'fact x-version = "7", from GET /text x-version',
  ]);
  assert.deepEqual(lines(["text"], new Script().http("GET /text", new Answer(200, ""))), [
    'fact text = "", from GET /text body',
    "missing x-version: not-offered: GET /text: has no header x-version",
  ]);
});

test("statuses leave their gaps", () => {
  const script = [404, 401, 503, 302, 500].reduce(
    (to, status) => to.http(`GET /status/${status}`, new Answer(status)),
    new Script(),
  );
  assert.deepEqual(lines(["statuses"], script), [
    "missing status:404: not-offered: GET /status/404: expected 200, found 404",
    "missing status:401: denied: GET /status/401: expected 200, found 401",
    "missing status:503: unreachable: GET /status/503: expected 200, found 503",
    "missing status:302: unreadable: GET /status/302: expected 200, found 302",
    "missing status:500: unreadable: GET /status/500: expected 200, found 500",
  ]);
});

test("many are asked at the same time", () => {
  const script = new Script()
    .http("@metrics GET /metrics", NetworkError.tls("unknown issuer"))
    .answering(
      (request) => new Answer(200, [request.headers[0]?.value, String(request.timeoutMs), request.body].join()),
    );
  assert.deepEqual(lines(["many"], script), [
    'fact many:GET /a = "1,1000,", from GET /a',
    'fact many:POST /b = ",null,104,101,108,108,111", from POST /b',
    "missing many:GET /metrics: tls: unknown issuer",
    "missing many:GET /not-declared: not-granted: not granted: http GET /not-declared",
    "missing many:GET /a/../b: not-granted: not granted: http GET /a/../b",
  ]);
});

test("what is slow and what is large is seen or missing", () => {
  const large = new Answer(200, new Uint8Array(1_000));
  assert.deepEqual(
    lines(["slow", "large"], new Script().http("GET /slow", new Answer(200)).http("GET /large", large)),
    ["fact slow = 200, from GET /slow", "fact large = 1000, from GET /large"],
  );
  const script = new Script()
    .http("GET /slow", NetworkError.timedOut("headers", 100))
    .http("GET /large", NetworkError.tooLarge("response body", 10));
  assert.deepEqual(lines(["slow", "large"], script), [
    "missing slow: timed-out: timed out after 100 ms while waiting for the answer",
    "missing large: limit: the limit of 10 bytes for the response body is exceeded",
  ]);
});

test("calls over gRPC are made", () => {
  const script = new Script()
    .grpc("grpc.health.v1.Health/Check", GrpcAnswer.ok(new Uint8Array([8, 1])))
    .grpc("grpc.health.v1.Health/Check", GrpcAnswer.status(5, "unknown service"))
    .grpc("conformance.Echo/Say", GrpcAnswer.ok(new Uint8Array([0x0a, 0x02, 0x68, 0xff])))
    .grpc("conformance.Echo/Refuse", GrpcAnswer.status(7, "not you"));
  assert.deepEqual(lines(["health", "echo", "refused"], script), [
    'fact health = "SERVING", from grpc grpc.health.v1.Health/Check status',
    "missing health:unknown: not-offered: grpc grpc.health.v1.Health/Check: status 5: unknown service",
    'fact echo = "0a0268ff", from grpc conformance.Echo/Say',
    "missing refused: denied: grpc conformance.Echo/Refuse: status 7: not you",
  ]);
});

test("containers are asked one by one", () => {
  const script = new Script()
    .container(new Container({ name: "one", image: "team/agent:1.2", state: "running" }))
    .env("TAG", "1.2")
    .label("org.example.build", "7")
    .file("/etc/conformance", "hello\n")
    .sha256("/etc/conformance", "00")
    .logs(["a", "b", "c"])
    .container({ name: "two", image: "sha256:00", state: "exited" })
    .file("/etc/conformance", "x".repeat(65));
  assert.deepEqual(lines(["containers"], script), [
    'fact image-name = "team/agent", from image of one',
    'fact image-tag = "1.2", from image of one',
    'fact state = "running", from state of one',
    'fact env = "1.2", from env TAG of one',
    'fact label = "7", from label org.example.build of one',
    'fact file = "hello\\n", from file /etc/conformance of one',
    "missing none: not-offered: no such file: /etc/none",
    "digest file = 00, from file /etc/conformance of one",
    'fact log = "b | c", from logs of one',
    "missing image-name: not-offered: the image has no name",
    "missing image-tag: not-offered: the image has no tag",
    'fact state = "exited", from state of two',
    "missing env: not-offered: no variable TAG",
    "missing label: not-offered: no label org.example.build",
    "missing file: limit: more than 64 bytes",
    "missing none: not-offered: no such file: /etc/none",
    "missing file: not-offered: no such file: /etc/conformance",
    'fact log = "", from logs of two',
    "missing other: not-granted: not granted: container other",
  ]);
  assert.deepEqual(lines(["containers"], new Script().containersFail(ContainersError.engineUnreachable("no socket"))), [
    "failed unreachable: no socket",
  ]);
});

test("what asks nobody is said", () => {
  assert.deepEqual(lines(["findings", "digest", "random"]), [
    "finding always holds: it holds",
    "finding never broken: it does not hold, expected yes, found no",
    `digest bytes = ${"a".repeat(64)}, from digest`,
    "fact random = true, from random",
  ]);
  assert.deepEqual(lines(["long"]), [
    `missing ${"k".repeat(1_021)}…: limit: a name of 2000 bytes, where at most 1024 are taken`,
    "missing long: limit: a value of 10000 bytes, where at most 8192 are taken",
    `missing prose: unreadable: ${"é".repeat(510)}…`,
  ]);
  const { log } = new Script().run(observe, { parts: ["log"] });
  assert.deepEqual(
    log,
    ["debug", "info", "warn", "error"].map((level) => ({ level, message: `${level} line` })),
  );
});

test("what is not caught ends the run", () => {
  assert.deepEqual(lines(["config"]), ["failed config: config: the part config was asked for"]);
  assert.deepEqual(lines(["digest", "denied", "digest"]).slice(1), ["failed denied: turned away"]);
  assert.deepEqual(lines(["nope"]), ["failed config: config: no part `nope`"]);
  assert.deepEqual(lines(["toString"]), ["failed config: config: no part `toString`"]);
  assert.throws(
    () => lines(["crash"]),
    (error) => {
      assert.ok(error instanceof TypeError);
      assert.match(String(error.stack), /at thirdParty .*\n.*at deeper /);
      return true;
    },
  );
});
