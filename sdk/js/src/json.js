/** JSON answers, read by pointer (RFC 6901), with errors that say where. */

import { checkText, wrong } from "./checks.js";
import * as display from "./display.js";
import { Origin } from "./evidence.js";
import { Unreadable } from "./failure.js";
import * as utf8 from "./utf8.js";

/**
 * What JSON is made of.
 *
 * @typedef {null | boolean | number | string | NodeList | NodeMap} Node
 */

/** @typedef {Node[]} NodeList */
/** @typedef {{ [key: string]: Node }} NodeMap */

/**
 * Lists and objects in each other. A component's stack is 512 KiB, and the engine's parser takes some of it for each,
 * as does a probe that walks the tree by recursion.
 */
const DEEPEST = 128;

/** A JSON document that knows where it came from. */
export class Json {
  #what;
  #root;

  /**
   * @param {string} what
   * @param {Node} root
   */
  constructor(what, root) {
    this.#what = what;
    this.#root = root;
  }

  /**
   * Reads `text`, which came from `what` (`GET /openapi.json`).
   *
   * @param {string} what
   * @param {Uint8Array | string} text
   * @throws {Unreadable} `WHAT: not JSON: ...`, in the engine's words.
   */
  static parse(what, text) {
    checkText("Json.parse: what", what);
    if (typeof text !== "string" && !(text instanceof Uint8Array)) {
      throw wrong("Json.parse: text", "bytes or text", text);
    }
    try {
      return new Json(what, parse(typeof text === "string" ? text : utf8.decode(text)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Unreadable(`${what}: not JSON: ${why}`);
    }
  }

  /** The whole document. */
  get root() {
    return this.#root;
  }

  /**
   * What is at `pointer`, such as `/info/version`; the empty pointer is the document. Undefined where there is nothing.
   *
   * @param {string} pointer
   * @returns {Node | undefined}
   */
  at(pointer) {
    checkText("Json: pointer", pointer);
    if (pointer === "") {
      return this.#root;
    }
    if (!pointer.startsWith("/")) {
      return undefined;
    }
    /** @type {Node | undefined} */
    let node = this.#root;
    for (const part of pointer.slice(1).split("/")) {
      node = child(node, unescaped(part));
      if (node === undefined) {
        return undefined;
      }
    }
    return node;
  }

  /**
   * The text at `pointer`.
   *
   * @param {string} pointer
   * @returns {string}
   * @throws {Unreadable}
   */
  text(pointer) {
    const node = this.#expect(pointer);
    if (typeof node !== "string") {
      throw this.#notA("text", pointer);
    }
    return node;
  }

  /**
   * The keys of the object at `pointer`, sorted.
   *
   * @param {string} pointer
   * @returns {string[]}
   * @throws {Unreadable}
   */
  keys(pointer) {
    const node = this.#expect(pointer);
    if (typeof node !== "object" || node === null || Array.isArray(node)) {
      throw this.#notA("an object", pointer);
    }
    return sorted(Object.keys(node));
  }

  /**
   * The text, number or boolean at `pointer`, as a fact's value.
   *
   * @param {string} pointer
   * @returns {import("./evidence.js").Value}
   * @throws {Unreadable}
   */
  value(pointer) {
    const node = this.#expect(pointer);
    if (typeof node === "number" && !Number.isFinite(node)) {
      throw this.#notA("a finite number", pointer);
    }
    if (node === null || typeof node === "object") {
      throw this.#notA("text, a number or a boolean", pointer);
    }
    return node;
  }

  /**
   * What is at `pointer`, as a type of the probe's own: `json.read("/length", Number)`. An empty pointer reads the
   * whole document.
   *
   * A function gets what is there and gives what the probe wants of it; an `Unreadable` that it throws is told with the
   * place.
   *
   * @overload
   * @param {string} pointer
   * @param {NumberConstructor} type
   * @returns {number}
   */
  /**
   * @overload
   * @param {string} pointer
   * @param {StringConstructor} type
   * @returns {string}
   */
  /**
   * @overload
   * @param {string} pointer
   * @param {BooleanConstructor} type
   * @returns {boolean}
   */
  /**
   * @template T
   * @overload
   * @param {string} pointer
   * @param {(node: Node) => T} type
   * @returns {T}
   */
  /**
   * @param {string} pointer
   * @param {(node: any) => unknown} type
   * @throws {Unreadable}
   */
  read(pointer, type) {
    if (typeof type !== "function") {
      throw wrong("Json.read: type", "`Number`, `String`, `Boolean` or a function", type);
    }
    const node = this.#expect(pointer);
    try {
      return SCALARS.has(type) ? scalar(node, type) : type(node);
    } catch (error) {
      throw error instanceof Unreadable ? new Unreadable(`${this.origin(pointer).what}: ${error.detail}`) : error;
    }
  }

  /**
   * Where `pointer` was read, in words: `GET /openapi.json info.version`.
   *
   * @param {string} pointer
   */
  origin(pointer) {
    checkText("Json: pointer", pointer);
    if (pointer === "") {
      return new Origin(this.#what);
    }
    const dotted = unescaped(pointer.replace(/^\/+/, "").replaceAll("/", "."));
    return new Origin(`${this.#what} ${dotted}`);
  }

  /** @param {string} pointer */
  #expect(pointer) {
    const node = this.at(pointer);
    if (node === undefined) {
      throw new Unreadable(`${this.#what}: has no \`${pointer}\``);
    }
    return node;
  }

  /**
   * @param {string} expected
   * @param {string} pointer
   */
  #notA(expected, pointer) {
    return new Unreadable(`${this.#what}: \`${pointer}\`: expected ${expected}`);
  }
}

/**
 * @param {string} text
 * @returns {Node}
 */
function parse(text) {
  if (isDeeper(text, DEEPEST)) {
    throw new RangeError(`more than ${DEEPEST} lists and objects in each other`);
  }
  const root = JSON.parse(text);
  // Half of a surrogate pair cannot be passed on, and can only come from an escape.
  if (/\\u[dD][89a-fA-F]/.test(text) && !isWellFormed(root)) {
    throw new RangeError("an escape is half of a surrogate pair");
  }
  return root;
}

/**
 * Whether more than `most` lists and objects are open at once. It goes from bracket to bracket, in one pass, as far as
 * the text is JSON; behind that the parser does not go either.
 *
 * @param {string} text
 * @param {number} most
 */
function isDeeper(text, most) {
  const opening = /[[{]/g;
  // Nearly all documents end here.
  for (let opened = 0; opening.test(text); opened += 1) {
    if (opened === most) {
      return isNestedDeeper(text, most);
    }
  }
  return false;
}

/**
 * @param {string} text
 * @param {number} most
 */
function isNestedDeeper(text, most) {
  const marks = /["[\]{}]/g;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    const [character] = mark;
    if (character === '"') {
      const end = endOfText(text, marks.lastIndex);
      if (end < 0) {
        return false;
      }
      marks.lastIndex = end;
    } else if (character === "[" || character === "{") {
      depth += 1;
      if (depth > most) {
        return true;
      }
    } else {
      depth -= 1;
    }
  }
  return false;
}

/**
 * Behind the quote that ends the text that begins at `start`; -1 if none does.
 *
 * @param {string} text
 * @param {number} start
 */
function endOfText(text, start) {
  let index = start;
  for (;;) {
    const quote = text.indexOf('"', index);
    if (quote < 0) {
      return -1;
    }
    let first = quote;
    while (first > index && text[first - 1] === "\\") {
      first -= 1;
    }
    index = quote + 1;
    if ((quote - first) % 2 === 0) {
      return index;
    }
  }
}

/**
 * @param {Node} node
 * @returns {boolean}
 */
function isWellFormed(node) {
  if (typeof node === "string") {
    return node.isWellFormed();
  }
  if (typeof node !== "object" || node === null) {
    return true;
  }
  return Object.entries(node).every(([key, value]) => key.isWellFormed() && isWellFormed(value));
}

/**
 * @param {Node} node
 * @param {string} key
 */
function child(node, key) {
  if (Array.isArray(node)) {
    return /^(?:0|[1-9][0-9]*)$/.test(key) ? node[Number(key)] : undefined;
  }
  // Own keys alone: every object has a `constructor`.
  return typeof node === "object" && node !== null && Object.hasOwn(node, key) ? node[key] : undefined;
}

/** @param {string} part */
function unescaped(part) {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

/**
 * In the order of the bytes, which is the same in every language. The engine's own order is that of 16-bit units, and
 * differs from it only where there are surrogates.
 *
 * @param {string[]} keys
 */
function sorted(keys) {
  return keys.some((key) => /[\ud800-\udfff]/.test(key)) ? keys.sort(byCodePoints) : keys.sort();
}

/**
 * @param {string} one
 * @param {string} other
 */
function byCodePoints(one, other) {
  const [ones, others] = [Array.from(one), Array.from(other)];
  const differs = ones.findIndex((character, index) => character !== others[index]);
  if (differs < 0) {
    return ones.length - others.length;
  }
  const at = (/** @type {string[]} */ characters) => characters[differs]?.codePointAt(0) ?? -1;
  return at(ones) - at(others);
}

/** @type {Map<Function, [string, string]>} */
const SCALARS = new Map(
  /** @type {[Function, [string, string]][]} */ ([
    [Number, ["number", "f64"]],
    [String, ["string", "a string"]],
    [Boolean, ["boolean", "a boolean"]],
  ]),
);

/**
 * @param {Node} node
 * @param {Function} type
 */
function scalar(node, type) {
  const [name, expected] = SCALARS.get(type) ?? ["", ""];
  if (typeof node !== name) {
    throw new Unreadable(`invalid type: ${named(node)}, expected ${expected}`);
  }
  return node;
}

/** @param {Node} node */
function named(node) {
  switch (typeof node) {
    case "string":
      return `string ${display.quoted(node)}`;
    case "number":
      return `${Number.isInteger(node) ? "integer" : "floating point"} \`${display.number(node)}\``;
    case "boolean":
      return `boolean \`${node}\``;
    default:
      return node === null ? "null" : Array.isArray(node) ? "sequence" : "map";
  }
}
