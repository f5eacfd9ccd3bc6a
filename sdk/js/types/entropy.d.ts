export class Entropy {
    /**
     * Takes in what was told.
     *
     * @param {...(string | number | Uint8Array)} told
     */
    stir(...told: (string | number | Uint8Array)[]): void;
    /** A whole number of 0 to 2^53 - 1; each draw is another. */
    draw(): number;
    #private;
}
