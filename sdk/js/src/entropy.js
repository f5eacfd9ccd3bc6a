/**
 * Numbers that follow from what a run was told. A component in JavaScript has no other source: its engine is a snapshot
 * taken when it was built, whose own random numbers are the same in every run.
 */

/** Of each piece, this much counts: enough for whatever is new in it. */
const LONGEST = 256;

export class Entropy {
  #one = 0x9e37_79b9;
  #other = 0x7f4a_7c15;

  /**
   * Takes in what was told.
   *
   * @param {...(string | number | Uint8Array)} told
   */
  stir(...told) {
    for (const piece of told) {
      if (typeof piece === "number") {
        this.#mix(piece);
        continue;
      }
      this.#mix(piece.length);
      for (let index = 0; index < Math.min(piece.length, LONGEST); index += 1) {
        this.#mix(typeof piece === "string" ? piece.charCodeAt(index) : /** @type {number} */ (piece[index]));
      }
    }
  }

  /** A whole number of 0 to 2^53 - 1; each draw is another. */
  draw() {
    this.#mix(1);
    return (scrambled(this.#one) & 0x1f_ffff) * 2 ** 32 + scrambled(this.#other);
  }

  /** @param {number} value */
  #mix(value) {
    this.#one = Math.imul(this.#one ^ value, 0x0100_0193) + 0x9e37_79b9;
    this.#other = Math.imul((this.#other ^ value) + (this.#one >>> 15), 0x85eb_ca6b);
    this.#other ^= this.#other >>> 13;
  }
}

/**
 * Each bit of the state in all bits of the number.
 *
 * @param {number} state
 */
function scrambled(state) {
  let bits = Math.imul(state ^ (state >>> 16), 0x7feb_352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846c_a68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
