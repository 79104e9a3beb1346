/** A thread from inside: a runtime of its own, whose link leads to the main thread. */

import {
  actorInfo,
  type ActorTypeLike,
  type AddressValue as Address,
  Faulted,
  type Kernel,
  localAddress,
  Log,
  type LogRecord,
  type Receiver,
  Returned,
  Runtime,
  THREAD_HOST,
  type ThreadHost,
  threadType,
  type World,
} from "../../runtime/mod.ts";
import { type Connection, ending } from "../connection.ts";
import { detachNetwork } from "../network_service.ts";
import { FIRST_OWN_ID } from "./ids.ts";
import { type Introduction, readIntroduction } from "./introduction.ts";
import { makeLink } from "./link.ts";
import { CreateInThread, EndThread, LoadModule, Placed, PlaceInThread, ThreadLog } from "./messages.ts";
import { packSettings, unpackSettings } from "./settings.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** What upper layers do in a thread before its first actor is made. */
export type AttachInThread = (runtime: Runtime, directory: Address | null) => void;

/** Lives as a thread: to be called where a thread begins. */
export async function runThread(world: World, attach: AttachInThread): Promise<void> {
  const stream = world.threads.parent;
  if (stream === null) throw new TypeError("Cannot run as a thread: nobody started this one");
  const introduction = await readIntroduction(stream);
  const thread = new InsideThread(world, introduction);
  attach(thread.runtime, thread.outside(introduction.directory));
  thread.link.begin();
}

/** The runtime of a thread, and what the main thread wants from it. */
class InsideThread implements ThreadHost {
  readonly runtime: Runtime;
  readonly link: Connection;
  readonly #introduction: Introduction;
  /** Those who wait for an actor in another thread, by request. */
  readonly #requests = new Map<number, Substitute>();
  #lastRequest = 0;
  /** Modules that could not be loaded, with the reason. */
  readonly #unloaded = new Map<string, unknown>();

  constructor(world: World, introduction: Introduction) {
    const { level, strict } = introduction;
    this.#introduction = introduction;
    const log = new Log(level, { write: (record) => this.#log(record) });
    const runtime = this.runtime = new Runtime(world, { log, strict, firstId: FIRST_OWN_ID });
    this.link = makeLink({
      kernel: runtime,
      stream: world.threads.parent!,
      role: "acceptor",
      onControl: (message) => this.#onControl(message),
      onEnded: () => runtime.close(),
    });
    runtime.provide(THREAD_HOST, this);
  }

  /** An address of the main thread as it is known here. */
  outside(address: string | null): Address | null {
    return address === null ? null : `${address},${this.link.address}` as Address;
  }

  #log({ wall, tag, address, name, state, text }: LogRecord): void {
    const record = { wall: Number(wall), tag, id: address, name, state: state ?? null, text };
    this.link.control(new ThreadLog(record));
  }

  #onControl(message: unknown): void {
    if (message instanceof LoadModule) this.link.hold(this.#load(message.url!));
    else if (message instanceof CreateInThread) this.#create(message);
    else if (message instanceof Placed) this.#placed(message);
    else if (message instanceof EndThread) this.#end();
  }

  // Actors of this thread.

  async #load(url: string): Promise<void> {
    try {
      await this.runtime.world.threads.load(url);
    } catch (error) {
      this.#unloaded.set(url, error);
    }
  }

  #create(order: CreateInThread): void {
    const { runtime } = this;
    const { id, url, actor, settings, parent } = order;
    try {
      if (this.#unloaded.has(url!)) throw this.#unloaded.get(url!);
      const type = threadType(url!, actor!);
      if (type === undefined) {
        throw new TypeError(`the module ${url} has no actor "${actor}" that is bound to a thread`);
      }
      const given = unpackSettings(actorInfo(type), settings as Map<string, unknown>);
      runtime.createHere(type, given, parent!, localAddress(id!));
    } catch (error) {
      this.#fail(order, error);
    }
  }

  #fail({ id, actor, parent }: CreateInThread, error: unknown): void {
    const { runtime } = this;
    const address = localAddress(id!);
    runtime.unregister(address);
    const text = error instanceof Error ? error.message : `${error}`;
    runtime.note("!", `Cannot create ${actor} (${error instanceof Error ? error.stack : text})`);
    const fault = new Faulted(`cannot create ${actor} in thread "${this.#introduction.name}"`, text);
    runtime.send(new Returned({ message: fault }), parent!, address);
  }

  /** What was said before goes out first. */
  async #end(): Promise<void> {
    await detachNetwork(this.runtime);
    this.link.close(ending("ON_REQUEST"));
  }

  // Actors of other threads.

  create(type: ActorTypeLike, given: object | undefined, parent: Address): Address | null {
    const info = actorInfo(type);
    const { isShared, name } = this.#introduction;
    if (isShared && info.thread === name) return null;
    const settings = packSettings(info, given);
    const request = ++this.#lastRequest;
    const substitute = new Substitute(this.runtime, info.name, parent);
    const refused = this.link.control(
      new PlaceInThread({
        request,
        thread: typeof info.thread === "string" ? info.thread : null,
        url: info.url,
        actor: info.wireName,
        settings,
        parent: substitute.address,
      }),
    );
    if (refused === null) this.#requests.set(request, substitute);
    else substitute.fail(new Faulted(`cannot create ${info.wireName} in a thread`, refused.message));
    return substitute.address;
  }

  #placed({ request, address }: Placed): void {
    const substitute = this.#requests.get(request!);
    this.#requests.delete(request!);
    substitute?.placed(address!);
  }

  isThread(): boolean {
    return false;
  }
}

/** Stands for an actor of another thread, which is not known where it was asked for. */
class Substitute implements Receiver {
  readonly address: Address;
  readonly #kernel: Kernel;
  readonly #parent: Address;
  readonly #room: WaitingRoom;
  #actor: Address | null = null;

  constructor(kernel: Kernel, name: string, parent: Address) {
    this.#kernel = kernel;
    this.#parent = parent;
    this.address = kernel.register(this);
    this.#room = new WaitingRoom(kernel, this.address, name);
  }

  deliver(message: unknown, to: Address, from: Address): void {
    if (message instanceof Returned && this.#isFromActor(from)) this.#end(message);
    else if (this.#isFromActor(from)) this.#kernel.send(message, this.#parent, this.address);
    else if (this.#actor === null) this.#room.deliver(message, to, from);
    else this.#kernel.send(message, this.#actor, from);
  }

  /** Before its address is known, only the actor can return. */
  #isFromActor(from: Address): boolean {
    return this.#actor !== null && from === this.#actor;
  }

  placed(actor: Address): void {
    this.#actor = actor;
    this.#room.emptyTo((message, from) => this.deliver(message, this.address, from));
  }

  fail(fault: Faulted): void {
    this.#end(new Returned({ message: fault }));
  }

  #end(returned: Returned): void {
    this.#kernel.unregister(this.address);
    this.#kernel.send(returned, this.#parent, this.address);
  }
}
