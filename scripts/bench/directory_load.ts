/**
 * Measures a LAN directory, in a process of its own, with very many connections, names and patterns, and prints one JSON line
 * for each figure: how long the listings take, memory, how long a new name takes to be available, also while one peer's
 * patterns storm in. The connections are those of a thread of their own, so that their work is not measured.
 *
 * Usage: deno run -A scripts/bench/directory_load.ts [connections] [names] [patterns]
 */
// deno-lint-ignore-file no-console

import { Available, openRuntime, publish, subscribe, Subscribed } from "../../directory/mod.ts";
import { HostPort, type Routine, type RoutineFunction } from "../../runtime/mod.ts";
import type { CrowdAnswer, CrowdRequest, Load } from "./directory_crowd.ts";
import { freePort } from "../free_port.ts";

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
/** Patterns in one message of the storm: as much as one peer sends at once. */
const STORM_BULK = 500;
const STORM_SAMPLES_MIN = 100;
const LISTEN_POLL_MS = 50;

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const port = freePort();
const lan = startDirectory();
const crowd = new Worker(new URL("./directory_crowd.ts", import.meta.url), { type: "module" });
let routes = 0;

/** Connections that list something, all at once; resolves when all has been taken. */
function connect(loads: readonly Load[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  crowd.onmessage = ({ data }: MessageEvent<CrowdAnswer>) => {
    routes = data.routes;
    resolve();
  };
  crowd.postMessage({ port, loads } satisfies CrowdRequest);
  return promise;
}

function startDirectory(): Deno.ChildProcess {
  const map = Deno.env.get("CAKE_IMPORT_MAP") ?? `${root}scripts/imports.npm.json`;
  const flags = ["run", "-A", "--quiet", "--no-lock", "--config", `${root}deno.json`, "--import-map", map];
  const at = JSON.stringify({ host: "127.0.0.1", port });
  const args = [...flags, `${root}cli/main.ts`, "lan", `--directory-at-lan=${at}`];
  return new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
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

/** Milliseconds from publishing a new name to its Available in another process. */
class Probe {
  readonly #waiting = new Map<string, (at: number) => void>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #away = this.#open();
  readonly #here = this.#open();
  #publish: (name: string) => void = () => {};

  #open() {
    return openRuntime({ directory: { connectTo: new HostPort("127.0.0.1", port) } });
  }

  async start(): Promise<void> {
    this.#here.run(
      (async (self: Routine) => {
        subscribe(self, "probe:.*", { scope: "LAN" });
        while (true) {
          const message = await self.input();
          if (message instanceof Subscribed) this.#ready.resolve();
          if (message instanceof Available) this.#waiting.get(message.name!)?.(performance.now());
        }
      }) as RoutineFunction<object>,
    );
    this.#away.run(
      (async (self: Routine) => {
        this.#publish = (name) => publish(self, name, { scope: "LAN" });
        while (true) await self.input();
      }) as RoutineFunction<object>,
    );
    await this.#ready.promise;
    for (let at = 0; at < 20; at++) await this.sample(`probe:warm:${at}`);
  }

  async sample(name: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#waiting.set(name, resolve);
    const begun = performance.now();
    this.#publish(name);
    return await promise - begun;
  }

  async samples(prefix: string, isOver: (count: number) => boolean): Promise<object> {
    const times: number[] = [];
    while (!isOver(times.length)) times.push(await this.sample(`probe:${prefix}:${times.length}`));
    times.sort((a, b) => a - b);
    const at = (share: number) =>
      Number(times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(1));
    return { samples: times.length, medianMs: at(0.5), p99Ms: at(0.99), worstMs: at(1) };
  }
}

await listening();
const probe = new Probe();
await probe.start();
tell("directory alone", { memoryMb: memory() });
tell("publish to Available, directory empty", await probe.samples("empty", (count) => count >= SAMPLES));

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
tell("publish to Available, directory full", await probe.samples("full", (count) => count >= SAMPLES));

/** Subscribes patterns by connections of their own, one message each, and measures names that others publish meanwhile. */
async function storm(what: string, searches: readonly string[]): Promise<void> {
  let isTaken = false;
  const begun = performance.now();
  const coming = (async () => {
    for (let at = 0; at < searches.length; at += STORM_BULK) {
      await connect([{ names: [], searches: searches.slice(at, at + STORM_BULK) }]);
    }
    isTaken = true;
  })();
  const figures = await probe.samples(what, (count) => isTaken && count >= STORM_SAMPLES_MIN);
  await coming;
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(2));
  tell(`publish to Available, during a storm of patterns ${what}`, { patterns: searches.length, seconds, ...figures });
}

const indices = (count: number) => Array.from({ length: count }, (_, index) => index);
await storm("with a literal start", indices(STORM_PATTERNS).map((at) => `svc:${at % connections}:\\d+x${at}`));
// Each is looked at with every name, and needs no expression.
await storm("without a literal start", indices(SCANNING_PATTERNS).map((at) => `.*:${at}:[0-9]+x`));
// Each is tried with every name, and the work goes on after they have been taken.
await storm("without any literal", indices(TRYING_PATTERNS).map((at) => `[a-z]+.\\d+.\\d{${4 + at}}`));
tell("publish to Available, after the storms", await probe.samples("after", (count) => count >= SAMPLES));
tell("at the end", { memoryMb: memory() });
lan.kill("SIGINT");
await lan.status;
Deno.exit(0);
