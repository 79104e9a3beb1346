/**
 * Measures, for `directory_load.ts`, how long a new name takes to be available: a publisher and a subscriber in a process of
 * their own, with as little in it as can be, so that what is measured is the directory. Each line of its input says what to do:
 * `begin PREFIX COUNT` publishes one name after the other, `end` says that COUNT names are enough. Its answer is a line of JSON.
 *
 * Usage: deno run -A scripts/bench/directory_probe.ts PORT PROCESS
 */
// deno-lint-ignore-file no-console

import {
  Available,
  clearPublished,
  openRuntime,
  publish,
  Published,
  subscribe,
  Subscribed,
} from "../../directory/mod.ts";
import { HostPort, type Routine, type RoutineFunction } from "../../runtime/mod.ts";
import { LineReader } from "../line_reader.ts";
import { DISTURBED_MS, stolenMs } from "../stolen.ts";

/** What was measured. */
export interface ProbeFigures {
  readonly samples: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  /** How long, during the worst sample, directory and probe could have gone on and had no processor, or the machine had none. */
  readonly waitedDuringWorstMs: number;
  /** The worst of the samples with less than 10 ms of that. */
  readonly worstUndisturbedMs: number;
}

interface Sample {
  readonly ms: number;
  readonly waitedMs: number;
}

/** Names that are published before the first that counts. */
const WARM_SAMPLES = 200;
/** The unit of times in Linux' `schedstat`. */
const NANOSECOND_MS = 1e-6;

const [port, directory] = Deno.args.map(Number);

/** Milliseconds from publishing a new name to its Available elsewhere. Each name is taken back while the next one is on its way. */
class Probe {
  readonly #waiting = new Map<string, (at: number) => void>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #away = this.#open();
  readonly #here = this.#open();
  #publish: (name: string) => void = () => {};
  #clear: (name: string) => void = () => {};

  #open() {
    return openRuntime({ directory: { connectTo: new HostPort("127.0.0.1", port!) } });
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
        const listed = new Map<string, Published>();
        this.#publish = (name) => publish(self, name, { scope: "LAN" });
        this.#clear = (name) => {
          clearPublished(self, listed.get(name)!);
          listed.delete(name);
        };
        while (true) {
          const message = await self.input();
          if (message instanceof Published) listed.set(message.name!, message);
        }
      }) as RoutineFunction<object>,
    );
    await this.#ready.promise;
    await this.samples("warm", (count) => count >= WARM_SAMPLES);
  }

  async #sample(name: string): Promise<Sample> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#waiting.set(name, resolve);
    const waited = waitedMs();
    const begun = performance.now();
    this.#publish(name);
    const ms = await promise - begun;
    this.#waiting.delete(name);
    this.#clear(name);
    return { ms, waitedMs: waitedMs() - waited };
  }

  async samples(prefix: string, isOver: (count: number) => boolean): Promise<ProbeFigures> {
    const samples: Sample[] = [];
    while (!isOver(samples.length)) samples.push(await this.#sample(`probe:${prefix}:${samples.length}`));
    samples.sort((a, b) => a.ms - b.ms);
    const at = (share: number) => samples[Math.min(samples.length - 1, Math.floor(samples.length * share))]!;
    return {
      samples: samples.length,
      medianMs: rounded(at(0.5).ms),
      p99Ms: rounded(at(0.99).ms),
      worstMs: rounded(at(1).ms),
      waitedDuringWorstMs: rounded(at(1).waitedMs),
      worstUndisturbedMs: rounded(samples.findLast((sample) => sample.waitedMs < DISTURBED_MS)?.ms ?? 0),
    };
  }
}

/**
 * How long so far the main threads of directory and probe were ready to run and did not, and how long the host of this virtual
 * machine gave its processors to others; 0 where that can't be told.
 */
function waitedMs(): number {
  try {
    return stolenMs() + queuedMs(directory!) + queuedMs(Deno.pid);
  } catch {
    return 0;
  }
}

function queuedMs(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ")[1]) * NANOSECOND_MS;
}

function rounded(ms: number): number {
  return Number(ms.toFixed(1));
}

const probe = new Probe();
await probe.start();
console.log("ready");
const lines = new LineReader(Deno.stdin.readable);
for (let line = await lines.next(); line !== null; line = await lines.next()) {
  const [, prefix, count] = line.split(" ");
  let isEnough = false;
  void lines.next().then(() => isEnough = true);
  console.log(JSON.stringify(await probe.samples(prefix!, (samples) => isEnough && samples >= Number(count))));
}
Deno.exit(0);
