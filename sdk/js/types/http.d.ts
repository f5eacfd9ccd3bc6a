/**
 * @param {string} what
 * @param {HeadersGiven} given
 * @returns {readonly Header[]}
 */
export function headersFrom(what: string, given: HeadersGiven): readonly Header[];
/**
 * @param {string} what
 * @param {Uint8Array | string} given
 * @returns {Uint8Array}
 */
export function bytesFrom(what: string, given: Uint8Array | string): Uint8Array;
/** A request. It is not changed once it is made. */
export class Request {
    /**
     * A `GET`.
     *
     * @param {string} path
     * @param {RequestOptions} [options]
     */
    static get(path: string, options?: RequestOptions): Request;
    /**
     * A `POST`. A probe has no side effects: use it where the path makes it harmless.
     *
     * @param {string} path
     * @param {Uint8Array | string} body Text is sent as UTF-8.
     * @param {Omit<RequestOptions, "body">} [options]
     */
    static post(path: string, body: Uint8Array | string, options?: Omit<RequestOptions, "body">): Request;
    /**
     * @param {string} method Any that can be granted: `GET`, `HEAD`, `OPTIONS`, `POST`, `PUT`, `PATCH`, `DELETE`.
     * @param {string} path With the query; begins with `/` and is normal: no `..`, no `//`.
     * @param {RequestOptions} [options]
     */
    constructor(method: string, path: string, options?: RequestOptions);
    /** @readonly */
    readonly method: string;
    /** @readonly */
    readonly path: string;
    /** The role that it goes to; null is `main`. @readonly */
    readonly endpoint: string | null;
    /** In order. @readonly */
    readonly headers: readonly import("./network.js").Header[];
    /** Empty for none. @readonly */
    readonly body: Uint8Array<ArrayBufferLike>;
    /** In milliseconds; null is the environment's limit. @readonly */
    readonly timeoutMs: number | null;
    /** The request in words: `GET /health`. */
    get what(): string;
}
/** An answer with any status; redirects are answers. */
export class Response {
    /**
     * @param {string} what
     * @param {import("./host.js").HttpAnswer} answer
     */
    constructor(what: string, { status, headers, body }: import("./host.js").HttpAnswer);
    /** The request in words: `GET /health`. @readonly */
    readonly what: string;
    /** @readonly */
    readonly status: number;
    /** In order. @readonly */
    readonly headers: readonly import("./network.js").Header[];
    /** @readonly */
    readonly body: Uint8Array<ArrayBufferLike>;
    /**
     * The first header of this name, in any case; null where there is none.
     *
     * @param {string} name
     */
    header(name: string): string | null;
    /**
     * The body, if it is UTF-8.
     *
     * @returns {string}
     * @throws {Unreadable} If it is not.
     */
    text(): string;
    /**
     * The body as JSON, whatever the status and content type.
     *
     * @throws {Unreadable} If it is not JSON.
     */
    json(): Json;
    /**
     * Where a part of this answer was read: `GET /health status`. An empty `part` is the answer itself.
     *
     * @param {string} [part]
     */
    origin(part?: string): Origin;
    /**
     * This answer if its status is `status`.
     *
     * @param {number} status
     * @returns {Response}
     * @throws {UnexpectedStatus} If it is not, with the gap that fits.
     */
    expect(status: number): Response;
    /**
     * The error that another status than the ones expected is.
     *
     * @param {...number} expected
     */
    unexpected(...expected: number[]): UnexpectedStatus;
}
/** An answer whose status is not among those expected. */
export class UnexpectedStatus extends Failure {
    /**
     * @param {string} what The request in words.
     * @param {readonly number[]} expected The statuses expected.
     * @param {number} status The status of the answer.
     * @param {string | null} [location] Where a redirect leads, as the answer says. The host follows none.
     */
    constructor(what: string, expected: readonly number[], status: number, location?: string | null);
    what: string;
    expected: readonly number[];
    status: number;
    location: string | null;
}
/** What became of one of several requests: an answer, or why there is none. */
export class Outcome {
    /** @param {Response | NetworkError} of */
    constructor(of: Response | NetworkError);
    /** Null where there is an error. @readonly */
    readonly response: Response | null;
    /** Null where there is an answer. @readonly */
    readonly error: NetworkError | null;
    /**
     * The answer.
     *
     * @returns {Response}
     * @throws {NetworkError} If there is none.
     */
    get(): Response;
}
/** The way to the service over HTTP. */
export class Http {
    /** @param {import("./host.js").Host} host */
    constructor(host: import("./host.js").Host);
    /**
     * Sends a `GET`.
     *
     * @param {string} path
     * @param {RequestOptions} [options]
     * @throws {NetworkError}
     */
    get(path: string, options?: RequestOptions): Response;
    /**
     * Sends a `POST`.
     *
     * @param {string} path
     * @param {Uint8Array | string} body
     * @param {Omit<RequestOptions, "body">} [options]
     * @throws {NetworkError}
     */
    post(path: string, body: Uint8Array | string, options?: Omit<RequestOptions, "body">): Response;
    /**
     * Sends one request.
     *
     * @param {Request} request
     * @throws {NetworkError}
     */
    send(request: Request): Response;
    /**
     * Sends several at the same time. Outcomes are in the order of the requests.
     *
     * @template {readonly Request[] | []} R
     * @param {R} requests
     * @returns {{ [K in keyof R]: Outcome }}
     */
    sendAll<R extends readonly Request[] | []>(requests: R): { [K in keyof R]: Outcome; };
    #private;
}
export type Header = import("./network.js").Header;
/**
 * Headers as an object, or as pairs where one comes several times.
 */
export type HeadersGiven = Readonly<Record<string, string>> | readonly (readonly [string, string])[];
export type RequestOptions = {
    /**
     * Another role of the descriptor than `main`.
     */
    endpoint?: string | null;
    /**
     * Those that the host sets, such as `host` and credentials, cannot be set.
     */
    headers?: HeadersGiven;
    /**
     * Text is sent as UTF-8.
     */
    body?: Uint8Array | string;
    /**
     * A shorter limit than the environment's, in milliseconds.
     */
    timeoutMs?: number | null;
};
import { Json } from "./json.js";
import { Origin } from "./evidence.js";
import { Failure } from "./failure.js";
import { NetworkError } from "./network.js";
