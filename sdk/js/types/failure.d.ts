export type Gap = (typeof Gap)[keyof typeof Gap];
/** Why something could not be seen. */
export const Gap: Readonly<{
    /** The service could not be reached. */
    Unreachable: "unreachable";
    /** It took longer than a limit. */
    TimedOut: "timed-out";
    /** The service turned the probe away. */
    Denied: "denied";
    /** TLS could not be set up. */
    Tls: "tls";
    /** The environment does not grant it. */
    NotGranted: "not-granted";
    /** More than a limit allows. */
    Limit: "limit";
    /** The service answered something that this probe cannot read. */
    Unreadable: "unreadable";
    /** The service has nothing of the kind, for instance in this mode. */
    NotOffered: "not-offered";
    /** The environment's `config` fits its schema and still cannot be used. */
    Config: "config";
    /** A defect of the probe's own. */
    Defect: "defect";
}>;
/**
 * Nothing at all, or nothing more, can be seen. Evidence given before stays.
 *
 * Every error of this SDK is one, with the gap that fits it. One that is not caught ends the run with its gap; any
 * other error that is not caught is a crash of the probe.
 */
export class Failure extends Error {
    /**
     * The environment's `config` cannot be used.
     *
     * @param {string} detail Names the key.
     */
    static config(detail: string): Failure;
    /**
     * A failure for a reason that no other error of this SDK describes.
     *
     * @param {Gap} why
     * @param {string} detail For the person who reads the verdict: a lower-case fragment.
     * @param {ErrorOptions} [options]
     */
    constructor(why: Gap, detail: string, options?: ErrorOptions);
    /** Why. */
    why: Gap;
    /** For the person who reads the verdict; the same as `message`. */
    get detail(): string;
    /**
     * The same failure, of what every service of its kind has. That there is nothing of the kind counts for nothing in a
     * verdict; where it must be there, something else may be answering, and that may not be passed over.
     */
    mustBeOffered(): Failure;
    /**
     * The same failure, saying what was being looked at: `GET /health: connection refused`.
     *
     * @param {string} what
     */
    at(what: string): Failure;
}
/** An answer that came, and that the probe cannot read. */
export class Unreadable extends Failure {
    /** @param {string} detail */
    constructor(detail: string);
}
