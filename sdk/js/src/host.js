/**
 * The host's side, call by call as the WIT has it: behind it stands the component's world, or a test's script. What
 * arrives here is checked and within bounds.
 *
 * @typedef {object} Host
 * @property {(key: string, value: import("./evidence.js").Value, origin: import("./evidence.js").Origin) => void} fact
 * @property {(name: string, present: boolean, origin: import("./evidence.js").Origin) => void} capability
 * @property {(prefix: string) => void} complete
 * @property {(name: string, sha256: string, origin: import("./evidence.js").Origin) => void} digest
 * @property {(name: string, why: import("./failure.js").Gap, detail: string) => void} missing
 * @property {(rule: string, finding: import("./stack.js").Judged) => void} finding
 * @property {(request: import("./http.js").Request) => HttpAnswer} http Throws a `NetworkError`.
 * @property {(requests: readonly import("./http.js").Request[]) => (HttpAnswer | import("./network.js").NetworkError)[]} httpAll
 * @property {(call: import("./grpc.js").Call) => GrpcAnswer} grpc Throws a `NetworkError`.
 * @property {(service: string | null) => import("./containers.js").Container[]} find Throws a `ContainersError`, as do the next.
 * @property {(id: string, name: string) => string | null} env
 * @property {(id: string, name: string) => string | null} label
 * @property {(id: string, path: string) => string} sha256
 * @property {(id: string, path: string, maxBytes: number) => Uint8Array} readFile
 * @property {(id: string, lines: number) => string[]} logs
 * @property {(level: import("./stack.js").Level, message: string) => void} log
 */

/**
 * What came back, before it knows its request.
 *
 * @typedef {object} HttpAnswer
 * @property {number} status
 * @property {readonly import("./network.js").Header[]} headers
 * @property {Uint8Array} body
 */

/**
 * What came back, before it knows its call.
 *
 * @typedef {object} GrpcAnswer
 * @property {number} code
 * @property {string} status
 * @property {readonly import("./network.js").Header[]} metadata
 * @property {Uint8Array} message
 */

export {};
