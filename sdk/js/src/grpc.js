/**
 * Unary gRPC calls. The host speaks HTTP/2; messages are encoded protobuf, for which `protobuf` has enough to read and
 * write a few fields by hand.
 */

import { checkOptions, checkText, checkU32, kind, wellFormed } from "./checks.js";
import { Origin } from "./evidence.js";
import { Failure, Gap } from "./failure.js";
import { bytesFrom, headersFrom } from "./http.js";

/**
 * @typedef {object} CallOptions
 * @property {string | null} [endpoint] Another role of the descriptor than `main`.
 * @property {import("./http.js").HeadersGiven} [metadata]
 * @property {Uint8Array} [message] Encoded protobuf; empty without it.
 * @property {number | null} [timeoutMs] A shorter limit than the environment's, in milliseconds.
 */

const OPTIONS = ["endpoint", "metadata", "message", "timeoutMs"];

/** A call. It is not changed once it is made. */
export class Call {
  /**
   * @param {string} method `package.Service/Method`.
   * @param {CallOptions} [options]
   */
  constructor(method, options = {}) {
    checkOptions("Call", options, OPTIONS);
    const { endpoint = null, metadata = [], message = new Uint8Array(0), timeoutMs = null } = options;
    /** @readonly */
    this.method = wellFormed(checkText("Call: method", method));
    /** The role that it goes to; null is `main`. @readonly */
    this.endpoint = endpoint === null ? null : wellFormed(checkText("Call: endpoint", endpoint));
    /** In order. @readonly */
    this.metadata = headersFrom("Call: metadata", metadata);
    /** @readonly */
    this.message = bytesFrom("Call: message", message);
    /** In milliseconds; null is the environment's limit. @readonly */
    this.timeoutMs = timeoutMs === null ? null : checkU32("Call: timeoutMs", timeoutMs);
    Object.freeze(this);
  }

  /** The call in words: `grpc package.Service/Method`. */
  get what() {
    return `grpc ${this.method}`;
  }
}

/** The gRPC status codes that a probe tells apart. */
export const code = Object.freeze({
  /** The call succeeded. */
  OK: 0,
  /** The server took longer than the deadline. */
  DEADLINE_EXCEEDED: 4,
  /** What was asked for is not there. */
  NOT_FOUND: 5,
  /** The caller may not. */
  PERMISSION_DENIED: 7,
  /** Out of something, such as quota. */
  RESOURCE_EXHAUSTED: 8,
  /** The server has no such method. */
  UNIMPLEMENTED: 12,
  /** The server is not available now. */
  UNAVAILABLE: 14,
  /** The caller is not known. */
  UNAUTHENTICATED: 16,
});

/** A reply with any status code. */
export class Reply {
  /**
   * @param {string} what
   * @param {import("./host.js").GrpcAnswer} answer
   */
  constructor(what, { code, status, metadata, message }) {
    /** The call in words. @readonly */
    this.what = what;
    /** The status code; see `code`. @readonly */
    this.code = code;
    /** The status message. @readonly */
    this.status = status;
    /** Headers and trailers. @readonly */
    this.metadata = metadata;
    /** The encoded message; empty where there is none. @readonly */
    this.message = message;
  }

  /**
   * Where a part of this reply was read; an empty `part` is the reply itself.
   *
   * @param {string} [part]
   */
  origin(part = "") {
    return new Origin(part === "" ? this.what : `${this.what} ${part}`);
  }

  /**
   * This reply if its code is OK.
   *
   * @returns {Reply}
   * @throws {CallFailed} If it is not, with the gap that fits.
   */
  ok() {
    if (this.code !== code.OK) {
      throw this.failed();
    }
    return this;
  }

  /** The error that a reply with another code than OK is. */
  failed() {
    return new CallFailed(this.what, this.code, this.status);
  }
}

/** A reply whose status code is not OK. */
export class CallFailed extends Failure {
  /**
   * @param {string} what The call in words.
   * @param {number} statusCode See `code`.
   * @param {string} status The status message.
   */
  constructor(what, statusCode, status) {
    super(gapOf(statusCode), `${what}: status ${statusCode}${status === "" ? "" : `: ${status}`}`);
    this.what = what;
    this.code = statusCode;
    this.status = status;
  }
}
CallFailed.prototype.name = "CallFailed";

/** @param {number} statusCode */
function gapOf(statusCode) {
  switch (statusCode) {
    case code.UNAUTHENTICATED:
    case code.PERMISSION_DENIED:
      return Gap.Denied;
    case code.UNIMPLEMENTED:
    case code.NOT_FOUND:
      return Gap.NotOffered;
    case code.UNAVAILABLE:
      return Gap.Unreachable;
    case code.DEADLINE_EXCEEDED:
      return Gap.TimedOut;
    case code.RESOURCE_EXHAUSTED:
      return Gap.Limit;
    default:
      return Gap.Unreadable;
  }
}

/** The way to the service over gRPC. */
export class Grpc {
  /** @type {import("./host.js").Host} */
  #host;

  /** @param {import("./host.js").Host} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * Makes one call. A reply with another code than OK is a reply: see `Reply.ok`.
   *
   * @param {Call} call
   * @throws {import("./network.js").NetworkError}
   */
  invoke(call) {
    if (!(call instanceof Call)) {
      throw new TypeError(`Grpc.invoke: expected a \`Call\`, found ${kind(call)}`);
    }
    return new Reply(call.what, this.#host.grpc(call));
  }
}
