// This module performs no I/O.

/** The way from one host to another: how long it takes, and whether anything gets through. */

import { Cut } from "./cut.ts";
import type { NetworkConditions } from "./options.ts";
import type { SeededRandom } from "./prng.ts";

/** What carries the segments of connections in one direction. */
export interface Passage {
  /** From where to where. */
  readonly label: string;
  /** How connections behave here. */
  readonly conditions: NetworkConditions;
  /** True when nothing gets through. */
  readonly isBlocked: boolean;
  /** How long a segment may be held until its sender's connection breaks. */
  readonly breakAfterMs: number;
  /** True with a probability. */
  chance(probability: number): boolean;
  /** Randomness for one more connection. */
  forkRandom(): SeededRandom;
  /** A one-way delay in microseconds. */
  delay(random?: SeededRandom): number;
  /** Keeps something that has arrived where nothing gets through, until something does. */
  hold(resend: () => void): void;
}

/** One direction between two hosts, or inside one. */
export class Link implements Passage {
  /** Host names, `alpha > beta`. */
  readonly label: string;
  readonly isLoopback: boolean;
  readonly #hosts: readonly [from: string, to: string];
  /** Draws of this direction: what happens elsewhere doesn't shift them. */
  readonly #random: SeededRandom;
  readonly #isTargetUp: () => boolean;
  readonly #cut = new Cut();
  #conditions: NetworkConditions;
  #connections = 0;

  constructor(
    hosts: readonly [from: string, to: string],
    random: SeededRandom,
    conditions: NetworkConditions,
    isTargetUp: () => boolean,
  ) {
    this.#hosts = hosts;
    this.label = hosts.join(" > ");
    this.isLoopback = hosts[0] === hosts[1];
    this.#random = random;
    this.#conditions = conditions;
    this.#isTargetUp = isTargetUp;
  }

  /** How connections behave here. */
  get conditions(): NetworkConditions {
    return this.#conditions;
  }

  set conditions(conditions: NetworkConditions) {
    this.#conditions = conditions;
  }

  /** True for a host at one of its ends. */
  joins(host: string): boolean {
    return this.#hosts.includes(host);
  }

  /** True when nothing gets through: a partition, or a target without power. */
  get isBlocked(): boolean {
    return this.#cut.isClosed || !this.#isTargetUp();
  }

  /** How long a segment may be held until its sender's connection breaks. */
  get breakAfterMs(): number {
    return this.#cut.breakAfterMs ?? this.#conditions.breakAfterMs;
  }

  /** True with a probability. */
  chance(probability: number): boolean {
    return this.#random.chance(probability);
  }

  /** Randomness for one more connection. */
  forkRandom(): SeededRandom {
    return this.#random.fork(String(++this.#connections));
  }

  /** A one-way delay in microseconds. */
  delay(random: SeededRandom = this.#random): number {
    const { latencyMinMs, latencyMeanMs, loopbackLatencyMinMs, loopbackLatencyMeanMs } = this.#conditions;
    const least = this.isLoopback ? loopbackLatencyMinMs : latencyMinMs;
    const mean = this.isLoopback ? loopbackLatencyMeanMs : latencyMeanMs;
    return Math.round(1000 * (least + (mean > least ? random.exponential(mean - least) : 0)));
  }

  /** Lets nothing through from now on; false if that was so. */
  cut(breakAfterMs: number | null): boolean {
    return this.#cut.close(breakAfterMs);
  }

  /** Ends a partition; false if there was none. */
  heal(): boolean {
    const wasCut = this.#cut.open();
    this.release();
    return wasCut;
  }

  /** Keeps something that arrived at the cut, until it is healed. */
  hold(resend: () => void): void {
    this.#cut.hold(resend);
  }

  /** Sends what was held, in its order, if the way is free. */
  release(): void {
    if (!this.isBlocked) this.#cut.release();
  }
}
