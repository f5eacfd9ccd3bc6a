/** What a probe holds in its hand: the ways to ask, and the ways to say what was seen. */

import { checkBoolean, checkOptions, checkText, kind, wellFormed, wrong } from "./checks.js";
import { Containers } from "./containers.js";
import * as display from "./display.js";
import { Origin } from "./evidence.js";
import { Failure, Gap } from "./failure.js";
import { Grpc } from "./grpc.js";
import { Http } from "./http.js";
import * as utf8 from "./utf8.js";

/** @typedef {import("./evidence.js").Value} Value */

/**
 * How much a log line matters: for the probe's author, worth knowing, worth a look, something is wrong.
 *
 * @typedef {"debug" | "info" | "warn" | "error"} Level
 */

const LEVELS = ["debug", "info", "warn", "error"];

/** Longest key, name or prefix, in bytes: the host's limit, beyond which it would end the run. */
const LONGEST_NAME = 1_024;

/** Longest text value, in bytes: likewise. */
const LONGEST_TEXT = 8_192;

/**
 * Longest detail, message, expectation or finding that is passed on, in bytes. It is for a person to read, and a
 * service's answer may have got into it.
 */
const LONGEST_PROSE = 1_024;

/**
 * The service under observation, and the record of what is seen of it.
 *
 * Evidence reaches the host as it is given, so a crash or a deadline loses nothing. What is too long for the host is
 * shortened where it is prose, and becomes a gap where it is a name or a value: the run goes on.
 */
export class Stack {
  /** @type {import("./host.js").Host} */
  #host;

  /** @param {import("./host.js").Host} host */
  constructor(host) {
    this.#host = host;
    /** Requests over HTTP. @readonly */
    this.http = new Http(host);
    /** Unary calls over gRPC. @readonly */
    this.grpc = new Grpc(host);
    /** The granted containers. @readonly */
    this.containers = new Containers(host);
    Object.freeze(this);
  }

  /**
   * A value under a key. Well-known keys: `mode`, `release` (image tag of the release), `version` (the service's own),
   * `api-version`. Any other key is the probe's own and can be required by name.
   *
   * @param {string} key
   * @param {Value} value
   * @param {Origin | string} origin
   */
  fact(key, value, origin) {
    const [name, place] = [text("fact: key", key), originFrom("fact", origin)];
    if (typeof value === "string") {
      const safe = wellFormed(value);
      if (isLonger(safe, LONGEST_TEXT)) {
        this.missing(name, tooLong("a value", safe, LONGEST_TEXT));
      } else if (this.#fits(name)) {
        this.#host.fact(name, safe, place);
      }
    } else if (typeof value === "number" || typeof value === "boolean") {
      if (this.#fits(name)) {
        this.#host.fact(name, value, place);
      }
    } else {
      throw wrong(`fact \`${short(name)}\``, "text, a number or a boolean", value);
    }
  }

  /**
   * A capability that is there, or is seen not to be.
   *
   * @param {string} name
   * @param {boolean} present
   * @param {Origin | string} origin
   */
  capability(name, present, origin) {
    const [known, place] = [text("capability: name", name), originFrom("capability", origin)];
    checkBoolean(`capability \`${short(known)}\``, present);
    if (this.#fits(known)) {
      this.#host.capability(known, present, place);
    }
  }

  /**
   * Every present capability that begins with `prefix` has been given: what is required and was not given is absent.
   * Say it only after a whole list was read.
   *
   * @param {string} prefix
   */
  complete(prefix) {
    const known = text("complete: prefix", prefix);
    if (this.#fits(known)) {
      this.#host.complete(known);
    }
  }

  /**
   * The SHA-256 of something, as 64 lowercase hexadecimal digits.
   *
   * @param {string} name
   * @param {string} sha256
   * @param {Origin | string} origin
   */
  digest(name, sha256, origin) {
    const [known, digest, place] = [
      text("digest: name", name),
      text("digest: sha256", sha256),
      originFrom("digest", origin),
    ];
    if (this.#fits(known)) {
      this.#host.digest(known, prose(digest), place);
    }
  }

  /**
   * A key, capability or digest that should be there and could not be seen, or a rule of the probe's own that could not
   * be judged. Any error of this SDK says why.
   *
   * Any other error is thrown on, so that what is wrong in the probe never passes for a gap. So this is safe:
   *
   * ```js
   * try {
   *   const answer = stack.http.get("/queue").expect(200).json();
   *   stack.fact("queue", answer.value("/length"), answer.origin("/length"));
   * } catch (error) {
   *   stack.missing("queue", error);
   * }
   * ```
   *
   * @param {string} name
   * @param {unknown} why A `Failure`, or what a `catch` caught.
   */
  missing(name, why) {
    const known = text("missing: name", name);
    if (!(why instanceof Failure)) {
      throw why instanceof Error ? why : wrong(`missing \`${short(known)}\``, "an error of the SDK", why);
    }
    if (this.#fits(known)) {
      this.#host.missing(known, why.why, prose(why.detail));
    }
  }

