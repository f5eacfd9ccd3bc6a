/**
 * The text, cut at a character where it is too long.
 *
 * @param {string} whole
 */
export function prose(whole: string): string;
/**
 * The service under observation, and the record of what is seen of it.
 *
 * Evidence reaches the host as it is given, so a crash or a deadline loses nothing. What is too long for the host is
 * shortened where it is prose, and becomes a gap where it is a name or a value: the run goes on.
 */
export class Stack {
    /** @param {import("./host.js").Host} host */
    constructor(host: import("./host.js").Host);
    /** Requests over HTTP. @readonly */
    readonly http: Http;
    /** Unary calls over gRPC. @readonly */
    readonly grpc: Grpc;
    /** The granted containers. @readonly */
    readonly containers: Containers;
    /**
     * A value under a key. Well-known keys: `mode`, `release` (image tag of the release), `version` (the service's own),
     * `api-version`. Any other key is the probe's own and can be required by name.
     *
     * @param {string} key
     * @param {Value} value
     * @param {Origin | string} origin
     */
    fact(key: string, value: Value, origin: Origin | string): void;
    /**
     * A capability that is there, or is seen not to be.
     *
     * @param {string} name
     * @param {boolean} present
     * @param {Origin | string} origin
     */
    capability(name: string, present: boolean, origin: Origin | string): void;
    /**
     * Every present capability that begins with `prefix` has been given: what is required and was not given is absent.
     * Say it only after a whole list was read.
     *
     * @param {string} prefix
     */
    complete(prefix: string): void;
    /**
     * The SHA-256 of something, as 64 lowercase hexadecimal digits.
     *
     * @param {string} name
     * @param {string} sha256
     * @param {Origin | string} origin
     */
    digest(name: string, sha256: string, origin: Origin | string): void;
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
    missing(name: string, why: unknown): void;
    /**
     * Whether a rule of the probe's own, declared in its descriptor, holds.
     *
     * @param {string} rule
     * @param {Finding} finding
     */
    finding(rule: string, finding: Finding): void;
    /**
     * A line for the run's log, which is kept with what the run saw.
     *
     * @param {Level} level
     * @param {string} message
     */
    log(level: Level, message: string): void;
    #private;
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
    constructor(holds: boolean, message: string, comparison?: Comparison);
    /** Whether the rule holds. @readonly */
    readonly holds: boolean;
    /** What was looked at, in words. @readonly */
    readonly message: string;
    /** What should be, or null. @readonly */
    readonly expected: string | null;
    /** What is, or null. @readonly */
    readonly found: string | null;
}
export type Value = import("./evidence.js").Value;
/**
 * How much a log line matters: for the probe's author, worth knowing, worth a look, something is wrong.
 */
export type Level = "debug" | "info" | "warn" | "error";
/**
 * What is compared with what, in words.
 */
export type Comparison = {
    /**
     * What should be.
     */
    expected?: string | number;
    /**
     * What is.
     */
    found?: string | number;
};
/**
 * A finding as the host gets it.
 */
export type Judged = {
    holds: boolean;
    message: string;
    expected: string | null;
    found: string | null;
};
import { Http } from "./http.js";
import { Grpc } from "./grpc.js";
import { Containers } from "./containers.js";
import { Origin } from "./evidence.js";
