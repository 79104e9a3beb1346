// This module performs no I/O.

/** Blocks of addresses by the hundred: what a thread may give without asking anybody. */

/** Blocks in one district. */
const DISTRICT_BLOCKS = 256;
/** With so many blocks left, it is time to ask for another district. */
const LOW_BLOCKS = 128;

/** The district of a block. */
export function districtOf(block: number): number {
  return Math.floor(block / DISTRICT_BLOCKS);
}

/** The first block of a district. */
export function firstBlockOf(district: number): number {
  return district * DISTRICT_BLOCKS;
}

/** The blocks of some districts, given one after the other. */
export class BlockSupply {
  readonly #more: () => void;
  readonly #districts: number[] = [];
  #next = 0;
  #left = 0;
  #hasAsked = false;

  /** @param more Called when another district will be needed before long; it is then added. */
  constructor(more: () => void) {
    this.#more = more;
  }

  add(district: number): void {
    this.#hasAsked = false;
    if (this.#left === 0 && this.#districts.length === 0) this.#begin(district);
    else this.#districts.push(district);
  }

  #begin(district: number): void {
    this.#next = firstBlockOf(district);
    this.#left = DISTRICT_BLOCKS;
  }

  /**
   * The next block.
   *
   * @throws {RangeError} When there is none left: so many addresses are not to be given within one turn.
   */
  take(): number {
    if (this.#left === 0) {
      const district = this.#districts.shift();
      if (district === undefined) throw new RangeError("Cannot give an address: all of this thread are in use");
      this.#begin(district);
    }
    this.#left--;
    if (this.#left < LOW_BLOCKS && this.#districts.length === 0 && !this.#hasAsked) {
      this.#hasAsked = true;
      this.#more();
    }
    return this.#next++;
  }
}
