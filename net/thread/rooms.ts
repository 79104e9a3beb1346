/** Where messages wait, in order, for somebody of whom it is not known yet where he is, or who is about to be made. */

import { type AddressValue as Address, type Kernel, Returned } from "../../runtime/mod.ts";
import { OUTBOUND_MESSAGES_MAX, THREAD_OUTBOUND_BYTES_MAX } from "../limits.ts";
import type { Transit, TransitReceiver } from "../relay.ts";
import { FrameDelivery } from "./delivery.ts";
import { frameOfTransit, type FrameReceiver, type ThreadFrame } from "./frame.ts";

/** What a message counts for besides its text. */
const MESSAGE_COST = 64;

/** Rooms of one runtime, which share what may wait. */
export class Rooms {
  readonly #kernel: Kernel;
  readonly delivery: FrameDelivery;
  #waiting = 0;
  #cost = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.delivery = new FrameDelivery(kernel);
  }

  /** Opens a room; `name` says in logs who is waited for. */
  open(name: string): Room {
    return new Room(this.#kernel, this, name);
  }

  /** @internal False when no more may wait; the end of a child always may. */
  admit(cost: number, isNeeded: boolean): boolean {
    const isFull = this.#waiting >= OUTBOUND_MESSAGES_MAX || this.#cost >= THREAD_OUTBOUND_BYTES_MAX;
    if (isFull && !isNeeded) return false;
    this.#waiting++;
    this.#cost += cost;
    return true;
  }

  /** @internal */
  release(cost: number): void {
    this.#waiting--;
    this.#cost -= cost;
  }
}

/** A message that waits. */
interface Held {
  readonly to: Address;
  readonly from: Address;
  readonly cost: number;
  /** Sends it anew. */
  readonly send: () => void;
}

/** A receiver that keeps what it gets. */
export class Room implements TransitReceiver, FrameReceiver {
  readonly #kernel: Kernel;
  readonly #rooms: Rooms;
  readonly #name: string;
  #held: Held[] = [];

  /** Use {@link Rooms.open}. */
  constructor(kernel: Kernel, rooms: Rooms, name: string) {
    this.#kernel = kernel;
    this.#rooms = rooms;
    this.#name = name;
  }

  deliver(message: unknown, to: Address, from: Address): void {
    const send = () => this.#kernel.send(message, to, from);
    this.#hold({ to, from, cost: MESSAGE_COST, send }, message instanceof Returned);
  }

  takeFrame(frame: ThreadFrame): void {
    const { to, from, body, book } = frame;
    const send = () => this.#rooms.delivery.deliver(frame);
    this.#hold({ to, from, cost: MESSAGE_COST + body.length + book.length, send }, false);
  }

  passOn(frame: Transit): void {
    this.takeFrame(frameOfTransit(frame));
  }

  #hold(held: Held, isNeeded: boolean): void {
    if (this.#rooms.admit(held.cost, isNeeded)) this.#held.push(held);
    else this.#kernel.discard(held.to, this.#name);
  }

  /** Lets all of it go on, now that it is known where. */
  empty(): void {
    for (const { send } of this.#leave()) send();
  }

  /** Nobody will come: all of it is lost. */
  discard(): void {
    for (const { to, from } of this.#leave()) this.#kernel.lose(to, from);
  }

  #leave(): readonly Held[] {
    const held = this.#held;
    this.#held = [];
    for (const { cost } of held) this.#rooms.release(cost);
    return held;
  }
}
