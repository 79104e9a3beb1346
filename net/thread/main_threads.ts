/** The threads of a process, as its main thread has them: it starts them, makes actors in them, and tells of their ends. */

import {
  type Actor,
  type ActorInfo,
  actorInfo,
  type ActorTypeLike,
  addressOf,
  type AddressValue as Address,
  Faulted,
  type Kernel,
  type LogTag,
  NO_ADDRESS,
  Returned,
  type Thread,
  THREAD_HOST,
  type ThreadHost,
  type ThreadProgram,
} from "../../runtime/mod.ts";
import type { Connection, Ending } from "../connection.ts";
import { THREAD_END_TIMEOUT_MS } from "../limits.ts";
import { FIRST_OWN_ID } from "./ids.ts";
import { introduce } from "./introduction.ts";
import { makeLink } from "./link.ts";
import { CreateInThread, EndThread, LoadModule, Placed, PlaceInThread, ThreadLog } from "./messages.ts";
import { packSettings } from "./settings.ts";

/** What threads need from above. */
export interface ThreadOptions {
  /** What they run. */
  readonly program: ThreadProgram;
  /** The directory of the process, if it has one. */
  readonly directory: () => Address | null;
}

/** An actor to be made in a thread. */
interface Order {
  readonly url: string;
  readonly actor: string;
  readonly settings: Map<string, unknown>;
  readonly parent: Address;
}

/** Threads of one runtime. */
class MainThreads implements ThreadHost {
  readonly #kernel: Kernel;
  readonly #options: ThreadOptions;
  readonly #named = new Map<string, HostedThread>();
  readonly #byProxy = new Map<Address, HostedThread>();
  #count = 0;
  #isClosed = false;

  constructor(kernel: Kernel, options: ThreadOptions) {
    this.#kernel = kernel;
    this.#options = options;
  }

  create(type: ActorTypeLike, given: object | undefined, parent: Address): Address {
    const info = actorInfo(type);
    const settings = packSettings(info, given);
    return this.place(info.thread, { url: info.url!, actor: info.wireName!, settings, parent });
  }

  /** Makes an actor in the thread of a name, or with `true` in a new one that ends with it. */
  place(thread: ActorInfo["thread"], order: Order): Address {
    if (this.#isClosed) throw new TypeError(`Cannot create ${order.actor} in a thread: the runtime is about to end`);
    const name = typeof thread === "string" ? thread : null;
    let hosted = name === null ? undefined : this.#named.get(name);
    if (hosted === undefined) {
      hosted = this.#start(name ?? `${order.actor.split(".").pop()}-${++this.#count}`, name !== null);
      if (name !== null) this.#named.set(name, hosted);
    }
    return hosted.create(order);
  }

  #start(name: string, isShared: boolean): HostedThread {
    const hosted: HostedThread = new HostedThread(this.#kernel, {
      name,
      isShared,
      program: this.#options.program,
      directory: this.#options.directory(),
      place: (thread, order) => this.place(thread, order),
      onEnding: () => {
        if (this.#named.get(name) === hosted) this.#named.delete(name);
      },
      onEnded: () => void this.#byProxy.delete(hosted.proxy),
    });
    this.#byProxy.set(hosted.proxy, hosted);
    return hosted;
  }

  isThread(proxy: Address): boolean {
    return this.#byProxy.has(proxy);
  }

  terminate(name: string): boolean {
    const hosted = this.#named.get(name);
    hosted?.terminate();
    return hosted !== undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#byProxy.values()].map((hosted) => hosted.end()));
  }
}

interface HostedOptions {
  readonly name: string;
  readonly isShared: boolean;
  readonly program: ThreadProgram;
  readonly directory: Address | null;
  readonly place: MainThreads["place"];
  /** No more actors go there. */
  readonly onEnding: () => void;
  readonly onEnded: () => void;
}

/** One thread: its link, and who in it has a parent outside. */
class HostedThread {
  readonly #kernel: Kernel;
  readonly #options: HostedOptions;
  readonly #thread: Thread;
  readonly #link: Connection;
  /** Parents outside, by the children inside. */
  readonly #parents = new Map<Address, { readonly parent: Address; readonly guardian: Address }>();
  readonly #loaded = new Set<string>();
  #lastId = 0;
  #isEnding = false;

