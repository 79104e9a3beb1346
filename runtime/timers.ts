// This module performs no I/O.

/** One queue of deadlines for a whole runtime, so that the world's clock holds a single alarm. */

/** Something due at a moment. */
export interface Timer {
  /** Null once it has expired or was taken back. */
  expire: (() => void) | null;
}

class QueuedTimer implements Timer {
  constructor(readonly sequence: number, public expire: (() => void) | null) {}
}

/** Children of a node of the heap: four deadlines beside each other are one line of the processor's cache. */
const ARITY_BITS = 2;
const ARITY = 1 << ARITY_BITS;

const SLOTS_MIN = 64;

/** Cancelled timers are swept out when they are this many and more than half of all. */
const SWEEP_MIN = 64;

/**
 * A heap of timers, earliest first; equal deadlines in order of starting. Deadlines lie apart from the timers, so that
 * comparing a million of them does not walk through memory. One that is cancelled stays until half of them are.
 */
export class TimerQueue {
  #dues = new Float64Array(SLOTS_MIN);
  #timers: QueuedTimer[] = [];
  #sequence = 0;
  #cancelled = 0;

  /** How many wait, those that were cancelled a short time ago included. */
  get length(): number {
    return this.#timers.length;
  }

  /** How many wait. */
  get size(): number {
    return this.#timers.length - this.#cancelled;
  }

  /** The earliest deadline, or null when nothing waits. */
  get next(): number | null {
    this.#dropCancelledHead();
    return this.#timers.length === 0 ? null : this.#dues[0]!;
  }

  /** Lets something happen at a moment. */
  add(due: number, expire: () => void): Timer {
    const timer = new QueuedTimer(this.#sequence++, expire);
    const index = this.#timers.length;
    if (index === this.#dues.length) this.#resize(index * 2);
    this.#timers.push(timer);
    this.#up(index, due, timer);
    return timer;
  }

  /** Takes a timer back; nothing happens when it expired already. */
  cancel(timer: Timer): void {
    if (timer.expire === null) return;
    timer.expire = null;
    this.#cancelled++;
    if (this.#cancelled >= SWEEP_MIN && this.#cancelled * 2 > this.#timers.length) this.#sweep();
  }

  /** Removes and returns the earliest timer that is due by `now`, or null. */
  take(now: number): (() => void) | null {
    this.#dropCancelledHead();
    const first = this.#timers[0];
    if (first === undefined || this.#dues[0]! > now) return null;
    this.#removeHead();
    const expire = first.expire;
    first.expire = null;
    return expire;
  }

  #dropCancelledHead(): void {
    while (this.#cancelled > 0 && this.#timers[0]!.expire === null) {
      this.#removeHead();
      this.#cancelled--;
    }
  }

  #resize(slots: number): void {
    const dues = new Float64Array(slots);
    dues.set(this.#dues.subarray(0, Math.min(slots, this.#timers.length)));
    this.#dues = dues;
  }

  /** Moves those that are left together, and makes them a heap again from its last parents upwards. */
  #sweep(): void {
    const timers: QueuedTimer[] = [];
    const dues = this.#dues;
    for (let i = 0; i < this.#timers.length; i++) {
      const timer = this.#timers[i]!;
      if (timer.expire === null) continue;
      dues[timers.length] = dues[i]!;
      timers.push(timer);
    }
    this.#timers = timers;
    this.#cancelled = 0;
    let slots = dues.length;
    while (slots > SLOTS_MIN && slots > timers.length * 4) slots /= 2;
    if (slots < dues.length) this.#resize(slots);
    for (let i = Math.floor((timers.length - 2) / ARITY); i >= 0; i--) this.#down(i, this.#dues[i]!, timers[i]!);
  }

  #removeHead(): void {
    const last = this.#timers.pop()!;
    const { length } = this.#timers;
    if (length > 0) this.#down(0, this.#dues[length]!, last);
  }

  /** Puts a timer in its place between a slot and the root. */
  #up(start: number, due: number, timer: QueuedTimer): void {
    const dues = this.#dues;
    const timers = this.#timers;
    let index = start;
    while (index > 0) {
      const above = (index - 1) >> ARITY_BITS;
      // One that was added later is never before one of the same deadline.
      if (dues[above]! <= due) break;
      dues[index] = dues[above]!;
      timers[index] = timers[above]!;
      index = above;
    }
    dues[index] = due;
    timers[index] = timer;
  }

  /** Puts a timer in its place between a slot and the leaves. */
  #down(start: number, due: number, timer: QueuedTimer): void {
    const dues = this.#dues;
    const timers = this.#timers;
    const { length } = timers;
    let index = start;
    for (let first = ARITY * index + 1; first < length; first = ARITY * index + 1) {
      let least = first;
      const end = Math.min(first + ARITY, length);
      for (let child = first + 1; child < end; child++) if (this.#isBefore(child, least)) least = child;
      const leastDue = dues[least]!;
      if (leastDue > due || (leastDue === due && timers[least]!.sequence > timer.sequence)) break;
      dues[index] = leastDue;
      timers[index] = timers[least]!;
      index = least;
    }
    dues[index] = due;
    timers[index] = timer;
  }

  #isBefore(a: number, b: number): boolean {
    const left = this.#dues[a]!;
    const right = this.#dues[b]!;
    return left < right || (left === right && this.#timers[a]!.sequence < this.#timers[b]!.sequence);
  }
}
