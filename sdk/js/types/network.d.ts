/** Why a request or call has no answer. */
export class NetworkError extends Failure {
    /**
     * The environment does not grant it.
     *
     * @param {string} grant The grant that it would take.
     */
    static notGranted(grant: string): NetworkError;
    /**
     * The request itself is wrong, such as a path that is not normal: a defect of the probe, or of its config.
     *
     * @param {string} why
     */
    static invalidRequest(why: string): NetworkError;
    /**
     * The service could not be reached.
     *
     * @param {string} why
     */
    static unreachable(why: string): NetworkError;
    /**
     * TLS could not be set up.
     *
     * @param {string} why With the CA that was used and the issuer that was seen.
     */
    static tls(why: string): NetworkError;
    /**
     * It took longer than a limit.
     *
     * @param {Phase} phase What took so long.
     * @param {number} limitMs The limit, in milliseconds.
     * @param {number} [receivedBytes] Bytes of the body that had arrived.
     */
    static timedOut(phase: Phase, limitMs: number, receivedBytes?: number): NetworkError;
    /**
     * More than a limit allows.
     *
     * @param {string} what What was limited, such as `response body`.
     * @param {number} limit In bytes, but for requests.
     */
    static tooLarge(what: string, limit: number): NetworkError;
    /**
     * The peer does not speak the protocol.
     *
     * @param {string} why
     */
    static protocol(why: string): NetworkError;
    /**
     * @param {NetworkErrorKind} kind
     * @param {string} detail
     */
    constructor(kind: NetworkErrorKind, detail: string);
    /** What happened. */
    kind: NetworkErrorKind;
}
/**
 * A header or a piece of gRPC metadata.
 */
export type Header = {
    /**
     * In any case; compared without regard to it.
     */
    name: string;
    /**
     * Bytes that were not UTF-8 are U+FFFD.
     */
    value: string;
};
/**
 * What a request was doing when its time ran out.
 */
export type Phase = "connect" | "tls" | "send" | "headers" | "body";
/**
 * What happened, for code that decides by it.
 */
export type NetworkErrorKind = "not-granted" | "invalid-request" | "unreachable" | "tls" | "timed-out" | "too-large" | "protocol";
import { Failure } from "./failure.js";
