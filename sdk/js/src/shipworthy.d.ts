/** The host's functions, as the component's toolchain gives them. Nothing of this is public. */

declare module "shipworthy:probe/network@0.1.0" {
  type Error =
    | { tag: "not-granted" | "invalid-request" | "unreachable" | "tls" | "protocol"; val: string }
    | { tag: "timed-out"; val: { phase: import("./network.js").Phase; limitMs: number; receivedBytes: number } }
    | { tag: "too-large"; val: { what: string; limit: number } };
}

declare module "shipworthy:probe/evidence@0.1.0" {
  interface Origin {
    what: string;
    subject: string | null;
  }
  function fact(key: string, value: { tag: string; val: string | number | boolean }, origin: Origin): void;
  function capability(name: string, present: boolean, origin: Origin): void;
  function complete(prefix: string): void;
  function digest(name: string, sha256: string, origin: Origin): void;
  function missing(name: string, why: string, detail: string): void;
  function finding(rule: string, holds: boolean, message: string, expected: string | null, found: string | null): void;
}

declare module "shipworthy:probe/http@0.1.0" {
  type Answer = import("./host.js").HttpAnswer;
  type Request = import("./http.js").Request;
  type Result = { tag: "ok"; val: Answer } | { tag: "err"; val: import("shipworthy:probe/network@0.1.0").Error };
  function send(request: Request): Answer;
  function sendAll(requests: readonly Request[]): Result[];
}

declare module "shipworthy:probe/grpc@0.1.0" {
  function invoke(call: import("./grpc.js").Call): import("./host.js").GrpcAnswer;
}

declare module "shipworthy:probe/containers@0.1.0" {
  type Error =
    | {
        tag: "not-granted" | "engine-unreachable" | "no-such-container" | "no-such-file" | "not-a-file" | "other";
        val: string;
      }
    | { tag: "ambiguous-project"; val: string[] }
    | { tag: "too-large" | "timed-out"; val: number };
  function find(service: string | null): import("./containers.js").ContainerFields[];
  function env(id: string, name: string): string | null;
  function label(id: string, name: string): string | null;
  function sha256(id: string, path: string): string;
  function readFile(id: string, path: string, maxBytes: number): Uint8Array;
  function logs(id: string, lines: number): string[];
}

declare module "shipworthy:probe/log@0.1.0" {
  function write(level: import("./stack.js").Level, message: string): void;
}
