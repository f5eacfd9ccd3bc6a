/**
 * A fact's value. Requirements compare numbers as numbers (`"<100"`), anything else as text.
 *
 * @typedef {string | number | boolean} Value
 */
/** Where something was read, in words that let a person read it again. */
export class Origin {
    /**
     * @param {string} what Such as `GET /openapi.json info.version`.
     * @param {string | null} [subject] The container or other part, where the service has several.
     */
    constructor(what: string, subject?: string | null);
    /** @readonly */
    readonly what: string;
    /** @readonly */
    readonly subject: string | null;
    /**
     * The same, in one of the service's parts.
     *
     * @param {string} subject
     */
    of(subject: string): Origin;
}
/**
 * A fact's value. Requirements compare numbers as numbers (`"<100"`), anything else as text.
 */
export type Value = string | number | boolean;
