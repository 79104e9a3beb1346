/**
 * Bad peers of every kind against one process, while clients of good manners are served by it: how much slower does it get for
 * them, and what does it cost the process?
 *
 *     deno run -A scripts/hostile.ts [--seconds 5] [--python /usr/bin/python3] [--fierce] [attack ...]
 *
 * With `--python`, and the original on PYTHONPATH, one of the clients is the original's. Prints a line of JSON for each attack.
 * Fails when a client loses its connection, when the median of its latency rises by more than half, or when memory,
 * connections or actors are left behind. Attackers run at a low priority, unless `--fierce`: what they take of this machine's time is
 * theirs, and not the fault of the process.
 */
// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { LineReader } from "./line_reader.ts";

const ROOT = decodeURIComponent(new URL("../", import.meta.url).pathname);
const DESCRIPTORS = 40_000;
/** The most that the median of a client's latency may rise under attack. */
const RISE_MAX = 1.5;
/** What the process may hold at the most, and may hold on to after the attack. */
const MEMORY_BYTES_MAX = 1_000_000_000;
const SETTLE_MS = 4000;
/** Also where this script was given a higher one. */
const LOW_PRIORITY = "chrt --other 0 nice -n 10";

function program(file: string, ...args: string[]): string[] {
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  const flags = ["run", "-A", "--quiet", "--no-lock", "--config", `${ROOT}deno.json`, ...map];
  return [Deno.execPath(), ...flags, `${ROOT}scripts/hostile/${file}`, ...args];
}

/** What the target says of itself. */
interface TargetState {
  readonly rss: number;
  readonly connections: number;
  readonly receivers: number;
  readonly descriptors: number;
  readonly limits: Readonly<Record<string, number>>;
}

/** What a client says: how long answers took, in microseconds; or what went wrong. */
interface ClientEvent {
  readonly at: number;
  readonly times: number[];
  readonly error?: string;
}

/** A process that tells lines of JSON. */
class Teller<T> {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array> | null;
  readonly #lines: LineReader;

  /** With more descriptors than a shell allows, as far as this user may. */
  constructor(command: readonly string[], { isAsked = false, prefix = "" } = {}) {
    const raise = `ulimit -n ${DESCRIPTORS} 2>/dev/null || ulimit -n $(ulimit -H -n); exec ${prefix} "$@"`;
    this.#child = new Deno.Command("bash", {
      args: ["-c", raise, "-", ...command],
      stdin: isAsked ? "piped" : "null",
      stdout: "piped",
    }).spawn();
    this.#writer = isAsked ? this.#child.stdin.getWriter() : null;
    this.#lines = new LineReader(this.#child.stdout);
  }

  /** What it tells next; null at its end. */
  async next(): Promise<T | null> {
    const line = await this.#lines.next();
    return line === null ? null : JSON.parse(line) as T;
  }

  /** What it tells when asked. */
  async ask(): Promise<T> {
    await this.#writer!.write(new TextEncoder().encode("\n"));
    const told = await this.next();
    if (told === null) throw new Error("The target has ended");
    return told;
  }

  async end(): Promise<void> {
    await this.#writer?.close();
    while (await this.next() !== null);
    await this.#child.status;
  }
}

/** A client, and what it found so far. */
class Client {
  readonly name: string;
  readonly #teller: Teller<ClientEvent>;
  readonly #windows: ClientEvent[] = [];
  error: string | null = null;

  constructor(name: string, command: readonly string[]) {
    this.name = name;
    this.#teller = new Teller(command);
    this.#listen();
  }

  async #listen(): Promise<void> {
    for (let event = await this.#teller.next(); event !== null; event = await this.#teller.next()) {
      if (event.error !== undefined) this.error = event.error;
      else this.#windows.push(event);
    }
  }

  get isMeasured(): boolean {
    return this.#windows.length > 0;
  }

  /** Latencies of windows that lie between two moments, in order. */
  between(start: number, end: number): number[] {
    const times = this.#windows.filter(({ at }) => at - 500 >= start && at <= end).flatMap(({ times }) => times);
    return times.sort((a, b) => a - b);
  }
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

