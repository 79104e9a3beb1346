/**
 * The runtime: it owns everything that belongs to one process, and makes its actors. Many of them can live side by
 * side and can't see each other, except by messages.
 */

import { Actor, cellOf, type MachineClass, type RoutineFunction } from "./actor.ts";
import { type ActorInfo, actorInfo, completeSettings } from "./actor_type.ts";
import type { Address } from "./address.ts";
import { type ActorTypeLike, Kernel } from "./kernel.ts";
import { Routine } from "./routine.ts";
import { THREAD_HOST } from "./thread_host.ts";

/** Everything that belongs to one process. */
export class Runtime extends Kernel {
  /** @internal See {@linkcode Actor.create}. */
  override createActor(type: ActorTypeLike, given: object | undefined, parent: Address): Address {
    const info = actorInfo(type);
    const elsewhere = info.thread === false ? null : this.#createElsewhere(type, given, parent);
    return elsewhere ?? this.#place(this.#make(type, info, given), info, parent);
  }

  /** Makes actors of types that live in threads there; null in the thread that they live in. */
  #createElsewhere(type: ActorTypeLike, given: object | undefined, parent: Address): Address | null {
    const host = this.find(THREAD_HOST);
    if (host !== undefined) return host.create(type, given, parent);
    throw new TypeError(
      `Cannot create ${type.name} in a thread: this runtime has none, as those of openRuntime() have`,
    );
  }

  /** @internal Makes an actor in this very thread, at an address that was given by others. */
  createHere(type: ActorTypeLike, given: object | undefined, parent: Address, at: Address): void {
    const info = actorInfo(type);
    this.#place(this.#make(type, info, given), info, parent, at);
  }

  #make(type: ActorTypeLike, info: ActorInfo, given: object | undefined): Actor {
    const settings = completeSettings(info, given);
    if (!isMachineClass(type)) return new Routine(type as RoutineFunction<object>, settings);
    try {
      return new type(settings);
    } catch (thrown) {
      // It ends as every actor that throws: its parent is told, and nobody else has to do with it.
      return new Routine(() => {
        throw thrown;
      }, settings);
    }
  }

  #place(actor: Actor, info: ActorInfo, parent: Address, at?: Address): Address {
    const cell = cellOf(actor);
    if (at !== undefined) this.registerAt(at, cell);
    const address = at ?? this.register(cell);
    cell.place({ kernel: this, address, parent, info });
    cell.begin();
    return address;
  }
}

function isMachineClass(type: unknown): type is MachineClass<object> {
  return typeof type === "function" && type.prototype instanceof Actor;
}
