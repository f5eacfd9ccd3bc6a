/** What a probe said to a script. */

import * as display from "../display.js";

/** @typedef {import("../evidence.js").Origin} Origin */
/** @typedef {import("../failure.js").Failure} Failure */

/**
 * One piece of evidence; the fields are the parameters of the methods of `Stack`.
 *
 * @typedef {{ kind: "fact", key: string, value: import("../evidence.js").Value, origin: Origin }
 *   | { kind: "capability", name: string, present: boolean, origin: Origin }
 *   | { kind: "complete", prefix: string }
 *   | { kind: "digest", name: string, sha256: string, origin: Origin }
 *   | { kind: "missing", name: string, why: Failure }
 *   | { kind: "finding", rule: string, finding: import("../stack.js").Judged }} Evidence
 */

/**
 * What a script heard in one run.
 *
 * @typedef {object} Heard
 * @property {Evidence[]} evidence
 * @property {import("../http.js").Request[]} requests
 * @property {import("../grpc.js").Call[]} calls
 * @property {{ level: import("../stack.js").Level, message: string }[]} log
 */

/** One run of a probe, as the host would have seen it. */
export class Seen {
  /**
   * @param {Failure | null} outcome
   * @param {Heard} heard
   */
  constructor(outcome, { evidence, requests, calls, log }) {
    /** How the run failed; null where it did not. @readonly */
    this.outcome = outcome;
    /** All evidence, in the order in which it was given. @type {readonly Evidence[]} */
    this.evidence = evidence;
    /** The requests over HTTP, in order. @type {readonly import("../http.js").Request[]} */
    this.requests = requests;
    /** The gRPC calls, in order. @type {readonly import("../grpc.js").Call[]} */
    this.calls = calls;
    /** The log's lines. @type {Heard["log"]} */
    this.log = log;
  }

  /**
   * All evidence, a line for each, and how the run failed if it did: for tests that compare the whole.
   *
   * @returns {string[]}
   */
  lines() {
    const failed = this.outcome === null ? [] : [`failed ${this.outcome.why}: ${this.outcome.detail}`];
    return [...this.evidence.map(line), ...failed];
  }

  /**
   * The last value of this key; undefined if none was given.
   *
   * @param {string} key
   */
  fact(key) {
    return this.#last("fact", (fact) => fact.key === key)?.value;
  }

  /**
   * Whether the capability was last seen present or absent; undefined if it was not given.
   *
   * @param {string} name
   */
  capability(name) {
    return this.#last("capability", (capability) => capability.name === name)?.present;
  }

  /**
   * Whether the capabilities that begin so were said to be complete.
   *
   * @param {string} prefix
   */
  isComplete(prefix) {
    return this.#last("complete", (complete) => complete.prefix === prefix) !== undefined;
  }

  /**
   * Why this could not be seen; undefined if that was not said.
   *
   * @param {string} name
   */
  missing(name) {
    return this.#all("missing").find((missing) => missing.name === name)?.why;
  }

  /**
   * What became of a rule of the probe's own, each time it was judged.
   *
   * @param {string} rule
   */
  findings(rule) {
    return this.#all("finding")
      .filter((finding) => finding.rule === rule)
      .map(({ finding }) => finding);
  }

  /**
   * @template {Evidence["kind"]} K
   * @param {K} kind
   */
  #all(kind) {
    return /** @type {Extract<Evidence, { kind: K }>[]} */ (this.evidence.filter((evidence) => evidence.kind === kind));
  }

  /**
   * @template {Evidence["kind"]} K
   * @param {K} kind
   * @param {(evidence: Extract<Evidence, { kind: K }>) => boolean} is
   */
  #last(kind, is) {
    return this.#all(kind).findLast(is);
  }
}

/** @param {Evidence} evidence */
function line(evidence) {
  switch (evidence.kind) {
    case "fact":
      return `fact ${evidence.key} = ${value(evidence.value)}${from(evidence.origin)}`;
    case "capability":
      return `capability ${evidence.name} ${evidence.present ? "present" : "absent"}${from(evidence.origin)}`;
    case "complete":
      return `complete ${display.quoted(evidence.prefix)}`;
    case "digest":
      return `digest ${evidence.name} = ${evidence.sha256}${from(evidence.origin)}`;
    case "missing":
      return `missing ${evidence.name}: ${evidence.why.why}: ${evidence.why.detail}`;
    case "finding": {
      const { holds, message, expected, found } = evidence.finding;
      const compared = [expected === null ? "" : `, expected ${expected}`, found === null ? "" : `, found ${found}`];
      return `finding ${evidence.rule} ${holds ? "holds" : "broken"}: ${message}${compared.join("")}`;
    }
  }
}

/** @param {import("../evidence.js").Value} of */
function value(of) {
  switch (typeof of) {
    case "string":
      return display.quoted(of);
    case "number":
      return display.number(of);
    default:
      return String(of);
  }
}

/** @param {Origin} origin */
function from({ what, subject }) {
  return `, from ${what}${subject === null ? "" : ` of ${subject}`}`;
}
