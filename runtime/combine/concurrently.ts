/** Several things at once, as an actor: requests to others, and actors of one's own. */

import { type MachineClass, OnReturned, type RoutineFunction, type Sendable } from "../actor.ts";
import type { Address } from "../address.ts";
import { bind } from "../bind.ts";
import { on } from "../dispatch.ts";
import { Stateless } from "../machine.ts";
import { Aborted, TimedOut } from "../messages/faults.ts";
import { Returned, Start, Stop, T1 } from "../messages/signals.ts";
import { Any, VectorOf } from "../types/portable.ts";
import { defType } from "../types/registry.ts";
import { GetResponse } from "./get_response.ts";

/** An actor to make, described: an item for {@linkcode Concurrently} and {@linkcode Sequentially}. */
export class CreateFrame {
  /** Describes a call of `create`. */
  constructor(
    /** A routine function or a machine class. */
    readonly type: RoutineFunction<never> | MachineClass<never>,
    /** Its arguments; what is left out has its declared default. */
    readonly settings?: object,
  ) {}
}

/** A request and whom to ask, or an actor to make. */
export type Item = readonly [Sendable, Address] | CreateFrame;

/** What to do, and for how long to wait. */
export interface ConcurrentlySettings {
  /** What to do; results come in this order. */
  items: readonly Item[];
  /** Seconds; null for ever. */
  seconds?: number | null;
}

const RESULTS = defType(VectorOf(Any));

/**
 * Does all items at once and returns their results in the order of the items, faults included. When the time is over,
 * or it is asked to stop, everything is stopped, and it returns `TimedOut` or `Aborted` once all have ended.
 */
export class Concurrently extends Stateless {
  readonly #settings: ConcurrentlySettings;
  readonly #results: Sendable[];
  #open: number;

  /** Called by `create`: `self.create(Concurrently, { items })`. */
  constructor(settings: ConcurrentlySettings) {
    super();
    this.#settings = settings;
    this.#open = settings.items.length;
    this.#results = settings.items.map(() => null);
  }

  /** @internal */
  onStart(): void {
    if (this.#open === 0) this.complete(this.#results);
    this.#settings.items.forEach((item, index) => {
      this.onReturn(createItem(this, item), (self, value) => self.#collect(index, value));
    });
    const { seconds } = this.#settings;
    if (seconds !== undefined && seconds !== null) this.start(T1, seconds);
  }

  #collect(index: number, value: Sendable): void {
    this.#results[index] = value;
    this.#open--;
    if (this.#open === 0) this.complete(this.#results);
  }

  /** @internal */
  onReturned(returned: Returned): void {
    const context = this.debrief();
    if (context instanceof OnReturned) context.run(this, returned);
  }
}

/** The actor for one item, made as a child of `owner`. */
export function createItem(owner: Stateless, item: Item): Address {
  if (item instanceof CreateFrame) return owner.create(item.type as RoutineFunction<object>, item.settings);
  const [request, address] = item;
  return owner.create(GetResponse, { request, address });
}

bind(Concurrently, "layer_cake.get_response", {
  returns: RESULTS,
  table: {
    always: [
      on(Start, (self) => self.onStart()),
      on(Returned, (self, returned) => self.onReturned(returned)),
      on(T1, (self, timer) => void self.abort(TimedOut.of(timer))),
      on(Stop, (self) => void self.abort(new Aborted())),
    ],
  },
});
