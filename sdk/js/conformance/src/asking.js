/** The parts that ask the service. */

import { Call, Failure, Gap, health, Request } from "#shipworthy";
import { orMissing } from "./part.js";

/** @satisfies {Record<string, import("./part.js").Part>} */
export const asking = {
  info(stack) {
    const info = stack.http.get("/info").expect(200).json();
    stack.fact("version", info.value("/build/version"), info.origin("/build/version"));
    stack.fact("workers", info.value("/workers"), info.origin("/workers"));
    stack.fact("ready", info.value("/ready"), info.origin("/ready"));
    for (const feature of info.keys("/features")) {
      stack.capability(feature, true, info.origin("/features"));
    }
    stack.complete("");
  },

  text(stack) {
    const answer = stack.http.get("/text").expect(200);
    stack.fact("text", answer.text(), answer.origin("body"));
    const version = answer.header("x-version");
    if (version === null) {
      stack.missing("x-version", new Failure(Gap.NotOffered, "has no header x-version").at(answer.what));
    } else {
      stack.fact("x-version", version, answer.origin("x-version"));
    }
  },

  statuses(stack) {
    const statuses = [404, 401, 503, 302, 500];
    const outcomes = stack.http.sendAll(statuses.map((status) => Request.get(`/status/${status}`)));
    outcomes.forEach((outcome, index) => {
      orMissing(stack, `status:${statuses[index]}`, () => outcome.get().expect(200));
    });
  },

  many(stack) {
    const requests = [
      Request.get("/a", { headers: { "x-trace": "1" }, timeoutMs: 1_000 }),
      Request.post("/b", "hello"),
      Request.get("/metrics", { endpoint: "metrics" }),
      Request.get("/not-declared"),
      Request.get("/a/../b"),
    ];
    stack.http.sendAll(requests).forEach((outcome, index) => {
      const name = `many:${requests[index]?.what}`;
      orMissing(stack, name, () => {
        const answer = outcome.get();
        stack.fact(name, answer.text(), answer.origin());
      });
    });
  },

  slow(stack) {
    orMissing(stack, "slow", () => {
      const answer = stack.http.get("/slow", { timeoutMs: 100 });
      stack.fact("slow", answer.status, answer.origin());
    });
  },

  large(stack) {
    orMissing(stack, "large", () => {
      const answer = stack.http.get("/large");
      stack.fact("large", answer.body.length, answer.origin());
    });
  },

  health(stack) {
    const names = /** @type {const} */ ([
      ["health", ""],
      ["health:unknown", "unknown.Service"],
    ]);
    for (const [name, service] of names) {
      orMissing(stack, name, () => {
        const reply = stack.grpc.invoke(health.check(service));
        stack.fact(name, health.status(reply), reply.origin("status"));
      });
    }
  },

  echo(stack) {
    orMissing(stack, "echo", () => {
      const message = new Uint8Array([0x0a, 0x02, 0x68, 0x69]);
      const call = new Call("conformance.Echo/Say", { metadata: { "x-trace": "1" }, message });
      const reply = stack.grpc.invoke(call).ok();
      stack.fact("echo", hexadecimal(reply.message), reply.origin());
    });
  },

  refused(stack) {
    orMissing(stack, "refused", () => {
      const reply = stack.grpc.invoke(new Call("conformance.Echo/Refuse")).ok();
      stack.fact("refused", "answered", reply.origin());
    });
  },
};

/** @param {Uint8Array} bytes */
function hexadecimal(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
