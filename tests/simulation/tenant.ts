/** One life of a simulated process: a runtime with a directory and, in processes and libraries, actors. */

import { Claims } from "./claims.ts";
import { directoryTimers } from "../../directory/directory.ts";
import { GetDirectory } from "../../directory/messages.ts";
import {
  clearPublished,
  clearSubscribed,
  detachDirectory,
  DIRECTORY,
  directoryCounts,
  openDirectory,
  publish,
  subscribe,
} from "../../directory/mod.ts";
import { attachNetwork } from "../../net/mod.ts";
import { type AddressValue as Address, Log, Runtime, type World } from "../../runtime/mod.ts";
import { Pace } from "./pace.ts";
import type { Seat } from "./seat.ts";
import { ACTORS, type WorldShape } from "./shape.ts";
import type { Wish } from "./wishes.ts";
import { EndYourself } from "./talk.ts";
import { testify, Witness } from "./witness.ts";

const ACTOR_NAMES = ["x", "y"] as const;
/** How long a system tries to connect, and a little more. */
const CONNECT_MS = 10_500;
/** How long a process takes to do what has become due while it was frozen. */
const WAKING_MS = 10;

/** What holds for all processes of a world. */
export type TenantConditions = Pick<WorldShape, "isStrict" | "detectSeconds" | "turnUnits">;

/** Which life of whom. */
export interface TenantOptions {
  readonly seat: Seat;
  /** Counts up from 1. */
  readonly life: number;
  readonly conditions: TenantConditions;
}

/** One life of a process. */
export class Tenant {
  readonly runtime: Runtime;
  readonly directory: Address;
  /** Lines of its log at WARNING and above. */
  readonly warnings: string[] = [];
  readonly #world: World;
  readonly #seat: Seat;
  readonly #claims: Claims;
  readonly #witnesses: Witness[];
  readonly #life: number;
  /** Actors that have ended while the process lived on. */
  #ended = 0;
  #isAskedToLeave = false;
  #isLeaving = false;

  constructor(world: World, { seat, life, conditions }: TenantOptions) {
    const { isStrict, detectSeconds, turnUnits } = conditions;
    this.#world = world;
    this.#life = life;
    this.#seat = seat;
    const log = new Log("WARNING", { write: ({ text, tag }) => void this.warnings.push(`${tag} ${text}`) });
    this.runtime = new Runtime(world, { strict: isStrict, log });
    const { scope, acceptAt, parentAddress, shape } = seat;
    attachNetwork(this.runtime, { detectSeconds });
    const { address, returned } = openDirectory(this.runtime, {
      scope,
      acceptAt,
      connectTo: parentAddress,
      encrypted: shape.isEncrypted,
      ...(turnUnits === undefined ? {} : { turnUnits }),
    });
    this.directory = address;
    this.runtime.provide(DIRECTORY, address);
    // A role whose directory has given up ends, as the command does.
    returned.then(() => {
      if (!this.#isLeaving) world.processes.exit(1);
    });
    this.#claims = new Claims(() => world.clock.now());
    // In directories there is one, for questions.
    const names = seat.isHome ? ACTOR_NAMES.slice(0, ACTORS) : ["q"];
    this.#witnesses = names.map((name) => this.#witness(`${name}${life}`));
    for (const witness of this.#witnesses) this.runtime.start(testify, { witness });
    for (const wish of shape.program) this.ask(wish);
  }

  #witness(name: string): Witness {
    const pace = new Pace(() => this.#world.clock.now());
    return new Witness(`${this.#seat.name}/${name}`, { claims: this.#claims, pace });
  }

  /** Its actors, those that live. */
  get witnesses(): readonly Witness[] {
    return this.#witnesses;
  }

  /** True once it was asked to leave. */
  get isLeaving(): boolean {
    return this.#isAskedToLeave;
  }

  /** Lets an actor publish or subscribe. */
  ask({ kind, actor, text, scope, isEncrypted }: Wish): void {
    const witness = this.#witnesses[actor]!;
    this.#ask(witness, (self) => {
      // What a library publishes for its process alone is not confirmed.
      const reach = this.#seat.scope === "LIBRARY" && scope === "PROCESS" ? "GROUP" : scope;
      if (kind === "subscribe") subscribe(self, text, { scope });
      else {
        witness.ask(text);
        publish(self, text, { scope: reach, encrypted: isEncrypted });
      }
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
      if (witness.self === null || this.#isLeaving) return;
      witness.unanswered++;
      request(witness.self);
    });
  }

  /**
   * Ends one of its actors, while the process lives on; another one takes its place.
   *
   * @param actor Which.
   * @param options Whether it fails or returns, what it asks for with its last breath, and whether the next one begins as
   *   it did when the process began.
   */
  endActor(
    actor: number,
    { fails, last, resumes }: { readonly fails: boolean; readonly last: readonly Wish[]; readonly resumes: boolean },
  ): void {
    for (const wish of last) this.ask({ ...wish, actor });
    this.#world.clock.soon(() => {
      const witness = this.#witnesses[actor]!;
      const { self } = witness;
      if (self === null || this.#isLeaving) return;
      self.send(new EndYourself({ fails }), self.address);
      witness.end();
      this.#seat.leftovers.push(...witness.problems);
      const next = this.#witness(`${ACTOR_NAMES[actor]}${this.#life}-${++this.#ended}`);
      this.#witnesses[actor] = next;
      this.runtime.start(testify, { witness: next });
      if (!resumes) return;
      for (const wish of this.#seat.shape.program) if (wish.actor === actor) this.ask(wish);
    });
  }

  /** Lets its actors speak in their sessions. */
  talk(words: number): void {
    this.#world.clock.soon(() => {
      if (!this.#isLeaving) { for (const witness of this.witnesses) witness.talk(words); }
    });
  }

  /** Asks the directory what it knows. */
  probe(): void {
    this.#world.clock.soon(() => {
      const [{ self }] = this.witnesses as [Witness];
      self?.send(new GetDirectory(), this.directory);
    });
  }

