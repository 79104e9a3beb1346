/** A keeper at work: its address, its timer, its messages. */

import { type AddressValue as Address, type Kernel, lastHop, type Receiver } from "../runtime/mod.ts";
import type { Keeper, KeepStep } from "./keep_alive.ts";
import { StillThere } from "./messages.ts";

/** What a keeper watches. */
export interface Kept {
  /** The local address that stands for the other end. */
  readonly address: Address;
  /** When anything last arrived, in monotonic milliseconds. */
  readonly lastArrival: number;
  /** Sends to the other end. */
  deliver(message: unknown, to: Address, from: Address): void;
  /** Gives the connection up. */
  goStale(): void;
}

/** Keeps a connection watched until it is stopped. */
export class KeeperActor implements Receiver {
  readonly #kernel: Kernel;
  readonly #keeper: Keeper;
  readonly #kept: Kept;
  readonly #address: Address;
  #timer: ReturnType<Kernel["after"]> | null = null;
  #isStopped = false;

  /** @param first What the keeper wants to begin with. */
  constructor(kernel: Kernel, keeper: Keeper, kept: Kept) {
    this.#kernel = kernel;
    this.#keeper = keeper;
    this.#kept = kept;
    this.#address = kernel.register(this);
  }

  /** See {@link Keeper.roundTripMs}. */
  get roundTripMs(): number | null {
    return this.#keeper.roundTripMs;
  }

  deliver(message: unknown, _to: Address, from: Address): void {
    if (this.#isStopped || !(message instanceof StillThere) || !this.#isPeer(from)) return;
    this.take(this.#keeper.heard(message, from, this.#kernel.world.clock.now()));
  }

  /** Signs of life are those of the other end, and not of whoever guesses where they go. */
  #isPeer(from: Address): boolean {
    const { address } = this.#kept;
    return from === address || lastHop(from) === address;
  }

  /** Does what the keeper wants. */
  take(step: KeepStep): void {
    if (step.isStale) {
      this.#kept.goStale();
      return;
    }
    if (step.waitMs !== undefined) {
      if (this.#timer !== null) this.#kernel.cancelTimer(this.#timer);
      this.#timer = this.#kernel.after(step.waitMs, this.#expire);
    }
    if (step.message !== undefined && step.to !== undefined) this.#kept.deliver(step.message, step.to, this.#address);
  }

  readonly #expire = (): void => {
    this.#timer = null;
    if (this.#isStopped) return;
    this.take(this.#keeper.expire(this.#kernel.world.clock.now(), this.#kept.lastArrival));
  };

  /** Ends the watch. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) this.#kernel.cancelTimer(this.#timer);
    this.#kernel.unregister(this.#address);
  }
}
