/** Loads the component's side of the SDK natively, with functions of the test in place of the host's. */

import { register } from "node:module";

const FUNCTIONS = {
  containers: ["find", "env", "label", "sha256", "readFile", "logs"],
  evidence: ["fact", "capability", "complete", "digest", "missing", "finding"],
  grpc: ["invoke"],
  http: ["send", "sendAll"],
  log: ["write"],
};

const modules = Object.entries(FUNCTIONS).map(([name, functions]) => {
  const lines = functions.map(
    (each) => `export const ${each} = (...given) => globalThis.hostOfTheTest.${name}.${each}(...given);`,
  );
  return [`shipworthy:probe/${name}@0.1.0`, `data:text/javascript,${encodeURIComponent(lines.join("\n"))}`];
});

const hooks = `
  const modules = new Map(${JSON.stringify(modules)});
  export async function resolve(specifier, context, next) {
    const url = modules.get(specifier);
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  }
`;

/**
 * @param {object} host Interface by interface, as the WIT has them.
 * @returns What `src/component.js` exports, and what it has put in place of the language's own globals; those are
 * restored, since the test's runner needs them.
 */
export async function load(host) {
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
  globalThis.hostOfTheTest = host;
  const { console, Date, performance } = globalThis;
  const { random } = Math;
  const component = await import("../src/component.js");
  const globals = {
    console: globalThis.console,
    Date: globalThis.Date,
    performance: globalThis.performance,
    random: Math.random,
  };
  Object.assign(globalThis, { console, Date });
  Object.defineProperty(globalThis, "performance", { value: performance, configurable: true, writable: true });
  Math.random = random;
  return { component, globals };
}
