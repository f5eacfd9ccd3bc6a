/** One container, as the engine described it. */
export class Container {
    /** @param {Partial<ContainerFields>} [fields] Text that is left out is empty, anything else null. */
    constructor(fields?: Partial<ContainerFields>);
    /** What the other calls know it by. @readonly */
    readonly id: string;
    /** Its name, which makes a good `Origin.of`. @readonly */
    readonly name: string;
    /** Its compose service, or the environment's group. @readonly */
    readonly service: string;
    /** The image as it was asked for: `registry.example:5000/agent-docker:1.2`. @readonly */
    readonly image: string;
    /** The image's digest. @readonly */
    readonly imageId: string;
    /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. @readonly */
    readonly state: string;
    /** `starting`, `healthy` or `unhealthy`, where it has a health check; else null. @readonly */
    readonly health: string | null;
    /** Null unless it has exited. @readonly */
    readonly exitCode: number | null;
    /** RFC 3339, or null. @readonly */
    readonly startedAt: string | null;
    /** RFC 3339, or null. @readonly */
    readonly finishedAt: string | null;
    /**
     * The image's name without registry, tag and digest, such as `team/agent-docker`; null where the image is named by
     * its id alone. A first part with a dot or a colon, or `localhost`, is a registry, as the engine has it.
     *
     * @returns {string | null}
     */
    get imageName(): string | null;
    /**
     * The image's tag, or null. What it means to have none is the engine's affair, so none is made up.
     *
     * @returns {string | null}
     */
    get imageTag(): string | null;
    #private;
}
/** Why containers cannot be seen. */
export class ContainersError extends Failure {
    /**
     * The environment does not grant it.
     *
     * @param {string} grant The grant that it would take.
     */
    static notGranted(grant: string): ContainersError;
    /**
     * The container engine could not be reached.
     *
     * @param {string} why
     */
    static engineUnreachable(why: string): ContainersError;
    /**
     * Not an id that was found in this run, or gone since.
     *
     * @param {string} id
     */
    static noSuchContainer(id: string): ContainersError;
    /**
     * The container has no such file.
     *
     * @param {string} path
     */
    static noSuchFile(path: string): ContainersError;
    /**
     * A link, folder or special file, which is not read.
     *
     * @param {string} path
     */
    static notAFile(path: string): ContainersError;
    /**
     * Several compose projects fit, and the environment names none.
     *
     * @param {readonly string[]} projects
     */
    static ambiguousProject(projects: readonly string[]): ContainersError;
    /**
     * More than this many bytes.
     *
     * @param {number} limit
     */
    static tooLarge(limit: number): ContainersError;
    /**
     * The container engine did not answer within this many milliseconds.
     *
     * @param {number} limitMs
     */
    static timedOut(limitMs: number): ContainersError;
    /**
     * Anything else, in the engine's words.
     *
     * @param {string} why
     */
    static other(why: string): ContainersError;
    /**
     * @param {ContainersErrorKind} kind
     * @param {string} detail
     */
    constructor(kind: ContainersErrorKind, detail: string);
    /** What happened. */
    kind: ContainersErrorKind;
}
/**
 * The way to the containers. A container is asked only after it was found. Every method throws a `ContainersError`
 * where it cannot see.
 */
export class Containers {
    /** @param {import("./host.js").Host} host */
    constructor(host: import("./host.js").Host);
    /** The containers of the probe's own service. Takes `container .` */
    own(): Container[];
    /**
     * The containers of a compose service, or of a group that the environment names. Takes `container SERVICE`
     *
     * @param {string} service
     */
    of(service: string): Container[];
    /**
     * One variable of a container's environment; null where it has none of the name. Takes `env SERVICE NAME`; there is
     * no way to list them.
     *
     * @param {Container} container
     * @param {string} name
     */
    env(container: Container, name: string): string | null;
    /**
     * One label; null where it has none of the name. Takes `label SERVICE NAME`
     *
     * @param {Container} container
     * @param {string} name
     */
    label(container: Container, name: string): string | null;
    /**
     * SHA-256 of a file, computed by the host, as 64 lowercase hexadecimal digits. Takes `file SERVICE PATTERN`
     *
     * @param {Container} container
     * @param {string} path
     */
    sha256(container: Container, path: string): string;
    /**
     * A file's bytes, if they are at most `maxBytes`. Takes `file SERVICE PATTERN`
     *
     * @param {Container} container
     * @param {string} path
     * @param {number} maxBytes
     */
    readFile(container: Container, path: string, maxBytes: number): Uint8Array<ArrayBufferLike>;
    /**
     * The last lines of the log, with the environment's secrets masked. Takes `logs SERVICE`
     *
     * @param {Container} container
     * @param {number} lines
     */
    logs(container: Container, lines: number): string[];
    #private;
}
export type ContainerFields = {
    /**
     * What the other calls know it by.
     */
    id: string;
    /**
     * Its name, which makes a good `Origin.of`.
     */
    name: string;
    /**
     * Its compose service, or the environment's group.
     */
    service: string;
    /**
     * The image as it was asked for: `registry.example:5000/agent-docker:1.2`.
     */
    image: string;
    /**
     * The image's digest.
     */
    imageId: string;
    /**
     * `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
     */
    state: string;
    /**
     * `starting`, `healthy` or `unhealthy`, where it has a health check.
     */
    health: string | null;
    /**
     * Where it has exited.
     */
    exitCode: number | null;
    /**
     * RFC 3339.
     */
    startedAt: string | null;
    /**
     * RFC 3339.
     */
    finishedAt: string | null;
};
/**
 * What happened, for code that decides by it.
 */
export type ContainersErrorKind = "not-granted" | "engine-unreachable" | "no-such-container" | "no-such-file" | "not-a-file" | "ambiguous-project" | "too-large" | "timed-out" | "other";
import { Failure } from "./failure.js";
