/**
 * Measures a LAN directory, in a process of its own, with very many connections, names and patterns, and prints one JSON line
 * for each figure: how long the listings take, memory, how long a new name takes to be available, also while one peer's
 * patterns storm in. Directory, connections, and the publisher and subscriber of the new names have a process each.
 *
 * Usage: deno run -A scripts/bench/directory_load.ts [connections] [names] [patterns]
 */
// deno-lint-ignore-file no-console

import { getPriority, setPriority } from "node:os";
import { freePort } from "../free_port.ts";
import { LineReader } from "../line_reader.ts";
import type { CrowdAnswer, CrowdRequest, Load } from "./directory_crowd.ts";
import type { ProbeFigures } from "./directory_probe.ts";

const [connections, names, patterns] = [1000, 100_000, 10_000].map((standard, at) =>
  Number(Deno.args[at] ?? standard)
) as [
  number,
  number,
  number,
];
const SAMPLES = 300;
/** Patterns of the storms. */
const STORM_PATTERNS = 20_000;
const SCANNING_PATTERNS = 1000;
const TRYING_PATTERNS = 40;
/** Patterns of one connection, where they come one after the other. */
const STORM_BULK = 500;
const STORM_SAMPLES_MIN = 100;
/** Names that come by one connection and go at once, and connections with a pattern that matches all of them. */
const GUEST_NAMES = 2000;
const GUEST_WATCHERS = 60;
const LISTEN_POLL_MS = 50;
/** How far the crowd's priority is below that of the others, and the lowest there is. */
const PRIORITY_STEP = 5;
const PRIORITY_LAST = 19;

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const port = freePort();
const lan = startDirectory();
let routes = 0;

/** Connections that list something, all at once; resolves when all has been taken. */
function connect(loads: readonly Load[]): Promise<void> {
  return ask({ port, loads });
}

function ask(request: CrowdRequest): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  crowd.onmessage = ({ data }: MessageEvent<CrowdAnswer>) => {
    routes = data.routes;
    resolve();
  };
  crowd.postMessage(request);
  return promise;
}

/** Starts a process of this project's sources. */
function start(file: string, args: readonly string[], options: Deno.CommandOptions): Deno.ChildProcess {
  const map = Deno.env.get("CAKE_IMPORT_MAP") ?? `${root}scripts/imports.npm.json`;
  const flags = ["run", "-A", "--quiet", "--no-lock", "--config", `${root}deno.json`, "--import-map", map];
  return new Deno.Command(Deno.execPath(), { args: [...flags, `${root}${file}`, ...args], ...options }).spawn();
}

function startDirectory(): Deno.ChildProcess {
  const at = JSON.stringify({ host: "127.0.0.1", port });
  const args = ["lan", `--directory-at-lan=${at}`];
  return start("cli/main.ts", args, { stdin: "null", stdout: "null", stderr: "null" });
}

/**
 * Makes what this process does from now on give way to directory and probe: the many connections would have machines of their own,
 * and not be rivals for a processor.
 */
function giveWay(): void {
  setPriority(Math.min(PRIORITY_LAST, getPriority() + PRIORITY_STEP));
}

async function listening(): Promise<void> {
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, LISTEN_POLL_MS));
    }
  }
}

function tell(what: string, figures: object): void {
  console.log(JSON.stringify({ what, ...figures }));
}

