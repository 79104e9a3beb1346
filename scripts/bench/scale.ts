/**
 * Figures of scale, each measured in a process of its own so that one leaves nothing to the next. Prints a JSON line for
 * each: `deno run -A scripts/bench/scale.ts [row ...]`.
 */
// deno-lint-ignore-file no-console

import { Ack, bind, on, Ping, realWorld, Returned, type Routine, Runtime, Stateless, T1 } from "../../runtime/mod.ts";

/** What a row gives: names and numbers, with units in the names. */
type Figures = Readonly<Record<string, number>>;

const MEBIBYTE = 1024 * 1024;

class Answerer extends Stateless {}
bind(Answerer, "scale", { table: { always: [on(Ping, (self) => self.reply(new Ack()))] } });

async function answerer(self: Routine) {
  while (true) {
    await self.input();
    self.reply(new Ack());
  }
}

function residentBytes(): number {
  return Deno.memoryUsage().rss;
}

/** Actors that live at once, each of which answers one message. */
async function living(type: typeof answerer | typeof Answerer, count: number): Promise<Figures> {
  const runtime = new Runtime(realWorld());
  const before = residentBytes();
  const { returned } = runtime.start(async (self) => {
    const start = performance.now();
    const ping = new Ping();
    let most = 0;
    let answers = 0;
    for (let made = 0; made < count;) {
      for (let i = 0; i < 1000; i++, made++) self.send(ping, self.create(type as typeof answerer));
      for (let i = 0; i < 1000; i++) {
        if (await self.input() instanceof Ack) answers++;
      }
      if (made % 100_000 === 0) most = Math.max(most, residentBytes());
    }
    return { answers, most, seconds: (performance.now() - start) / 1000 };
  });
  const { answers, most, seconds } = await returned as { answers: number; most: number; seconds: number };
  const living = runtime.receiverCount;
  runtime.close();
  return {
    living,
    answers,
    seconds: round(seconds),
    residentMebibytes: Math.round(most / MEBIBYTE),
    bytesPerActor: Math.round((most - before) / count),
  };
}

/** Actors made in one sweep, each sent one message at once; then all answers are counted. */
async function sweep(count: number): Promise<Figures> {
  const runtime = new Runtime(realWorld());
  const { returned } = runtime.start(async (self) => {
    const start = performance.now();
    let acks = 0;
    let ends = 0;
    const collector = self.create(async (self: Routine) => {
      while (true) {
        await self.input();
        acks++;
      }
    });
    for (let i = 0; i < count; i++) {
      const actor = self.create(async (self: Routine) => {
        await self.input();
        self.reply(new Ack());
      });
      self.forward(new Ping(), actor, collector);
    }
    while (ends < count) if (await self.input() instanceof Returned) ends++;
    return { acks, ends, seconds: (performance.now() - start) / 1000 };
  });
  const { acks, ends, seconds } = await returned as { acks: number; ends: number; seconds: number };
  runtime.close();
  return { actors: count, answers: acks, ends, lost: count - acks, seconds: round(seconds) };
}

/** Timers that are due at random moments within some seconds; every tenth is cancelled. */
async function timers(count: number): Promise<Figures> {
  const world = realWorld();
  const runtime = new Runtime(world);
  const { clock } = world;
  const cancelled = Math.floor(count / 10);
  const lateness = new Float64Array(count - cancelled);
  let expired = 0;
  const start = clock.now();
  const handles = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let early = 0;
  for (let i = 0; i < count; i++) {
    const wait = 5_000 + Math.random() * 10_000;
    const due = clock.now() + wait;
    handles.push(runtime.after(wait, () => {
      const late = clock.now() - due;
      if (late < 0) early++;
      lateness[expired++] = late;
      if (expired === lateness.length) resolve();
    }));
  }
  const started = clock.now();
  for (let i = 0; i < cancelled; i++) runtime.cancelTimer(handles[i * 10]!);
  const cancelledAt = clock.now();
  await promise;
  runtime.close();
  lateness.sort();
  return {
    timers: count,
    startMs: round(started - start),
    cancelMs: round(cancelledAt - started),
    expired,
    early,
    latenessMsMedian: round(lateness[lateness.length >> 1]!),
    latenessMsAt999: round(lateness[Math.floor(lateness.length * 0.999)]!),
    latenessMsWorst: round(lateness.at(-1)!),
  };
}

/** Timers of actors rather than of the kernel: an actor each, with one timer. */
async function actorTimers(count: number): Promise<Figures> {
  const runtime = new Runtime(realWorld());
  const { clock } = runtime.world;
  const lateness: number[] = [];
  const { returned } = runtime.start(async (self) => {
    for (let i = 0; i < count; i++) {
      self.create(async (self: Routine) => {
        const wait = 2 + Math.random() * 8;
        const due = clock.now() + wait * 1000;
        self.start(T1, wait);
        await self.select(T1);
        lateness.push(clock.now() - due);
      });
    }
    for (let ends = 0; ends < count;) if (await self.input() instanceof Returned) ends++;
  });
  await returned;
  runtime.close();
  lateness.sort((a, b) => a - b);
  return {
    timers: count,
    latenessMsMedian: round(lateness[lateness.length >> 1]!),
    latenessMsAt999: round(lateness[Math.floor(lateness.length * 0.999)]!),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

const ROWS: Readonly<Record<string, () => Promise<Figures>>> = {
  "1 000 000 routines, each answers one message": () => living(answerer, 1_000_000),
  "1 000 000 machines, each answers one message": () => living(Answerer, 1_000_000),
  "100 000 made in one sweep, each sent one message": () => sweep(100_000),
  "1 000 000 timers, every tenth cancelled": () => timers(1_000_000),
  "100 000 actors with a timer each": () => actorTimers(100_000),
};

async function runHere(row: string): Promise<void> {
  console.log(JSON.stringify({ row, ...await ROWS[row]!() }));
}

/** Runs a row in a process of its own, with this one's import map. */
async function runApart(row: string): Promise<void> {
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  const args = ["run", "-A", "--no-lock", "--v8-flags=--max-old-space-size=8000", ...map, import.meta.filename!, row];
  const { success } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  if (!success) Deno.exit(1);
}

if (import.meta.main) {
  const [row] = Deno.args;
  if (row !== undefined) await runHere(row);
  else for (const name of Object.keys(ROWS)) await runApart(name);
}
