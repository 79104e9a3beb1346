/** The threads of a process, as its main thread has them: it starts them, and knows which addresses are whose. */

import {
  type Actor,
  type ActorInfo,
  actorInfo,
  type ActorTypeLike,
  type AddressValue as Address,
  blockOf,
  type Cancel,
  childrenOf,
  type Elsewhere,
  Faulted,
  firstIdOf,
  type Kernel,
  localAddress,
  type Receiver,
  Returned,
  THREAD_HOST,
  type ThreadHost,
  type ThreadProgram,
} from "../../runtime/mod.ts";
import { BlockSupply, districtOf, firstBlockOf } from "./districts.ts";
import { HostedThread, type Threads } from "./hosted_thread.ts";
import type { Order } from "./orders.ts";
import { packProcess } from "./process_part.ts";
import { type Room, Rooms } from "./rooms.ts";
import { packSettings } from "./settings.ts";

/** What threads need from above. */
export interface ThreadOptions {
  /** What they run. */
  readonly program: ThreadProgram;
  /** The directory of the process, if it has one. */
  readonly directory: () => Address | null;
}

/** Whose addresses a district has, and what for; a thread of null is the main one. */
interface District {
  readonly thread: HostedThread | null;
  readonly use: "own" | "hosting";
}

/** A block of which its district says only who makes actors there: in which thread is to be told. */
interface Undeclared {
  readonly room: Room;
  readonly askers: Set<HostedThread>;
}

/** Threads of one runtime. */
export class MainThreads implements ThreadHost, Elsewhere, Threads {
  readonly #kernel: Kernel;
  readonly #options: ThreadOptions;
  readonly #rooms: Rooms;
  readonly #named = new Map<string, HostedThread>();
  readonly #threads = new Set<HostedThread>();
  readonly #districts = new Map<number, District>();
  /** Blocks of living threads, as far as they are known. */
  readonly #blocks = new Map<number, HostedThread>();
  readonly #undeclared = new Map<number, Undeclared>();
  readonly #own = new BlockSupply(() => this.#own.add(this.#newDistrict({ thread: null, use: "own" })));
  readonly #hosting = new BlockSupply(() => this.#hosting.add(this.#newDistrict({ thread: null, use: "hosting" })));
  readonly #mainBlocks: number;
  #lastDistrict: number;
  #lastNumber = 0;
  #isClosed = false;