/** Resident memory of the directory, in MB. */
function memory(): number | null {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${lan.pid}/status`)) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}

/** A publisher and a subscriber in a process of their own. */
class Probe {
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: LineReader;

  constructor() {
    this.#process = start("scripts/bench/directory_probe.ts", [`${port}`, `${lan.pid}`], {
      stdin: "piped",
      stdout: "piped",
    });
    this.#orders = this.#process.stdin.getWriter();
    this.#answers = new LineReader(this.#process.stdout);
  }

  async ready(): Promise<void> {
    await this.#answers.next();
  }

  /** Publishes names until `whole` has happened, and as many as `count` at least. */
  async samples(prefix: string, count: number, whole: Promise<void> = Promise.resolve()): Promise<ProbeFigures> {
    await this.#order(`begin ${prefix} ${count}`);
    await whole;
    await this.#order("end");
    return JSON.parse(await this.#answers.next() ?? "null") as ProbeFigures;
  }

  async #order(text: string): Promise<void> {
    await this.#orders.write(new TextEncoder().encode(`${text}\n`));
  }

  async end(): Promise<void> {
    await this.#orders.close();
    await this.#process.status;
  }
}

await listening();
const probe = new Probe();
await probe.ready();
giveWay();
const crowd = new Worker(new URL("./directory_crowd.ts", import.meta.url), { type: "module" });
tell("directory alone", { memoryMb: memory() });
tell("publish to Available, directory empty", await probe.samples("empty", SAMPLES));

const perConnection = { names: Math.ceil(names / connections), searches: Math.ceil(patterns / connections) };
const begun = performance.now();
for (let at = 0; at < connections; at += 100) {
  const batch = Array.from({ length: Math.min(100, connections - at) }, (_, index) => at + index);
  await connect(batch.map((child) => ({
    names: Array.from({ length: perConnection.names }, (_, name) => `svc:${child}:${name}`),
    // Each matches some ten names of another connection.
    searches: Array.from(
      { length: perConnection.searches },
      (_, search) => `svc:${(child + 1) % connections}:${search}\\d`,
    ),
  })));
}
const seconds = (performance.now() - begun) / 1000;
tell("listings taken", {
  connections,
  names,
  patterns,
  routes,
  seconds: Number(seconds.toFixed(2)),
  memoryMb: memory(),
});
tell("publish to Available, directory full", await probe.samples("full", SAMPLES));

/**
 * Subscribes patterns, and measures names that others publish meanwhile.
 *
 * @param perConnection Patterns of one connection; the next one comes when they have been taken.
 */
async function storm(what: string, searches: readonly string[], perConnection = searches.length): Promise<void> {
  const begun = performance.now();
  const coming = (async () => {
    for (let at = 0; at < searches.length; at += perConnection) {
      await connect([{ names: [], searches: searches.slice(at, at + perConnection) }]);
    }
  })();
  const figures = await probe.samples(what.replaceAll(" ", "-"), STORM_SAMPLES_MIN, coming);
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(2));
  tell(`publish to Available, during a storm of patterns ${what}`, { patterns: searches.length, seconds, ...figures });
}

const indices = (count: number) => Array.from({ length: count }, (_, index) => index);
const withStart = (letter: string) => indices(STORM_PATTERNS).map((at) => `svc:${at % connections}:\\d+${letter}${at}`);
await storm("with a literal start", withStart("x"), STORM_BULK);
await storm("with a literal start, at once by one connection", withStart("y"));
// Each is looked at with every name, and needs no expression.
await storm("without a literal start", indices(SCANNING_PATTERNS).map((at) => `.*:${at}:[0-9]+x`));
// Each is tried with every name, and the work goes on after they have been taken.
await storm("without any literal", indices(TRYING_PATTERNS).map((at) => `[a-z]+.\\d+.\\d{${4 + at}}`));
/** Names come by one connection, each with many subscribers, and go all at once. */
async function guests(how: "cleared" | "closed"): Promise<void> {
  const names = indices(GUEST_NAMES).map((at) => `guest:${how}:${at}`);
  const guestRoutes = GUEST_NAMES * GUEST_WATCHERS;
  const counts = { names: GUEST_NAMES, routes: guestRoutes };
  const coming = connect([{ names, searches: [], guestRoutes }]);
  const come = await probe.samples(`${how}-come`, STORM_SAMPLES_MIN, coming);
  tell("publish to Available, while names with many subscribers come", { ...counts, ...come });
  const going = ask({ leave: how, routes: guestRoutes });
  const gone = await probe.samples(`${how}-go`, STORM_SAMPLES_MIN, going);
  tell(`publish to Available, while names with many subscribers are ${how}`, { ...counts, ...gone });
}

await connect(indices(GUEST_WATCHERS).map(() => ({ names: [], searches: ["guest:.*"] })));
for (const how of ["cleared", "closed"] as const) await guests(how);
tell("publish to Available, after the storms", await probe.samples("after", SAMPLES));
tell("at the end", { memoryMb: memory() });
await probe.end();
lan.kill("SIGINT");
await lan.status;
Deno.exit(0);
