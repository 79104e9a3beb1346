/** One child that is made again when it ends. */

import type { MachineClass, RoutineFunction } from "../actor.ts";
import type { Address } from "../address.ts";
import { bind } from "../bind.ts";
import { Aborted, Faulted } from "../messages/faults.ts";
import { Unknown } from "../messages/incognito.ts";
import { Returned, Stop } from "../messages/signals.ts";
import { RetryIntervals } from "../process/retry.ts";
import { type RestartLimits, RestartPolicy } from "../restart_policy.ts";
import type { Routine } from "../routine.ts";
import { Message } from "../types/message.ts";

/** What to keep alive, and how. */
export interface SupervisedSettings extends RestartLimits {
  /** The actor type of the child. */
  readonly type: RoutineFunction<never> | MachineClass<never>;
  /** Its settings. */
  readonly settings?: object;
  /** Pauses between runs. */
  readonly retry?: RetryIntervals;
  /** Whether a run that ended without a fault is followed by another one. @default {false} */
  readonly always?: boolean;
}

/** The pause before the next run is over. */
class PauseOver extends Message({}) {}

/** Pauses where nobody says: 1, 2, 4, then 8 seconds, for ever. */
function usualRetry(): RetryIntervals {
  return new RetryIntervals({ firstSteps: [1, 2, 4], regularSteps: 8 });
}

/**
 * Keeps a child alive: makes it again, after a pause, when it ended with a fault. Messages to this actor go to the child, and
 * wait for the next one during a pause. It returns what the child returned in the end: when it ended well, when there
 * are to be no more runs, or when it was asked to stop.
 */
export async function Supervised(self: Routine, given: SupervisedSettings): Promise<unknown> {
  const { clock, random } = self.kernel.world;
  const policy = new RestartPolicy(given.retry ?? usualRetry(), given, (bound) => random.integer(bound));
  for (;;) {
    const startedAt = clock.now();
    const child = self.create(given.type as RoutineFunction<object>, given.settings);
    const { value, isStopped } = await relay(self, child);
    const isOver = isStopped || (!(value instanceof Faulted) && given.always !== true);
    const seconds = isOver ? null : policy.next(clock.now(), startedAt);
    if (seconds === null) return value;
    self.warning(() => `${given.type.name} ended, next run in ${seconds} seconds`, { value: String(value) });
    self.start(PauseOver, seconds);
    const over = await self.select([PauseOver, Stop], { saving: [Unknown] });
    if (over instanceof Stop) return new Aborted();
  }
}
bind(Supervised, "layer_cake.point_runtime");

/** Hands messages to a child until it ends. */
async function relay(self: Routine, child: Address): Promise<{ value: unknown; isStopped: boolean }> {
  let isStopped = false;
  for (;;) {
    const m = await self.input();
    if (m instanceof Returned && self.returnAddress === child) return { value: m.message, isStopped };
    if (m instanceof Stop) isStopped = true;
    self.forward(self.received, child, m instanceof Stop ? self.address : self.returnAddress);
  }
}
