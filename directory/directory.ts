/** The actor of a directory: it gives events to the core, and carries out the effects. */

import {
  Aborted,
  type AddressValue as Address,
  bind,
  type Faulted,
  type HostPort,
  Instant,
  isRemote,
  type Kernel,
  type Network,
  on,
  type Scope,
  Service,
  Start,
  Stateless,
  Stop,
  Unknown,
} from "../runtime/mod.ts";
import { attachNetwork } from "../net/mod.ts";
import { DirectoryCore, type DirectoryCounts } from "./core.ts";
import type { DirectoryEvent, Effect } from "./effects.ts";
import { LinkControllers } from "./link_controllers.ts";
import { PublishAs, SubscribeTo } from "./messages.ts";

/** How to make a directory. */
export interface DirectorySettings {
  /** Which directory it is. @default {"PROCESS"} */
  scope?: Scope;
  /** Where the directory above listens. */
  connectTo?: HostPort | null;
  /** Where to listen for directories below. */
  acceptAt?: HostPort | null;
  /** Whether the links of this directory are encrypted, up and down. @default {false} */
  encrypted?: boolean;
  /** The program's name, for listings. @default {"cake"} */
  executable?: string;
  /** @internal Units of work in one turn, for tests: with few of them even small work is done in many turns. */
  turnUnits?: number;
}

/** Messages and events that may wait. A lost event would leave core and sockets disagreeing; children are bounded one by one. */
const DIRECTORY_MESSAGES_MAX = 1_000_000;

/** The address of the directory of a process, where `publish` and `subscribe` find it. */
export const DIRECTORY: Service<Address> = new Service("directory");

/** An event on its way through the mailbox, so that everything that happens is one after the other. */
class Happened {
  /** @param timer What has expired to make it happen: it does not if that is cancelled before its turn. */
  constructor(readonly event: DirectoryEvent, readonly timer: RunningTimer | null = null) {}
}

/** A timer until its event is handled. */
interface RunningTimer {
  readonly name: string;
  readonly cancel: () => void;
}

/**
 * A directory. It runs until it is stopped; then all of its connections and listeners end, which tells parents,
 * children and peers.
 */
export class ObjectDirectory extends Stateless {
  readonly #settings: DirectorySettings;
  /** Those for whom something was requested, until they end. */
  readonly #watched = new Set<Address>();
  readonly #timers = new Map<string, RunningTimer>();
  #core: DirectoryCore | null = null;
  #links: LinkControllers | null = null;

  constructor(settings: DirectorySettings = {}) {
    super();
    this.#settings = settings;
  }

