/** Waiting, as an actor. */

import { bind } from "../bind.ts";
import { on } from "../dispatch.ts";
import { Stateless } from "../machine.ts";
import { Aborted, TimedOut } from "../messages/faults.ts";
import { Start, Stop, T1 } from "../messages/signals.ts";

/** How long to wait. */
export interface DelaySettings {
  /** Seconds, fractions allowed. */
  seconds: number;
}

/** Returns `TimedOut` after a time, or `Aborted` when asked to stop. */
export class Delay extends Stateless {
  readonly #seconds: number;

  /** Called by `create`: `self.create(Delay, { seconds: 0.5 })`. */
  constructor(settings: DelaySettings) {
    super();
    this.#seconds = settings.seconds;
  }

  /** @internal */
  onStart(): void {
    this.start(T1, this.#seconds);
  }
}

bind(Delay, "layer_cake.get_response", {
  table: {
    always: [
      on(Start, (self) => self.onStart()),
      on(T1, (self, timer) => self.complete(TimedOut.of(timer))),
      on(Stop, (self) => self.complete(new Aborted())),
    ],
  },
});
