/** Several things one after the other, as an actor. */

import { OnReturned, type Sendable } from "../actor.ts";
import { bind } from "../bind.ts";
import { on } from "../dispatch.ts";
import { Stateless } from "../machine.ts";
import { Aborted, Faulted, TimedOut } from "../messages/faults.ts";
import { Returned, Start, Stop, T1 } from "../messages/signals.ts";
import { Any, VectorOf } from "../types/portable.ts";
import { defType } from "../types/registry.ts";
import { type ConcurrentlySettings, createItem } from "./concurrently.ts";

/**
 * Does the items one after the other and returns their results in order. The first fault ends it with that fault; a
 * time that is over, or a request to stop, with `TimedOut` or `Aborted` once the item in hand has ended.
 */
export class Sequentially extends Stateless {
  readonly #settings: ConcurrentlySettings;
  readonly #results: Sendable[] = [];

  /** Called by `create`: `self.create(Sequentially, { items })`. */
  constructor(settings: ConcurrentlySettings) {
    super();
    this.#settings = settings;
  }

  /** @internal */
  onStart(): void {
    const { seconds } = this.#settings;
    if (seconds !== undefined && seconds !== null) this.start(T1, seconds);
    this.#next();
  }

  #next(): void {
    const item = this.#settings.items[this.#results.length];
    if (item === undefined) this.complete(this.#results);
    this.onReturn(createItem(this, item), (self, value) => self.#collect(value));
  }

  #collect(value: Sendable): void {
    if (this.abortedValue !== null || value instanceof Faulted) this.complete(value);
    this.#results.push(value);
    this.#next();
  }

  /** @internal */
  onReturned(returned: Returned): void {
    const context = this.debrief();
    if (context instanceof OnReturned) context.run(this, returned);
  }
}

bind(Sequentially, "layer_cake.get_response", {
  returns: defType(VectorOf(Any)),
  table: {
    always: [
      on(Start, (self) => self.onStart()),
      on(Returned, (self, returned) => self.onReturned(returned)),
      on(T1, (self, timer) => void self.abort(TimedOut.of(timer))),
      on(Stop, (self) => void self.abort(new Aborted())),
    ],
  },
});
