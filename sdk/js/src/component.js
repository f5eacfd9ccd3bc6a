/** The component's side of the WIT: the host's functions, and what the component exports. */

import * as containers from "shipworthy:probe/containers@0.1.0";
import * as evidence from "shipworthy:probe/evidence@0.1.0";
import * as grpc from "shipworthy:probe/grpc@0.1.0";
import * as http from "shipworthy:probe/http@0.1.0";
import * as log from "shipworthy:probe/log@0.1.0";

import { Container, ContainersError } from "./containers.js";
import * as crash from "./crash.js";
import { Entropy } from "./entropy.js";
import { Failure } from "./failure.js";
import { equip } from "./globals.js";
import { NetworkError } from "./network.js";

const entropy = new Entropy();

/** A whole number of 0 to 2^53 - 1. */
export function draw() {
  return entropy.draw();
}

equip((level, message) => log.write(level, message), draw);

/** @type {import("./host.js").Host} */
const world = {
  fact(key, value, origin) {
    const tag = typeof value === "string" ? "text" : typeof value === "number" ? "number" : "boolean";
    evidence.fact(key, { tag, val: value }, origin);
  },
  capability: (name, present, origin) => evidence.capability(name, present, origin),
  complete: (prefix) => evidence.complete(prefix),
  digest: (name, sha256, origin) => evidence.digest(name, sha256, origin),
  missing: (name, why, detail) => evidence.missing(name, why, detail),
  finding: (rule, { holds, message, expected, found }) => evidence.finding(rule, holds, message, expected, found),
  http: (request) => answered(ask(() => http.send(request), networkError)),
  httpAll: (requests) =>
    http.sendAll(requests).map(({ tag, val }) => (tag === "ok" ? answered(val) : networkError(val))),
  grpc(call) {
    const reply = ask(() => grpc.invoke(call), networkError);
    entropy.stir(reply.code, reply.status, ...pairs(reply.metadata), reply.message);
    return reply;
  },
  find(service) {
    const found = ask(() => containers.find(service), containersError);
    return found.map((container) => {
      entropy.stir(container.id, container.startedAt ?? "");
      return new Container(container);
    });
  },
  env: (id, name) => ask(() => containers.env(id, name), containersError),
  label: (id, name) => ask(() => containers.label(id, name), containersError),
  sha256: (id, path) => ask(() => containers.sha256(id, path), containersError),
  readFile: (id, path, maxBytes) => ask(() => containers.readFile(id, path, maxBytes), containersError),
  logs: (id, lines) => ask(() => containers.logs(id, lines), containersError),
  log: (level, message) => log.write(level, message),
};

/**
 * @param {(host: import("./host.js").Host, target: import("./probe.js").Target & { config: string }) => void} run
 * @returns {import("./probe.js").Guest}
 */
export function guest(run) {
  return {
    observe(target) {
      entropy.stir(target.service, target.instance, target.project ?? "", target.config);
      try {
        run(world, target);
      } catch (error) {
        if (error instanceof Failure) {
          // What is thrown in this form is the failure of the WIT.
          throw { why: error.why, detail: error.detail };
        }
        log.write("error", crash.inWords(error));
        // Not the error itself: one that looks like a failure would be taken for one, and must trap.
        throw new Error("not caught");
      }
    },
  };
}

/**
 * What the host answers, or its error as an exception of this SDK.
 *
 * @template T
 * @param {() => T} question
 * @param {(error: any) => Failure} failure
 * @returns {T}
 */
function ask(question, failure) {
  try {
    return question();
  } catch (error) {
    // The engine throws an error of the WIT as the payload of one of its own; anything else is a defect.
    if (error instanceof Error && "payload" in error) {
      throw failure(error.payload);
    }
    throw error;
  }
}

/** @param {import("./host.js").HttpAnswer} response */
function answered(response) {
  entropy.stir(response.status, ...pairs(response.headers), response.body);
  return response;
}

/** @param {readonly import("./network.js").Header[]} headers */
function pairs(headers) {
  return headers.flatMap(({ name, value }) => [name, value]);
}

/**
 * @param {import("shipworthy:probe/network@0.1.0").Error} error
 * @returns {NetworkError}
 */
function networkError(error) {
  switch (error.tag) {
    case "not-granted":
      return NetworkError.notGranted(error.val);
    case "invalid-request":
      return NetworkError.invalidRequest(error.val);
    case "unreachable":
      return NetworkError.unreachable(error.val);
    case "tls":
      return NetworkError.tls(error.val);
    case "timed-out":
      return NetworkError.timedOut(error.val.phase, error.val.limitMs, error.val.receivedBytes);
    case "too-large":
      return NetworkError.tooLarge(error.val.what, error.val.limit);
    case "protocol":
      return NetworkError.protocol(error.val);
  }
}

/**
 * @param {import("shipworthy:probe/containers@0.1.0").Error} error
 * @returns {ContainersError}
 */
function containersError(error) {
  switch (error.tag) {
    case "not-granted":
      return ContainersError.notGranted(error.val);
    case "engine-unreachable":
      return ContainersError.engineUnreachable(error.val);
    case "no-such-container":
      return ContainersError.noSuchContainer(error.val);
    case "no-such-file":
      return ContainersError.noSuchFile(error.val);
    case "not-a-file":
      return ContainersError.notAFile(error.val);
    case "ambiguous-project":
      return ContainersError.ambiguousProject(error.val);
    case "too-large":
      return ContainersError.tooLarge(error.val);
    case "timed-out":
      return ContainersError.timedOut(error.val);
    case "other":
      return ContainersError.other(error.val);
  }
}
