/** What a script answers with. */

import { checkU32 } from "../checks.js";
import { bytesFrom, headersFrom } from "../http.js";

/** What the service answers a request with. */
export class Answer {
  /**
   * @param {number} status
   * @param {Uint8Array | string} [body]
   * @param {import("../http.js").HeadersGiven} [headers]
   */
  constructor(status, body = "", headers = []) {
    /** @readonly */
    this.status = checkU32("Answer: status", status);
    /** @readonly */
    this.headers = headersFrom("Answer: headers", headers);
    /** @readonly */
    this.body = bytesFrom("Answer: body", body);
  }

  /**
   * An answer that says it is JSON.
   *
   * @param {number} status
   * @param {unknown} body Text is the body as it is; anything else is written as JSON.
   */
  static json(status, body) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Answer(status, text, { "content-type": "application/json" });
  }
}

/** What the service answers a gRPC call with. */
export class GrpcAnswer {
  /**
   * @param {number} code
   * @param {string} status
   * @param {Uint8Array} message
   * @param {import("../http.js").HeadersGiven} [metadata]
   */
  constructor(code, status, message, metadata = []) {
    /** @readonly */
    this.code = checkU32("GrpcAnswer: code", code);
    /** @readonly */
    this.status = status;
    /** @readonly */
    this.message = bytesFrom("GrpcAnswer: message", message);
    /** @readonly */
    this.metadata = headersFrom("GrpcAnswer: metadata", metadata);
  }

  /**
   * Status OK and this encoded message.
   *
   * @param {Uint8Array} [message]
   */
  static ok(message = new Uint8Array(0)) {
    return new GrpcAnswer(0, "", message);
  }

  /**
   * Another status, and no message.
   *
   * @param {number} code
   * @param {string} [status]
   */
  static status(code, status = "") {
    return new GrpcAnswer(code, status, new Uint8Array(0));
  }
}
