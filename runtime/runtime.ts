/**
 * The runtime: it owns everything that belongs to one process, and makes its actors. Many of them can live side by
 * side and can't see each other, except by messages.
 */

import { Actor, type MachineClass, type RoutineFunction } from "./actor.ts";
import { actorInfo, completeSettings } from "./actor_type.ts";
import type { Address } from "./address.ts";
import { type ActorTypeLike, Kernel } from "./kernel.ts";
import { Returned } from "./messages/signals.ts";
import { Routine } from "./routine.ts";

/** An actor made from outside of all actors, and its end. */
export interface Running {
  readonly address: Address;
  /** What it returned: a message, a value with its type, null; or the fault that ended it. */
  readonly returned: Promise<unknown>;
}

/** Everything that belongs to one process. */
export class Runtime extends Kernel {
  /** Makes an actor as a child of nobody, for code that is not an actor itself. */
  start<S>(type: RoutineFunction<S> | MachineClass<S>, settings?: Partial<S>): Running {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const parent = this.register({
      deliver: (message) => {
        if (!(message instanceof Returned)) return;
        this.unregister(parent);
        resolve(message.message);
      },
    });
    return {
      address: this.createActor(type as ActorTypeLike, settings as object | undefined, parent),
      returned: promise,
    };
  }

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
