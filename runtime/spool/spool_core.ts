// This module performs no I/O.

/** What a pool decides: who gets a request, who waits, who is refused. Plain values in, a list of effects out. */

import type { Address } from "../address.ts";
import type { Sendable } from "../actor.ts";
import { Aborted, Busy, type Faulted, Overloaded, TemporarilyUnavailable, type TimedOut } from "../messages/faults.ts";

/** Answers whose times make the average. */
const SPAN_ANSWERS = 32;

/** How many response times a worker may take before its answer is given up. */
const GIVE_UP_FACTOR = 5;

/** Settings of a pool, checked. */
export interface SpoolSettings {
  /** Requests that may wait; null for no limit. */
  readonly sizeOfQueue: number | null;
  /** Seconds of average response time from which requests are refused as busy; null for never. */
  readonly responsiveness: number | null;
  /** While busy, every how-manieth request is let through. */
  readonly busyPassRate: number;
  /** True when workers come and go by JoinSpool and LeaveSpool only. */
  readonly external: boolean;
}

/** A request on its way. */
export interface SpoolRequest {
  readonly id: number;
  readonly message: Sendable;
  readonly client: Address;
  /** Milliseconds, when it reached the pool. */
  readonly arrived: number;
}

/** What the actor is to do. */
export type SpoolEffect =
  | { readonly do: "assign"; readonly request: SpoolRequest; readonly worker: Address; readonly seconds: number | null }
  | { readonly do: "answer"; readonly client: Address; readonly message: Sendable }
  /** Nobody waits any more for the answer to a request that was assigned. */
  | { readonly do: "give up"; readonly id: number };

/** The state of a pool and its decisions. Times are milliseconds of a monotonic clock. */
export class SpoolCore {
  readonly #settings: SpoolSettings;
  /** Idle workers, idle longest first. */
  readonly #idle = new Set<Address>();
  readonly #underWay = new Map<number, { readonly request: SpoolRequest; readonly worker: Address }>();
  readonly #waiting: SpoolRequest[] = [];
  /** Workers that have left, and may still answer the request that they have. */
  readonly #leaving = new Set<Address>();
  readonly #spans: number[] = [];
  #average = 0;
  #refusals = 0;
  #lastId = 0;
  #effects: SpoolEffect[] = [];

  constructor(settings: SpoolSettings) {
    this.#settings = settings;
  }

  /** Requests that wait for a worker. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Workers without a request. */
  get idle(): number {
    return this.#idle.size;
  }

  /** True for a worker that has left and still owes an answer. */
  isLeaving(worker: Address): boolean {
    return this.#leaving.has(worker);
  }

