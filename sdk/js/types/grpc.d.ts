/** A call. It is not changed once it is made. */
export class Call {
    /**
     * @param {string} method `package.Service/Method`.
     * @param {CallOptions} [options]
     */
    constructor(method: string, options?: CallOptions);
    /** @readonly */
    readonly method: string;
    /** The role that it goes to; null is `main`. @readonly */
    readonly endpoint: string | null;
    /** In order. @readonly */
    readonly metadata: readonly import("./network.js").Header[];
    /** @readonly */
    readonly message: Uint8Array<ArrayBufferLike>;
    /** In milliseconds; null is the environment's limit. @readonly */
    readonly timeoutMs: number | null;
    /** The call in words: `grpc package.Service/Method`. */
    get what(): string;
}
/** The gRPC status codes that a probe tells apart. */
export const code: Readonly<{
    /** The call succeeded. */
    OK: 0;
    /** The server took longer than the deadline. */
    DEADLINE_EXCEEDED: 4;
    /** What was asked for is not there. */
    NOT_FOUND: 5;
    /** The caller may not. */
    PERMISSION_DENIED: 7;
    /** Out of something, such as quota. */
    RESOURCE_EXHAUSTED: 8;
    /** The server has no such method. */
    UNIMPLEMENTED: 12;
    /** The server is not available now. */
    UNAVAILABLE: 14;
    /** The caller is not known. */
    UNAUTHENTICATED: 16;
}>;
/** A reply with any status code. */
export class Reply {
    /**
     * @param {string} what
     * @param {import("./host.js").GrpcAnswer} answer
     */
    constructor(what: string, { code, status, metadata, message }: import("./host.js").GrpcAnswer);
    /** The call in words. @readonly */
    readonly what: string;
    /** The status code; see `code`. @readonly */
    readonly code: number;
    /** The status message. @readonly */
    readonly status: string;
    /** Headers and trailers. @readonly */
    readonly metadata: readonly import("./network.js").Header[];
    /** The encoded message; empty where there is none. @readonly */
    readonly message: Uint8Array<ArrayBufferLike>;
    /**
     * Where a part of this reply was read; an empty `part` is the reply itself.
     *
     * @param {string} [part]
     */
    origin(part?: string): Origin;
    /**
     * This reply if its code is OK.
     *
     * @returns {Reply}
     * @throws {CallFailed} If it is not, with the gap that fits.
     */
    ok(): Reply;
    /** The error that a reply with another code than OK is. */
    failed(): CallFailed;
}
/** A reply whose status code is not OK. */
export class CallFailed extends Failure {
    /**
     * @param {string} what The call in words.
     * @param {number} statusCode See `code`.
     * @param {string} status The status message.
     */
    constructor(what: string, statusCode: number, status: string);
    what: string;
    code: number;
    status: string;
}
/** The way to the service over gRPC. */
export class Grpc {
    /** @param {import("./host.js").Host} host */
    constructor(host: import("./host.js").Host);
    /**
     * Makes one call. A reply with another code than OK is a reply: see `Reply.ok`.
     *
     * @param {Call} call
     * @throws {import("./network.js").NetworkError}
     */
    invoke(call: Call): Reply;
    #private;
}
export type CallOptions = {
    /**
     * Another role of the descriptor than `main`.
     */
    endpoint?: string | null;
    metadata?: import("./http.js").HeadersGiven;
    /**
     * Encoded protobuf; empty without it.
     */
    message?: Uint8Array;
    /**
     * A shorter limit than the environment's, in milliseconds.
     */
    timeoutMs?: number | null;
};
import { Origin } from "./evidence.js";
import { Failure } from "./failure.js";
