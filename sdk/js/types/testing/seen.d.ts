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
    constructor(outcome: Failure | null, { evidence, requests, calls, log }: Heard);
    /** How the run failed; null where it did not. @readonly */
    readonly outcome: import("../failure.js").Failure | null;
    /** All evidence, in the order in which it was given. @type {readonly Evidence[]} */
    evidence: readonly Evidence[];
    /** The requests over HTTP, in order. @type {readonly import("../http.js").Request[]} */
    requests: readonly import("../http.js").Request[];
    /** The gRPC calls, in order. @type {readonly import("../grpc.js").Call[]} */
    calls: readonly import("../grpc.js").Call[];
    /** The log's lines. @type {Heard["log"]} */
    log: Heard["log"];
    /**
     * All evidence, a line for each, and how the run failed if it did: for tests that compare the whole.
     *
     * @returns {string[]}
     */
    lines(): string[];
    /**
     * The last value of this key; undefined if none was given.
     *
     * @param {string} key
     */
    fact(key: string): import("../evidence.js").Value | undefined;
    /**
     * Whether the capability was last seen present or absent; undefined if it was not given.
     *
     * @param {string} name
     */
    capability(name: string): boolean | undefined;
    /**
     * Whether the capabilities that begin so were said to be complete.
     *
     * @param {string} prefix
     */
    isComplete(prefix: string): boolean;
    /**
     * Why this could not be seen; undefined if that was not said.
     *
     * @param {string} name
     */
    missing(name: string): import("../failure.js").Failure | undefined;
    /**
     * What became of a rule of the probe's own, each time it was judged.
     *
     * @param {string} rule
     */
    findings(rule: string): import("../stack.js").Judged[];
    #private;
}
export type Origin = import("../evidence.js").Origin;
export type Failure = import("../failure.js").Failure;
/**
 * One piece of evidence; the fields are the parameters of the methods of `Stack`.
 */
export type Evidence = {
    kind: "fact";
    key: string;
    value: import("../evidence.js").Value;
    origin: Origin;
} | {
    kind: "capability";
    name: string;
    present: boolean;
    origin: Origin;
} | {
    kind: "complete";
    prefix: string;
} | {
    kind: "digest";
    name: string;
    sha256: string;
    origin: Origin;
} | {
    kind: "missing";
    name: string;
    why: Failure;
} | {
    kind: "finding";
    rule: string;
    finding: import("../stack.js").Judged;
};
/**
 * What a script heard in one run.
 */
export type Heard = {
    evidence: Evidence[];
    requests: import("../http.js").Request[];
    calls: import("../grpc.js").Call[];
    log: {
        level: import("../stack.js").Level;
        message: string;
    }[];
};
