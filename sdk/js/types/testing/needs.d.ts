/**
 * Word by word; the last word of a need may be a pattern.
 *
 * @param {string} need
 * @param {string} line
 */
export function covers(need: string, line: string): boolean;
/** What a descriptor declares, so that a script can refuse the rest. */
export class Descriptor {
    /** @param {string | object} given JSON, or what it was read to. */
    constructor(given: string | object);
    /**
     * Whether a use, written as the line of needs that would cover exactly it, is declared.
     *
     * @param {string} line
     */
    covers(line: string): boolean;
    /** @param {string} name */
    hasRule(name: string): boolean;
    #private;
}
