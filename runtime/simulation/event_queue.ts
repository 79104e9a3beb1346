// This module performs no I/O.

/** What is to happen, in the order of (time, sequence). */

/** Something that will happen, unless it is cancelled before. */
export interface ScheduledEvent {
  /** Microseconds of virtual time. */
  readonly time: number;
  /** Order of scheduling; decides between events of one instant. */
  readonly sequence: number;
  /** Whose it is, for the report of a failure. */
  readonly owner: string;
  /** False for alarms, which may be pending in a system at rest. */
  readonly isWork: boolean;
  /** What to do; null once done or cancelled. */
  run: (() => unknown) | null;
}

/** Cancelled events stay in the heap until they are more than this, and more than half. */
const CANCELLED_MAX = 64;

/** A binary heap of events. */
export class EventQueue {
  #heap: ScheduledEvent[] = [];
  #sequence = 0;
  #cancelled = 0;
  #work = 0;

  /** Count of events that will happen. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** Count of those among them that are not alarms. */
  get work(): number {
    return this.#work;
  }

  /** Adds an event; of two at the same time, the one added first happens first. */
  add(time: number, run: () => unknown, owner: string, isWork: boolean): ScheduledEvent {
    const event: ScheduledEvent = { time, sequence: this.#sequence++, owner, isWork, run };
    if (isWork) this.#work++;
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** Takes an event back; does nothing if it happened or was cancelled. */
  cancel(event: ScheduledEvent): void {
    if (event.run === null) return;
    event.run = null;
    if (event.isWork) this.#work--;
    this.#cancelled++;
    if (this.#cancelled > CANCELLED_MAX && this.#cancelled * 2 > this.#heap.length) this.#compact();
  }

  /** The next event, left in the queue. */
  peek(): ScheduledEvent | null {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return null;
      if (first.run !== null) return first;
      this.#removeFirst();
      this.#cancelled--;
    }
  }

  /** Takes out the event that {@link EventQueue.peek} showed, and returns what to do. */
  take(event: ScheduledEvent): () => unknown {
    const run = event.run;
    if (this.#heap[0] !== event || run === null) throw new Error("Cannot take an event that is not the next one");
    this.#removeFirst();
    event.run = null;
    if (event.isWork) this.#work--;
    return run;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #compact(): void {
    this.#heap = this.#heap.filter((event) => event.run !== null).sort((a, b) => isBefore(a, b) ? -1 : 1);
    this.#cancelled = 0;
  }

  #rise(start: number): void {
    const heap = this.#heap;
    const event = heap[start]!;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #sink(start: number): void {
    const heap = this.#heap;
    const event = heap[start]!;
    const { length } = heap;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      const below = heap[child]!;
      if (!isBefore(below, event)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = event;
  }
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