  /** Ends the process as one that is asked to. */
  leave(): void {
    this.#isAskedToLeave = true;
    this.#world.clock.soon(async () => {
      if (this.#isLeaving) return;
      this.#isLeaving = true;
      await detachDirectory(this.runtime);
      // What it was still connecting to, the system gives up only after a while.
      if (this.#leftovers().length > 0) {
        await this.#wait(CONNECT_MS);
        // Who was frozen meanwhile finds the end of this wait and of others due at once, in any order.
        await this.#wait(WAKING_MS);
      }
      this.#seat.leftovers.push(...this.#leftovers());
      this.#world.processes.exit(0);
    });
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#world.clock.after(milliseconds, resolve));
  }

  /** What there should not be after the end of directory and network. */
  #leftovers(): string[] {
    const { runtime, witnesses } = this;
    const { streams, listeners } = this.#seat.process.resources;
    const found = {
      connections: this.networkCounts.connections,
      streams,
      ports: listeners,
      timers: runtime.timerCount,
      // An actor and what stands for its parent.
      receivers: runtime.receiverCount - 2 * witnesses.length,
    };
    return Object.entries(found).filter(([, count]) => count !== 0).map(([what, count]) =>
      `${this.#seat.name} has left, but there are ${count} ${what}`
    );
  }

  /** What the directory counts. */
  get directoryCounts() {
    const counts = directoryCounts(this.runtime, this.directory);
    if (counts === null) throw new TypeError(`The directory of ${this.#seat.name} does not run`);
    return counts;
  }

  /** Timers of the directory by name. */
  get directoryTimers(): readonly string[] {
    return directoryTimers(this.runtime, this.directory);
  }

  /** How much its directory has had to do. The topmost one has work only by those below, and may look for one above for ever. */
  get activity(): number {
    if (this.#seat.parent === null) return 0;
    return this.runtime.receiverAt(this.directory)?.queueAccount?.().accepted ?? 0;
  }

  /** Sessions of its actors that have begun or ended; all those of an actor end with it. */
  get sessionChanges(): number {
    return this.witnesses.reduce((sum, { changes }) => sum + changes, 1_000_000 * this.#ended);
  }

  /** What the transport counts. */
  get networkCounts() {
    return attachNetwork(this.runtime).counts;
  }

  /** Its connections. */
  get transports() {
    return attachNetwork(this.runtime).transports;
  }
}
