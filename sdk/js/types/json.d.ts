/** A JSON document that knows where it came from. */
export class Json {
    /**
     * Reads `text`, which came from `what` (`GET /openapi.json`).
     *
     * @param {string} what
     * @param {Uint8Array | string} text
     * @throws {Unreadable} `WHAT: not JSON: ...`, in the engine's words.
     */
    static parse(what: string, text: Uint8Array | string): Json;
    /**
     * @param {string} what
     * @param {Node} root
     */
    constructor(what: string, root: Node);
    /** The whole document. */
    get root(): Node;
    /**
     * What is at `pointer`, such as `/info/version`; the empty pointer is the document. Undefined where there is nothing.
     *
     * @param {string} pointer
     * @returns {Node | undefined}
     */
    at(pointer: string): Node | undefined;
    /**
     * The text at `pointer`.
     *
     * @param {string} pointer
     * @returns {string}
     * @throws {Unreadable}
     */
    text(pointer: string): string;
    /**
     * The keys of the object at `pointer`, sorted.
     *
     * @param {string} pointer
     * @returns {string[]}
     * @throws {Unreadable}
     */
    keys(pointer: string): string[];
    /**
     * The text, number or boolean at `pointer`, as a fact's value.
     *
     * @param {string} pointer
     * @returns {import("./evidence.js").Value}
     * @throws {Unreadable}
     */
    value(pointer: string): import("./evidence.js").Value;
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
    read(pointer: string, type: NumberConstructor): number;
    /**
     * @overload
     * @param {string} pointer
     * @param {StringConstructor} type
     * @returns {string}
     */
    read(pointer: string, type: StringConstructor): string;
    /**
     * @overload
     * @param {string} pointer
     * @param {BooleanConstructor} type
     * @returns {boolean}
     */
    read(pointer: string, type: BooleanConstructor): boolean;
    /**
     * @template T
     * @overload
     * @param {string} pointer
     * @param {(node: Node) => T} type
     * @returns {T}
     */
    read<T>(pointer: string, type: (node: Node) => T): T;
    /**
     * Where `pointer` was read, in words: `GET /openapi.json info.version`.
     *
     * @param {string} pointer
     */
    origin(pointer: string): Origin;
    #private;
}
/**
 * What JSON is made of.
 */
export type Node = null | boolean | number | string | NodeList | NodeMap;
export type NodeList = Node[];
export type NodeMap = {
    [key: string]: Node;
};
import { Origin } from "./evidence.js";
