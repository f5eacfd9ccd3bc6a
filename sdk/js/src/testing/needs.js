/** What a descriptor declares, so that a script can refuse the rest. */

export class Descriptor {
  #needs;
  #rules;

  /** @param {string | object} given JSON, or what it was read to. */
  constructor(given) {
    /** @type {any} */
    const read = typeof given === "string" ? JSON.parse(given) : given;
    const { needs = [], optional = [], rules = [] } = read;
    /** @type {readonly string[]} */
    this.#needs = [...needs, ...optional];
    this.#rules = new Set(rules.map((/** @type {{ name: string }} */ rule) => rule.name));
  }

  /**
   * Whether a use, written as the line of needs that would cover exactly it, is declared.
   *
   * @param {string} line
   */
  covers(line) {
    return this.#needs.some((need) => covers(need, line));
  }

  /** @param {string} name */
  hasRule(name) {
    return this.#rules.has(name);
  }
}

/**
 * Word by word; the last word of a need may be a pattern.
 *
 * @param {string} need
 * @param {string} line
 */
export function covers(need, line) {
  const [needed, asked] = [need.trim().split(/\s+/), line.trim().split(/\s+/)];
  const [pattern = "", text = ""] = [needed.pop(), asked.pop()];
  // In a label's name nothing is a segment.
  const wide = needed[0] === "label" ? pattern.replaceAll("*", "**") : pattern;
  return needed.join(" ") === asked.join(" ") && matcher(wide).test(text);
}

/**
 * `*` stays within a segment, `**` crosses.
 *
 * @param {string} pattern
 */
function matcher(pattern) {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") {
      return ".*";
    }
    return part === "*" ? "[^/]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}
