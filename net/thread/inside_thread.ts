/** A thread from inside: a runtime of its own, with ways to the other threads of its process. */

import {
  actorInfo,
  type ActorTypeLike,
  type AddressValue as Address,
  ChildCollection,
  CHILDREN,
  childrenOf,
  Faulted,
  FileError,
  firstIdOf,
  Log,
  type LogRecord,
  PROCESS_CONTEXT,
  Returned,
  type RunningChild,
  Runtime,
  Stop,
  THREAD_HOST,
  type ThreadHost,
  type ThreadPort,
  threadType,
  type World,
} from "../../runtime/mod.ts";
import { LAST_WORD_TIMEOUT_MS } from "../limits.ts";
import { detachNetwork } from "../network_service.ts";
import { firstBlockOf } from "./districts.ts";
import { InsideRoutes } from "./inside_routes.ts";
import { ThreadLink } from "./link.ts";
import { type Downward, type Gone, type Introduction, type Order, packRecord, type Upward } from "./orders.ts";
import { unpackProcess } from "./process_part.ts";
import { packSettings, unpackSettings } from "./settings.ts";
import { Watches } from "./watches.ts";

/** What upper layers do in a thread before its first actor is made. */
export type AttachInThread = (runtime: Runtime, directory: Address | null) => void;

/** Lives as a thread: to be called where a thread begins. */
export function runThread(world: World, attach: AttachInThread): void {
  const port = world.threads.parent;
  if (port === null) throw new TypeError("Cannot run as a thread: nobody started this one");
  // The first to arrive is what it has to know before it has a runtime. Whoever listens next takes what follows.
  port.listen((text) => {
    const introduction = JSON.parse(text as string) as Introduction;
    const { runtime } = new InsideThread(world, port, introduction);
    attach(runtime, introduction.directory as Address | null);
  }, () => {});
}

/** The runtime of a thread, and what the main thread wants from it. */
class InsideThread implements ThreadHost {
  readonly #runtime: Runtime;
  readonly #main: ThreadLink;
  readonly #watches: Watches;
  readonly #routes: InsideRoutes;
  readonly #introduction: Introduction;
  /** Modules that could not be loaded, with the reason. */
  readonly #unloaded = new Map<string, unknown>();
  readonly #childProcesses = new Map<Address, RunningChild>();
  #temporary: PromiseWithResolvers<string> | null = null;
  #lostRecords = 0;

