/** @typedef {import("../host.js").Host} Host */
/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("./answer.js").GrpcAnswer} GrpcAnswer */
/** @typedef {import("./script.js").Scripted} Scripted */
/**
 * @typedef {object} Play
 * @property {import("./needs.js").Descriptor | null} descriptor
 * @property {Map<string, (Answer | NetworkError)[]>} http
 * @property {((request: import("../http.js").Request) => Answer | NetworkError) | null} answering
 * @property {Map<string, (GrpcAnswer | NetworkError)[]>} grpc
 * @property {readonly Scripted[]} containers
 * @property {ContainersError | null} containersError
 */
/** @implements {Host} */
export class ScriptedHost implements Host {
    /** @param {Play} play */
    constructor(play: Play);
    /** @type {import("./seen.js").Heard} */
    heard: import("./seen.js").Heard;
    /** What is wrong in the test or the probe, at first. @type {Error | null} */
    fault: Error | null;
    fact(key: string, value: import("../evidence.js").Value, origin: import("../evidence.js").Origin): void;
    capability(name: string, present: boolean, origin: import("../evidence.js").Origin): void;
    complete(prefix: string): void;
    digest(name: string, sha256: string, origin: import("../evidence.js").Origin): void;
    missing(name: string, why: import("../failure.js").Gap, detail: string): void;
    finding(rule: string, finding: import("../stack.js").Judged): void;
    http(request: import("../http.js").Request): import("../host.js").HttpAnswer;
    httpAll(requests: readonly import("../http.js").Request[]): (import("../host.js").HttpAnswer | import("../network.js").NetworkError)[];
    grpc(call: import("../grpc.js").Call): import("../host.js").GrpcAnswer;
    find(service: string | null): import("../containers.js").Container[];
    env(id: string, name: string): string | null;
    label(id: string, name: string): string | null;
    sha256(id: string, path: string): string;
    readFile(id: string, path: string, maxBytes: number): Uint8Array;
    logs(id: string, lines: number): string[];
    log(level: import("../stack.js").Level, message: string): void;
    #private;
}
export type Host = import("../host.js").Host;
export type Answer = import("./answer.js").Answer;
export type GrpcAnswer = import("./answer.js").GrpcAnswer;
export type Scripted = import("./script.js").Scripted;
export type Play = {
    descriptor: import("./needs.js").Descriptor | null;
    http: Map<string, (Answer | NetworkError)[]>;
    answering: ((request: import("../http.js").Request) => Answer | NetworkError) | null;
    grpc: Map<string, (GrpcAnswer | NetworkError)[]>;
    containers: readonly Scripted[];
    containersError: ContainersError | null;
};
import { NetworkError } from "../network.js";
import { ContainersError } from "../containers.js";
