/** One request and its answer, as an actor: for those who must not wait themselves. */

import { cellOf, type Sendable } from "../actor.ts";
import { type Address, NO_ADDRESS } from "../address.ts";
import { bind } from "../bind.ts";
import { on } from "../dispatch.ts";
import { Stateless } from "../machine.ts";
import { Aborted, TimedOut } from "../messages/faults.ts";
import { Unknown } from "../messages/incognito.ts";
import { Start, Stop, T1 } from "../messages/signals.ts";

/** What to ask, whom, and for how long to wait. */
export interface GetResponseSettings {
  /** What to send. */
  request: Sendable;
  /** Whom to ask. */
  address: Address;
  /** Seconds; null for ever. */
  seconds?: number | null;
}

/**
 * Sends a request and returns the first message it gets. After `seconds` it returns `TimedOut`, when
 * asked to stop `Aborted`.
 */
export class GetResponse extends Stateless {
  readonly #settings: GetResponseSettings;

  /** Called by `create`: `self.create(GetResponse, { request, address })`. */
  constructor(settings: GetResponseSettings) {
    super();
    this.#settings = settings;
  }

  /** @internal */
  onStart(): void {
    const { request, address, seconds } = this.#settings;
    this.send(request, address ?? NO_ADDRESS);
    if (seconds !== undefined && seconds !== null) this.start(T1, seconds);
  }

  /** @internal Ends without the detour of `complete`: there is one of these actors for each request. */
  onAnswer(): void {
    cellOf(this).end(this.abortedValue ?? this.received);
  }
}

bind(GetResponse, "layer_cake.get_response", {
  table: {
    always: [
      on(Start, (self) => self.onStart()),
      on(T1, (self, timer) => self.complete(TimedOut.of(timer))),
      on(Stop, (self) => self.complete(new Aborted())),
      on(Unknown, (self) => self.onAnswer()),
    ],
  },
});
