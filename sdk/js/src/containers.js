/** The granted containers, running or not, read-only. */

import { checkOptions, checkText, checkU32, kind, wellFormed } from "./checks.js";
import { Failure, Gap } from "./failure.js";

/**
 * @typedef {object} ContainerFields
 * @property {string} id What the other calls know it by.
 * @property {string} name Its name, which makes a good `Origin.of`.
 * @property {string} service Its compose service, or the environment's group.
 * @property {string} image The image as it was asked for: `registry.example:5000/agent-docker:1.2`.
 * @property {string} imageId The image's digest.
 * @property {string} state `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
 * @property {string | null} health `starting`, `healthy` or `unhealthy`, where it has a health check.
 * @property {number | null} exitCode Where it has exited.
 * @property {string | null} startedAt RFC 3339.
 * @property {string | null} finishedAt RFC 3339.
 */

/** @type {readonly (keyof ContainerFields)[]} */
const FIELDS = ["id", "name", "service", "image", "imageId", "state", "health", "exitCode", "startedAt", "finishedAt"];

/** One container, as the engine described it. */
export class Container {
  /** @param {Partial<ContainerFields>} [fields] Text that is left out is empty, anything else null. */
  constructor(fields = {}) {
    checkOptions("Container", fields, FIELDS);
    /** What the other calls know it by. @readonly */
    this.id = fields.id ?? "";
    /** Its name, which makes a good `Origin.of`. @readonly */
    this.name = fields.name ?? "";
    /** Its compose service, or the environment's group. @readonly */
    this.service = fields.service ?? "";
    /** The image as it was asked for: `registry.example:5000/agent-docker:1.2`. @readonly */
    this.image = fields.image ?? "";
    /** The image's digest. @readonly */
    this.imageId = fields.imageId ?? "";
    /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. @readonly */
    this.state = fields.state ?? "";
    /** `starting`, `healthy` or `unhealthy`, where it has a health check; else null. @readonly */
    this.health = fields.health ?? null;
    /** Null unless it has exited. @readonly */
    this.exitCode = fields.exitCode ?? null;
    /** RFC 3339, or null. @readonly */
    this.startedAt = fields.startedAt ?? null;
    /** RFC 3339, or null. @readonly */
    this.finishedAt = fields.finishedAt ?? null;
    Object.freeze(this);
  }

  /**
   * The image's name without registry, tag and digest, such as `team/agent-docker`; null where the image is named by
   * its id alone. A first part with a dot or a colon, or `localhost`, is a registry, as the engine has it.
   *
   * @returns {string | null}
   */
  get imageName() {
    const name = this.#splitImage()?.name;
    if (name === undefined) {
      return null;
    }
    const [, first, rest] = /^([^/]*)\/(.*)$/s.exec(name) ?? [];
    return first !== undefined && rest !== undefined && (first === "localhost" || /[.:]/.test(first)) ? rest : name;
  }

  /**
   * The image's tag, or null. What it means to have none is the engine's affair, so none is made up.
   *
   * @returns {string | null}
   */
  get imageTag() {
    return this.#splitImage()?.tag ?? null;
  }

  /** The name with its registry, and the tag. */
  #splitImage() {
    if (this.image === "" || this.image.startsWith("sha256:")) {
      return null;
    }
    const undigested = this.image.split("@", 1)[0] ?? "";
    const colon = undigested.lastIndexOf(":");
    const tag = undigested.slice(colon + 1);
    // The colon of a registry's port has a slash behind it.
    return colon >= 0 && !tag.includes("/")
      ? { name: undigested.slice(0, colon), tag }
      : { name: undigested, tag: null };
  }
}

/**
 * What happened, for code that decides by it.
 *
 * @typedef {"not-granted" | "engine-unreachable" | "no-such-container" | "no-such-file" | "not-a-file"
 *   | "ambiguous-project" | "too-large" | "timed-out" | "other"} ContainersErrorKind
 */

/**
 * A container that is gone since it was found counts as unreachable, so that an environment's `retry` covers one that
 * is being replaced.
 *
 * @type {Readonly<Record<ContainersErrorKind, Gap>>}
 */
const GAPS = Object.freeze({
  "not-granted": Gap.NotGranted,
  "engine-unreachable": Gap.Unreachable,
  "no-such-container": Gap.Unreachable,
  "no-such-file": Gap.NotOffered,
  "not-a-file": Gap.Unreadable,
  "ambiguous-project": Gap.Config,
  "too-large": Gap.Limit,
  "timed-out": Gap.TimedOut,
  other: Gap.Unreadable,
});

