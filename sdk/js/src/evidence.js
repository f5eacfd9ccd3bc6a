/** Values and where they were read. */

import { checkText, wellFormed } from "./checks.js";

/**
 * A fact's value. Requirements compare numbers as numbers (`"<100"`), anything else as text.
 *
 * @typedef {string | number | boolean} Value
 */

/** Where something was read, in words that let a person read it again. */
export class Origin {
  /**
   * @param {string} what Such as `GET /openapi.json info.version`.
   * @param {string | null} [subject] The container or other part, where the service has several.
   */
  constructor(what, subject = null) {
    /** @readonly */
    this.what = wellFormed(checkText("Origin: what", what));
    /** @readonly */
    this.subject = subject === null ? null : wellFormed(checkText("Origin: subject", subject));
    Object.freeze(this);
  }

  /**
   * The same, in one of the service's parts.
   *
   * @param {string} subject
   */
  of(subject) {
    return new Origin(this.what, checkText("Origin.of", subject));
  }
}
