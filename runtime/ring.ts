// This module performs no I/O.

/** Fewest slots of a ring. */
const SLOTS_MIN = 16;

/** A ring that had to grow beyond this gives its memory back once it is empty. */
const KEPT_SLOTS_MAX = 4096;

/** A queue in a ring of slots: what comes and goes moves nothing and, once it is large enough, takes no memory. */
export class Ring<T> {
  /** As many as a power of two. */
  #slots: (T | undefined)[] = Array(SLOTS_MIN).fill(undefined);
  #first = 0;
  #length = 0;

  /** How many are in it. */
  get length(): number {
    return this.#length;
  }

  /** Adds one at the end. */
  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    const slots = this.#slots;
    slots[(this.#first + this.#length) & (slots.length - 1)] = item;
    this.#length++;
  }

  /** Takes the first one out; undefined when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const slots = this.#slots;
    const first = this.#first;
    const item = slots[first];
    slots[first] = undefined;
    this.#first = (first + 1) & (slots.length - 1);
    if (--this.#length === 0 && slots.length > KEPT_SLOTS_MAX) this.clear();
    return item;
  }

  /** Takes all of them out. */
  clear(): void {
    this.#slots = Array(SLOTS_MIN).fill(undefined);
    this.#first = 0;
    this.#length = 0;
  }

  #grow(): void {
    const slots = this.#slots;
    const inOrder = [...slots.slice(this.#first), ...slots.slice(0, this.#first)];
    this.#slots = inOrder.concat(Array(slots.length).fill(undefined));
    this.#first = 0;
  }
}
