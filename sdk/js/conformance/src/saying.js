/** The parts that ask nobody. */

import { Failure, Finding, Gap, random } from "#shipworthy";

/** @satisfies {Record<string, import("./part.js").Part>} */
export const saying = {
  target(stack, target, config) {
    stack.fact("target.service", target.service, "target");
    stack.fact("target.instance", target.instance, "target");
    stack.fact("target.project", target.project ?? "none", "target");
    stack.fact("target.text", config.text ?? "", "target");
  },

  findings(stack) {
    stack.finding("always", new Finding(true, "it holds"));
    stack.finding("never", new Finding(false, "it does not hold", { expected: "yes", found: "no" }));
  },

  digest(stack) {
    stack.digest("bytes", "a".repeat(64), "digest");
  },

  long(stack) {
    stack.fact("k".repeat(2_000), true, "long");
    stack.fact("long", "v".repeat(10_000), "long");
    stack.missing("prose", new Failure(Gap.Unreadable, "é".repeat(3_000)));
  },

  random(stack) {
    stack.fact("random", random.number() !== random.number(), "random");
  },

  log(stack) {
    stack.log("debug", "debug line");
    stack.log("info", "info line");
    stack.log("warn", "warn line");
    stack.log("error", "error line");
  },

  config() {
    throw Failure.config("config: the part config was asked for");
  },

  denied() {
    throw new Failure(Gap.Denied, "turned away");
  },

  crash() {
    deeper([1, 2, 3]);
  },
};

/** @param {number[]} list */
function deeper(list) {
  thirdParty(list);
}

/** @param {any[]} list */
function thirdParty(list) {
  return list[7].toFixed();
}
