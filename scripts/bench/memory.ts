/**
 * Rows for memory: what an actor at rest costs. Each figure is taken in a process of its own, whose garbage is collected
 * before it is looked at. Run all with `deno task bench memory`.
 */

import { Ack, bind, on, Ping, realWorld, type Routine, Runtime, Stateless } from "../../runtime/mod.ts";
import { type Row, runRows } from "./rows.ts";

const ACTORS = 1_000_000;
/** Made before the first look, so that code and caches are not counted. */
const WARM_UP = 10_000;
const BATCH = 1000;

class Machine extends Stateless {}
bind(Machine, "memory", { table: { always: [on(Ping, (self) => self.reply(new Ack()))] } });

async function routine(self: Routine) {
  while (true) {
    await self.input();
    self.reply(new Ack());
  }
}

const TYPES = { routine, machine: Machine as unknown as typeof routine };

function look(): { heap: number; resident: number } {
  (globalThis as unknown as { gc: () => void }).gc();
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heap: heapUsed, resident: rss };
}

/** Makes actors, each of which answers one message and then rests. Prints the bytes of each. */
async function measureHere(type: typeof routine): Promise<void> {
  const runtime = new Runtime(realWorld());
  await runtime.start(async (self) => {
    const make = async (count: number) => {
      const ping = new Ping();
      for (let made = 0; made < count; made += BATCH) {
        for (let i = 0; i < BATCH; i++) self.send(ping, self.create(type));
        for (let i = 0; i < BATCH; i++) await self.input();
      }
    };
    await make(WARM_UP);
    const before = look();
    await make(ACTORS);
    const after = look();
    const heap = (after.heap - before.heap) / ACTORS;
    const resident = (after.resident - before.resident) / ACTORS;
    // deno-lint-ignore no-console
    console.log(JSON.stringify({ heap, resident }));
  }).returned;
  runtime.close();
}

async function measureApart(type: keyof typeof TYPES, figure: "heap" | "resident"): Promise<number> {
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  const flags = ["--no-lock", "--quiet", "--v8-flags=--expose-gc,--max-old-space-size=8000", ...map];
  const args = ["run", "-A", ...flags, import.meta.filename!, type];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`Cannot measure the memory of a ${type}`);
  return JSON.parse(new TextDecoder().decode(stdout))[figure];
}

/** Rows for memory. */
export const MEMORY_ROWS: readonly Row[] = [
  { name: "1 M idle actors, each", unit: "B", measure: () => measureApart("routine", "heap"), repeat: 1 },
  {
    name: "1 M idle actors, each, resident in memory",
    unit: "B",
    measure: () => measureApart("routine", "resident"),
    repeat: 1,
  },
  { name: "1 M idle machines, each", unit: "B", measure: () => measureApart("machine", "heap"), repeat: 1 },
];

if (import.meta.main) {
  const [type] = Deno.args;
  if (type === undefined) await runRows(MEMORY_ROWS);
  else await measureHere(TYPES[type as keyof typeof TYPES]);
}
