/**
 * Write probes for Shipworthy in JavaScript.
 *
 * A probe is a small WebAssembly component that looks at one running service and says what it sees; the host judges. It
 * holds no address, no socket and no credential: it asks a role of its own, and the host carries out what the
 * environment grants.
 *
 * What cannot be seen is a gap (`Stack.missing`, or a `Failure` where nothing more can be seen) and what was seen to be
 * wrong is a `Finding` on a rule that the descriptor declares. They must not be mixed: a gap stops a deploy because
 * nobody knows, a violation because somebody does. Every error of this SDK is a `Failure` and knows its gap, so one
 * that is thrown keeps them apart.
 */

export { Container, Containers, ContainersError } from "./containers.js";
export { Origin } from "./evidence.js";
export { Failure, Gap, Unreadable } from "./failure.js";
export { Call, CallFailed, code, Grpc, Reply } from "./grpc.js";
export * as health from "./health.js";
export { Http, Outcome, Request, Response, UnexpectedStatus } from "./http.js";
export { Json } from "./json.js";
export { NetworkError } from "./network.js";
export { component, oneOrMany } from "./probe.js";
export * as protobuf from "./protobuf.js";
export * as random from "./random.js";
export { Finding, Stack } from "./stack.js";
export * as utf8 from "./utf8.js";

/** @typedef {import("./containers.js").ContainerFields} ContainerFields */
/** @typedef {import("./containers.js").ContainersErrorKind} ContainersErrorKind */
/** @typedef {import("./evidence.js").Value} Value */
/** @typedef {import("./grpc.js").CallOptions} CallOptions */
/** @typedef {import("./http.js").HeadersGiven} HeadersGiven */
/** @typedef {import("./http.js").RequestOptions} RequestOptions */
/** @typedef {import("./json.js").Node} Node */
/** @typedef {import("./network.js").Header} Header */
/** @typedef {import("./network.js").NetworkErrorKind} NetworkErrorKind */
/** @typedef {import("./network.js").Phase} Phase */
/** @typedef {import("./probe.js").Guest} Guest */
/**
 * @template [Config=unknown]
 * @typedef {import("./probe.js").Probe<Config>} Probe
 */
/** @typedef {import("./probe.js").Target} Target */
/** @typedef {import("./stack.js").Comparison} Comparison */
/** @typedef {import("./stack.js").Level} Level */
