/** What the service would answer. */

import { checkText, kind } from "../checks.js";
import { Container, ContainersError } from "../containers.js";
import { Failure } from "../failure.js";
import { NetworkError } from "../network.js";
import { run } from "../probe.js";
import * as utf8 from "../utf8.js";
import { Answer, GrpcAnswer } from "./answer.js";
import { Descriptor } from "./needs.js";
import { ScriptedHost } from "./host.js";
import { Seen } from "./seen.js";

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
  /** @type {import("../probe.js").Target} */
  #target = { service: "service", instance: "service", project: null };
  /** @type {Descriptor | null} */
  #descriptor = null;
  /** @type {Map<string, (Answer | NetworkError)[]>} */
  #http = new Map();
  /** @type {((request: import("../http.js").Request) => Answer | NetworkError) | null} */
  #answering = null;
  /** @type {Map<string, (GrpcAnswer | NetworkError)[]>} */
  #grpc = new Map();
  /** @type {Scripted[]} */
  #containers = [];
  /** @type {ContainersError | null} */
  #containersError = null;

  /**
   * Refuses what this descriptor does not declare, as the host does, and fails a test whose probe gives a finding on a
   * rule that it does not declare.
   *
   * @param {string | object} json The text of `probe.json`, or what it was read to.
   */
  descriptor(json) {
    this.#descriptor = new Descriptor(json);
    return this;
  }

  /**
   * Looks at this target; what is left out stays as it is (the service `service`).
   *
   * @param {Partial<import("../probe.js").Target>} target
   */
  target(target) {
    this.#target = { ...this.#target, ...target };
    return this;
  }

  /**
   * Answers `METHOD PATH`, or `@ROLE METHOD PATH`. Given several times, the answers come in turn and the last one
   * stays.
   *
   * @param {string} request
   * @param {Answer | NetworkError} answer
   */
  http(request, answer) {
    push(this.#http, request, checked(answer, Answer));
    return this;
  }

  /**
   * Answers every request that `http` says nothing of by a function: for answers that depend on what is asked.
   *
   * @param {(request: import("../http.js").Request) => Answer | NetworkError} answer
   */
  answering(answer) {
    this.#answering = (request) => checked(answer(request), Answer);
    return this;
  }

  /**
   * Answers `package.Service/Method`, or `@ROLE package.Service/Method`, likewise.
   *
   * @param {string} method
   * @param {GrpcAnswer | NetworkError} answer
   */
  grpc(method, answer) {
    push(this.#grpc, method, checked(answer, GrpcAnswer));
    return this;
  }

  /**
   * A container of the probe's own service. It needs a name; its id is made from it.
   *
   * @param {Container | Partial<import("../containers.js").ContainerFields>} container
   */
  container(container) {
    return this.containerOf(".", container);
  }

  /**
   * A container of another service or group.
   *
   * @param {string} owner
   * @param {Container | Partial<import("../containers.js").ContainerFields>} container
   */
  containerOf(owner, container) {
    this.#containers.push({
      owner,
      container: new Container({ ...container, id: `id-of-${container.name ?? ""}` }),
      env: new Map(),
      labels: new Map(),
      files: new Map(),
      digests: new Map(),
      logs: [],
    });
    return this;
  }

  /**
   * A variable of the container given last.
   *
   * @param {string} name
   * @param {string} value
   */
  env(name, value) {
    this.#last().env.set(name, checkText("Script.env", value));
    return this;
  }

  /**
   * A label of the container given last.
   *
   * @param {string} name
   * @param {string} value
   */
  label(name, value) {
    this.#last().labels.set(name, checkText("Script.label", value));
    return this;
  }

  /**
   * A file of the container given last.
   *
   * @param {string} path
   * @param {Uint8Array | string} bytes
   */
  file(path, bytes) {
    this.#last().files.set(path, typeof bytes === "string" ? utf8.encode(bytes) : bytes);
    return this;
  }

  /**
   * The digest of a file of the container given last. It is not computed.
   *
   * @param {string} path
   * @param {string} sha256
   */
  sha256(path, sha256) {
    this.#last().digests.set(path, checkText("Script.sha256", sha256));
    return this;
  }

  /**
   * The log of the container given last.
   *
   * @param {readonly string[]} lines
   */
  logs(lines) {
    this.#last().logs = lines;
    return this;
  }

  /**
   * Every question about containers is answered with this error.
   *
   * @param {ContainersError} error
   */
  containersFail(error) {
    this.#containersError = error;
    return this;
  }

  /**
   * Runs a probe with this configuration. A script can be run again: its turns begin anew.
   *
   * @template Config
   * @param {import("../probe.js").Probe<Config>} observe
   * @param {Config} [config] As the environment would say it; `{}` without it.
   * @returns {Seen}
   * @throws {Error} What is wrong in the probe, and what it asks without the script having an answer.
   */
  run(observe, config) {
    const host = new ScriptedHost({
      descriptor: this.#descriptor,
      http: turns(this.#http),
      answering: this.#answering,
      grpc: turns(this.#grpc),
      containers: this.#containers,
      containersError: this.#containersError,
    });
    const outcome = failureOf(() => run(observe, host, { ...this.#target }, JSON.stringify(config ?? {})));
    // Said to the test even if the probe caught it.
    if (host.fault !== null) {
      throw host.fault;
    }
    return new Seen(outcome, host.heard);
  }

  #last() {
    const last = this.#containers.at(-1);
    if (last === undefined) {
      throw new Error("the script has no container yet: give one before what can be asked of it");
    }
    return last;
  }
}

/**
 * @param {() => void} body
 * @returns {Failure | null}
 */
function failureOf(body) {
  try {
    body();
    return null;
  } catch (error) {
    if (error instanceof Failure) {
      return error;
    }
    throw error;
  }
}

/**
 * @template T
 * @param {Map<string, T[]>} answers
 * @param {string} key
 * @param {T} answer
 */
function push(answers, key, answer) {
  const known = answers.get(key);
  if (known === undefined) {
    answers.set(key, [answer]);
  } else {
    known.push(answer);
  }
}

/**
 * @template T
 * @param {Map<string, T[]>} answers
 */
function turns(answers) {
  return new Map(Array.from(answers, ([key, given]) => [key, [...given]]));
}

/**
 * @template {Answer | GrpcAnswer} A
 * @param {A | NetworkError} answer
 * @param {new (...args: any[]) => A} type
 */
function checked(answer, type) {
  if (!(answer instanceof type || answer instanceof NetworkError)) {
    throw new TypeError(`Script: expected \`${type.name}\` or \`NetworkError\`, found ${kind(answer)}`);
  }
  return answer;
}
