/** Requests to the service. The host adds address, credentials and TLS, and never follows a redirect. */

import { checkOptions, checkText, checkU32, kind, wellFormed, wrong } from "./checks.js";
import { Origin } from "./evidence.js";
import { Failure, Gap, Unreadable } from "./failure.js";
import { Json } from "./json.js";
import { NetworkError } from "./network.js";
import * as utf8 from "./utf8.js";

/** @typedef {import("./network.js").Header} Header */

/**
 * Headers as an object, or as pairs where one comes several times.
 *
 * @typedef {Readonly<Record<string, string>> | readonly (readonly [string, string])[]} HeadersGiven
 */

/**
 * @typedef {object} RequestOptions
 * @property {string | null} [endpoint] Another role of the descriptor than `main`.
 * @property {HeadersGiven} [headers] Those that the host sets, such as `host` and credentials, cannot be set.
 * @property {Uint8Array | string} [body] Text is sent as UTF-8.
 * @property {number | null} [timeoutMs] A shorter limit than the environment's, in milliseconds.
 */

const OPTIONS = ["endpoint", "headers", "body", "timeoutMs"];

/** A request. It is not changed once it is made. */
export class Request {
  /**
   * @param {string} method Any that can be granted: `GET`, `HEAD`, `OPTIONS`, `POST`, `PUT`, `PATCH`, `DELETE`.
   * @param {string} path With the query; begins with `/` and is normal: no `..`, no `//`.
   * @param {RequestOptions} [options]
   */
  constructor(method, path, options = {}) {
    checkOptions("Request", options, OPTIONS);
    const { endpoint = null, headers = [], body = "", timeoutMs = null } = options;
    /** @readonly */
    this.method = wellFormed(checkText("Request: method", method));
    /** @readonly */
    this.path = wellFormed(checkText("Request: path", path));
    /** The role that it goes to; null is `main`. @readonly */
    this.endpoint = endpoint === null ? null : wellFormed(checkText("Request: endpoint", endpoint));
    /** In order. @readonly */
    this.headers = headersFrom("Request: headers", headers);
    /** Empty for none. @readonly */
    this.body = bytesFrom("Request: body", body);
    /** In milliseconds; null is the environment's limit. @readonly */
    this.timeoutMs = timeoutMs === null ? null : checkU32("Request: timeoutMs", timeoutMs);
    Object.freeze(this);
  }

  /**
   * A `GET`.
   *
   * @param {string} path
   * @param {RequestOptions} [options]
   */
  static get(path, options) {
    return new Request("GET", path, options);
  }

  /**
   * A `POST`. A probe has no side effects: use it where the path makes it harmless.
   *
   * @param {string} path
   * @param {Uint8Array | string} body Text is sent as UTF-8.
   * @param {Omit<RequestOptions, "body">} [options]
   */
  static post(path, body, options = {}) {
    return new Request("POST", path, { ...options, body });
  }

  /** The request in words: `GET /health`. */
  get what() {
    return `${this.method} ${this.path}`;
  }
}

/** An answer with any status; redirects are answers. */
export class Response {
  /**
   * @param {string} what
   * @param {import("./host.js").HttpAnswer} answer
   */
  constructor(what, { status, headers, body }) {
    /** The request in words: `GET /health`. @readonly */
    this.what = what;
    /** @readonly */
    this.status = status;
    /** In order. @readonly */
    this.headers = headers;
    /** @readonly */
    this.body = body;
  }

  /**
   * The first header of this name, in any case; null where there is none.
   *
   * @param {string} name
   */
  header(name) {
    const wanted = checkText("Response.header", name).toLowerCase();
    return this.headers.find((header) => header.name.toLowerCase() === wanted)?.value ?? null;
  }

  /**
   * The body, if it is UTF-8.
   *
   * @returns {string}
   * @throws {Unreadable} If it is not.
   */
  text() {
    try {
      return utf8.decode(this.body);
    } catch (error) {
      throw error instanceof Unreadable ? new Unreadable(`${this.what}: ${error.detail}`) : error;
    }
  }

  /**
   * The body as JSON, whatever the status and content type.
   *
   * @throws {Unreadable} If it is not JSON.
   */
  json() {
    return Json.parse(this.what, this.body);
  }

  /**
   * Where a part of this answer was read: `GET /health status`. An empty `part` is the answer itself.
   *
   * @param {string} [part]
   */
  origin(part = "") {
    return new Origin(part === "" ? this.what : `${this.what} ${part}`);
  }

  /**
   * This answer if its status is `status`.
   *
   * @param {number} status
   * @returns {Response}
   * @throws {UnexpectedStatus} If it is not, with the gap that fits.
   */
  expect(status) {
    if (typeof status !== "number") {
      throw wrong("Response.expect", "a status", status);
    }
    if (this.status !== status) {
      throw this.unexpected(status);
    }
    return this;
  }

