/** One life of a simulated process: a runtime with a directory and two actors. */

import {
  attachDirectory,
  clearPublished,
  clearSubscribed,
  detachDirectory,
  directoryCounts,
  publish,
  subscribe,
} from "../../directory/mod.ts";
import { GetDirectory } from "../../directory/messages.ts";
import { attachNetwork } from "../../net/mod.ts";
import { type AddressValue as Address, Log, Ping, Runtime, type World } from "../../runtime/mod.ts";
import type { Seat } from "./village.ts";
import type { Wish } from "./wishes.ts";
import { testify, Witness } from "./witness.ts";

/** Actors of a process. */
export const ACTORS = 2;

/** One life of a process. */
export class Tenant {
  readonly runtime: Runtime;
  readonly directory: Address;
  readonly witnesses: readonly Witness[];
  /** Lines of its log at WARNING and above. */
  readonly warnings: string[] = [];
  readonly #world: World;
  readonly #seat: Seat;

  constructor(world: World, seat: Seat) {
    this.#world = world;
    this.#seat = seat;
    const log = new Log("WARNING", { write: ({ text, tag }) => void this.warnings.push(`${tag} ${text}`) });
    this.runtime = new Runtime(world, { strict: true, log });
    const { scope, acceptAt, parent } = seat;
    this.directory = attachDirectory(this.runtime, {
      scope,
      acceptAt,
      connectTo: seat.isLazy ? null : parent?.addressFor(seat) ?? null,
    });
    this.witnesses = ["x", "y"].slice(0, ACTORS).map((name) => new Witness(`${seat.name}/${name}`));
    for (const witness of this.witnesses) this.runtime.start(testify, { witness });
    for (const wish of seat.program) this.ask(wish);
  }

  /** Lets an actor publish or subscribe. */
  ask({ kind, actor, text, scope }: Wish): void {
    this.#ask(this.witnesses[actor]!, (self) => {
      if (kind === "publish") publish(self, text, { scope });
      else subscribe(self, text, { scope });
    });
  }

  /** Lets an actor take back one of its listings, or several requests for one if it has one. */
  clear(witness: Witness, id: string): void {
    const published = witness.published.get(id);
    const subscribed = witness.subscribed.get(id);
    if (published !== undefined) this.#ask(witness, (self) => clearPublished(self, published));
    if (subscribed !== undefined) this.#ask(witness, (self) => clearSubscribed(self, subscribed));
  }

  #ask(witness: Witness, request: (self: NonNullable<Witness["self"]>) => void): void {
    // As an event of the process: a frozen one does it later, a dead one never.
    this.#world.clock.soon(() => {
      if (witness.self === null) return;
      witness.unanswered++;
      request(witness.self);
    });
  }

  /** Lets every subscriber say a word to everybody it has a session with, and asks the directory what it knows. */
  probe(): void {
    this.#world.clock.soon(() => {
      this.witnesses[0]!.self?.send(new GetDirectory(), this.directory);
      for (const { self, sessions, answered } of this.witnesses) {
        answered.clear();
        for (const { publisherAddress } of sessions.values()) self?.send(new Ping(), publisherAddress!);
      }
    });
  }

  /** Ends the process as one that is asked to. */
  leave(): void {
    this.#world.clock.soon(async () => {
      await detachDirectory(this.runtime);
      this.#world.processes.exit(0);
    });
  }

  /** What the directory counts. */
  get directoryCounts() {
    const counts = directoryCounts(this.runtime, this.directory);
    if (counts === null) throw new TypeError("The directory has ended");
    return counts;
  }

  /** True when the directory is to have a connection to the one above. */
  get isLinked(): boolean {
    return this.#seat.parent !== null && (!this.#seat.isLazy || this.witnesses.some(({ hasReached }) => hasReached));
  }

  /** How many receivers there are in the runtime. */
  get receiverCount(): number {
    return this.runtime.receiverCount;
  }

  /** What the transport counts. */
  get networkCounts() {
    return attachNetwork(this.runtime).counts;
  }
}
