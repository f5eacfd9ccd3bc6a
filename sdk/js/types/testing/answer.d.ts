/** What the service answers a request with. */
export class Answer {
    /**
     * An answer that says it is JSON.
     *
     * @param {number} status
     * @param {unknown} body Text is the body as it is; anything else is written as JSON.
     */
    static json(status: number, body: unknown): Answer;
    /**
     * @param {number} status
     * @param {Uint8Array | string} [body]
     * @param {import("../http.js").HeadersGiven} [headers]
     */
    constructor(status: number, body?: Uint8Array | string, headers?: import("../http.js").HeadersGiven);
    /** @readonly */
    readonly status: number;
    /** @readonly */
    readonly headers: readonly import("../network.js").Header[];
    /** @readonly */
    readonly body: Uint8Array<ArrayBufferLike>;
}
/** What the service answers a gRPC call with. */
export class GrpcAnswer {
    /**
     * Status OK and this encoded message.
     *
     * @param {Uint8Array} [message]
     */
    static ok(message?: Uint8Array): GrpcAnswer;
    /**
     * Another status, and no message.
     *
     * @param {number} code
     * @param {string} [status]
     */
    static status(code: number, status?: string): GrpcAnswer;
    /**
     * @param {number} code
     * @param {string} status
     * @param {Uint8Array} message
     * @param {import("../http.js").HeadersGiven} [metadata]
     */
    constructor(code: number, status: string, message: Uint8Array, metadata?: import("../http.js").HeadersGiven);
    /** @readonly */
    readonly code: number;
    /** @readonly */
    readonly status: string;
    /** @readonly */
    readonly message: Uint8Array<ArrayBufferLike>;
    /** @readonly */
    readonly metadata: readonly import("../network.js").Header[];
}
