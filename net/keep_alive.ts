// This module performs no I/O.

/**
 * When to show oneself to the other end of a connection, and when to give it up.
 *
 * The original's way: "be silent for s seconds, then show yourself", in turns. The connector's `KeepAlive(s)` begins; the
 * other end answers with `StillThere(t)` after s seconds; that is answered after t seconds, and so on. Idle periods are
 * about a minute, so a dead link is noticed after one to two minutes; the first one is shorter here.
 *
 * Between two cakes it is faster. The connector's `KeepAlive` carries a `pace`, which an original ignores. Another cake
 * answers at once with a `StillThere` that carries its own pace; from then on both ends send one every pace seconds,
 * whatever else goes on, and give the other end up when nothing at all has arrived for {@link PACE_COUNT_MAX} paces. The
 * shorter of the two paces holds for both. Who has not been running for a while (a busy or suspended process) doubts
 * himself first: he waits once more.
 *
 * Signs of life tell how long they travel there and back. Those of two cakes carry the sender's clock, which the next one
 * in the other direction brings back, less the time that it lay there. From an original, the answer to a request for s
 * seconds of silence comes s seconds and one round trip later, which is less exact.
 */

import type { AddressValue as Address } from "../runtime/mod.ts";
import { KeepAlive, StillThere } from "./messages.ts";

/** The original's idle period. */
export const IDLE_SECONDS = 60;
/**
 * The first idle period, which is the connector's to choose: an original shows itself after as much silence as it was asked for.
 * Whether the other end is there at all is not known before, so it is asked to say so sooner.
 */
export const FIRST_IDLE_SECONDS = 25;
/** How late the first sign of life may be, in seconds. */
export const FIRST_GRACE_SECONDS = 3;
/** How late later signs of life may be, in seconds. */
export const GRACE_SECONDS = 5;
/** Longest time between the end of a link and its detection, between two cakes. */
export const DETECT_SECONDS = 3;
/** Least and greatest such time that can be set. */
export const DETECT_SECONDS_MIN = 0.5;
/** See {@link DETECT_SECONDS_MIN}. */
export const DETECT_SECONDS_MAX = 60;
/** Signs of life within the time of detection. */
const PACES_PER_DETECTION = 4;
/** Paces without anything arriving that end a connection. */
export const PACE_COUNT_MAX = 3;
/** A timer that is later than this share of a pace says that this process was not running. */
const LAG_SHARE = 0.5;
/** Paces that another cake may ask for, in seconds. */
const PACE_SECONDS_MIN = DETECT_SECONDS_MIN / PACES_PER_DETECTION;
const PACE_SECONDS_MAX = DETECT_SECONDS_MAX / PACES_PER_DETECTION;

/** What a keeper wants done. */
export interface KeepStep {
  /** Sends this to the other end, the keeper being the return address. */
  readonly message?: KeepAlive | StillThere;
  readonly to?: Address;
  /** Calls {@link Keeper.expire} that much later; earlier alarms are void. */
  readonly waitMs?: number;
  /** The other end is gone. */
  readonly isStale?: boolean;
}

const NOTHING: KeepStep = {};

/** One end's watch over a connection. Times are monotonic milliseconds. */
export class Keeper {
  /** `silent`: until it is our turn; `watching`: until the other end shows itself; `brisk`: among cakes. */
  #phase: "silent" | "watching" | "brisk" = "silent";
  readonly #draw: (bound: number) => number;
  #paceSeconds: number;
  #to: Address;
  #lastHeard = 0;
  #due = 0;
  /** When the sign was sent whose answer is awaited, and the silence that it asked for. */
  #sentAt = 0;
  #askedMs = 0;
  /** The last stamp of the other end, and when it came. */
  #stamp: number | null = null;
  #stampAt = 0;
  /** Milliseconds that the last sign of life took there and back; null before there was one. */
  roundTripMs: number | null = null;

  /**
   * @param to Where signs of life go.
   * @param draw A random whole number below a bound.
   * @param detectSeconds See {@link DETECT_SECONDS}.
   */
  constructor(to: Address, draw: (bound: number) => number, detectSeconds: number = DETECT_SECONDS) {
    this.#to = to;
    this.#draw = draw;
    const bounded = Math.min(Math.max(detectSeconds, DETECT_SECONDS_MIN), DETECT_SECONDS_MAX);
    this.#paceSeconds = bounded / PACES_PER_DETECTION;
  }

  /** True once the other end has been found to be another cake. */
  get isBrisk(): boolean {
    return this.#phase === "brisk";
  }