  constructor(kernel: Kernel, options: HostedOptions) {
    const { name, isShared, program, directory } = options;
    this.#kernel = kernel;
    this.#options = options;
    this.#thread = kernel.world.threads.start(program, name);
    const { stream } = this.#thread;
    introduce(stream, { name, isShared, level: kernel.log.level, strict: kernel.strict, directory });
    this.#link = makeLink({
      kernel,
      stream,
      role: "connector",
      onControl: (message, from) => this.#onControl(message, from),
      onEnded: (ending) => this.#onEnded(ending),
    });
    this.#link.begin();
  }

  get proxy(): Address {
    return this.#link.address;
  }

  /** Makes an actor. What is sent to its address follows on the same way, so nothing overtakes anything. */
  create({ url, actor, settings, parent }: Order): Address {
    if (++this.#lastId === FIRST_OWN_ID) this.#lastId = 2 ** 40;
    const id = this.#lastId;
    const child = addressOf([id, Number(this.proxy)]);
    const guardian = this.#kernel.register({
      deliver: (message, _to, from) => {
        this.#kernel.send(message, parent, from);
        if (message instanceof Returned && from === child) this.#forget(child);
      },
    });
    this.#parents.set(child, { parent, guardian });
    if (!this.#loaded.has(url)) this.#link.control(new LoadModule({ url }));
    this.#loaded.add(url);
    const refused = this.#link.control(new CreateInThread({ id, url, actor, settings, parent: guardian }));
    if (refused !== null) this.#fail(child, new Faulted(`cannot create ${actor} in a thread`, refused.message));
    return child;
  }

  #forget(child: Address): void {
    const entry = this.#parents.get(child);
    if (entry === undefined) return;
    this.#kernel.unregister(entry.guardian);
    this.#parents.delete(child);
    if (!this.#options.isShared) this.end();
  }

  #fail(child: Address, fault: Faulted): void {
    const entry = this.#parents.get(child);
    if (entry === undefined) return;
    this.#kernel.send(new Returned({ message: fault }), entry.parent, child);
    this.#forget(child);
  }

  #onControl(message: unknown, from: Address): void {
    if (message instanceof ThreadLog) this.#log(message);
    else if (message instanceof PlaceInThread) this.#place(message);
    else this.#kernel.note("?", `Ignored ${message} from ${from} in thread "${this.#options.name}"`);
  }

  #log({ wall, tag, id, name, state, text }: ThreadLog): void {
    this.#kernel.log.write({
      wall: BigInt(wall ?? 0),
      tag: tag as LogTag,
      address: (id ?? NO_ADDRESS) as Address,
      name: `${name}@${this.#options.name}`,
      state: state ?? undefined,
      text: text ?? "",
    });
  }

  #place({ request, thread, url, actor, settings, parent }: PlaceInThread): void {
    const order = { url: url!, actor: actor!, settings: settings as Map<string, unknown>, parent: parent! };
    const address = this.#options.place(thread ?? true, order);
    this.#link.control(new Placed({ request, address }));
  }

  /** Lets it say what it has to say, and ends it. */
  async end(): Promise<void> {
    this.#options.onEnding();
    if (!this.#isEnding) {
      this.#isEnding = true;
      this.#link.control(new EndThread());
      const timer = this.#kernel.after(THREAD_END_TIMEOUT_MS, () => this.#thread.terminate());
      this.#thread.ended.then(() => this.#kernel.cancelTimer(timer));
    }
    await this.#thread.ended;
    await this.#link.gone;
  }

  terminate(): void {
    this.#thread.terminate();
  }

  #onEnded({ note }: Ending): void {
    this.#options.onEnding();
    this.#options.onEnded();
    this.#thread.terminate();
    const { name } = this.#options;
    const cause = note ?? "it ended";
    if (!this.#isEnding) this.#kernel.note("!", `Thread "${name}" ended (${cause})`);
    const fault = () => new Faulted(`thread "${name}" ended`, cause.split("\n", 1)[0]!);
    for (const child of [...this.#parents.keys()]) this.#fail(child, fault());
  }
}

/** Lets a runtime have threads. The first call counts. */
export function attachThreads(kernel: Kernel, options: ThreadOptions): void {
  if (kernel.find(THREAD_HOST) === undefined) kernel.provide(THREAD_HOST, new MainThreads(kernel, options));
}

/** Ends the threads of a runtime, each after what it has to say. */
export async function detachThreads(kernel: Kernel): Promise<void> {
  const threads = kernel.find(THREAD_HOST);
  if (threads instanceof MainThreads) await threads.close();
}

/**
 * Ends a named thread at once, whatever it does: a way out of a computation that has no end. The parents of all actors
 * in it get `Returned` with a fault. The next actor that is bound to the name gets a new thread.
 *
 * @param self Any actor of the main thread.
 * @param name What actors were bound to.
 * @returns False when there is no thread of that name.
 */
export function terminateThread(self: Actor, name: string): boolean {
  const threads = self.kernel.find(THREAD_HOST);
  return threads instanceof MainThreads && threads.terminate(name);
}
