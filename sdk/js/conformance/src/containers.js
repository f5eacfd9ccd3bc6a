/** The part that asks containers. */

import { Failure, Gap, Origin, utf8 } from "#shipworthy";
import { orMissing } from "./part.js";

/** @typedef {import("#shipworthy").Stack} Stack */
/** @typedef {import("#shipworthy").Container} Container */

const FILE = "/etc/conformance";

/** @type {import("./part.js").Part} */
export function containers(stack) {
  for (const container of stack.containers.own()) {
    one(stack, container);
  }
  orMissing(stack, "other", () => stack.fact("other", stack.containers.of("other").length, "container other"));
}

/**
 * @param {Stack} stack
 * @param {Container} container
 */
function one(stack, container) {
  const { env, label, logs, readFile, sha256 } = bound(stack, container);
  const at = (/** @type {string} */ what) => new Origin(what).of(container.name);
  const fact = (/** @type {string} */ name, /** @type {string} */ what, /** @type {() => string} */ see) =>
    orMissing(stack, name, () => stack.fact(name, see(), at(what)));

  fact("image-name", "image", () => offered(container.imageName, "the image has no name"));
  fact("image-tag", "image", () => offered(container.imageTag, "the image has no tag"));
  fact("state", "state", () => container.state);
  fact("env", "env TAG", () => offered(env("TAG"), "no variable TAG"));
  fact("label", "label org.example.build", () => offered(label("org.example.build"), "no label org.example.build"));
  fact("file", `file ${FILE}`, () => utf8.decode(readFile(FILE, 64)));
  fact("none", "file /etc/none", () => utf8.decode(readFile("/etc/none", 64)));
  orMissing(stack, "file", () => stack.digest("file", sha256(FILE), at(`file ${FILE}`)));
  fact("log", "logs", () => logs(2).join(" | "));
}

/**
 * What can be asked of one container.
 *
 * @param {Stack} stack
 * @param {Container} container
 */
function bound({ containers: all }, container) {
  return {
    env: (/** @type {string} */ name) => all.env(container, name),
    label: (/** @type {string} */ name) => all.label(container, name),
    logs: (/** @type {number} */ lines) => all.logs(container, lines),
    readFile: (/** @type {string} */ path, /** @type {number} */ most) => all.readFile(container, path, most),
    sha256: (/** @type {string} */ path) => all.sha256(container, path),
  };
}

/**
 * @param {string | null} value
 * @param {string} otherwise
 */
function offered(value, otherwise) {
  if (value === null) {
    throw new Failure(Gap.NotOffered, otherwise);
  }
  return value;
}