  constructor(kernel: Kernel, options: ThreadOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#rooms = new Rooms(kernel);
    // What was given before is the main thread's; so is what is left of that district.
    const block = kernel.extend(this);
    this.#lastDistrict = districtOf(block);
    this.#mainBlocks = firstBlockOf(this.#lastDistrict + 1);
    this.#own.add(this.#lastDistrict);
    while (this.#own.take() < block);
    this.#hosting.add(this.#newDistrict({ thread: null, use: "hosting" }));
    childrenOf(kernel).whenClosed(() => {
      for (const hosted of this.#threads) hosted.closeChildren();
    });
  }

  #newDistrict(district: District): number {
    this.#districts.set(++this.#lastDistrict, district);
    return this.#lastDistrict;
  }

  // Actors.

  create(type: ActorTypeLike, given: object | undefined, parent: Address): Address {
    const info = actorInfo(type);
    const settings = packSettings(this.#kernel, info, given);
    const hosted = this.#threadFor(info.thread, info.wireName!);
    const order = { id: hosted.nextAddress(), url: info.url!, actor: info.wireName!, parent };
    if (typeof settings === "string") this.#refuse({ ...order, settings: "", book: "" }, settings);
    else hosted.create({ ...order, ...settings });
    return order.id;
  }

  /** The thread of a name, or with `true` a new one that ends with its only actor. */
  #threadFor(thread: ActorInfo["thread"], actor: string): HostedThread {
    if (this.#isClosed) throw new TypeError(`Cannot create ${actor} in a thread: the runtime is about to end`);
    const name = typeof thread === "string" ? thread : null;
    const there = name === null ? undefined : this.#named.get(name);
    if (there !== undefined) return there;
    const hosted = this.#start(name ?? `${actor.split(".").pop()}-${this.#lastNumber + 1}`, name !== null);
    if (name !== null) this.#named.set(name, hosted);
    return hosted;
  }

  #start(name: string, isShared: boolean): HostedThread {
    const { program, directory } = this.#options;
    const { log, strict } = this.#kernel;
    const number = ++this.#lastNumber;
    const hosted = new HostedThread(this.#kernel, this, { number, name, isShared, program });
    this.#threads.add(hosted);
    hosted.introduce({
      thread: number,
      name,
      isShared,
      level: log.level,
      strict,
      directory: directory(),
      own: this.#newDistrict({ thread: hosted, use: "own" }),
      hosting: this.#newDistrict({ thread: hosted, use: "hosting" }),
      mainBlocks: this.#mainBlocks,
      process: packProcess(this.#kernel),
    });
    return hosted;
  }

  /** Makes an actor that one thread wants in another, or in one of its own, at an address that it has given. */
  place(creator: HostedThread, thread: string | null, order: Order): void {
    const block = blockOf(order.id as Address);
    let hosted = this.#blocks.get(block);
    if (hosted === undefined) {
      if (this.#isClosed) return this.#refuse(order, "the runtime is about to end");
      if (creator.hasHosted(block)) return this.#refuse(order, `thread "${thread}" ended`);
      hosted = this.#threadFor(thread ?? true, order.actor);
      this.#declare(block, creator, hosted);
    }
    hosted.create(order);
  }

  #refuse({ id, actor, parent }: Order, reason: string): void {
    const fault = new Faulted(`cannot create ${actor} in a thread`, reason);
    this.#kernel.send(new Returned({ message: fault }), parent as Address, id as Address);
  }

  #declare(block: number, creator: HostedThread, hosted: HostedThread): void {
    this.#blocks.set(block, hosted);
    creator.addHosted(block, hosted);
    const waiting = this.#undeclared.get(block);
    this.#undeclared.delete(block);
    for (const asker of waiting?.askers ?? []) this.#answer(asker, block, hosted);
    waiting?.room.empty();
  }

  // Addresses.

  receiverOf(address: Address): Receiver | undefined {
    const block = blockOf(address);
    const known = this.#blocks.get(block);
    if (known !== undefined) return known.link;
    const district = this.#districts.get(districtOf(block));
    if (district === undefined || district.thread === null) return undefined;
    const { thread, use } = district;
    if (use === "hosting") return thread.hasHosted(block) ? undefined : this.#wait(block).room;
    this.#blocks.set(block, thread);
    return thread.link;
  }

  #wait(block: number): Undeclared {
    let undeclared = this.#undeclared.get(block);
    if (undeclared === undefined) {
      undeclared = { room: this.#rooms.open("an actor that is being made"), askers: new Set() };
      this.#undeclared.set(block, undeclared);
    }
    return undeclared;
  }

  /** Tells a thread whose a block is, once it is known. */
  where(asker: HostedThread, block: number): void {
    const receiver = Number.isSafeInteger(firstIdOf(block))
      ? this.receiverOf(localAddress(firstIdOf(block)))
      : undefined;
    const hosted = this.#blocks.get(block);
    if (hosted !== undefined) this.#answer(asker, block, hosted);
    else if (receiver !== undefined) this.#wait(block).askers.add(asker);
    else asker.tell({ kind: "there", block, thread: this.#isMain(block) ? 0 : null });
  }

  #isMain(block: number): boolean {
    const district = districtOf(block);
    return block < this.#mainBlocks || this.#districts.get(district)?.thread === null;
  }

  #answer(asker: HostedThread, block: number, hosted: HostedThread): void {
    if (asker !== hosted) this.#join(asker, hosted);
    asker.tell({ kind: "there", block, thread: hosted.number });
  }

  /** Gives two threads a way to each other, once. */
  #join(one: HostedThread, other: HostedThread): void {
    if (one.isJoinedTo(other)) return;
    const [near, far] = this.#kernel.world.threads.channel();
    one.join(other, near, this.#addressesOf(other));
    other.join(one, far, this.#addressesOf(one));
  }

  #addressesOf(hosted: HostedThread): { districts: readonly number[]; blocks: readonly number[] } {
    const districts = [...this.#districts].filter(([, { thread, use }]) => thread === hosted && use === "own");
    const blocks = [...this.#blocks].filter(([, thread]) => thread === hosted);
    return { districts: districts.map(([district]) => district), blocks: blocks.map(([block]) => block) };
  }

  takeBlock(): number {
    return this.#own.take();
  }

  takeHostingBlock(host: HostedThread): number {
    const block = this.#hosting.take();
    this.#blocks.set(block, host);
    return block;
  }

  /** Gives a thread another district. */
  grant(hosted: HostedThread, use: District["use"]): void {
    hosted.tell({ kind: "district", use, district: this.#newDistrict({ thread: hosted, use }) });
  }

  watch(address: Address, onEnd: () => void): Cancel {
    const hosted = this.#blocks.get(blockOf(address));
    if (hosted !== undefined) return hosted.watch(address, onEnd);
    queueMicrotask(onEnd);
    return () => {};
  }

  // Ends.

  ending(hosted: HostedThread): void {
    if (this.#named.get(hosted.name) === hosted) this.#named.delete(hosted.name);
  }

  ended(hosted: HostedThread, isOrderly: boolean): void {
    this.ending(hosted);
    this.#threads.delete(hosted);
    for (const other of this.#threads) other.lose(hosted, isOrderly);
    for (const [block, owner] of this.#blocks) if (owner === hosted) this.#blocks.delete(block);
    for (const [number, { thread }] of this.#districts) if (thread === hosted) this.#districts.delete(number);
    for (const [block, { room, askers }] of this.#undeclared) {
      askers.delete(hosted);
      if (this.#districts.has(districtOf(block))) continue;
      this.#undeclared.delete(block);
      room.discard();
      for (const asker of askers) asker.tell({ kind: "there", block, thread: null });
    }
  }

  terminate(name: string): boolean {
    const hosted = this.#named.get(name);
    hosted?.terminate();
    return hosted !== undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#threads].map((hosted) => hosted.end()));
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
 * in it get `Returned` with a fault. Processes that actors in it started are killed with it, as the platform does, without
 * an interruption first. The next actor that is bound to the name gets a new thread.
 *
 * @param self Any actor of the main thread.
 * @param name What actors were bound to.
 * @returns False when there is no thread of that name.
 */
export function terminateThread(self: Actor, name: string): boolean {
  const threads = self.kernel.find(THREAD_HOST);
  return threads instanceof MainThreads && threads.terminate(name);
}