  /**
   * Whether a rule of the probe's own, declared in its descriptor, holds.
   *
   * @param {string} rule
   * @param {Finding} finding
   */
  finding(rule, finding) {
    const known = text("finding: rule", rule);
    if (!(finding instanceof Finding)) {
      throw new TypeError(`finding \`${short(known)}\`: expected a \`Finding\`, found ${kind(finding)}`);
    }
    if (this.#fits(known)) {
      const { holds, message, expected, found } = finding;
      this.#host.finding(known, {
        holds,
        message: prose(message),
        expected: expected === null ? null : prose(expected),
        found: found === null ? null : prose(found),
      });
    }
  }

  /**
   * A line for the run's log, which is kept with what the run saw.
   *
   * @param {Level} level
   * @param {string} message
   */
  log(level, message) {
    if (!LEVELS.includes(level)) {
      throw new TypeError(`log: level: expected one of ${LEVELS.join(", ")}`);
    }
    this.#host.log(level, text("log: message", message));
  }

  /**
   * A name that the host would stop at is not given; that something was left out is said.
   *
   * @param {string} name
   */
  #fits(name) {
    if (!isLonger(name, LONGEST_NAME)) {
      return true;
    }
    const { why, detail } = tooLong("a name", name, LONGEST_NAME);
    this.#host.missing(prose(name), why, detail);
    return false;
  }
}

/**
 * What is compared with what, in words.
 *
 * @typedef {object} Comparison
 * @property {string | number} [expected] What should be.
 * @property {string | number} [found] What is.
 */

/**
 * A finding as the host gets it.
 *
 * @typedef {object} Judged
 * @property {boolean} holds
 * @property {string} message
 * @property {string | null} expected
 * @property {string | null} found
 */

/** What became of a rule of the probe's own. */
export class Finding {
  /**
   * @param {boolean} holds Whether the rule holds.
   * @param {string} message What was looked at, in words.
   * @param {Comparison} [comparison]
   */
  constructor(holds, message, comparison = {}) {
    checkOptions("Finding", comparison, ["expected", "found"]);
    /** Whether the rule holds. @readonly */
    this.holds = checkBoolean("Finding: holds", holds);
    /** What was looked at, in words. @readonly */
    this.message = text("Finding: message", message);
    /** What should be, or null. @readonly */
    this.expected = words("Finding: expected", comparison.expected);
    /** What is, or null. @readonly */
    this.found = words("Finding: found", comparison.found);
    Object.freeze(this);
  }
}

/**
 * @param {string} what
 * @param {unknown} value
 */
function text(what, value) {
  return wellFormed(checkText(what, value));
}

/**
 * @param {string} what
 * @param {string | number | undefined} value
 */
function words(what, value) {
  if (value === undefined) {
    return null;
  }
  return typeof value === "number" ? display.number(value) : text(what, value);
}

/**
 * @param {string} what
 * @param {Origin | string} origin
 */
function originFrom(what, origin) {
  if (typeof origin !== "string" && !(origin instanceof Origin)) {
    throw wrong(`${what}: origin`, "an `Origin` or text", origin);
  }
  const place = typeof origin === "string" ? new Origin(origin) : origin;
  const [shortened, subject] = [prose(place.what), place.subject === null ? null : prose(place.subject)];
  return shortened === place.what && subject === place.subject ? place : new Origin(shortened, subject);
}

/**
 * Whether the text is more than so many bytes. Of most texts the units tell it.
 *
 * @param {string} whole
 * @param {number} limit
 */
function isLonger(whole, limit) {
  return whole.length * 3 > limit && (whole.length > limit || utf8.length(whole) > limit);
}

/**
 * A name for an error message.
 *
 * @param {string} name
 */
function short(name) {
  return name.length <= 80 ? name : `${name.slice(0, 80)}…`;
}

/**
 * @param {string} what
 * @param {string} given
 * @param {number} limit
 */
function tooLong(what, given, limit) {
  return new Failure(Gap.Limit, `${what} of ${utf8.length(given)} bytes, where at most ${limit} are taken`);
}

/**
 * The text, cut at a character where it is too long.
 *
 * @param {string} whole
 */
export function prose(whole) {
  if (!isLonger(whole, LONGEST_PROSE)) {
    return whole;
  }
  // No character has fewer bytes than units, so this has all that there is room for.
  const bytes = utf8.encode(whole.slice(0, LONGEST_PROSE));
  let end = LONGEST_PROSE - utf8.length("…");
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
    end -= 1;
  }
  return `${utf8.decode(bytes.subarray(0, end))}…`;
}
