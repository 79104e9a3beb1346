/** A pool of workers behind one address: requests go to whoever is idle, answers come back to whoever asked. */

import type { MachineClass, RoutineFunction, Sendable } from "../actor.ts";
import { type Address, isRemote, lastHop } from "../address.ts";
import { bind } from "../bind.ts";
import { on } from "../dispatch.ts";
import { StateMachine } from "../machine.ts";
import { Aborted, Faulted, TimedOut } from "../messages/faults.ts";
import { Unknown } from "../messages/incognito.ts";
import { Returned, Start, Stop, T1 } from "../messages/signals.ts";
import { ProcessObject } from "../process_object.ts";
import type { Timer } from "../timers.ts";
import type { Cancel } from "../world.ts";
import { JoinSpool, LeaveSpool } from "./messages.ts";
import { ReturnAddresses } from "./return_addresses.ts";
import { SpoolCore, type SpoolEffect } from "./spool_core.ts";

/** How to make a pool. */
export interface ObjectSpoolSettings {
  /** The actor type of the workers; null for workers that join and leave. @default {null} */
  worker?: RoutineFunction<never> | MachineClass<never> | null;
  /** Settings of each worker. */
  workerSettings?: object;
  /** Workers to make. @default {8} */
  objectCount?: number;
  /** For workers that are processes: their roles, with the number of the worker for `{i}`. @default {"spool-{i}"} */
  roleName?: string;
  /** Requests that may wait; null for no limit. @default {null} */
  sizeOfQueue?: number | null;
  /** Seconds of average response time from which requests are refused as busy; null for never. @default {5} */
  responsiveness?: number | null;
  /** While busy, every how-manieth request is let through. @default {10} */
  busyPassRate?: number;
  /** Seconds until a worker that ended is made again, give or take a quarter; null ends the pool. @default {30} */
  standDown?: number | null;
}

/** A restart comes at a random moment within this part of the stand-down, to either side. */
const STAND_DOWN_SPREAD = 0.25;

/**
 * A pool. What it gets and does not know is a request: it goes to the worker that has been idle longest, and the
 * answer goes to the requester, with the pool as return address. Without an idle worker a request waits, or is
 * refused with `Overloaded`, `Busy` or `TemporarilyUnavailable`. A worker that ends with a request in hand: the
 * requester gets a fault at once. One of another process that leaves while its connection lives, as it is left for a nearer
 * one, still answers the request that it has.
 *
 * Workers are made by the pool, or come by `JoinSpool` and go by `LeaveSpool`.
 */
export class ObjectSpool extends StateMachine<"spooling" | "clearing"> {
  readonly #settings: Required<ObjectSpoolSettings>;
  readonly #core: SpoolCore;
  #returnAddresses: ReturnAddresses | null = null;
  /** Until when answers are waited for, in milliseconds, by the numbers of their requests: earliest first. */
  readonly #deadlines = new Map<number, number>();
  #deadlineTimer: Timer | null = null;
  readonly #restarts = new Set<Timer>();
  /** Workers that have left and owe an answer, with how to watch them no longer. */
  readonly #leaving = new Map<Address, Cancel>();

