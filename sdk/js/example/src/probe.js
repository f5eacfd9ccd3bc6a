import { component, Finding, Request } from "#shipworthy";

/**
 * The environment's `config` for this probe; its schema is in `probe.json`.
 *
 * @typedef {object} Config
 * @property {number} [longest_queue] 10 unless it is said.
 */

/** @type {import("#shipworthy").Probe<Config>} */
export function observe(stack, _target, { longest_queue = 10 }) {
  const [info, queue] = stack.http.sendAll([Request.get("/info"), Request.get("/queue")]);

  // Nothing makes sense without this one: an error ends the run, with the gap that fits.
  const about = info.get().expect(200).json();
  stack.fact("version", about.value("/build/version"), about.origin("/build/version"));
  for (const feature of about.keys("/features")) {
    stack.capability(feature, true, about.origin("/features"));
  }
  // The list is whole: what is required and not on it is absent, not unknown.
  stack.complete("");

  // This one may be missing without hiding the rest.
  try {
    const waiting = queue.get().expect(200).json();
    const length = waiting.read("/length", Number);
    stack.fact("queue", length, waiting.origin("/length"));
    const expected = `at most ${longest_queue}`;
    const finding = new Finding(length <= longest_queue, "things that wait", { expected, found: length });
    stack.finding("queue-short", finding);
  } catch (error) {
    // An error in this code, which is no gap, is thrown on from here.
    stack.missing("queue", error);
  }
}

export const guest = component(observe);
