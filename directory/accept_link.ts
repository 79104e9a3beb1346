// This module performs no I/O.

/** Where a directory listens for those below, and who wants to know. */

import { type AddressValue as Address, Faulted, HostPort, type Scope } from "../runtime/mod.ts";
import { LISTEN_AGAIN_MS, WAITING_OBJECTS_MAX } from "./bounds.ts";
import type { Effects } from "./effects.ts";
import { isWider } from "./scope.ts";

/** The timer before the next attempt to listen. */
export const LISTEN_TIMER = "listen";

/** The listener of a directory. */
export class AcceptLink {
  readonly #scope: Scope;
  readonly #encrypted: boolean;
  readonly #effects: Effects;
  #requested: HostPort | null;
  #listening: HostPort | null = null;
  #failures = 0;
  #waiting = new Set<Address>();

  /** @param at Where to listen, or null not to listen before somebody asks. */
  constructor(effects: Effects, options: { scope: Scope; encrypted: boolean; at: HostPort | null }) {
    this.#effects = effects;
    this.#scope = options.scope;
    this.#encrypted = options.encrypted;
    this.#requested = options.at;
  }

  /** Where it listens, or is to listen, or null. */
  get address(): HostPort | null {
    return this.#listening ?? this.#requested;
  }

  start(): void {
    if (this.#requested === null) return;
    this.#effects.add({ kind: "listen", ipp: this.#requested, encrypted: this.#encrypted });
  }

  listening(ipp: HostPort): void {
    this.#listening = ipp;
    this.#failures = 0;
    for (const object of this.#waiting) this.#answer(object);
    this.#waiting = new Set();
  }

  /** Tries again for a while. A role that can't listen is of no use to anybody, and ends. */
  failed(reason: string): void {
    this.#listening = null;
    const delay = LISTEN_AGAIN_MS[Math.min(this.#failures++, LISTEN_AGAIN_MS.length - 1)]!;
    const condition = `cannot listen for directories at "${this.#requested}"`;
    this.#effects.log("warning", `${condition}: ${reason}`);
    if (this.#failures > LISTEN_AGAIN_MS.length && isWider(this.#scope, "PROCESS")) {
      this.#effects.add({ kind: "fail", fault: new Faulted(condition, reason) });
    } else this.#effects.startTimer(LISTEN_TIMER, delay);
  }

  /** An object asks where the directory listens; if it does not, it begins to, at any port of this machine. */
  enquire(object: Address): void {
    if (this.#listening !== null) this.#answer(object);
    else if (this.#waiting.size < WAITING_OBJECTS_MAX) this.#waiting.add(object);
    if (this.#requested !== null) return;
    this.#requested = new HostPort("127.0.0.1", 0);
    this.start();
  }

  #answer(object: Address): void {
    const { host, port } = this.#listening!;
    this.#effects.send(object, new HostPort(host, port));
  }
}
