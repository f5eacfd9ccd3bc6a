import assert from "node:assert/strict";
import test from "node:test";

import { Call, component, ContainersError, Finding, NetworkError, oneOrMany, Request } from "../src/index.js";
import { Answer, GrpcAnswer, Script } from "../src/testing.js";
import { covers } from "../src/testing/needs.js";

test("answers to several requests are in their order", () => {
  const run = new Script()
    .http("POST /c", new Answer(201))
    .http("GET /a", Answer.json(200, {}))
    .http("@metrics GET /b", NetworkError.tls("unknown issuer"))
    .run((stack) => {
      const requests = [Request.get("/a"), Request.get("/b", { endpoint: "metrics" }), Request.post("/c", "{}")];
      for (const outcome of stack.http.sendAll(requests)) {
        try {
          stack.fact("status", outcome.get().status, outcome.get().origin("status"));
        } catch (error) {
          stack.missing("status", error);
        }
      }
    });
  assert.deepEqual(run.lines(), [
    "fact status = 200, from GET /a status",
    "missing status: tls: unknown issuer",
    "fact status = 201, from POST /c status",
  ]);
  assert.deepEqual(
    run.requests.map(({ what }) => what),
    ["GET /a", "GET /b", "POST /c"],
  );
});

test("a script refuses what the descriptor does not declare", () => {
  const curious = (stack) => {
    const [container] = stack.containers.own();
    for (const name of ["TAG", "SECRET"]) {
      try {
        stack.fact(name, stack.containers.env(container, name) ?? "", "env");
      } catch (error) {
        stack.missing(name, error);
      }
    }
    try {
      stack.grpc.invoke(new Call("a.B/C"));
    } catch (error) {
      stack.missing("call", error);
    }
    stack.http.get("/a?b=c");
  };
  const script = new Script()
    .container({ name: "one" })
    .env("TAG", "1.2")
    .env("SECRET", "x")
    .grpc("a.B/C", GrpcAnswer.ok())
    .descriptor({ needs: ["container ."], optional: ["env . TAG"] });
  const lines = [
    'fact TAG = "1.2", from env',
    "missing SECRET: not-granted: not granted: env . SECRET",
    "missing call: not-granted: not granted: grpc a.B/C",
    "failed not-granted: not granted: http GET /a",
  ];
  assert.deepEqual(script.run(curious).lines(), lines);
  assert.deepEqual(script.run(curious).lines(), lines, "a script can be run again");
});

test("a finding on a rule that is not declared fails the test", () => {
  const script = new Script().descriptor('{ "rules": [{ "name": "known" }] }').http("GET /a", new Answer(200));
  const judge = (stack, _target, { rule }) => stack.finding(rule, new Finding(true, "x"));
  assert.deepEqual(script.run(judge, { rule: "known" }).lines(), ["finding known holds: x"]);
  assert.throws(() => script.run(judge, { rule: "other" }), { message: "the descriptor declares no rule `other`" });
});

test("answers given several times come in turn and the last stays, in each run", () => {
  const script = new Script().grpc("a.B/C", GrpcAnswer.status(14)).grpc("a.B/C", GrpcAnswer.ok());
  const thrice = (stack) => {
    for (let turn = 0; turn < 3; turn += 1) {
      stack.fact("code", stack.grpc.invoke(new Call("a.B/C")).code, "call");
    }
  };
  const facts = ["fact code = 14, from call", "fact code = 0, from call", "fact code = 0, from call"];
  assert.deepEqual(script.run(thrice).lines(), facts);
  assert.deepEqual(script.run(thrice).lines(), facts);
});

test("what the script has no answer for fails the test, even if the probe swallows it", () => {
  const script = new Script().http("GET /a", new Answer(200));
  const message = "the script has no answer for `GET /b`, it has: `GET /a`";
  assert.throws(() => script.run((stack) => stack.http.get("/b")), { message });
  const swallowing = (stack) => {
    try {
      stack.http.get("/b");
    } catch {
      // As a probe must not do.
    }
  };
  assert.throws(() => script.run(swallowing), { message });
});

