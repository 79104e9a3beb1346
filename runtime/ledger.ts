// This module performs no I/O.

/** What became of messages: an account for each queue, which always agrees, and the warnings about what was lost. */

import type { Address } from "./address.ts";
import { addressText } from "./address.ts";
import type { HostPort } from "./messages/host_port.ts";
import type { Instant } from "./types/time.ts";

/** Messages that a queue took and then had to throw away, or did not take. */
export interface Discards {
  /** Not taken: the queue was full. */
  readonly full: number;
  /** Taken, and still waiting when the receiver ended. */
  readonly ended: number;
  /** Put aside by the receiver, and thrown away because too many were. */
  readonly aside: number;
}

/** What became of the messages of one queue: `accepted = delivered + waiting + discarded.ended + discarded.aside`. */
export interface Account {
  /** Taken so far. */
  readonly accepted: number;
  /** Handed to the receiver, or to the network, and not thrown away later. */
  readonly delivered: number;
  /** In the queue now. */
  readonly waiting: number;
  /** Thrown away, or not taken. */
  readonly discarded: Discards;
}

/** The account of one queue, and whose it is. */
export interface QueueAccount extends Account {
  /** What the queue is in front of: an actor, or a connection. */
  readonly kind: "mailbox" | "outbound";
  /** The receiver. */
  readonly address: Address;
  /** The actor type; for an outbound queue where it leads. */
  readonly name: string;
}

/** What went over a connection, or over all connections of a port. */
export interface Traffic {
  /** Frames received; requests of an HTTP server, responses of an HTTP client. */
  readonly framesIn: number;
  /** Frames written; responses of an HTTP server, requests of an HTTP client. */
  readonly framesOut: number;
  /** Bytes received. */
  readonly bytesIn: number;
  /** Bytes written. */
  readonly bytesOut: number;
  /** What was thrown away: messages that could not be passed on, answers that nobody waited for any more. */
  readonly discarded: number;
}

/** One connection, as it is at the moment. */
export interface TransportAccount extends Traffic {
  /** What is spoken there: frames, HTTP, or frames between two threads. */
  readonly kind: "stream" | "http server" | "http client" | "thread";
  /** True when all of it is sealed. */
  readonly encrypted: boolean;
  /** The local address that stands for the other end. */
  readonly proxy: Address;
  /** Where the other end is. */
  readonly remote: HostPort;
  /** Where this end is. */
  readonly local: HostPort;
  /** When it was connected. */
  readonly openedAt: Instant;
  /** Frames that wait to be sent; of HTTP, requests that wait for an answer. */
  readonly waitingFrames: number;
  /** Bytes that wait to be sent. */
  readonly outboundBytes: number;
  /**
   * Milliseconds that the last sign of life took to the other end and back; for an HTTP client, the last request and its
   * answer. Null where none is known.
   */
  readonly roundTripMs: number | null;
}

/** The accounts of a runtime. */
export interface Ledger {
  /** One for each mailbox and outbound queue that exists now. */
  readonly queues: readonly QueueAccount[];
  /** One for each connection that exists now. */
  readonly transports: readonly TransportAccount[];
  /** How often each limit had to do something, by the name of the limit. Those that never had to are not there. */
  readonly limits: ReadonlyMap<string, number>;
  /** The sum over all queues, those of actors and connections that ended included. */
  readonly total: Account;
  /** Messages that no queue was there for. */
  readonly undeliverable: number;
}

/** Receivers that one warning names; the others are summed up. */
const NAMED_RECEIVERS_MAX = 8;

/** An account that grows as receivers end. */
export class AccountSum {
  #accepted = 0;
  #delivered = 0;
  #waiting = 0;
  #full = 0;
  #ended = 0;
  #aside = 0;

  add({ accepted, delivered, waiting, discarded }: Account): void {
    this.#accepted += accepted;
    this.#delivered += delivered;
    this.#waiting += waiting;
    this.#full += discarded.full;
    this.#ended += discarded.ended;
    this.#aside += discarded.aside;
  }

  get account(): Account {
    return {
      accepted: this.#accepted,
      delivered: this.#delivered,
      waiting: this.#waiting,
      discarded: { full: this.#full, ended: this.#ended, aside: this.#aside },
    };
  }
}

/** True when an account agrees with itself. */
export function isBalanced({ accepted, delivered, waiting, discarded }: Account): boolean {
  return accepted === delivered + waiting + discarded.ended + discarded.aside;
}

interface Loss {
  readonly name: string;
  full: number;
  aside: number;
}

/** Who lost how much since the last warning. */
export class Losses {
  #byReceiver = new Map<Address, Loss>();

  get isEmpty(): boolean {
    return this.#byReceiver.size === 0;
  }

  add(address: Address, name: string, reason: "full" | "aside"): void {
    let loss = this.#byReceiver.get(address);
    if (loss === undefined) {
      loss = { name, full: 0, aside: 0 };
      this.#byReceiver.set(address, loss);
    }
    loss[reason]++;
  }

  /** The text of one warning about everything since the last one; nothing is remembered after it. */
  take(): string {
    const losses = [...this.#byReceiver].sort(([, a], [, b]) => sum(b) - sum(a));
    this.#byReceiver = new Map();
    const total = losses.reduce((count, [, loss]) => count + sum(loss), 0);
    const named = losses.slice(0, NAMED_RECEIVERS_MAX).map(([address, loss]) => lossText(address, loss));
    const others = losses.length - named.length;
    if (others > 0) named.push(`${others} more receivers`);
    return `Discarded ${total} messages: ${named.join(", ")}`;
  }
}

function sum({ full, aside }: Loss): number {
  return full + aside;
}

function lossText(address: Address, { name, full, aside }: Loss): string {
  const reasons: string[] = [];
  if (full > 0) reasons.push(`${full} mailbox full`);
  if (aside > 0) reasons.push(`${aside} too many put aside`);
  return `${addressText(address)}${name} (${reasons.join(", ")})`;
}
