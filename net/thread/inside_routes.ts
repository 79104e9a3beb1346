/** Where addresses lead to, as a thread knows it: to itself, to the main thread, or by a way of their own to others. */

import {
  type AddressValue as Address,
  blockOf,
  type Cancel,
  type Elsewhere,
  firstIdOf,
  type Kernel,
  lastIdOf,
  localAddress,
  NO_ADDRESS,
  type Receiver,
  type ThreadPort,
} from "../../runtime/mod.ts";
import { BlockSupply, districtOf } from "./districts.ts";
import { ThreadLink } from "./link.ts";
import type { Introduction, Peer, Upward } from "./orders.ts";
import { type Room, Rooms } from "./rooms.ts";
import type { Watches } from "./watches.ts";

/** Blocks that may be asked about at one time. */
const QUESTIONS_MAX = 1024;

/** A block of addresses for actors that one other thread makes here. They are made in the order of their addresses. */
class HostedBlock {
  #last = 0;
  readonly #rooms = new Map<Address, Room>();

  /** Notes that an actor is there; returns where messages for it have waited. */
  made(address: Address): Room | undefined {
    this.#last = Number(address);
    const room = this.#rooms.get(address);
    this.#rooms.delete(address);
    return room;
  }

  /** Where messages for an actor wait that is about to be made; undefined for one that has ended. */
  roomFor(address: Address, rooms: Rooms): Room | undefined {
    if (Number(address) <= this.#last) return undefined;
    let room = this.#rooms.get(address);
    if (room === undefined) this.#rooms.set(address, room = rooms.open("an actor that is being made"));
    return room;
  }

  /** No further ones will be made. */
  close(): void {
    this.#last = Infinity;
    for (const room of this.#rooms.values()) room.discard();
    this.#rooms.clear();
  }
}

/** Addresses that this thread gives to actors in one other thread. */
interface Target {
  next: number;
  readonly last: number;
}

/** What a thread is made with, as far as addresses are concerned. */
export interface RouteOptions extends Pick<Introduction, "thread" | "own" | "hosting" | "mainBlocks"> {
  readonly kernel: Kernel;
  readonly main: ThreadLink;
  readonly watches: Watches;
  readonly ask: (order: Upward) => void;
}

/** The routes of one thread. */
export class InsideRoutes implements Elsewhere {
  readonly #options: RouteOptions;
  readonly #rooms: Rooms;
  readonly #own = new BlockSupply(() => this.#options.ask({ kind: "more", use: "own" }));
  readonly #hosting = new BlockSupply(() => this.#options.ask({ kind: "more", use: "hosting" }));
  readonly #ownDistricts = new Set<number>();
  readonly #known = new Map<number, ThreadLink | HostedBlock>();
  readonly #questions = new Map<number, Room>();
  readonly #peers = new Map<number, ThreadLink>();
  readonly #peerDistricts = new Map<number, ThreadLink>();
  #onAnswered: (() => void) | null = null;
  /** By the names of threads. */
  readonly #targets = new Map<string, Target>();

  constructor(options: RouteOptions) {
    this.#options = options;
    this.#rooms = new Rooms(options.kernel);
    this.addDistrict("own", options.own);
    this.addDistrict("hosting", options.hosting);
  }

  addDistrict(use: "own" | "hosting", district: number): void {
    if (use === "hosting") this.#hosting.add(district);
    else {
      this.#ownDistricts.add(district);
      this.#own.add(district);
    }
  }

  takeBlock(): number {
    return this.#own.take();
  }

  // Who has an address.

  receiverOf(address: Address): Receiver | undefined {
    if (address === NO_ADDRESS) return undefined;
    const block = blockOf(address);
    const known = this.#known.get(block);
    if (known instanceof ThreadLink) return known;
    if (known !== undefined) return known.roomFor(address, this.#rooms);
    if (block < this.#options.mainBlocks) return this.#options.main;
    const district = districtOf(block);
    if (this.#ownDistricts.has(district)) return undefined;
    // What waits for an answer goes first.
    return this.#questions.get(block) ?? this.#peerDistricts.get(district) ?? this.#question(block);
  }

  /** Where messages wait until it is known whose a block is. */
  #question(block: number): Room | undefined {
    if (this.#questions.size >= QUESTIONS_MAX || !Number.isSafeInteger(block)) return undefined;
    const room = this.#rooms.open("an actor in another thread");
    this.#questions.set(block, room);
    this.#options.ask({ kind: "where", block });
    return room;
  }

  /** The answer. */
  there(block: number, thread: number | null): void {
    const room = this.#questions.get(block);
    this.#questions.delete(block);
    const owner = thread === this.#options.thread ? this.#hostedBlock(block) : this.#linkTo(thread);
    if (owner === undefined) room?.discard();
    else {
      this.#known.set(block, owner);
      room?.empty();
    }
    if (this.#questions.size === 0) this.#onAnswered?.();
  }

  /** Resolves when nothing waits for an answer. */
  async settled(): Promise<void> {
    while (this.#questions.size > 0) await new Promise<void>((resolve) => void (this.#onAnswered = resolve));
  }

  #linkTo(thread: number | null): ThreadLink | undefined {
    return thread === 0 ? this.#options.main : this.#peers.get(thread ?? -1);
  }

  #hostedBlock(block: number): HostedBlock {
    const known = this.#known.get(block);
    if (known instanceof HostedBlock) return known;
    const hosted = new HostedBlock();
    this.#known.set(block, hosted);
    return hosted;
  }

  watch(address: Address, onEnd: () => void): Cancel {
    return this.#options.watches.watch(address, onEnd);
  }

  // Actors that other threads make here.

  /** An actor is there now; returns where messages for it have waited. */
  made(address: Address): Room | undefined {
    return this.#hostedBlock(blockOf(address)).made(address);
  }

  // Actors that are made in other threads.

  /** An address for an actor to be made in the thread of that name, or with null in one of its own. */
  addressIn(thread: string | null): Address {
    let target = thread === null ? undefined : this.#targets.get(thread);
    if (target === undefined || target.next > target.last) {
      const block = this.#hosting.take();
      target = { next: firstIdOf(block), last: lastIdOf(block) };
      if (thread !== null) this.#targets.set(thread, target);
    }
    return localAddress(target.next++);
  }

  // Other threads.

  /** There is a way to another thread. */
  join({ thread, name, districts, blocks }: Peer, port: ThreadPort): void {
    const { kernel } = this.#options;
    const link = new ThreadLink({ kernel, port, name: `thread ${name}`, onOrder() {} });
    this.#peers.set(thread, link);
    for (const district of districts) this.#peerDistricts.set(district, link);
    for (const block of blocks) if (!this.#questions.has(block)) this.#known.set(block, link);
  }

  /**
   * Another thread has ended: nobody is at its addresses any more.
   *
   * @param unmade Blocks for its actors here, of which no further ones will be made
   * @returns The way to it, which may still hold what it said before
   */
  gone(thread: number, name: string, unmade: readonly number[]): ThreadLink | undefined {
    for (const block of unmade) this.#hostedBlock(block).close();
    this.#targets.delete(name);
    const link = this.#peers.get(thread);
    this.#peers.delete(thread);
    for (const [block, owner] of this.#known) if (owner === link) this.#known.delete(block);
    for (const [district, owner] of this.#peerDistricts) if (owner === link) this.#peerDistricts.delete(district);
    return link;
  }

  /** Sends all that waits on its way to other threads. */
  flush(): void {
    for (const link of this.#peers.values()) link.flush();
  }

  /** Says to all other threads that nothing more will come. */
  finish(): void {
    for (const link of this.#peers.values()) link.finish();
    this.#peers.clear();
  }
}
