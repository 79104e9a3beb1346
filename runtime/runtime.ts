/**
 * The runtime: it owns everything that belongs to one process, and makes its actors. Many of them can live side by
 * side and can't see each other, except by messages.
 */

import { Actor, type MachineClass, type RoutineFunction } from "./actor.ts";
import { actorInfo, completeSettings } from "./actor_type.ts";
import type { Address } from "./address.ts";
import { type ActorTypeLike, Kernel } from "./kernel.ts";
import { Routine } from "./routine.ts";

/** Everything that belongs to one process. */
export class Runtime extends Kernel {
  /** @internal See {@linkcode Actor.create}. */
  override createActor(type: ActorTypeLike, given: object | undefined, parent: Address): Address {
    const info = actorInfo(type);
    const settings = completeSettings(info, given);
    const actor = isMachineClass(type) ? new type(settings) : new Routine(type as RoutineFunction<object>, settings);
    const address = this.register(actor);
    actor.attach({ kernel: this, address, parent, info });
    actor.begin();
    return address;
  }
}

function isMachineClass(type: unknown): type is MachineClass<object> {
  return typeof type === "function" && type.prototype instanceof Actor;
}
