/** The host that a script is to a probe. */

import { ContainersError } from "../containers.js";
import { Failure } from "../failure.js";
import { NetworkError } from "../network.js";

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
export class ScriptedHost {
  #play;

  /** @param {Play} play */
  constructor(play) {
    this.#play = play;
    /** @type {import("./seen.js").Heard} */
    this.heard = { evidence: [], requests: [], calls: [], log: [] };
    /** What is wrong in the test or the probe, at first. @type {Error | null} */
    this.fault = null;
  }

  /** @type {Host["fact"]} */
  fact(key, value, origin) {
    this.heard.evidence.push({ kind: "fact", key, value, origin });
  }

  /** @type {Host["capability"]} */
  capability(name, present, origin) {
    this.heard.evidence.push({ kind: "capability", name, present, origin });
  }

  /** @type {Host["complete"]} */
  complete(prefix) {
    this.heard.evidence.push({ kind: "complete", prefix });
  }

  /** @type {Host["digest"]} */
  digest(name, sha256, origin) {
    this.heard.evidence.push({ kind: "digest", name, sha256, origin });
  }

  /** @type {Host["missing"]} */
  missing(name, why, detail) {
    this.heard.evidence.push({ kind: "missing", name, why: new Failure(why, detail) });
  }

  /** @type {Host["finding"]} */
  finding(rule, finding) {
    if (this.#play.descriptor?.hasRule(rule) === false) {
      throw this.#wrong(`the descriptor declares no rule \`${rule}\``);
    }
    this.heard.evidence.push({ kind: "finding", rule, finding });
  }

  /** @type {Host["http"]} */
  http(request) {
    const answer = this.#answer(request);
    if (answer instanceof NetworkError) {
      throw answer;
    }
    return answer;
  }

  /** @type {Host["httpAll"]} */
  httpAll(requests) {
    return requests.map((request) => this.#answer(request));
  }

  /** @type {Host["grpc"]} */
  grpc(call) {
    this.heard.calls.push(call);
    const { kind, prefix } = role("grpc", call.endpoint);
    this.#refuse(`${kind} ${call.method}`, NetworkError.notGranted);
    const answer = this.#take(this.#play.grpc, `${prefix}${call.method}`);
    if (answer instanceof NetworkError) {
      throw answer;
    }
    return answer;
  }

  /** @type {Host["find"]} */
  find(service) {
    this.#failContainers();
    const owner = service ?? ".";
    this.#refuse(`container ${owner}`, ContainersError.notGranted);
    return this.#play.containers.filter((scripted) => scripted.owner === owner).map(({ container }) => container);
  }

  /** @type {Host["env"]} */
  env(id, name) {
    return this.#ask(id, (owner) => `env ${owner} ${name}`).env.get(name) ?? null;
  }

  /** @type {Host["label"]} */
  label(id, name) {
    return this.#ask(id, (owner) => `label ${owner} ${name}`).labels.get(name) ?? null;
  }

  /** @type {Host["sha256"]} */
  sha256(id, path) {
    const digest = this.#ask(id, (owner) => `file ${owner} ${path}`).digests.get(path);
    if (digest === undefined) {
      throw ContainersError.noSuchFile(path);
    }
    return digest;
  }

  /** @type {Host["readFile"]} */
  readFile(id, path, maxBytes) {
    const bytes = this.#ask(id, (owner) => `file ${owner} ${path}`).files.get(path);
    if (bytes === undefined) {
      throw ContainersError.noSuchFile(path);
    }
    if (bytes.length > maxBytes) {
      throw ContainersError.tooLarge(maxBytes);
    }
    return bytes;
  }

  /** @type {Host["logs"]} */
  logs(id, lines) {
    const { logs } = this.#ask(id, (owner) => `logs ${owner}`);
    return logs.slice(Math.max(0, logs.length - lines));
  }

  /** @type {Host["log"]} */
  log(level, message) {
    this.heard.log.push({ level, message });
  }

  /**
   * @param {import("../http.js").Request} request
   * @returns {Answer | NetworkError}
   */
  #answer(request) {
    this.heard.requests.push(request);
    const { kind, prefix } = role("http", request.endpoint);
    const line = `${kind} ${request.what.split("?", 1)[0]}`;
    if (this.#play.descriptor?.covers(line) === false) {
      return NetworkError.notGranted(line);
    }
    const key = `${prefix}${request.what}`;
    const { answering, http } = this.#play;
    return answering !== null && !http.has(key) ? answering(request) : this.#take(http, key);
  }

  /**
   * @param {string} line
   * @param {(grant: string) => Failure} failure
   */
  #refuse(line, failure) {
    if (this.#play.descriptor?.covers(line) === false) {
      throw failure(line);
    }
  }

  #failContainers() {
    if (this.#play.containersError !== null) {
      throw this.#play.containersError;
    }
  }

  /**
   * The container, if what the line for its owner asks is declared.
   *
   * @param {string} id
   * @param {(owner: string) => string} line
   */
  #ask(id, line) {
    this.#failContainers();
    const found = this.#play.containers.find((scripted) => scripted.container.id === id);
    if (found === undefined) {
      throw ContainersError.noSuchContainer(id);
    }
    this.#refuse(line(found.owner), ContainersError.notGranted);
    return found;
  }

  /**
   * The next answer; the last one stays.
   *
   * @template T
   * @param {Map<string, T[]>} answers
   * @param {string} key
   * @returns {T}
   */
  #take(answers, key) {
    const given = answers.get(key) ?? [];
    const [answer] = given.length > 1 ? given.splice(0, 1) : given;
    if (answer === undefined) {
      const known = Array.from(answers.keys(), (name) => `\`${name}\``).join(", ") || "none";
      throw this.#wrong(`the script has no answer for \`${key}\`, it has: ${known}`);
    }
    return answer;
  }

  /** @param {string} what */
  #wrong(what) {
    const error = new Error(what);
    this.fault ??= error;
    return error;
  }
}

/**
 * `kind` or `kind@role`, as needs are written, and the script's prefix for the same.
 *
 * @param {string} kind
 * @param {string | null} endpoint
 */
function role(kind, endpoint) {
  return endpoint === null || endpoint === "main"
    ? { kind, prefix: "" }
    : { kind: `${kind}@${endpoint}`, prefix: `@${endpoint} ` };
}