  /** Called by `create`: `self.create(ObjectSpool, { worker })`. */
  constructor(settings: ObjectSpoolSettings = {}) {
    super("spooling");
    this.#settings = {
      worker: settings.worker ?? null,
      workerSettings: settings.workerSettings ?? {},
      objectCount: settings.objectCount ?? 8,
      roleName: settings.roleName ?? "spool-{i}",
      sizeOfQueue: settings.sizeOfQueue ?? null,
      responsiveness: settings.responsiveness === undefined ? 5 : settings.responsiveness,
      busyPassRate: settings.busyPassRate ?? 10,
      standDown: settings.standDown === undefined ? 30 : settings.standDown,
    };
    const { sizeOfQueue, responsiveness, busyPassRate, worker } = this.#settings;
    this.#core = new SpoolCore({ sizeOfQueue, responsiveness, busyPassRate, external: worker === null });
  }

  /** @internal */
  onStart(): "spooling" {
    const { objectCount, sizeOfQueue, responsiveness, standDown, worker } = this.#settings;
    const isWrong = objectCount < 1 || (sizeOfQueue !== null && sizeOfQueue < 1) ||
      (responsiveness !== null && responsiveness < 0.5) || (standDown !== null && standDown < 2);
    if (isWrong) {
      const given =
        `count=${objectCount}, size=${sizeOfQueue}, responsiveness=${responsiveness}, stand_down=${standDown}`;
      this.complete(new Faulted(`unexpected parameters (${given})`));
    }
    if (worker !== null) { for (let i = 0; i < objectCount; i++) this.#makeWorker(i); }
    return "spooling";
  }

  #makeWorker(index: number): void {
    const { worker, workerSettings, roleName } = this.#settings;
    const isProcess = (worker as unknown) === ProcessObject;
    const settings = isProcess
      ? { roleName: roleName.replaceAll("{i}", `${index}`), ...workerSettings }
      : workerSettings;
    const address = this.create(worker as RoutineFunction<object>, settings);
    this.assign(address, index);
    this.#perform(this.#core.joined(address));
  }

  /** @internal */
  onRequest(): "spooling" {
    this.#perform(this.#core.request(this.received, this.returnAddress, this.kernel.world.clock.now()));
    return "spooling";
  }

  /** @internal */
  onJoin(message: JoinSpool): "spooling" {
    if (message.workerAddress !== null) this.#perform(this.#core.joined(message.workerAddress));
    return "spooling";
  }

  /** @internal */
  onLeave(message: LeaveSpool): "spooling" {
    const { workerAddress: worker } = message;
    if (worker === null) return "spooling";
    if (this.#canAnswer(worker)) this.#waitForLast(worker);
    else this.#perform(this.#core.left(worker));
    return "spooling";
  }

  /** True for a worker of another process that is still connected: it has been left for a nearer one. */
  #canAnswer(worker: Address): boolean {
    return isRemote(worker) && this.kernel.receiverAt(lastHop(worker)) !== undefined;
  }

  /** Waits for the answer that a worker owes, as long as its connection lives. */
  #waitForLast(worker: Address): void {
    this.#perform(this.#core.leaves(worker));
    if (!this.#core.isLeaving(worker) || this.#leaving.has(worker)) return;
    const cancel = this.kernel.watch(lastHop(worker), () => {
      this.#leaving.delete(worker);
      if (this.#core.isLeaving(worker)) this.#perform(this.#core.left(worker));
    });
    this.#leaving.set(worker, cancel);
  }

  #watchNoLonger(): void {
    for (const [worker, cancel] of this.#leaving) {
      if (this.#core.isLeaving(worker)) continue;
      cancel();
      this.#leaving.delete(worker);
    }
  }

  /** @internal A worker ended. */
  onReturned(message: Returned): "spooling" | "clearing" {
    const worker = this.returnAddress;
    const index = this.debrief(worker) as number;
    this.trace("Worker ended", { returned: message.message });
    const fault = message.message instanceof Faulted ? message.message : new Aborted();
    this.#perform(this.#core.left(worker, fault));
    const { standDown } = this.#settings;
    if (standDown === null) return this.onStop();
    const factor = 1 + STAND_DOWN_SPREAD * (2 * this.kernel.world.random.float() - 1);
    const timer = this.kernel.after(standDown * factor * 1000, () => {
      this.#restarts.delete(timer);
      if (this.state === "spooling") this.#makeWorker(index);
    });
    this.#restarts.add(timer);
    return "spooling";
  }

  /** @internal */
  onStop(): "clearing" {
    this.#perform(this.#core.stopped());
    this.#returnAddresses?.close();
    this.#deadlines.clear();
    if (this.#deadlineTimer !== null) this.kernel.cancelTimer(this.#deadlineTimer);
    this.#watchNoLonger();
    for (const timer of this.#restarts) this.kernel.cancelTimer(timer);
    if (this.abort() === 0) this.complete(new Aborted());
    return "clearing";
  }

  /** @internal */
  onCleared(): "clearing" {
    this.debrief();
    if (this.working() === 0) this.complete(new Aborted());
    return "clearing";
  }

  #perform(effects: readonly SpoolEffect[]): void {
    for (const effect of effects) {
      switch (effect.do) {
        case "answer":
          this.send(effect.message, effect.client);
          break;
        case "assign":
          this.#assign(effect);
          break;
        case "give up":
          this.#deadlines.delete(effect.id);
          this.#returnAddresses?.giveUp(effect.id);
      }
    }
  }

  /** Each request under way has a return address of its own, so that a late answer can't be taken for another's. */
  #assign({ request, worker, seconds }: SpoolEffect & { do: "assign" }): void {
    const { id, message } = request;
    this.#returnAddresses ??= new ReturnAddresses(this.kernel, this.#answered);
    this.forward(message, worker, this.#returnAddresses.take(id));
    if (seconds === null) return;
    this.#deadlines.set(id, this.#now() + seconds * 1000);
    if (this.#deadlineTimer === null) this.#awaitDeadline(seconds * 1000);
  }

  readonly #answered = (id: number, message: unknown): void => {
    this.#deadlines.delete(id);
    this.#returnAddresses!.giveBack(id);
    this.#perform(this.#core.answered(id, message as Sendable, this.#now()));
  };

  /** All answers are waited for equally long, so one timer, for the earliest deadline, is enough. */
  #awaitDeadline(milliseconds: number): void {
    this.#deadlineTimer = this.kernel.after(milliseconds, () => {
      this.#deadlineTimer = null;
      const now = this.#now();
      for (const [id, deadline] of this.#deadlines) {
        if (deadline > now) {
          this.#awaitDeadline(deadline - now);
          return;
        }
        this.#perform(this.#core.gaveUp(id, TimedOut.of(new T1())));
      }
    });
  }

  #now(): number {
    return this.kernel.world.clock.now();
  }
}

bind(ObjectSpool, "layer_cake.object_spool", {
  table: {
    spooling: [
      on(Start, (self) => self.onStart()),
      on(JoinSpool, (self, message) => self.onJoin(message)),
      on(LeaveSpool, (self, message) => self.onLeave(message)),
      on(Returned, (self, message) => self.onReturned(message)),
      on(Stop, (self) => self.onStop()),
      on(Unknown, (self) => self.onRequest()),
    ],
    clearing: [on(Returned, (self) => self.onCleared())],
  },
});
