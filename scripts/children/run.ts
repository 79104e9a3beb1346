/** Starts children in every way, ends them in every way, and looks at what is left of them. */

import {
  type AddressValue,
  ProcessObject,
  realWorld,
  Returned,
  type Routine,
  Runtime,
  Stop,
  Utility,
  type World,
} from "../../runtime/mod.ts";
import { type ChildCase, childCases } from "./cases.ts";
import { childrenOf, heirsOf, openDescriptors } from "./processes.ts";

/** How many times as fast the parents' clock goes, so that nobody waits ten seconds for a child that ignores signals. */
const HASTE = 25;

/** Real milliseconds without any end of a child, after which something hangs. */
const SILENCE_MS_MAX = 300_000;

/** Real milliseconds for everything to be gone, when all children have ended. On a busy machine an orphan takes long to begin. */
const GONE_MS_MAX = 120_000;

/** The variable that tells whose heirs processes are. */
const MARK = "CAKE_CHILDREN_RUN";

/** What to run. */
export interface ChildrenOptions {
  readonly count: number;
  /** Children at a time. */
  readonly atOnce: number;
  /** A whole number in [0, bound). */
  readonly random: (bound: number) => number;
  /** Only cases whose names have this. */
  readonly only?: string;
  /** Told now and then how many have ended. */
  readonly onProgress?: (ended: number) => void;
}

/** What was found. */
export interface ChildrenReport {
  /** How often each case was run. */
  readonly cases: ReadonlyMap<string, number>;
  /** What was not as it should be; empty when all is well. */
  readonly problems: readonly string[];
}

/** The real world with a clock that is ahead of its time. */
function hastyWorld(): World {
  const world = realWorld();
  const { clock } = world;
  return {
    ...world,
    clock: {
      ...clock,
      now: () => clock.now() * HASTE,
      after: (milliseconds, alarm) => clock.after(milliseconds / HASTE, alarm),
    },
  };
}

interface RunningCase {
  readonly type: ChildCase;
  pid: number | null;
}

class ChildrenRun {
  readonly #options: ChildrenOptions;
  readonly #cases: readonly ChildCase[];
  readonly #running = new Map<AddressValue, RunningCase>();
  readonly counts = new Map<string, number>();
  readonly problems: string[] = [];
  #lastEnd = performance.now();

  constructor(options: ChildrenOptions, cases: readonly ChildCase[]) {
    this.#options = options;
    this.#cases = cases;
  }

