/**
 * A container with what can be asked of it.
 *
 * @typedef {object} Scripted
 * @property {string} owner
 * @property {Container} container
 * @property {Map<string, string>} env
 * @property {Map<string, string>} labels
 * @property {Map<string, Uint8Array>} files
 * @property {Map<string, string>} digests
 * @property {readonly string[]} logs
 */
/**
 * A script: what each request, call and container is answered with. Its methods change it and give it back.
 *
 * ```js
 * const seen = new Script()
 *   .http("GET /info", Answer.json(200, { version: "2.0.0" }))
 *   .http("GET /queue", NetworkError.unreachable("connection refused"))
 *   .run(observe);
 * assert.equal(seen.fact("version"), "2.0.0");
 * ```
 */
export class Script {
    /**
     * Refuses what this descriptor does not declare, as the host does, and fails a test whose probe gives a finding on a
     * rule that it does not declare.
     *
     * @param {string | object} json The text of `probe.json`, or what it was read to.
     */
    descriptor(json: string | object): this;
    /**
     * Looks at this target; what is left out stays as it is (the service `service`).
     *
     * @param {Partial<import("../probe.js").Target>} target
     */
    target(target: Partial<import("../probe.js").Target>): this;
    /**
     * Answers `METHOD PATH`, or `@ROLE METHOD PATH`. Given several times, the answers come in turn and the last one
     * stays.
     *
     * @param {string} request
     * @param {Answer | NetworkError} answer
     */
    http(request: string, answer: Answer | NetworkError): this;
    /**
     * Answers every request that `http` says nothing of by a function: for answers that depend on what is asked.
     *
     * @param {(request: import("../http.js").Request) => Answer | NetworkError} answer
     */
    answering(answer: (request: import("../http.js").Request) => Answer | NetworkError): this;
    /**
     * Answers `package.Service/Method`, or `@ROLE package.Service/Method`, likewise.
     *
     * @param {string} method
     * @param {GrpcAnswer | NetworkError} answer
     */
    grpc(method: string, answer: GrpcAnswer | NetworkError): this;
    /**
     * A container of the probe's own service. It needs a name; its id is made from it.
     *
     * @param {Container | Partial<import("../containers.js").ContainerFields>} container
     */
    container(container: Container | Partial<import("../containers.js").ContainerFields>): this;
    /**
     * A container of another service or group.
     *
     * @param {string} owner
     * @param {Container | Partial<import("../containers.js").ContainerFields>} container
     */
    containerOf(owner: string, container: Container | Partial<import("../containers.js").ContainerFields>): this;
    /**
     * A variable of the container given last.
     *
     * @param {string} name
     * @param {string} value
     */
    env(name: string, value: string): this;
    /**
     * A label of the container given last.
     *
     * @param {string} name
     * @param {string} value
     */
    label(name: string, value: string): this;
    /**
     * A file of the container given last.
     *
     * @param {string} path
     * @param {Uint8Array | string} bytes
     */
    file(path: string, bytes: Uint8Array | string): this;
    /**
     * The digest of a file of the container given last. It is not computed.
     *
     * @param {string} path
     * @param {string} sha256
     */
    sha256(path: string, sha256: string): this;
    /**
     * The log of the container given last.
     *
     * @param {readonly string[]} lines
     */
    logs(lines: readonly string[]): this;
    /**
     * Every question about containers is answered with this error.
     *
     * @param {ContainersError} error
     */
    containersFail(error: ContainersError): this;
    /**
     * Runs a probe with this configuration. A script can be run again: its turns begin anew.
     *
     * @template Config
     * @param {import("../probe.js").Probe<Config>} observe
     * @param {Config} [config] As the environment would say it; `{}` without it.
     * @returns {Seen}
     * @throws {Error} What is wrong in the probe, and what it asks without the script having an answer.
     */
    run<Config>(observe: import("../probe.js").Probe<Config>, config?: Config): Seen;
    #private;
}
/**
 * A container with what can be asked of it.
 */
export type Scripted = {
    owner: string;
    container: Container;
    env: Map<string, string>;
    labels: Map<string, string>;
    files: Map<string, Uint8Array>;
    digests: Map<string, string>;
    logs: readonly string[];
};
import { Answer } from "./answer.js";
import { NetworkError } from "../network.js";
import { GrpcAnswer } from "./answer.js";
import { Container } from "../containers.js";
import { ContainersError } from "../containers.js";
import { Seen } from "./seen.js";
