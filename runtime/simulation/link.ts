// This module performs no I/O.

/** The way from one host to another: how long it takes, and whether anything gets through. */

import type { NetworkConditions } from "./options.ts";
import type { SeededRandom } from "./prng.ts";

/** One direction between two hosts, or inside one. */
export class Link {
  /** Host names, `alpha > beta`. */
  readonly label: string;
  readonly isLoopback: boolean;
  /** Draws of this direction: what happens elsewhere doesn't shift them. */
  readonly #random: SeededRandom;
  readonly #isTargetUp: () => boolean;
  #conditions: NetworkConditions;
  #breakAfterMs: number | null = null;
  #isCut = false;
  #held: (() => void)[] = [];
  #connections = 0;

  constructor(
    label: string,
    isLoopback: boolean,
    random: SeededRandom,
    conditions: NetworkConditions,
    isTargetUp: () => boolean,
  ) {
    this.label = label;
    this.isLoopback = isLoopback;
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

  /** True when nothing gets through: a partition, or a target without power. */
  get isBlocked(): boolean {
    return this.#isCut || !this.#isTargetUp();
  }

  /** How long a segment may be held until its sender's connection breaks. */
  get breakAfterMs(): number {
    return this.#breakAfterMs ?? this.#conditions.breakAfterMs;
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
    const wasCut = this.#isCut;
    this.#isCut = true;
    this.#breakAfterMs = breakAfterMs;
    return !wasCut;
  }

  /** Ends a partition; false if there was none. */
  heal(): boolean {
    const wasCut = this.#isCut;
    this.#isCut = false;
    this.#breakAfterMs = null;
    this.release();
    return wasCut;
  }

  /** Keeps something that arrived at the cut, until it is healed. */
  hold(resend: () => void): void {
    this.#held.push(resend);
  }

  /** Sends what was held, in its order, if the way is free. */
  release(): void {
    if (this.isBlocked) return;
    const held = this.#held;
    this.#held = [];
    for (const resend of held) resend();
  }
}