  /** Begins as the connector. */
  begin(now: number): KeepStep {
    const seconds = this.#idle(FIRST_IDLE_SECONDS);
    this.#phase = "watching";
    const message = new KeepAlive({ seconds, pace: this.#paceSeconds });
    this.#sentAt = now;
    this.#askedMs = seconds * 1000;
    return { message, to: this.#to, waitMs: this.#wait(now, (seconds + FIRST_GRACE_SECONDS) * 1000) };
  }

  /** Begins as the acceptor, which was asked for it. */
  observe(request: KeepAlive, now: number): KeepStep {
    if (request.pace !== null) return this.#goBrisk(request.pace, now);
    this.#phase = "silent";
    return { waitMs: this.#wait(now, boundedSeconds(request.seconds) * 1000) };
  }

  /** The other end has shown itself. */
  heard(sign: StillThere, from: Address, now: number): KeepStep {
    if (this.#phase === "brisk") {
      this.#lastHeard = now;
      this.#measure(sign, now);
      return NOTHING;
    }
    if (this.#phase !== "watching") return NOTHING;
    this.#to = from;
    if (sign.pace !== null) {
      // Another cake answers at once.
      this.roundTripMs = now - this.#sentAt;
      this.#measure(sign, now);
      return this.#goBrisk(sign.pace, now);
    }
    this.roundTripMs = Math.max(0, now - this.#sentAt - this.#askedMs);
    this.#phase = "silent";
    return { waitMs: this.#wait(now, boundedSeconds(sign.seconds) * 1000) };
  }

  #measure({ stamp, echo }: StillThere, now: number): void {
    this.#stamp = stamp !== null && Number.isFinite(stamp) ? stamp : null;
    this.#stampAt = now;
    if (echo === null) return;
    const roundTripMs = now - echo;
    if (roundTripMs >= 0 && roundTripMs <= 1000 * SILENCE_SECONDS_MAX) this.roundTripMs = roundTripMs;
  }

  #goBrisk(pace: number, now: number): KeepStep {
    this.#phase = "brisk";
    this.#paceSeconds = Math.min(this.#paceSeconds, boundedPace(pace));
    this.#lastHeard = now;
    return this.#sign(now);
  }

  /** The time of the last step is over. `lastArrival` is when anything at all last came from the other end. */
  expire(now: number, lastArrival: number): KeepStep {
    if (this.#phase === "watching") return { isStale: true };
    if (this.#phase === "brisk") return this.#check(now, lastArrival);
    const seconds = this.#idle();
    this.#phase = "watching";
    this.#sentAt = now;
    this.#askedMs = seconds * 1000;
    return {
      message: new StillThere({ seconds }),
      to: this.#to,
      waitMs: this.#wait(now, (seconds + GRACE_SECONDS) * 1000),
    };
  }

  #check(now: number, lastArrival: number): KeepStep {
    this.#lastHeard = Math.max(this.#lastHeard, lastArrival);
    const wasAsleep = now - this.#due > LAG_SHARE * this.#paceSeconds * 1000;
    if (wasAsleep) this.#lastHeard = now;
    if (now - this.#lastHeard > PACE_COUNT_MAX * this.#paceSeconds * 1000) return { isStale: true };
    return this.#sign(now);
  }

  #sign(now: number): KeepStep {
    const seconds = this.#paceSeconds;
    const echo = this.#stamp === null ? null : this.#stamp + (now - this.#stampAt);
    return {
      message: new StillThere({ seconds, pace: seconds, stamp: now, echo }),
      to: this.#to,
      waitMs: this.#wait(now, seconds * 1000),
    };
  }

  #wait(now: number, milliseconds: number): number {
    this.#due = now + milliseconds;
    return milliseconds;
  }

  /** An idle period with its jitter of 95 to 104 hundredths: 57.0 to 62.4 seconds in steps of 0.6. */
  #idle(seconds = IDLE_SECONDS): number {
    return Math.round(seconds * (95 + this.#draw(10))) / 100;
  }
}

/** What an original asks for, within reason. */
const SILENCE_SECONDS_MAX = 3600;

function boundedSeconds(seconds: number | null): number {
  return Math.min(Math.max(seconds || 0, 0), SILENCE_SECONDS_MAX);
}

function boundedPace(seconds: number): number {
  return Math.min(Math.max(seconds || PACE_SECONDS_MAX, PACE_SECONDS_MIN), PACE_SECONDS_MAX);
}
