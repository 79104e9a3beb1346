/** Work of a command that ends early when somebody stops it. */

import { Aborted, type Routine, Stop } from "../runtime/mod.ts";

/** The work of a command; `signal` is aborted when somebody stops it. */
export type StoppableWork = (self: Routine, signal: AbortSignal) => Promise<unknown>;

/** Does the work as an actor, and returns what it returned, or `Aborted` when it was stopped. */
export async function untilStopped(self: Routine, work: StoppableWork): Promise<unknown> {
  const stopped = new AbortController();
  const done = new AbortController();
  const watching = self.select([Stop], { signal: done.signal }).then((message) => {
    if (message instanceof Stop) stopped.abort();
  });
  try {
    const value = await work(self, stopped.signal);
    return stopped.signal.aborted ? new Aborted() : value;
  } finally {
    done.abort();
    await watching;
  }
}
