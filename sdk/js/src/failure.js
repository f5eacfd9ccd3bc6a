/** Why something could not be seen. A gap is never a violation: the host keeps the two apart in its verdict. */

import { checkText, wellFormed } from "./checks.js";

/** Why something could not be seen. */
export const Gap = Object.freeze({
  /** The service could not be reached. */
  Unreachable: "unreachable",
  /** It took longer than a limit. */
  TimedOut: "timed-out",
  /** The service turned the probe away. */
  Denied: "denied",
  /** TLS could not be set up. */
  Tls: "tls",
  /** The environment does not grant it. */
  NotGranted: "not-granted",
  /** More than a limit allows. */
  Limit: "limit",
  /** The service answered something that this probe cannot read. */
  Unreadable: "unreadable",
  /** The service has nothing of the kind, for instance in this mode. */
  NotOffered: "not-offered",
  /** The environment's `config` fits its schema and still cannot be used. */
  Config: "config",
  /** A defect of the probe's own. */
  Defect: "defect",
});

/** @typedef {(typeof Gap)[keyof typeof Gap]} Gap */

const GAPS = new Set(Object.values(Gap));

/**
 * Nothing at all, or nothing more, can be seen. Evidence given before stays.
 *
 * Every error of this SDK is one, with the gap that fits it. One that is not caught ends the run with its gap; any
 * other error that is not caught is a crash of the probe.
 */
export class Failure extends Error {
  /**
   * A failure for a reason that no other error of this SDK describes.
   *
   * @param {Gap} why
   * @param {string} detail For the person who reads the verdict: a lower-case fragment.
   * @param {ErrorOptions} [options]
   */
  constructor(why, detail, options) {
    if (!GAPS.has(why)) {
      throw new TypeError("Failure: why: expected one of `Gap`, such as `Gap.NotOffered`");
    }
    super(wellFormed(checkText("Failure: detail", detail)), options);
    /** Why. */
    this.why = why;
  }

  /** For the person who reads the verdict; the same as `message`. */
  get detail() {
    return this.message;
  }

  /**
   * The environment's `config` cannot be used.
   *
   * @param {string} detail Names the key.
   */
  static config(detail) {
    return new Failure(Gap.Config, detail);
  }

  /**
   * The same failure, of what every service of its kind has. That there is nothing of the kind counts for nothing in a
   * verdict; where it must be there, something else may be answering, and that may not be passed over.
   */
  mustBeOffered() {
    const why = this.why === Gap.NotOffered ? Gap.Unreadable : this.why;
    return new Failure(why, this.detail, { cause: this });
  }

  /**
   * The same failure, saying what was being looked at: `GET /health: connection refused`.
   *
   * @param {string} what
   */
  at(what) {
    return new Failure(this.why, `${what}: ${this.detail}`, { cause: this });
  }
}
// On the prototype, as it is for the language's own errors, so that it is no field of each one.
Failure.prototype.name = "Failure";

/** An answer that came, and that the probe cannot read. */
export class Unreadable extends Failure {
  /** @param {string} detail */
  constructor(detail) {
    super(Gap.Unreadable, detail);
  }
}
Unreadable.prototype.name = "Unreadable";