  /**
   * The error that another status than the ones expected is.
   *
   * @param {...number} expected
   */
  unexpected(...expected) {
    const redirect = this.status >= 300 && this.status <= 399;
    return new UnexpectedStatus(this.what, expected, this.status, redirect ? this.header("location") : null);
  }
}

/** An answer whose status is not among those expected. */
export class UnexpectedStatus extends Failure {
  /**
   * @param {string} what The request in words.
   * @param {readonly number[]} expected The statuses expected.
   * @param {number} status The status of the answer.
   * @param {string | null} [location] Where a redirect leads, as the answer says. The host follows none.
   */
  constructor(what, expected, status, location = null) {
    const redirect = location === null ? "" : `, a redirect to \`${location}\` that is not followed`;
    super(gapOf(status), `${what}: expected ${expected.join(" or ")}, found ${status}${redirect}`);
    this.what = what;
    this.expected = expected;
    this.status = status;
    this.location = location;
  }
}
UnexpectedStatus.prototype.name = "UnexpectedStatus";

/**
 * Turned away, nothing of the kind, not there now, too slow; for the rest, redirects included, an answer that says
 * nothing.
 *
 * @param {number} status
 */
function gapOf(status) {
  switch (status) {
    case 401:
    case 403:
    case 407:
    case 429:
      return Gap.Denied;
    case 404:
    case 405:
    case 410:
    case 501:
      return Gap.NotOffered;
    case 502:
    case 503:
      return Gap.Unreachable;
    case 408:
    case 504:
      return Gap.TimedOut;
    default:
      return Gap.Unreadable;
  }
}

/** What became of one of several requests: an answer, or why there is none. */
export class Outcome {
  /** @param {Response | NetworkError} of */
  constructor(of) {
    /** Null where there is an error. @readonly */
    this.response = of instanceof Response ? of : null;
    /** Null where there is an answer. @readonly */
    this.error = of instanceof NetworkError ? of : null;
  }

  /**
   * The answer.
   *
   * @returns {Response}
   * @throws {NetworkError} If there is none.
   */
  get() {
    if (this.response === null) {
      throw this.error;
    }
    return this.response;
  }
}

/** The way to the service over HTTP. */
export class Http {
  /** @type {import("./host.js").Host} */
  #host;

  /** @param {import("./host.js").Host} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * Sends a `GET`.
   *
   * @param {string} path
   * @param {RequestOptions} [options]
   * @throws {NetworkError}
   */
  get(path, options) {
    return this.send(Request.get(path, options));
  }

  /**
   * Sends a `POST`.
   *
   * @param {string} path
   * @param {Uint8Array | string} body
   * @param {Omit<RequestOptions, "body">} [options]
   * @throws {NetworkError}
   */
  post(path, body, options) {
    return this.send(Request.post(path, body, options));
  }

  /**
   * Sends one request.
   *
   * @param {Request} request
   * @throws {NetworkError}
   */
  send(request) {
    checkRequest("Http.send", request);
    return new Response(request.what, this.#host.http(request));
  }

  /**
   * Sends several at the same time. Outcomes are in the order of the requests.
   *
   * @template {readonly Request[] | []} R
   * @param {R} requests
   * @returns {{ [K in keyof R]: Outcome }}
   */
  sendAll(requests) {
    if (!Array.isArray(requests)) {
      throw wrong("Http.sendAll", "a list of requests", requests);
    }
    requests.forEach((request, index) => checkRequest(`Http.sendAll: request ${index}`, request));
    const answers = this.#host.httpAll(requests);
    const outcomes = requests.map((/** @type {Request} */ { what }, index) => {
      // The host gives an answer for each request; should it not, the probe does not crash over it.
      const answer = answers[index] ?? NetworkError.protocol("the host gave fewer answers than there were requests");
      return new Outcome(answer instanceof NetworkError ? answer : new Response(what, answer));
    });
    return /** @type {{ [K in keyof R]: Outcome }} */ (outcomes);
  }
}

/**
 * @param {string} what
 * @param {unknown} request
 */
function checkRequest(what, request) {
  if (!(request instanceof Request)) {
    throw new TypeError(`${what}: expected a \`Request\`, found ${kind(request)}`);
  }
}

/**
 * @param {string} what
 * @param {HeadersGiven} given
 * @returns {readonly Header[]}
 */
export function headersFrom(what, given) {
  if (typeof given !== "object" || given === null) {
    throw wrong(what, "an object or a list of pairs", given);
  }
  const pairs = Array.isArray(given) ? given : Object.entries(given);
  return pairs.map(([name, value]) => ({
    name: wellFormed(checkText(`${what}: a name`, name)),
    value: wellFormed(checkText(`${what}: \`${name}\``, value)),
  }));
}

/**
 * @param {string} what
 * @param {Uint8Array | string} given
 * @returns {Uint8Array}
 */
export function bytesFrom(what, given) {
  if (typeof given === "string") {
    return utf8.encode(given);
  }
  if (given instanceof Uint8Array) {
    return given;
  }
  throw wrong(what, "bytes or text", given);
}
