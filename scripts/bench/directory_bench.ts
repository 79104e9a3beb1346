/** A directory without sockets, which is given what its peers would send: for measuring its own work. */

import { DirectoryCore } from "../../directory/core.ts";
import type { DirectoryEvent, Effect } from "../../directory/effects.ts";
import { Published, Subscribed } from "../../directory/messages.ts";
import { type AddressValue as Address, HostPort, Instant, localAddress } from "../../runtime/mod.ts";

const [PUBLISHING, SUBSCRIBING] = [localAddress(20), localAddress(21)];

let drawn = 0;
const draw = {
  uuid: () => idNumber(++drawn),
  float: () => 0.5,
  wall: () => new Instant(0n),
  primaryAddress: () => null,
  primaryPrefixBits: () => null,
  waitingBytes: () => 0,
};

function idNumber(at: number): string {
  return `00000000-0000-4000-8000-${at.toString(16).padStart(12, "0")}`;
}

/** Searches of the kinds that applications use; one in a thousand has no literal start. */
export function searchNumber(at: number): string {
  switch (at % 4) {
    case 0:
      return `svc:${at}`;
    case 1:
      return `svc:${at}.*`;
    case 2:
      return `work:${at}-[0-9a-f]+`;
    default:
      return at % 1000 === 3 ? `.*:${at}` : `group-${at}:\\w+`;
  }
}

/** A host directory with two children: one that publishes and one that subscribes. */
export class DirectoryBench {
  readonly #core = new DirectoryCore({
    address: localAddress(16),
    scope: "HOST",
    connectTo: null,
    acceptAt: null,
    encrypted: false,
    uniqueId: idNumber(0),
    executable: "bench",
  });

  constructor() {
    for (const proxy of [PUBLISHING, SUBSCRIBING]) {
      this.#handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", 1) });
    }
  }

  /** Gives an event, and the turns that it asks for; returns the count of messages that went out. */
  #handle(event: DirectoryEvent): number {
    let sent = 0;
    for (let next: DirectoryEvent | null = event; next !== null;) {
      const effects: Effect[] = this.#core.handle(next, 0, draw);
      next = null;
      for (const { kind } of effects) {
        if (kind === "send") sent++;
        else if (kind === "again") next = { kind };
      }
    }
    return sent;
  }

  /** Subscribes; returns the count of messages that went out. */
  subscribe(search: string): number {
    const homeAddress = `16,${SUBSCRIBING}` as Address;
    const message = new Subscribed({ search, scope: "HOST", subscribedId: draw.uuid(), homeAddress });
    return this.#handle({ kind: "received", message, from: homeAddress });
  }

  /** Publishes; returns the count of messages that went out. */
  publish(name: string): number {
    const homeAddress = `16,${PUBLISHING}` as Address;
    const listeningIpp = new HostPort("127.0.0.1", 5000);
    const message = new Published({ name, scope: "HOST", publishedId: draw.uuid(), listeningIpp, homeAddress });
    return this.#handle({ kind: "received", message, from: homeAddress });
  }

  /** Ends the connection of the one who publishes. */
  closePublishing(): number {
    return this.#handle({ kind: "childClosed", proxy: PUBLISHING });
  }
}

/** A directory that has seen some, so that code is compiled as it is when it has run a while. */
export function warmUp(): void {
  const bench = new DirectoryBench();
  for (let at = 0; at < 5000; at++) bench.subscribe(searchNumber(at));
  for (let at = 0; at < 20_000; at++) bench.publish(`svc:${at}`);
  bench.closePublishing();
}

/** A directory with so many searches. */
export function withSearches(count: number): DirectoryBench {
  const bench = new DirectoryBench();
  for (let at = 0; at < count; at++) bench.subscribe(searchNumber(at));
  return bench;
}

/** A directory with so many names, each so many of which start alike: `kind<n>:`. */
export function withNames(count: number, alike: number): DirectoryBench {
  const bench = new DirectoryBench();
  for (let at = 0; at < count; at++) bench.publish(`kind${Math.floor(at / alike)}:${at}`);
  return bench;
}

/** Milliseconds of the middle one of some new subscribers, each of which finds so many names. */
export function subscribeTime(bench: DirectoryBench, names: number, found: number): number {
  const times: number[] = [];
  for (let at = 0; at < 30; at++) {
    const begun = performance.now();
    const routes = bench.subscribe(`kind${at % Math.floor(names / found)}:.*`);
    times.push(performance.now() - begun);
    if (routes !== found) throw new Error(`${routes} routes, expected ${found}`);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
