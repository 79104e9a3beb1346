// This module performs no I/O.

/** What a directory's core takes in and gives out: events and effects, all of them plain values. */

import type { AddressValue as Address, Faulted, HostPort, Instant } from "../runtime/mod.ts";
import type { Delivered, Dropped } from "./messages.ts";

/** What a core needs from outside while it handles an event. */
export interface Draw {
  /** A new version 4 UUID. */
  uuid(): string;
  /** A random float in [0, 1). */
  float(): number;
  /** The time of day, for notifications. */
  wall(): Instant;
  /** The IPv4 address of this machine towards others, or null where there is none. */
  primaryAddress(): string | null;
  /** How many bits of that address name this machine's own subnet; null where that can't be told. */
  primaryPrefixBits(): number | null;
  /** Bytes that wait to be sent over a connection; 0 for one that is none. */
  waitingBytes(proxy: Address): number;
}

/** Something that happened. `proxy` is always the local address of a connection's proxy. */
export type DirectoryEvent =
  /** The directory begins. Once, first. */
  | { readonly kind: "started" }
  /**
   * A message for the directory, whoever it is from: the core tells children, parent, peers and local objects apart by the
   * last hop of `from`.
   */
  | { readonly kind: "received"; readonly message: object; readonly from: Address }
  /** Somebody of this process for whom there was a request has ended. */
  | { readonly kind: "objectEnded"; readonly object: Address }
  /** Answers to the effect `listen`. */
  | { readonly kind: "listening"; readonly ipp: HostPort }
  | { readonly kind: "notListening"; readonly reason: string }
  /** A child connected; `ipp` is its end of the connection. On an encrypted listener only after the key exchange. */
  | { readonly kind: "childAccepted"; readonly proxy: Address; readonly ipp: HostPort }
  | { readonly kind: "childClosed"; readonly proxy: Address }
  /** By a connection of the effect `watchSessions`, a publisher of this process is told of a session, at this moment. */
  | {
    readonly kind: "sessionSeen";
    readonly proxy: Address;
    readonly message: Delivered | Dropped;
    readonly publisher: Address;
  }
  /** Answers to the effect `connectParent`, and the end of that connection. */
  /** `remote` is where the parent was found, by number. */
  | { readonly kind: "parentConnected"; readonly proxy: Address; readonly remote?: HostPort | null }
  | { readonly kind: "parentNotConnected"; readonly reason: string }
  | { readonly kind: "parentClosed"; readonly reason: string }
  /** Answers to the effect `listenPublication`. */
  | { readonly kind: "publicationListening"; readonly publishedId: string; readonly ipp: HostPort }
  | { readonly kind: "publicationNotListening"; readonly publishedId: string; readonly reason: string }
  /** A subscriber's process connected to a publication's listener, and the end of that connection. */
  | { readonly kind: "peerAccepted"; readonly publishedId: string; readonly proxy: Address }
  | { readonly kind: "peerClosed"; readonly proxy: Address }
  /** Answers to the effect `connectTransport`, and the end of that connection. `connected` is shown in listings. */
  | {
    readonly kind: "transportConnected";
    readonly transport: number;
    readonly proxy: Address;
    readonly connected?: object;
  }
  | { readonly kind: "transportNotConnected"; readonly transport: number; readonly reason: string }
  | { readonly kind: "transportClosed"; readonly transport: number; readonly reason: string }
  /** A timer of the effect `startTimer` is due. */
  | { readonly kind: "timerDue"; readonly timer: string }
  /** Answer to the effect `again`. */
  | { readonly kind: "again" };

/** The levels of log lines that cores write. */
export type LogLevel = "warning" | "console" | "trace";

/** Something to do. Effects are to be carried out in order. */
export type Effect =
  /** Send a message; `from` is its return address where that is not the directory. */
  | { readonly kind: "send"; readonly to: Address; readonly message: object; readonly from?: Address }
  /** Listen for children. Answered by `listening` or `notListening`, then by `childAccepted`. */
  | { readonly kind: "listen"; readonly ipp: HostPort; readonly encrypted: boolean }
  /** Tell of the sessions that somebody of this process is told of by this child: give the event `sessionSeen`. */
  | { readonly kind: "watchSessions"; readonly proxy: Address }
  /** Connect to the parent. Answered by `parentConnected` or `parentNotConnected`. */
  | { readonly kind: "connectParent"; readonly ipp: HostPort; readonly encrypted: boolean; readonly keepAlive: boolean }
  /** Close a child's connection. `childClosed` follows, or not: the core has forgotten the child. */
  | { readonly kind: "closeChild"; readonly proxy: Address }
  /** Listen for the sessions of a publication, at any port. Frames to the default target are for the directory. */
  | {
    readonly kind: "listenPublication";
    readonly publishedId: string;
    readonly host: string;
    readonly encrypted: boolean;
  }
  /** Stop listening for a publication. Its open connections are closed by `closePeer`. */
  | { readonly kind: "stopPublication"; readonly publishedId: string }
  | { readonly kind: "closePeer"; readonly proxy: Address }
  /** Connect to a publication. Answered by `transportConnected` or `transportNotConnected`, unless closed before. */
  | {
    readonly kind: "connectTransport";
    readonly transport: number;
    readonly ipp: HostPort;
    readonly encrypted: boolean;
    readonly keepAlive: boolean;
  }
  /** Close or stop connecting. No event is expected; one that comes is ignored. */
  | { readonly kind: "closeTransport"; readonly transport: number }
  /** Start a timer, or start it again, by its name. */
  | { readonly kind: "startTimer"; readonly timer: string; readonly milliseconds: number }
  | { readonly kind: "cancelTimer"; readonly timer: string }
  /** There is work left: give the event `again`, once, after messages, input and output that wait. */
  | { readonly kind: "again" }
  | { readonly kind: "log"; readonly level: LogLevel; readonly text: string }
  /** The directory can't do its work; its actor ends with this. */
  | { readonly kind: "fail"; readonly fault: Faulted };

/** The effects of one event, collected by all parts of a core. */
export class Effects {
  #list: Effect[] = [];

  /** Hands over what was collected. */
  take(): Effect[] {
    const list = this.#list;
    this.#list = [];
    return list;
  }

  add(effect: Effect): void {
    this.#list.push(effect);
  }

  send(to: Address, message: object): void {
    this.#list.push({ kind: "send", to, message });
  }

  /** Sends with the return address of somebody else. */
  forward(to: Address, message: object, from: Address): void {
    this.#list.push({ kind: "send", to, message, from });
  }

  startTimer(timer: string, milliseconds: number): void {
    this.#list.push({ kind: "startTimer", timer, milliseconds });
  }

  cancelTimer(timer: string): void {
    this.#list.push({ kind: "cancelTimer", timer });
  }

  log(level: LogLevel, text: string): void {
    this.#list.push({ kind: "log", level, text });
  }
}

/** What one event brings besides itself. */
export interface Moment {
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly draw: Draw;
}
