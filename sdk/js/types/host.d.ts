/**
 * The host's side, call by call as the WIT has it: behind it stands the component's world, or a test's script. What
 * arrives here is checked and within bounds.
 */
export type Host = {
    fact: (key: string, value: import("./evidence.js").Value, origin: import("./evidence.js").Origin) => void;
    capability: (name: string, present: boolean, origin: import("./evidence.js").Origin) => void;
    complete: (prefix: string) => void;
    digest: (name: string, sha256: string, origin: import("./evidence.js").Origin) => void;
    missing: (name: string, why: import("./failure.js").Gap, detail: string) => void;
    finding: (rule: string, finding: import("./stack.js").Judged) => void;
    /**
     * Throws a `NetworkError`.
     */
    http: (request: import("./http.js").Request) => HttpAnswer;
    httpAll: (requests: readonly import("./http.js").Request[]) => (HttpAnswer | import("./network.js").NetworkError)[];
    /**
     * Throws a `NetworkError`.
     */
    grpc: (call: import("./grpc.js").Call) => GrpcAnswer;
    /**
     * Throws a `ContainersError`, as do the next.
     */
    find: (service: string | null) => import("./containers.js").Container[];
    env: (id: string, name: string) => string | null;
    label: (id: string, name: string) => string | null;
    sha256: (id: string, path: string) => string;
    readFile: (id: string, path: string, maxBytes: number) => Uint8Array;
    logs: (id: string, lines: number) => string[];
    log: (level: import("./stack.js").Level, message: string) => void;
};
/**
 * What came back, before it knows its request.
 */
export type HttpAnswer = {
    status: number;
    headers: readonly import("./network.js").Header[];
    body: Uint8Array;
};
/**
 * What came back, before it knows its call.
 */
export type GrpcAnswer = {
    code: number;
    status: string;
    metadata: readonly import("./network.js").Header[];
    message: Uint8Array;
};
