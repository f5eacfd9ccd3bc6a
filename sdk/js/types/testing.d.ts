export { Script } from "./testing/script.js";
export { Seen } from "./testing/seen.js";
export type Evidence = import("./testing/seen.js").Evidence;
export { Answer, GrpcAnswer } from "./testing/answer.js";
