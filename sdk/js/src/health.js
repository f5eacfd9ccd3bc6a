/**
 * The standard gRPC health service, by hand-written protobuf: a request with the name in field 1, a response with the
 * status in field 1.
 */

import { Failure, Gap } from "./failure.js";
import { Call } from "./grpc.js";
import * as protobuf from "./protobuf.js";

/** The method, as a descriptor needs it. */
export const CHECK = "grpc.health.v1.Health/Check";

const WORDS = /** @type {const} */ (["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]);

/**
 * The call that asks for a name's health; the empty name stands for the whole server.
 *
 * @param {string} name
 * @param {Omit<import("./grpc.js").CallOptions, "message">} [options]
 */
export function check(name, options = {}) {
  return new Call(CHECK, { ...options, message: new protobuf.Writer().text(1, name).finish() });
}

/**
 * `HealthCheckResponse.ServingStatus`. `SERVICE_UNKNOWN` is of `Watch` only, and said all the same by some servers.
 *
 * @param {import("./grpc.js").Reply} reply
 * @throws {Failure} If the reply is not OK, or says nothing of health.
 */
export function status(reply) {
  const { what, message } = reply.ok();
  const number = read(what, message);
  const word = WORDS[Number(number)];
  if (word === undefined) {
    throw new Failure(Gap.Unreadable, `expected a status of 0 to 3, found ${number}`).at(what);
  }
  return word;
}

/**
 * @param {string} what
 * @param {Uint8Array} message
 */
function read(what, message) {
  try {
    return protobuf.varint(message, 1);
  } catch (error) {
    throw error instanceof Failure ? error.at(what) : error;
  }
}
