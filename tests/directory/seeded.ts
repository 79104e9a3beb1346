/** A small seeded generator for property tests (mulberry32): the same seed, the same sequence. */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A float in [0, 1). */
  float(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  }

  /** A whole number in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  uuid(): string {
    const hex = Array.from({ length: 32 }, (_, at) => at === 12 ? "4" : this.integer(16).toString(16)).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), "8" + hex.slice(17, 20), hex.slice(20)].join("-");
  }
}
