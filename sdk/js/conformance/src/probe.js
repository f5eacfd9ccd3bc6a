/** The probe that every SDK carries, so that a suite can compare what each of them says. */

import { component, Failure } from "#shipworthy";
import { asking } from "./asking.js";
import { containers } from "./containers.js";
import { saying } from "./saying.js";

/** @typedef {import("./part.js").Config} Config */
/** @typedef {import("./part.js").Part} Part */

/** @type {ReadonlyMap<string, Part>} */
const PARTS = new Map(Object.entries({ ...asking, containers, ...saying }));

/** @type {import("#shipworthy").Probe<Config>} */
export function observe(stack, target, config) {
  for (const name of config.parts ?? []) {
    const part = PARTS.get(name);
    if (part === undefined) {
      throw Failure.config(`config: no part \`${name}\``);
    }
    part(stack, target, config);
  }
}

export const guest = component(observe);