  /** @internal */
  onStart(): void {
    const { scope = "PROCESS", connectTo, acceptAt, encrypted = false, executable = "cake" } = this.#settings;
    const { turnUnits } = this.#settings;
    this.#core = new DirectoryCore({
      address: this.address,
      scope,
      connectTo: given(connectTo),
      acceptAt: given(acceptAt),
      encrypted,
      uniqueId: this.kernel.world.random.uuid(),
      executable,
      ...(turnUnits === undefined ? {} : { turnUnits }),
    });
    runningOf(this.kernel).set(this.address, { core: this.#core, timers: this.#timers });
    const post = (event: DirectoryEvent) => this.kernel.send(new Happened(event), this.address, this.address);
    this.#links = new LinkControllers(this.kernel, this.address, post);
    this.#handle({ kind: "started" });
  }

  /** @internal */
  onMessage(): void {
    const { received, returnAddress } = this;
    if (received instanceof Happened) this.#happened(received);
    else if (received !== null) {
      this.#handle({ kind: "received", message: received, from: returnAddress });
      if (!isRemote(returnAddress)) this.#watch(objectOf(received));
    }
  }

  /** What is listed for an actor of this process ends with it, in whatever thread it lives. */
  #watch(object: Address | null): void {
    if (object === null || isRemote(object) || this.#watched.has(object)) return;
    this.#watched.add(object);
    this.kernel.watch(object, () => {
      this.#watched.delete(object);
      this.kernel.send(new Happened({ kind: "objectEnded", object }), this.address, this.address);
    });
  }

  /** @internal */
  onStop(): never {
    for (const timer of this.#timers.values()) timer.cancel();
    return this.#end(new Aborted());
  }

  #happened({ event, timer }: Happened): void {
    if (timer !== null) {
      if (this.#timers.get(timer.name) !== timer) return;
      this.#timers.delete(timer.name);
    }
    this.#handle(event);
  }

  #handle(event: DirectoryEvent): void {
    const { clock, random, network } = this.kernel.world;
    const draw = {
      uuid: () => random.uuid(),
      float: () => random.float(),
      wall: () => new Instant(clock.wall()),
      primaryAddress: () => network.primaryAddress(),
      primaryPrefixBits: () => primaryPrefixBits(network),
      waitingBytes: (proxy: Address) => attachNetwork(this.kernel).outboundBytesOf(proxy),
    };
    for (const effect of this.#core?.handle(event, clock.now(), draw) ?? []) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        return this.forward(effect.message, effect.to, effect.from ?? this.address);
      case "startTimer":
        return this.#startTimer(effect.timer, effect.milliseconds, { kind: "timerDue", timer: effect.timer });
      case "cancelTimer":
        return this.#cancelTimer(effect.timer);
      case "again":
        // A timer rather than the next turn of the loop: input and output get all of the time between.
        return this.#startTimer("again", 0, { kind: "again" });
      case "log":
        return this[effect.level](effect.text);
      case "fail":
        return this.#end(effect.fault);
      default:
        return this.#links?.perform(effect);
    }
  }

  #end(fault: Faulted): never {
    this.#links?.closeAll();
    runningOf(this.kernel).delete(this.address);
    return this.complete(fault);
  }

  #startTimer(name: string, milliseconds: number, event: DirectoryEvent): void {
    this.#cancelTimer(name);
    const timer = this.kernel.after(milliseconds, () => {
      this.kernel.send(new Happened(event, running), this.address, this.address);
    });
    const running: RunningTimer = { name, cancel: () => this.kernel.cancelTimer(timer) };
    this.#timers.set(name, running);
  }

  #cancelTimer(name: string): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }
}

/** For whom a request is. */
function objectOf(message: object): Address | null {
  if (message instanceof PublishAs) return message.publisherAddress;
  return message instanceof SubscribeTo ? message.subscriberAddress : null;
}

/** A directory that runs, for those who look at it from outside. */
interface RunningDirectory {
  readonly core: DirectoryCore;
  readonly timers: ReadonlyMap<string, unknown>;
}

/** The directories of a runtime that run, by their addresses. */
const RUNNING: Service<Map<Address, RunningDirectory>> = new Service("running directories");

function runningOf(kernel: Kernel): Map<Address, RunningDirectory> {
  const known = kernel.find(RUNNING);
  if (known !== undefined) return known;
  const running = new Map<Address, RunningDirectory>();
  kernel.provide(RUNNING, running);
  return running;
}

/** What a directory has at the moment; null for one that does not run. */
export function directoryCounts(kernel: Kernel, directory: Address): DirectoryCounts | null {
  return runningOf(kernel).get(directory)?.core.counts ?? null;
}

/** @internal The timers of a directory by the names that its core gave them, for tests. */
export function directoryTimers(kernel: Kernel, directory: Address): readonly string[] {
  return [...runningOf(kernel).get(directory)?.timers.keys() ?? []];
}

/** How much of the primary address names the subnet. */
function primaryPrefixBits(network: Network): number | null {
  const primary = network.primaryAddress();
  return network.interfaceAddresses().find(({ address }) => address === primary)?.prefixBits ?? null;
}

/** An address that is set, or null. */
function given(address: HostPort | null | undefined): HostPort | null {
  return address === undefined || address === null || address.host === null ? null : address;
}

bind(ObjectDirectory, "layer_cake.object_directory", {
  mailboxMessagesMax: DIRECTORY_MESSAGES_MAX,
  table: {
    always: [
      on(Start, (self) => self.onStart()),
      on(Stop, (self) => self.onStop()),
      on(Unknown, (self) => self.onMessage()),
    ],
  },
});