async function pass(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

interface Run {
  readonly target: Teller<TargetState>;
  readonly ports: Record<string, number>;
  readonly clients: readonly Client[];
  readonly seconds: number;
  readonly isFierce: boolean;
}

/** The most memory that a process has while something goes on. */
async function peakDuring(target: Teller<TargetState>, goesOn: Promise<unknown>): Promise<number> {
  let isOver = false;
  let peak = 0;
  goesOn.finally(() => isOver = true);
  while (!isOver) {
    peak = Math.max(peak, (await target.ask()).rss);
    await pass(250);
  }
  return peak;
}

async function attack(name: string, { target, ports, clients, seconds, isFierce }: Run): Promise<boolean> {
  const quietStart = Date.now();
  await pass(seconds * 1000);
  const before = await target.ask();
  const start = Date.now();
  const attacker = new Teller<Record<string, number>>(
    program("attacker.ts", name, JSON.stringify(ports), `${seconds}`),
    {
      prefix: isFierce ? "" : LOW_PRIORITY,
    },
  );
  const told = attacker.next();
  // Starting takes a moment, in which there is no attack yet.
  await pass(1000);
  const peak = await peakDuring(target, told);
  const end = Date.now();
  const done = await told;
  await attacker.end();
  await pass(SETTLE_MS);
  const after = await target.ask();
  const latencies = clients.map((client) => {
    const quiet = client.between(quietStart, start), loud = client.between(start + 1000, end);
    const rise = share(loud, 0.5) / share(quiet, 0.5);
    const microseconds = { quiet: share(quiet, 0.5), attacked: share(loud, 0.5), p99: share(loud, 0.99) };
    return { client: client.name, ...microseconds, rise: Number(rise.toFixed(2)), error: client.error };
  });
  const isServed = latencies.every(({ rise, error }) => error === null && rise <= RISE_MAX);
  const isClean = after.connections <= before.connections && after.receivers <= before.receivers &&
    after.descriptors <= before.descriptors;
  const memory = [before.rss, peak, after.rss].map((bytes) => Math.round(bytes / 1e6));
  const ok = isServed && isClean && peak <= MEMORY_BYTES_MAX;
  const left = { connections: after.connections, receivers: after.receivers, descriptors: after.descriptors };
  const limits = Object.fromEntries(
    Object.entries(after.limits as Record<string, number>).map(([limit, n]) => [limit, n - (before.limits[limit] ?? 0)])
      .filter(([, n]) => n !== 0),
  );
  console.log(JSON.stringify({ attack: name, ok, latencies, memoryMB: memory, left, limits, done }));
  return ok;
}

async function attackNames(): Promise<string[]> {
  const [executable, ...args] = program("attacker.ts", "list") as [string, ...string[]];
  const { stdout } = await new Deno.Command(executable, { args }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function main(): Promise<number> {
  const options = parseArgs(Deno.args, {
    string: ["seconds", "python"],
    boolean: ["fierce"],
    default: { seconds: "5" },
  });
  const seconds = Number(options.seconds);
  const known = await attackNames();
  const names = options._.length > 0 ? options._.map(String) : known;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`Cannot attack with "${unknown.join('", "')}": there are ${known.join(", ")}`);
    return 2;
  }
  const target = new Teller<TargetState>(program("target.ts"), { isAsked: true });
  const ports = await target.next() as unknown as Record<string, number>;
  const total = names.length * (2 * seconds + SETTLE_MS / 1000 + 5) + 30;
  const clients = [new Client("cake", program("client.ts", `${ports.clear}`, `${total}`))];
  if (options.python !== undefined) {
    const folder = await Deno.makeTempDir({ prefix: "cake-hostile-" });
    const script = `cd ${folder} && exec ${options.python} ${ROOT}scripts/hostile/client.py "$@"`;
    const args = [`--port=${ports.clear}`, `--seconds=${total}`];
    clients.push(new Client("original", ["bash", "-c", script, "-", ...args]));
  }
  while (!clients.every((client) => client.isMeasured)) await pass(100);
  const results: boolean[] = [];
  for (const name of names) {
    results.push(await attack(name, { target, ports, clients, seconds, isFierce: options.fierce }));
  }
  await target.end();
  return results.every(Boolean) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