test("a function answers what the script says nothing of", () => {
  const run = new Script()
    .http("GET /a", new Answer(200, "scripted"))
    .answering((request) =>
      request.endpoint === null
        ? new Answer(200, request.body)
        : new Answer(200, `${request.endpoint} ${request.what} ${request.headers.map(({ value }) => value)}`),
    )
    .run((stack) => {
      const requests = [
        Request.get("/a"),
        Request.get("/b", { endpoint: "metrics", headers: { accept: "text/plain" } }),
        Request.post("/c", "body"),
      ];
      stack.http.sendAll(requests).forEach((outcome) => stack.fact("answer", outcome.get().text(), "answer"));
    });
  assert.deepEqual(
    run.evidence.map(({ value }) => value),
    ["scripted", "metrics GET /b text/plain", "body"],
  );
});

test("containers are asked by what was found", () => {
  const run = new Script()
    .container({ name: "one", image: "a:1", state: "running" })
    .label("build", "7")
    .file("/etc/x", "abc")
    .sha256("/etc/x", "00")
    .logs(["a", "b", "c"])
    .containerOf("other", { name: "two" })
    .run((stack) => {
      const [one] = stack.containers.own();
      const { containers } = stack;
      stack.fact("name", `${one.name} ${one.imageTag} ${one.state}`, "own");
      stack.fact("label", String([containers.label(one, "build"), containers.label(one, "none")]), "own");
      stack.fact("file", String(containers.readFile(one, "/etc/x", 3)), "own");
      stack.fact("digest", containers.sha256(one, "/etc/x"), "own");
      stack.fact("logs", containers.logs(one, 2).join(), "own");
      stack.fact("other", containers.of("other")[0].name, "other");
      for (const ask of [() => containers.readFile(one, "/etc/x", 2), () => containers.readFile(one, "/none", 2)]) {
        try {
          ask();
        } catch (error) {
          stack.missing("file", error);
        }
      }
    });
  assert.deepEqual(
    run.lines().map((line) => line.replace(/, from .*/, "")),
    [
      'fact name = "one 1 running"',
      'fact label = "7,"',
      'fact file = "97,98,99"',
      'fact digest = "00"',
      'fact logs = "b,c"',
      'fact other = "two"',
      "missing file: limit: more than 2 bytes",
      "missing file: not-offered: no such file: /none",
    ],
  );
  const failing = new Script().containersFail(ContainersError.ambiguousProject(["a", "b"]));
  assert.equal(failing.run((stack) => void stack.containers.own()).outcome?.why, "config");
});

test("needs cover what the host would grant", () => {
  for (const [need, line, expected] of [
    ["http GET /health", "http GET /health", true],
    ["http GET /health", "http POST /health", false],
    ["http GET /health", "http@metrics GET /health", false],
    ["http GET /a/*", "http GET /a/b", true],
    ["http GET /a/*", "http GET /a/b/c", false],
    ["http GET /**", "http GET /a/b/c", true],
    ["http GET /a.b", "http GET /a-b", false],
    ["http POST /f/none-*/invocations", "http POST /f/none-1/invocations", true],
    ["http POST /f/none-*/invocations", "http POST /f/real/invocations", false],
    ["container .", "container .", true],
    ["container .", "container agent", false],
    ["label . *", "label . org.example/version", true],
    ["env . TAG", "env . OTHER", false],
    ["grpc a.B/C", "grpc a.B/C", true],
  ]) {
    assert.equal(covers(need, line), expected, `${need} over ${line}`);
  }
});

test("the configuration is what JSON can say, and one or many", () => {
  const run = (config) =>
    new Script().run((stack, _target, given) => stack.fact("x", JSON.stringify(given), "x"), config);
  assert.equal(run({ a: [1], b: undefined }).fact("x"), '{"a":[1]}');
  assert.equal(run(undefined).fact("x"), "{}");
  assert.deepEqual([oneOrMany(200), oneOrMany([200, 204]), oneOrMany(undefined)], [[200], [200, 204], []]);
});

test("a target is what the probe looks at", () => {
  const run = new Script()
    .target({ service: "gateway", project: "p" })
    .run((stack, { service, instance, project }) => stack.fact("target", `${service} ${instance} ${project}`, "x"));
  assert.equal(run.fact("target"), "gateway service p");
});

test("natively a component cannot be run, and says what can", () => {
  assert.throws(() => component(() => {}).observe(), /`Script`/);
  assert.throws(() => component("observe"), { message: "component: expected the probe's function, found text" });
});