/** Why containers cannot be seen. */
export class ContainersError extends Failure {
  /**
   * @param {ContainersErrorKind} kind
   * @param {string} detail
   */
  constructor(kind, detail) {
    super(GAPS[kind], detail);
    /** What happened. */
    this.kind = kind;
  }

  /**
   * The environment does not grant it.
   *
   * @param {string} grant The grant that it would take.
   */
  static notGranted(grant) {
    return new ContainersError("not-granted", `not granted: ${grant}`);
  }

  /**
   * The container engine could not be reached.
   *
   * @param {string} why
   */
  static engineUnreachable(why) {
    return new ContainersError("engine-unreachable", why);
  }

  /**
   * Not an id that was found in this run, or gone since.
   *
   * @param {string} id
   */
  static noSuchContainer(id) {
    return new ContainersError("no-such-container", `no such container: ${id}`);
  }

  /**
   * The container has no such file.
   *
   * @param {string} path
   */
  static noSuchFile(path) {
    return new ContainersError("no-such-file", `no such file: ${path}`);
  }

  /**
   * A link, folder or special file, which is not read.
   *
   * @param {string} path
   */
  static notAFile(path) {
    return new ContainersError("not-a-file", `not a regular file: ${path}`);
  }

  /**
   * Several compose projects fit, and the environment names none.
   *
   * @param {readonly string[]} projects
   */
  static ambiguousProject(projects) {
    const detail = `several compose projects fit, and the environment names none: ${projects.join(", ")}`;
    return new ContainersError("ambiguous-project", detail);
  }

  /**
   * More than this many bytes.
   *
   * @param {number} limit
   */
  static tooLarge(limit) {
    return new ContainersError("too-large", `more than ${limit} bytes`);
  }

  /**
   * The container engine did not answer within this many milliseconds.
   *
   * @param {number} limitMs
   */
  static timedOut(limitMs) {
    return new ContainersError("timed-out", `the container engine did not answer within ${limitMs} ms`);
  }

  /**
   * Anything else, in the engine's words.
   *
   * @param {string} why
   */
  static other(why) {
    return new ContainersError("other", why);
  }
}
ContainersError.prototype.name = "ContainersError";

/**
 * The way to the containers. A container is asked only after it was found. Every method throws a `ContainersError`
 * where it cannot see.
 */
export class Containers {
  /** @type {import("./host.js").Host} */
  #host;

  /** @param {import("./host.js").Host} host */
  constructor(host) {
    this.#host = host;
  }

  /** The containers of the probe's own service. Takes `container .` */
  own() {
    return this.#host.find(null);
  }

  /**
   * The containers of a compose service, or of a group that the environment names. Takes `container SERVICE`
   *
   * @param {string} service
   */
  of(service) {
    return this.#host.find(argument("of", service));
  }

  /**
   * One variable of a container's environment; null where it has none of the name. Takes `env SERVICE NAME`; there is
   * no way to list them.
   *
   * @param {Container} container
   * @param {string} name
   */
  env(container, name) {
    return this.#host.env(idOf("env", container), argument("env", name));
  }

  /**
   * One label; null where it has none of the name. Takes `label SERVICE NAME`
   *
   * @param {Container} container
   * @param {string} name
   */
  label(container, name) {
    return this.#host.label(idOf("label", container), argument("label", name));
  }

  /**
   * SHA-256 of a file, computed by the host, as 64 lowercase hexadecimal digits. Takes `file SERVICE PATTERN`
   *
   * @param {Container} container
   * @param {string} path
   */
  sha256(container, path) {
    return this.#host.sha256(idOf("sha256", container), argument("sha256", path));
  }

  /**
   * A file's bytes, if they are at most `maxBytes`. Takes `file SERVICE PATTERN`
   *
   * @param {Container} container
   * @param {string} path
   * @param {number} maxBytes
   */
  readFile(container, path, maxBytes) {
    const most = checkU32("Containers.readFile: maxBytes", maxBytes);
    return this.#host.readFile(idOf("readFile", container), argument("readFile", path), most);
  }

  /**
   * The last lines of the log, with the environment's secrets masked. Takes `logs SERVICE`
   *
   * @param {Container} container
   * @param {number} lines
   */
  logs(container, lines) {
    return this.#host.logs(idOf("logs", container), checkU32("Containers.logs: lines", lines));
  }
}

/**
 * @param {string} method
 * @param {unknown} container
 */
function idOf(method, container) {
  if (!(container instanceof Container)) {
    throw new TypeError(`Containers.${method}: expected a \`Container\`, found ${kind(container)}`);
  }
  return container.id;
}

/**
 * @param {string} method
 * @param {unknown} value
 */
function argument(method, value) {
  return wellFormed(checkText(`Containers.${method}`, value));
}
