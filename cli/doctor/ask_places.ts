/** Asks places of the network whether a directory is there, and which; nothing is published or subscribed. */

import { DirectoryListing, GetDirectory } from "../../directory/mod.ts";
import { Close, Closed, connect, Connected, NotConnected } from "../../net/mod.ts";
import { CommandLine, Faulted, HostPort, type Instant, type Routine, Stop, TimedOut } from "../../runtime/mod.ts";
import type { CommandCall } from "../command.ts";
import { runDirectoryRoutine } from "../directory_routine.ts";
import type { DirectoryPlace } from "./directory_places.ts";
import type { AskedPlace, DirectoryAnswer } from "./network_checks.ts";

/** How long a connection may take, and then an answer. */
const CONNECT_SECONDS = 2;
const ANSWER_SECONDS = 2;
/** A name that nobody has: a cake that is asked about it tells which cake it is, and nothing of others. */
const NOBODYS_NAME = "cake doctor";

/**
 * Asks all of them at once; the answers are in the order of the places.
 *
 * @param encrypted Exchanges keys first, as directories want it that encrypt.
 */
export async function askPlaces(
  call: CommandCall,
  places: readonly DirectoryPlace[],
  encrypted: boolean,
): Promise<AskedPlace[] | Faulted> {
  const answers = new Map<DirectoryPlace, DirectoryAnswer>();
  if (places.length === 0) return [];
  // The addresses are those of the places: this process itself has nothing above it.
  const alone = new CommandLine({
    ...call.commandLine,
    connectToDirectory: new HostPort(),
    acceptDirectoriesAt: new HostPort(),
  });
  const value = await runDirectoryRoutine({ ...call, commandLine: alone }, "doctor", async ({ kernel }, signal) => {
    const asking = places.map((place) => {
      // Each has a mailbox of its own, in which nothing is taken for an answer from another place.
      const { address, returned } = kernel.start(async (self: Routine) => {
        answers.set(place, await askPlace(self, new HostPort(place.host, place.port), encrypted));
      });
      signal.addEventListener("abort", () => kernel.send(new Stop(), address, address), { once: true });
      return returned;
    });
    await Promise.all(asking);
    return null;
  });
  if (value instanceof Faulted) return value;
  return places.map((place) => ({
    place,
    answer: answers.get(place) ?? { kind: "nobody", why: "could not be asked" },
  }));
}

async function askPlace(self: Routine, at: HostPort, encrypted: boolean): Promise<DirectoryAnswer> {
  connect(self, at, { encrypted });
  const connected = await self.select([Connected, NotConnected, Closed, Stop], { seconds: CONNECT_SECONDS });
  if (connected instanceof TimedOut) return { kind: "nobody", why: `no answer within ${CONNECT_SECONDS} s` };
  if (connected instanceof NotConnected) return { kind: "nobody", why: reasonOf(connected) };
  if (!(connected instanceof Connected)) return { kind: "stranger", why: "the connection was closed at once" };
  const { clock } = self.kernel.world;
  const proxy = self.returnAddress;
  const asked = clock.wall();
  const answer = await self.ask(new GetDirectory({ about: NOBODYS_NAME }), proxy, {
    timeout: ANSWER_SECONDS,
    type: DirectoryListing,
  });
  const answered = clock.wall();
  self.send(new Close(), proxy);
  if (answer instanceof Faulted) return { kind: "stranger", why: `no listing within ${ANSWER_SECONDS} s` };
  const { scope, executable, details } = answer;
  return {
    kind: "directory",
    scope,
    executable: executable ?? "unknown",
    version: details?.version ?? (details === null || details === undefined ? null : "of an earlier version"),
    aheadMs: aheadOf(details?.clock ?? null, (asked + answered) / 2n),
  };
}

/** Without the number that the original puts in front. */
function reasonOf({ explanation }: NotConnected): string {
  return (explanation ?? "not connected").replace(/^\[Errno \d+\] /, "");
}

/** How far the clock of whoever answered is ahead, in milliseconds. */
function aheadOf(theirs: Instant | null, ours: bigint): number | null {
  return theirs === null ? null : Number(theirs.epochMicroseconds - ours) / 1000;
}