  constructor(world: World, port: ThreadPort, introduction: Introduction) {
    this.#introduction = introduction;
    const { level, strict, own } = introduction;
    const log = new Log(level, { write: (record) => this.#log(record) });
    const runtime = this.#runtime = new Runtime(world, { log, strict, firstId: firstIdOf(firstBlockOf(own)) });
    this.#main = new ThreadLink({
      kernel: runtime,
      port,
      name: "main thread",
      onOrder: (order, port) => this.#onOrder(order as Downward, port),
    });
    this.#watches = new Watches(runtime, this.#main);
    this.#routes = new InsideRoutes({
      ...introduction,
      kernel: runtime,
      main: this.#main,
      watches: this.#watches,
      ask: (order) => this.#tell(order),
    });
    this.#routes.takeBlock();
    runtime.extend(this.#routes);
    runtime.provide(THREAD_HOST, this);
    this.#joinProcess();
    // What was said in the last turn goes out, whatever ended it.
    world.threads.onEnding(() => {
      this.#routes.flush();
      this.#main.flush();
    });
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  #tell(order: Upward): void {
    this.#main.order(order);
  }

  /** Records are bounded as messages are: the main thread may take none for a while. */
  #log(record: LogRecord): void {
    if (this.#main.isHalfFull) {
      this.#lostRecords++;
      return;
    }
    const lost = this.#lostRecords;
    this.#lostRecords = 0;
    if (lost > 0) this.#runtime.note("?", `Discarded ${lost} records of the log`);
    this.#tell({ kind: "log", record: packRecord(record) });
  }

  #onOrder(order: Downward, port: ThreadPort | undefined): void {
    switch (order.kind) {
      case "load":
        return this.#main.hold(this.#load(order.url));
      case "create":
        return this.#create(order.order);
      case "peer":
        return this.#routes.join(order, port!);
      case "there":
        return this.#routes.there(order.block, order.thread);
      case "gone":
        return this.#gone(order);
      case "district":
        return this.#routes.addDistrict(order.use, order.district);
      case "watch":
        return this.#watches.tell(order.address as Address);
      case "ended":
        return this.#watches.ended(order.address as Address);
      case "closeChildren":
        return childrenOf(this.#runtime).close();
      case "hasten":
        return this.#childProcesses.get(order.address as Address)?.hasten();
      case "temporary":
        return this.#takeTemporaryPath(order.path, order.error);
      case "end":
        return void this.#end();
    }
  }

  // Actors of this thread.

  async #load(url: string): Promise<void> {
    try {
      await this.#runtime.world.threads.load(url);
    } catch (error) {
      this.#unloaded.set(url, error);
    }
  }

  #create(order: Order): void {
    const address = order.id as Address;
    const room = this.#routes.made(address);
    try {
      this.#createHere(order, address);
      this.#watches.tell(address);
    } catch (error) {
      this.#fail(order, error);
    }
    room?.empty();
  }

  #createHere(order: Order, address: Address): void {
    const { url, actor, parent } = order;
    if (this.#unloaded.has(url)) throw this.#unloaded.get(url);
    const type = threadType(url, actor);
    if (type === undefined) throw new TypeError(`the module ${url} has no actor "${actor}" that is bound to a thread`);
    const settings = unpackSettings(this.#runtime, actorInfo(type), order);
    this.#runtime.createHere(type, settings, parent as Address, address);
  }

  #fail({ id, actor, parent }: Order, error: unknown): void {
    const runtime = this.#runtime;
    const text = error instanceof Error ? error.message : `${error}`;
    runtime.unregister(id as Address);
    runtime.note("!", `Cannot create ${actor} (${error instanceof Error ? error.stack : text})`);
    const fault = new Faulted(`cannot create ${actor} in thread "${this.#introduction.name}"`, text);
    runtime.send(new Returned({ message: fault }), parent as Address, id as Address);
    this.#watches.tell(id as Address);
  }

  // Actors of other threads.

  create(type: ActorTypeLike, given: object | undefined, parent: Address): Address | null {
    const info = actorInfo(type);
    const { isShared, name } = this.#introduction;
    if (isShared && info.thread === name) return null;
    const settings = packSettings(this.#runtime, info, given);
    const thread = typeof info.thread === "string" ? info.thread : null;
    const id = this.#routes.addressIn(thread);
    if (typeof settings === "string") {
      const fault = new Faulted(`cannot create ${info.wireName} in a thread`, settings);
      this.#runtime.send(new Returned({ message: fault }), parent, id);
    } else {
      const order = { id, url: info.url!, actor: info.wireName!, parent, ...settings };
      this.#tell({ kind: "place", thread, order });
    }
    return id;
  }

  /** What it has said to this thread comes before the news of its end. */
  #gone({ thread, name, unmade, isOrderly }: Gone): void {
    const link = this.#routes.gone(thread, name, unmade);
    this.#tell({ kind: "forgotten", thread });
    if (link === undefined) return;
    if (!isOrderly) link.abandon();
    else this.#main.hold(this.#hearOut(link));
  }

  async #hearOut(link: ThreadLink): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#runtime.after(LAST_WORD_TIMEOUT_MS, resolve);
    await Promise.race([link.drained, late]);
    this.#runtime.cancelTimer(timer);
    link.abandon();
  }

  // The process.

  #joinProcess(): void {
    const runtime = this.#runtime;
    const { process } = this.#introduction;
    runtime.provide(PROCESS_CONTEXT, unpackProcess(process, () => this.#temporaryPath()));
    const children = new ChildCollection((address, child) => this.#childStarted(address, child));
    runtime.provide(CHILDREN, children);
    if (process.isEnding) children.close();
  }

  #childStarted(address: Address, child: RunningChild): void {
    this.#childProcesses.set(address, child);
    this.#tell({ kind: "child", address });
    child.ended.finally(() => {
      this.#childProcesses.delete(address);
      this.#tell({ kind: "childEnded", address });
    });
  }

  #temporaryPath(): Promise<string> {
    if (this.#temporary === null) {
      this.#temporary = Promise.withResolvers();
      this.#tell({ kind: "temporary" });
    }
    return this.#temporary.promise;
  }

  #takeTemporaryPath(path: string | null, error: string): void {
    if (path !== null) this.#temporary?.resolve(path);
    else this.#temporary?.reject(new FileError(error, "other"));
  }

  // The end.

  /** What was said before goes out first. */
  async #end(): Promise<void> {
    const runtime = this.#runtime;
    const children = childrenOf(runtime);
    children.close();
    for (const address of children.addresses) runtime.send(new Stop(), address, address);
    await children.ended();
    await detachNetwork(runtime);
    await runtime.settled();
    await this.#routes.settled();
    this.#routes.finish();
    this.#main.finish();
    runtime.close();
  }
}