  /** Each case comes once before any comes by chance. */
  #choose(index: number): ChildCase {
    const cases = this.#cases;
    if (index < cases.length) return cases[index]!;
    let left = this.#options.random(cases.reduce((sum, { weight }) => sum + weight, 0));
    return cases.find(({ weight }) => (left -= weight) < 0)!;
  }

  readonly main = async (self: Routine): Promise<void> => {
    const { count, atOnce, onProgress } = this.#options;
    const watch = setInterval(() => this.#complainOfSilence(self), 5000);
    for (let started = 0, ended = 0; ended < count;) {
      while (started < count && this.#running.size < atOnce) this.#start(self, this.#choose(started++));
      const message = await self.input();
      if (!(message instanceof Returned)) break;
      this.#end(self.returnAddress, message.message);
      if (++ended % 500 === 0) onProgress?.(ended);
    }
    clearInterval(watch);
    for (const { type } of this.#running.values()) this.problems.push(`${type.name}: never returned`);
  };

  #start(self: Routine, type: ChildCase): void {
    const running: RunningCase = { type, pid: null };
    const { kernel } = self;
    const meddle = (pid: number | null) =>
      void this.#meddle(type, pid, () => kernel.send(new Stop(), child, self.address));
    const onProcess = (pid: number) => {
      running.pid = pid;
      if (type.meddling.do !== "nothing" && type.meddling.when !== "at once") meddle(pid);
    };
    const child = type.process !== undefined
      ? self.create(ProcessObject, { ...type.process, onProcess })
      : self.create(Utility, type.utility!);
    this.#running.set(child, running);
    if (type.meddling.do === "nothing") return;
    if (type.meddling.when === "at once" || type.process === undefined) meddle(null);
  }

  async #meddle({ meddling }: ChildCase, pid: number | null, stop: () => void): Promise<void> {
    if (meddling.do === "nothing") return;
    if (meddling.when === "has a child") {
      while (pid !== null && (await childrenOf(pid)).length === 0) {
        await rest(20);
      }
    } else if (meddling.when === "started") await rest(this.#options.random(60));
    if (meddling.do !== "kill") stop();
    else if (pid !== null) Deno.kill(pid, "SIGKILL");
    if (meddling.do === "stop twice") {
      await rest(this.#options.random(5));
      stop();
    }
  }

  #end(child: AddressValue, value: unknown): void {
    const running = this.#running.get(child);
    if (running === undefined) {
      this.problems.push(`a second end of ${child}`);
      return;
    }
    this.#running.delete(child);
    this.#lastEnd = performance.now();
    const { name, wrong } = running.type;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    const expected = wrong(value);
    if (expected !== null) this.problems.push(`${name}: expected ${expected}, got ${value}`);
  }

  #complainOfSilence(self: Routine): void {
    if (performance.now() - this.#lastEnd > SILENCE_MS_MAX) self.send(new Stop(), self.address);
  }
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What is left, once everything had some time to go. */
async function leftOver(mark: string, descriptors: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + GONE_MS_MAX;
  for (;;) {
    const children = await childrenOf(Deno.pid);
    const zombies = children.filter(({ state }) => state === "Z");
    const heirs = await heirsOf(mark);
    const open = await openDescriptors();
    const problems: string[] = [];
    if (zombies.length > 0) problems.push(`${zombies.length} zombies`);
    if (heirs.length > 0) problems.push(`${heirs.length} orphans: ${heirs.slice(0, 5)}`);
    const unclosed = open.filter((descriptor) => !descriptors.includes(descriptor));
    if (unclosed.length > 0) problems.push(`${unclosed.length} descriptors were not closed: ${unclosed.slice(0, 9)}`);
    if (problems.length === 0 || performance.now() > deadline) return problems;
    await rest(100);
  }
}

async function runCases(options: ChildrenOptions, cases: readonly ChildCase[]): Promise<ChildrenReport> {
  const run = new ChildrenRun(options, cases);
  const runtime = new Runtime(hastyWorld());
  await runtime.start(run.main).returned;
  runtime.close();
  return { cases: run.counts, problems: run.problems };
}

/**
 * Runs children, and checks that each end was told once and as it was, and that no process, no zombie and no descriptor
 * is left. Linux only.
 */
export async function runChildren(options: ChildrenOptions): Promise<ChildrenReport> {
  const folder = await Deno.makeTempDir({ prefix: "cake-children-" });
  const mark = crypto.randomUUID();
  Deno.env.set(MARK, mark);
  try {
    await Deno.writeTextFile(`${folder}/no_program`, "#!/no/such/interpreter\n");
    await Deno.chmod(`${folder}/no_program`, 0o755);
    const roles = new URL("../../tests/testdata/roles", import.meta.url).pathname;
    const cases = childCases(folder, decodeURIComponent(roles)).filter(({ name }) => name.includes(options.only ?? ""));
    // What the platform opens once and keeps is open from here on; some of it is for signals.
    const listener = () => {};
    Deno.addSignalListener("SIGUSR2", listener);
    Deno.removeSignalListener("SIGUSR2", listener);
    await runCases({ ...options, count: 1 }, [cases[0]!]);
    const descriptors = await openDescriptors();
    const report = await runCases(options, cases);
    return { ...report, problems: [...report.problems, ...await leftOver(`${MARK}=${mark}`, descriptors)] };
  } finally {
    Deno.env.delete(MARK);
    await Deno.remove(folder, { recursive: true });
  }
}
