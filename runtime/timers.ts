// This module performs no I/O.

/** One queue of deadlines for a whole runtime, so that the world's clock holds a single alarm. */

/** Something due at a moment. */
export interface Timer {
  readonly due: number;
  readonly sequence: number;
  expire: (() => void) | null;
}

/** Cancelled timers are swept out when they are this many and more than half of all. */
const SWEEP_MIN = 64;

/** A heap of timers, earliest first; equal deadlines in order of starting. */
export class TimerQueue {
  #heap: Timer[] = [];
  #sequence = 0;
  #cancelled = 0;

  /** The earliest deadline, or null when nothing waits. */
  get next(): number | null {
    this.#dropCancelledHead();
    return this.#heap[0]?.due ?? null;
  }

  add(due: number, expire: () => void): Timer {
    const timer: Timer = { due, sequence: this.#sequence++, expire };
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1);
    return timer;
  }

  cancel(timer: Timer): void {
    if (timer.expire === null) return;
    timer.expire = null;
    this.#cancelled++;
    if (this.#cancelled >= SWEEP_MIN && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  /** Removes and returns the earliest timer that is due by `now`, or null. */
  take(now: number): (() => void) | null {
    this.#dropCancelledHead();
    const first = this.#heap[0];
    if (first === undefined || first.due > now) return null;
    this.#removeHead();
    const expire = first.expire;
    first.expire = null;
    return expire;
  }

  #dropCancelledHead(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.expire === null) {
      this.#removeHead();
      this.#cancelled--;
    }
  }

  #sweep(): void {
    this.#heap = this.#heap.filter((timer) => timer.expire !== null);
    // A sorted array is a heap.
    this.#heap.sort((a, b) => a.due - b.due || a.sequence - b.sequence);
    this.#cancelled = 0;
  }

  #removeHead(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
  }

  #up(start: number): void {
    const heap = this.#heap;
    const timer = heap[start]!;
    let index = start;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!isBefore(timer, heap[above]!)) break;
      heap[index] = heap[above]!;
      index = above;
    }
    heap[index] = timer;
  }

  #down(start: number): void {
    const heap = this.#heap;
    const timer = heap[start]!;
    let index = start;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, timer)) break;
      heap[index] = heap[below]!;
      index = below;
    }
    heap[index] = timer;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence);
}
