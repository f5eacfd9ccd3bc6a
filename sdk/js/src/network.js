/** Failures that HTTP requests and gRPC calls share. */

import { checkU32 } from "./checks.js";
import { Failure, Gap } from "./failure.js";

/**
 * A header or a piece of gRPC metadata.
 *
 * @typedef {object} Header
 * @property {string} name In any case; compared without regard to it.
 * @property {string} value Bytes that were not UTF-8 are U+FFFD.
 */

/**
 * What a request was doing when its time ran out.
 *
 * @typedef {"connect" | "tls" | "send" | "headers" | "body"} Phase
 */

/**
 * What happened, for code that decides by it.
 *
 * @typedef {"not-granted" | "invalid-request" | "unreachable" | "tls" | "timed-out" | "too-large" | "protocol"} NetworkErrorKind
 */

/** @type {Readonly<Record<NetworkErrorKind, Gap>>} */
const GAPS = Object.freeze({
  "not-granted": Gap.NotGranted,
  "invalid-request": Gap.Defect,
  unreachable: Gap.Unreachable,
  tls: Gap.Tls,
  "timed-out": Gap.TimedOut,
  "too-large": Gap.Limit,
  protocol: Gap.Unreadable,
});

/** @type {Readonly<Record<Phase, string>>} */
const PHASES = Object.freeze({
  connect: "connecting",
  tls: "setting up TLS",
  send: "sending the request",
  headers: "waiting for the answer",
  body: "reading the body",
});

/** Why a request or call has no answer. */
export class NetworkError extends Failure {
  /**
   * @param {NetworkErrorKind} kind
   * @param {string} detail
   */
  constructor(kind, detail) {
    super(GAPS[kind], detail);
    /** What happened. */
    this.kind = kind;
  }

  /**
   * The environment does not grant it.
   *
   * @param {string} grant The grant that it would take.
   */
  static notGranted(grant) {
    return new NetworkError("not-granted", `not granted: ${grant}`);
  }

  /**
   * The request itself is wrong, such as a path that is not normal: a defect of the probe, or of its config.
   *
   * @param {string} why
   */
  static invalidRequest(why) {
    return new NetworkError("invalid-request", `invalid request: ${why}`);
  }

  /**
   * The service could not be reached.
   *
   * @param {string} why
   */
  static unreachable(why) {
    return new NetworkError("unreachable", why);
  }

  /**
   * TLS could not be set up.
   *
   * @param {string} why With the CA that was used and the issuer that was seen.
   */
  static tls(why) {
    return new NetworkError("tls", why);
  }

  /**
   * It took longer than a limit.
   *
   * @param {Phase} phase What took so long.
   * @param {number} limitMs The limit, in milliseconds.
   * @param {number} [receivedBytes] Bytes of the body that had arrived.
   */
  static timedOut(phase, limitMs, receivedBytes = 0) {
    checkU32("NetworkError.timedOut: limitMs", limitMs);
    checkU32("NetworkError.timedOut: receivedBytes", receivedBytes);
    const received = receivedBytes > 0 ? `, ${receivedBytes} bytes received` : "";
    return new NetworkError("timed-out", `timed out after ${limitMs} ms while ${PHASES[phase]}${received}`);
  }

  /**
   * More than a limit allows.
   *
   * @param {string} what What was limited, such as `response body`.
   * @param {number} limit In bytes, but for requests.
   */
  static tooLarge(what, limit) {
    checkU32("NetworkError.tooLarge: limit", limit);
    const unit = what.startsWith("requests") ? "" : " bytes";
    return new NetworkError("too-large", `the limit of ${limit}${unit} for the ${what} is exceeded`);
  }

  /**
   * The peer does not speak the protocol.
   *
   * @param {string} why
   */
  static protocol(why) {
    return new NetworkError("protocol", why);
  }
}
NetworkError.prototype.name = "NetworkError";