  /** A request came. */
  request(message: Sendable, client: Address, now: number): SpoolEffect[] {
    const request = { id: ++this.#lastId, message, client, arrived: now };
    if (this.#idle.size > 0) this.#submit(request);
    else if (this.#settings.external && this.#underWay.size === 0) this.#refuse(request, unavailable());
    else if (this.#settings.sizeOfQueue === null || this.#waiting.length < this.#settings.sizeOfQueue) {
      this.#waiting.push(request);
    } else this.#refuse(request, overloaded(this.#waiting.length));
    return this.#take();
  }

  /** A worker answered; null where the request was given up before. */
  answered(id: number, message: Sendable, now: number): SpoolEffect[] {
    const { request, worker } = this.#finish(id) ?? {};
    if (request === undefined || worker === undefined) return [];
    this.#measure((now - request.arrived) / 1000);
    this.#effects.push({ do: "answer", client: request.client, message });
    this.#release(worker);
    return this.#take();
  }

  /** A worker took too long. It counts as idle again: what it still sends is not listened to. */
  gaveUp(id: number, timeout: TimedOut): SpoolEffect[] {
    const { request, worker } = this.#finish(id) ?? {};
    if (request === undefined || worker === undefined) return [];
    this.#giveUp(request, timeout);
    this.#release(worker);
    return this.#take();
  }

  /** A worker is there. */
  joined(worker: Address): SpoolEffect[] {
    this.#leaving.delete(worker);
    const isHere = this.#idle.has(worker) || this.#requestOf(worker) !== undefined;
    if (!isHere) this.#release(worker);
    return this.#take();
  }

  /** A worker gets no further request; if it has one, its answer is still waited for. */
  leaves(worker: Address): SpoolEffect[] {
    if (this.#requestOf(worker) === undefined) return this.left(worker);
    this.#leaving.add(worker);
    return [];
  }

  /** A worker is gone; whoever waits for its answer gets `fault` now. */
  left(worker: Address, fault: Faulted = new Aborted()): SpoolEffect[] {
    this.#idle.delete(worker);
    this.#leaving.delete(worker);
    const id = this.#requestOf(worker);
    const ended = id === undefined ? undefined : this.#finish(id);
    if (ended !== undefined) this.#giveUp(ended.request, fault);
    this.#refuseIfNobodyIsLeft();
    return this.#take();
  }

  #refuseIfNobodyIsLeft(): void {
    const isNobodyLeft = this.#settings.external && this.#idle.size === 0 && this.#underWay.size === 0;
    if (isNobodyLeft) this.#refuseWaiting(unavailable);
  }

  /** The pool ends: everybody who waits is told. */
  stopped(): SpoolEffect[] {
    for (const { request } of this.#underWay.values()) this.#refuse(request, new Aborted());
    this.#underWay.clear();
    this.#leaving.clear();
    this.#idle.clear();
    this.#refuseWaiting(() => new Aborted());
    return this.#take();
  }

  #take(): SpoolEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #finish(id: number): { readonly request: SpoolRequest; readonly worker: Address } | undefined {
    const found = this.#underWay.get(id);
    this.#underWay.delete(id);
    return found;
  }

  #requestOf(worker: Address): number | undefined {
    for (const [id, entry] of this.#underWay) if (entry.worker === worker) return id;
    return undefined;
  }

  /** Takes a worker back, and gives it the next request; one that is refused does not keep the others waiting. */
  #release(worker: Address): void {
    if (this.#leaving.delete(worker)) {
      this.#refuseIfNobodyIsLeft();
      return;
    }
    this.#idle.add(worker);
    while (this.#idle.size > 0 && this.#waiting.length > 0) this.#submit(this.#waiting.shift()!);
  }

  #submit(request: SpoolRequest): void {
    const { responsiveness, busyPassRate } = this.#settings;
    if (responsiveness !== null && this.#average >= responsiveness && ++this.#refusals % busyPassRate !== 0) {
      this.#refuse(request, busy(this.#average));
      return;
    }
    const [worker] = this.#idle as Iterable<Address> as [Address];
    this.#idle.delete(worker);
    this.#underWay.set(request.id, { request, worker });
    const seconds = responsiveness === null ? null : responsiveness * GIVE_UP_FACTOR;
    this.#effects.push({ do: "assign", request, worker, seconds });
  }

  #giveUp(request: SpoolRequest, fault: Faulted): void {
    this.#refuse(request, fault);
    this.#effects.push({ do: "give up", id: request.id });
  }

  #refuse(request: SpoolRequest, fault: Faulted): void {
    this.#effects.push({ do: "answer", client: request.client, message: fault });
  }

  #refuseWaiting(fault: () => Faulted): void {
    for (const request of this.#waiting.splice(0)) this.#refuse(request, fault());
  }

  #measure(seconds: number): void {
    this.#spans.push(seconds);
    if (this.#spans.length > SPAN_ANSWERS) this.#spans.shift();
    this.#average = this.#spans.reduce((sum, span) => sum + span, 0) / this.#spans.length;
  }
}

function unavailable(): Faulted {
  const condition = "Service temporarily unavailable (no worker and no immediate prospects of one)";
  return new TemporarilyUnavailable(condition);
}

function overloaded(pending: number): Faulted {
  return new Overloaded(`message rejected by spool (overloaded, ${pending} pending)`);
}

function busy(average: number): Faulted {
  return new Busy(`message rejected by spool (average response time ${average.toFixed(2)})`);
}
