/** Rows for timers. Run all with `deno task bench timers`. */

import { realWorld, Runtime } from "../../runtime/mod.ts";
import { type Row, runRows } from "./rows.ts";

/** Starts timers and takes each back, in another order. Returns microseconds for both of one. */
function startAndCancel(count: number): Promise<number> {
  const runtime = new Runtime(realWorld());
  const ring = () => {};
  const start = performance.now();
  const timers = Array.from({ length: count }, (_, i) => runtime.after(60_000 + (i * 7919) % 60_000, ring));
  for (let i = 0; i < count; i++) runtime.cancelTimer(timers[(i * 7919) % count]!);
  const milliseconds = performance.now() - start;
  runtime.close();
  return Promise.resolve(milliseconds / count * 1000);
}

/** Timers that are due within so many milliseconds from `FIRST_MS` on. */
const FIRST_MS = 4_000;
const SPREAD_MS = 8_000;

/** Waits for one alarm of the platform after the other, and says at last how late they were. */
const ALARMS = `
  const late = [];
  let due = 0;
  const arm = () => {
    due = performance.now() + 5;
    setTimeout(ring, 5);
  };
  const ring = () => {
    late.push(performance.now() - due);
    arm();
  };
  onmessage = () => postMessage(Float64Array.from(late));
  arm();
`;

/** How late bare alarms are in another thread meanwhile: what no program on this machine can do better at the moment. */
class Beside {
  readonly #worker: Worker;

  constructor() {
    const url = URL.createObjectURL(new Blob([ALARMS], { type: "text/javascript" }));
    this.#worker = new Worker(url, { type: "module" });
  }

  async end(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<Float64Array>();
    this.#worker.onmessage = ({ data }) => resolve(data);
    this.#worker.postMessage(null);
    const late = await promise;
    this.#worker.terminate();
    return percentile999(late);
  }
}

let latenessBeside = 0;

/**
 * Timers that are due at random moments, all of them pending at first; every tenth is taken back. Returns the 99.9th
 * percentile of how late they were, in milliseconds. None may be early.
 */
async function lateness(count: number): Promise<number> {
  const beside = new Beside();
  const world = realWorld();
  const runtime = new Runtime(world);
  const { clock, random } = world;
  const { promise, resolve } = Promise.withResolvers<void>();
  // Not a list that grows: the garbage of that would be seen as lateness.
  const late = new Float64Array(count - Math.ceil(count / 10));
  let rung = 0;
  const timers = Array.from({ length: count }, () => {
    const wait = FIRST_MS + random.float() * SPREAD_MS;
    const due = clock.now() + wait;
    return runtime.after(wait, () => {
      late[rung++] = clock.now() - due;
      if (rung === late.length) resolve();
    });
  });
  for (let i = 0; i < count; i += 10) runtime.cancelTimer(timers[i]!);
  await promise;
  latenessBeside = await beside.end();
  runtime.close();
  if (late.some((milliseconds) => milliseconds < 0)) throw new Error("a timer was early");
  return percentile999(late);
}

function percentile999(values: Float64Array): number {
  return values.toSorted()[Math.floor(values.length * 0.999)]!;
}

/** Rows for timers. */
export const TIMER_ROWS: readonly Row[] = [
  { name: "1 M timers set and cancelled, each", unit: "µs", measure: () => startAndCancel(1_000_000) },
  {
    name: "1 M timers pending: lateness, 99.9th percentile",
    unit: "ms",
    measure: () => lateness(1_000_000),
    repeat: 1,
    floor: { name: "bare alarms in another thread at the same time", measure: () => Promise.resolve(latenessBeside) },
  },
];

if (import.meta.main) await runRows(TIMER_ROWS);
