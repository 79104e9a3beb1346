// This module performs no I/O.

/**
 * Frames in transit: passed from one connection to the next without a look at the body. The header and the address book
 * are translated at each hop; that is why addresses stand beside the body and not in it.
 */

import { type AddressValue as Address, lastHop, type Receiver } from "../runtime/mod.ts";

/** A frame on its way through this process. Its addresses are as this process knows them. */
export interface Transit {
  readonly to: Address;
  readonly from: Address;
  /** The body is binary, not text. */
  readonly tunnel: boolean;
  /** To be copied if it is kept. */
  readonly body: Uint8Array;
  readonly book: ReadonlyMap<string, Address>;
}

/** A proxy that passes frames on as they are. Every transport's proxies are such receivers. */
export interface TransitReceiver extends Receiver {
  /** Sends the frame to the other end. Never fails. */
  passOn(frame: Transit): void;
}

/** True for proxies. */
export function isTransitReceiver(receiver: Receiver | undefined): receiver is TransitReceiver {
  return receiver !== undefined && "passOn" in receiver;
}

/** A receiver of this process with further addresses behind its own, such as one for each request of a connection. */
export interface BranchingReceiver extends Receiver {
  readonly hasBranches: true;
}

/** True for a receiver at which ways end that go on behind its address. */
export function hasBranches(receiver: Receiver | undefined): receiver is BranchingReceiver {
  return receiver !== undefined && "hasBranches" in receiver;
}

/** Where receivers are looked up; a runtime, here as little of it as needed. */
export interface Receivers {
  receiverAt(address: Address): Receiver | undefined;
}

/** The proxy that a frame in transit goes to next; null when nobody is there who could pass it on. */
export function nextHop(receivers: Receivers, to: Address): TransitReceiver | null {
  const receiver = receivers.receiverAt(lastHop(to));
  return isTransitReceiver(receiver) ? receiver : null;
}
