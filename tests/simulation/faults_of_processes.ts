/** What happens to processes: they end, start again, stand still, read slowly. */

import type { SeededRandom } from "../../runtime/simulation/mod.ts";
import type { Seat } from "./seat.ts";
import { shuffled, type Stage } from "./stage.ts";

/** When peers learn of an end that nobody tells them of. */
const NOTICED_MS = [500, 4_000, 20_000] as const;

/** Ends a process without a word; its system tells the peers at once. */
export function kill(seat: Seat | null, stage: Stage, random: SeededRandom): void {
  if (seat === null) return;
  seat.process.crash();
  stage.startAgain(seat, random);
}

/** Ends a process; its peers learn of it late. */
export function killUnnoticed(seat: Seat | null, stage: Stage, random: SeededRandom): void {
  if (seat === null) return;
  crashUnnoticed(seat, stage, random);
  stage.startAgain(seat, random);
}

/** Ends a process as one that is asked to. */
export function leave(seat: Seat | null, stage: Stage, random: SeededRandom): void {
  if (seat === null) return;
  stage.note(`${seat.name} leaves`);
  seat.tenant?.leave();
  stage.startAgain(seat, random);
}

/** Several of any kind end and start again, at about the same time. */
export function restartSome(stage: Stage, random: SeededRandom): void {
  for (let count = 2 + random.integer(4); count > 0; count--) {
    stage.later(random.pick([0, 0, 1, 30, 300, 2_000]), () => {
      const seat = stage.anySeat(random);
      if (random.chance(0.5)) leave(seat, stage, random);
      else kill(seat, stage, random);
    });
  }
}

/** All below a directory end and start again at once. */
export function restartAllBelow(stage: Stage, random: SeededRandom): void {
  const parent = stage.directory(random, random.pick(["GROUP", "HOST"]));
  const below = stage.village.seats.filter((seat) => seat.parent === parent && parent !== null);
  for (const seat of shuffled(below, random)) {
    seat.process.crash();
    seat.start();
  }
}

/** Starts a process again before its peers have noticed the end of its last life: its parent has two connections of it. */
export function comeBackUnnoticed(stage: Stage, random: SeededRandom): void {
  const seat = stage.anySeat(random);
  if (seat === null) return;
  crashUnnoticed(seat, stage, random);
  seat.start();
}

function crashUnnoticed(seat: Seat, stage: Stage, random: SeededRandom): void {
  // Whose library has ended, knows at once.
  const noticedAfterMs = seat.scope === "LIBRARY" ? 0 : random.pick(NOTICED_MS);
  seat.process.crash({ noticedAfterMs });
  stage.lastsFor(noticedAfterMs);
}

/** Stops a process where it is, for a while. */
export function freeze(stage: Stage, random: SeededRandom, milliseconds: readonly number[]): void {
  const seat = stage.anySeat(random);
  if (seat === null) return;
  seat.process.freeze();
  stage.during(random.pick(milliseconds), () => seat.process.thaw());
}

/** Lets a process read slowly, for a while. */
export function readSlowly(stage: Stage, random: SeededRandom): void {
  const seat = stage.anySeat(random);
  if (seat === null) return;
  seat.process.readSlowly(random.pick([{ delayMs: 20, bytesMax: 100 }, { delayMs: 300, bytesMax: 5_000 }]));
  stage.during(random.pick([1_000, 10_000, 60_000]), () => seat.process.readSlowly(null));
}

/** Somebody else listens where a directory did, when that is to start again. */
export function takePort(stage: Stage, random: SeededRandom): void {
  const seat = stage.directory(random, random.pick(["GROUP", "HOST", "LAN"]));
  const port = seat?.acceptAt;
  if (seat === null || port === null || port === undefined) return;
  const isSilent = random.chance(0.5);
  seat.process.crash();
  stage.stranger(seat.host, random.pick([200, 1_500, 6_000, 25_000]), async ({ network }) => {
    const listener = await network.listen(port.host!, port.port!);
    // Either it accepts whoever comes and says nothing, or nobody is accepted.
    while (isSilent && await listener.accept() !== null);
  });
  stage.later(random.pick([50, 1_000]), () => seat.start());
}
