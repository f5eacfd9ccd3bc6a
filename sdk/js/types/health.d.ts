/**
 * The call that asks for a name's health; the empty name stands for the whole server.
 *
 * @param {string} name
 * @param {Omit<import("./grpc.js").CallOptions, "message">} [options]
 */
export function check(name: string, options?: Omit<import("./grpc.js").CallOptions, "message">): Call;
/**
 * `HealthCheckResponse.ServingStatus`. `SERVICE_UNKNOWN` is of `Watch` only, and said all the same by some servers.
 *
 * @param {import("./grpc.js").Reply} reply
 * @throws {Failure} If the reply is not OK, or says nothing of health.
 */
export function status(reply: import("./grpc.js").Reply): "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";
/** The method, as a descriptor needs it. */
export const CHECK: "grpc.health.v1.Health/Check";
import { Call } from "./grpc.js";
