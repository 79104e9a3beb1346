/**
 * The runtime: it owns everything that belongs to one process, and makes its actors. Many of them can live side by
 * side and can't see each other, except by messages.
 */

import { Actor, type MachineClass, type RoutineFunction } from "./actor.ts";
import { actorInfo, completeSettings } from "./actor_type.ts";
import type { Address } from "./address.ts";
import { type ActorTypeLike, Kernel } from "./kernel.ts";
import { Routine } from "./routine.ts";
import { THREAD_HOST } from "./thread_host.ts";

/** Everything that belongs to one process. */
export class Runtime extends Kernel {
  /** @internal See {@linkcode Actor.create}. */
  override createActor(type: ActorTypeLike, given: object | undefined, parent: Address): Address {
    return this.#createElsewhere(type, given, parent) ?? this.createHere(type, given, parent);
  }

  /** Makes actors of types that live in threads there; null for all others. */
  #createElsewhere(type: ActorTypeLike, given: object | undefined, parent: Address): Address | null {
    const { name, thread } = actorInfo(type);
    if (thread === false) return null;
    const host = this.find(THREAD_HOST);
    if (host !== undefined) return host.create(type, given, parent);
    throw new TypeError(`Cannot create ${name} in a thread: this runtime has none, as those of openRuntime() have`);
  }

  /** @internal Makes an actor in this very thread; at an address that was given by others, if there is one. */
  createHere(type: ActorTypeLike, given: object | undefined, parent: Address, at?: Address): Address {
    const info = actorInfo(type);
    const settings = completeSettings(info, given);
    const actor = isMachineClass(type) ? new type(settings) : new Routine(type as RoutineFunction<object>, settings);
    if (at !== undefined) this.registerAt(at, actor);
    const address = at ?? this.register(actor);
    actor.attach({ kernel: this, address, parent, info });
    actor.begin();
    return address;
  }
}

function isMachineClass(type: unknown): type is MachineClass<object> {
  return typeof type === "function" && type.prototype instanceof Actor;
}
