/**
 * A LAN on one machine: make-believe machines on two subnets without a router, with `cake lan` and `cake host`, a group and
 * processes beside it, none of them configured. Kills, restarts and cuts cables, measures how long it takes until all is well
 * again, and prints a table.
 *
 *     deno run -A scripts/lan.ts [--runs=30] [--only=upgrade,pool,group,lan,host,cable,address] [--save=FILE]
 *
 * With --save what was measured is added to what the file has, and the table is of both: so a long run can be done in parts.
 *
 * Linux, as root. All traffic stays on the make-believe machines, which are removed at the end.
 */

import { join } from "@std/path";
import { Laboratory, type RunningProgram, sleep } from "./lan/laboratory.ts";
import { type Measure, Measures } from "./lan/measures.ts";
import { now, type PeerEvent, PeerLog } from "./lan/peer_log.ts";
import { peerCommand, programEnvironment, writePrograms } from "./lan/programs.ts";
import { StolenTime } from "./stolen.ts";

const PORT = 54195;
const RUNS = 30;
/** Names of the publisher whose host is restarted. */
const MANY_NAMES = 1000;
/** Milliseconds between the requests of the subscriber that must not lose one. */
const REQUEST_EVERY_MS = 5;
/** Until everything that is under way has settled. */
const QUIET_MS = 700;
/** A request that was begun so shortly before its publisher was killed may be lost with it. */
const LOST_WITH_PUBLISHER_MS = 100;

/** From and to a moment. */
type Window = readonly [number, number];

class Lan {
  readonly #laboratory: Laboratory;
  readonly #folder: string;
  readonly #log: PeerLog;
  readonly #directories = new Map<string, RunningProgram>();
  readonly #stolen: StolenTime;
  readonly measures = new Measures();

  constructor(laboratory: Laboratory, folder: string, log: PeerLog, stolen: StolenTime) {
    this.#laboratory = laboratory;
    this.#folder = folder;
    this.#log = log;
    this.#stolen = stolen;
  }

  #start(machine: string, ...command: string[]): RunningProgram {
    const env = programEnvironment(this.#folder, this.#log.path);
    return this.#laboratory.start(machine, command, {
      cwd: this.#folder,
      env,
      log: join(this.#folder, `${machine}.log`),
    });
  }

  async #directory(machine: string, level: "lan" | "host"): Promise<void> {
    const program = this.#start(machine, "cake", level);
    await this.#laboratory.listening(program, PORT);
    this.#directories.set(machine, program);
  }

  /** Ends the directory of a machine without a word. */
  async #killDirectory(machine: string): Promise<void> {
    const program = this.#directories.get(machine)!;
    program.kill("SIGKILL");
    await program.status;
  }

  #peer(machine: string, peer: "publisher" | "subscriber" | "pool", label: string, ...args: string[]): RunningProgram {
    return this.#start(machine, ...peerCommand("cake", this.#folder, peer), `--label=${label}`, ...args);
  }

  /** Notes how long it took from a moment to an event. */
  #note({ samples }: Measure, from: number, event: PeerEvent): void {
    samples.push({ ms: event.at - from, stolenMs: this.#stolen.between(from, event.at) });
  }

  /** Waits for an event, and notes how long it took; returns when it was. */
  async #time(measure: Measure, label: string, pattern: RegExp, since: number, seconds = 20): Promise<number> {
    const event = await this.#log.first(label, pattern, since, seconds);
    if (event === null) measure.missed++;
    else this.#note(measure, since, event);
    return event?.at ?? now();
  }

  async #met(label: string, pattern: RegExp, since: number, seconds = 30): Promise<void> {
    if (await this.#log.first(label, pattern, since, seconds) === null) {
      throw new Error(`"${label}" has not told ${pattern} within ${seconds} s`);
    }
  }

  /** Everything from nothing, without a word of configuration. */
  async begin(): Promise<void> {
    await this.#directory("station", "lan");
    await this.#directory("station2", "lan");
    for (const machine of ["alpha", "beta", "gamma", "delta"]) await this.#directory(machine, "host");
  }

  /** Each subnet has its own station. */
  async subnets(): Promise<void> {
    const measure = this.measures.row("second subnet: process started -> met over its own LAN directory", null);
    this.#peer("delta", "publisher", "onDelta", "--name=subnet", "--scope=LAN");
    await this.#met("onDelta", /^published/, 0);
    await sleep(QUIET_MS);
    const since = now();
    const near = this.#peer("station2", "subscriber", "onStation2", "--search=subnet", "--scope=LAN", above());
    const far = this.#peer("station", "subscriber", "onStation", "--search=subnet", "--scope=LAN", above());
    await this.#time(measure, "onStation2", /^answered/, since);
    const strayed = this.#log.since("onStation", since).filter((text) => text.startsWith("available"));
    if (strayed.length > 0) measure.note = "seen from the other subnet";
    for (const program of [near, far]) program.kill("SIGINT");
  }

  /** Kills and restarts the nearer of two publishers. */
  async publisherKilled(runs: number): Promise<void> {
    const dropped = this.measures.row("publisher killed -> Dropped", 50);
    const usable = this.measures.row("Dropped -> fallback answers", 150);
    const upgraded = this.measures.row("nearer one published again -> it answers", 500);
    const windows: Window[] = [];
    let since = now();
    const far = this.#peer("beta", "publisher", "far", "--name=svc", "--scope=LAN");
    await this.#met("far", /^published/, since);
    const every = `--every=${REQUEST_EVERY_MS}`;
    const seeker = this.#peer("alpha", "subscriber", "seeker", "--search=svc", "--scope=LAN", every);
    await this.#met("seeker", /^available svc LAN/, since);
    for (let run = 0; run < runs; run++) {
      since = now();
      const near = this.#peer("alpha", "publisher", "near", "--name=svc", "--scope=LAN");
      await this.#met("near", /^published/, since);
      const published = (await this.#log.first("near", /^published/, since, 1))!.at;
      const available = await this.#log.first("seeker", /^available svc HOST/, published, 20);
      if (available === null) upgraded.missed++;
      else {
        const answered = await this.#log.first("seeker", /^answered/, available.at, 5);
        if (answered === null) upgraded.missed++;
        else this.#note(upgraded, published, answered);
      }
      await sleep(QUIET_MS);
      const killed = now();
      near.kill("SIGKILL");
      const droppedAt = await this.#time(dropped, "seeker", /^dropped svc HOST/, killed);
      await this.#time(usable, "seeker", /^answered/, droppedAt);
      await sleep(QUIET_MS);
      windows.push([published, killed - LOST_WITH_PUBLISHER_MS]);
    }
    await this.#end(far, seeker);
    this.#tellFailed(upgraded, "seeker", windows);
  }

  /** A pool of two workers, whose nearer ones come and go while clients keep it busy. */
  async pool(runs: number): Promise<void> {
    const upgraded = this.measures.row("both workers of a pool published again -> it uses them", 500);
    const windows: Window[] = [];
    const names = ["work:1", "work:2"];
    let since = now();
    const far = names.map((name) => this.#peer("beta", "publisher", `far-${name}`, `--name=${name}`, "--scope=LAN"));
    for (const name of names) await this.#met(`far-${name}`, /^published/, since);
    const pool = this.#peer("alpha", "pool", "pool", "--search=work:.*", "--scope=LAN");
    for (const name of names) await this.#met("pool", new RegExp(`^available ${name} LAN`), since);
    for (let run = 0; run < runs; run++) {
      since = now();
      const near = names.map((name) =>
        this.#peer("alpha", "publisher", `near-${name}`, `--name=${name}`, "--scope=LAN")
      );
      const published: number[] = [];
      for (const name of names) {
        await this.#met(`near-${name}`, /^published/, since);
        const { at } = (await this.#log.first(`near-${name}`, /^published/, since, 1))!;
        published.push(at);
        await this.#time(upgraded, "pool", new RegExp(`^available ${name} HOST`), at);
      }
      await sleep(QUIET_MS);
      const killed = now();
      windows.push([Math.min(...published), killed - LOST_WITH_PUBLISHER_MS]);
      for (const program of near) program.kill("SIGKILL");
      for (const name of names) await this.#met("pool", new RegExp(`^available ${name} LAN`), killed);
      await sleep(QUIET_MS);
    }
    await this.#end(...far, pool);
    this.#tellFailed(upgraded, "pool", windows);
  }

  async #end(...programs: RunningProgram[]): Promise<void> {
    for (const program of programs) program.kill("SIGINT");
    await Promise.all(programs.map(({ status }) => status));
  }

  /** Notes how many of all requests have failed that were begun within these times. */
  #tellFailed(measure: Measure, label: string, windows: readonly Window[]): void {
    const texts = this.#log.since(label, 0);
    const failed = texts.filter((text) => {
      const begun = Number(/^failed (\d+)/.exec(text)?.[1] ?? NaN);
      return windows.some(([from, to]) => begun >= from && begun <= to);
    });
    const asked = texts.map((text) => /^asked (\d+)/.exec(text)?.[1]).findLast((count) => count !== undefined);
    measure.failed += failed.length;
    measure.asked += Number(asked ?? 0);
  }

  /** A group on one machine, a publisher on another; the group's own goes and comes. */
  async group(runs: number): Promise<void> {
    const dropped = this.measures.row("role of the group killed -> Dropped", 50);
    const usable = this.measures.row("Dropped -> fallback over the LAN answers", 150);
    const upgraded = this.measures.row("role published again -> it answers", 500);
    const options = { cwd: this.#folder, env: programEnvironment(this.#folder, this.#log.path) };
    const cake = (...args: string[]) => this.#laboratory.run("gamma", ["cake", ...args], options);
    await cake("create", '--retry={"first_steps":[],"regular_steps":0.5}');
    await cake("add", "publisher.ts", "inner", "--label=inner", "--name=duty", "--scope=LAN");
    await cake("add", "subscriber.ts", "wisher", "--label=wisher", "--search=duty", "--scope=LAN");
    let since = now();
    const outer = this.#peer("beta", "publisher", "outer", "--name=duty", "--scope=LAN");
    await this.#met("outer", /^published/, since);
    await sleep(QUIET_MS);
    const run = this.#start("gamma", "cake", "run");
    await this.#met("wisher", /^available duty GROUP/, since);
    for (let count = 0; count < runs; count++) {
      await sleep(QUIET_MS);
      since = now();
      Deno.kill(this.#log.pidOf("inner"), "SIGKILL");
      const droppedAt = await this.#time(dropped, "wisher", /^dropped duty GROUP/, since);
      await this.#time(usable, "wisher", /^answered/, droppedAt);
      const published = await this.#log.first("inner", /^published/, droppedAt, 20);
      const available = await this.#log.first("wisher", /^available duty GROUP/, droppedAt, 20);
      const answered = available && await this.#log.first("wisher", /^answered/, available.at, 5);
      if (published && answered) this.#note(upgraded, published.at, answered);
      else upgraded.missed++;
    }
    run.kill("SIGINT");
    outer.kill("SIGINT");
    await run.status;
  }

  /** Restarts a host directory whose processes have many names. Who looks for them runs already. */
  async hostRestarted(runs: number): Promise<void> {
    const back = this.measures.row(`host restarted with ${MANY_NAMES} names -> all met by a new subscriber`, 2000);
    const many = this.#peer("gamma", "publisher", "many", "--name=bulk", "--scope=HOST", `--count=${MANY_NAMES}`);
    await this.#met("many", new RegExp(`^published bulk:${MANY_NAMES - 1}$`), 0, 60);
    for (let run = 0; run < runs; run++) {
      const signal = join(this.#folder, `go${run}`);
      const label = `finder${run}`;
      const finder = this.#peer("gamma", "subscriber", label, "--search=bulk:.*", "--scope=HOST", `--after=${signal}`);
      await this.#met(label, /^waiting/, 0);
      await sleep(2 * QUIET_MS);
      await this.#killDirectory("gamma");
      await this.#directory("gamma", "host");
      const since = now();
      await Deno.writeTextFile(signal, "");
      const answered = () => this.#log.since(label, since).filter((text) => text === "answered").length;
      while (answered() < MANY_NAMES && now() - since < 30_000) await sleep(20);
      const last = this.#log.events().findLast((event) => event.label === label && event.text === "answered");
      if (answered() < MANY_NAMES) back.missed++;
      else this.#note(back, since, last!);
      await this.#end(finder);
    }
    await this.#end(many);
  }

  /** Pulls the cable of the machine with the publisher. */
  async cableCut(runs: number): Promise<void> {
    const dropped = this.measures.row("cable cut -> Dropped", 3000);
    const back = this.measures.row("cable back -> met again", null);
    let since = now();
    const beta = this.#peer("beta", "publisher", "cabled", "--name=cable", "--scope=LAN");
    const seeker = this.#peer("alpha", "subscriber", "watcher", "--search=cable", "--scope=LAN");
    await this.#met("watcher", /^answered/, since);
    for (let run = 0; run < runs; run++) {
      await sleep(2 * QUIET_MS);
      since = now();
      await this.#laboratory.cut("beta");
      await this.#time(dropped, "watcher", /^dropped/, since, 150);
      await sleep(QUIET_MS);
      since = now();
      await this.#laboratory.mend("beta");
      await this.#time(back, "watcher", /^answered/, since, 90);
    }
    for (const program of [beta, seeker]) program.kill("SIGINT");
  }

  /** Kills and restarts the LAN directory. */
  async lanLost(runs: number): Promise<void> {
    const disturbed = this.measures.row("LAN directory lost: sessions disturbed (count, not ms)", 0);
    const back = this.measures.row("LAN directory restarted -> a new process meets over it", null);
    let since = now();
    const publisher = this.#peer("beta", "publisher", "steady", "--name=steady", "--scope=LAN");
    const subscriber = this.#peer("alpha", "subscriber", "loyal", "--search=steady", "--scope=LAN", "--every=20");
    await this.#met("loyal", /^answered/, since);
    for (let run = 0; run < runs; run++) {
      await sleep(2 * QUIET_MS);
      since = now();
      await this.#killDirectory("station");
      await sleep(2 * QUIET_MS);
      await this.#directory("station", "lan");
      const begun = now();
      const fresh = this.#peer("gamma", "subscriber", `fresh${run}`, "--search=steady", "--scope=LAN");
      await this.#time(back, `fresh${run}`, /^answered/, begun, 60);
      const told = this.#log.since("loyal", since).filter((text) => /^(dropped|available|failed)/.test(text));
      disturbed.samples.push({ ms: told.length, stolenMs: 0 });
      fresh.kill("SIGINT");
    }
    for (const program of [publisher, subscriber]) program.kill("SIGINT");
  }

  /** Takes the station its address; what is published there meanwhile is met when it is back. */
  async addressLost(runs: number): Promise<void> {
    const measure = this.measures.row("station has its address again -> what it published without is met", null);
    const since = now();
    const subscriber = this.#peer("alpha", "subscriber", "patient", "--search=late:.*", "--scope=LAN");
    await this.#met("patient", /^subscribed/, since);
    for (let run = 0; run < runs; run++) {
      await sleep(QUIET_MS);
      const begun = now();
      await this.#laboratory.address("station", "del");
      const publisher = this.#peer("station", "publisher", `late${run}`, `--name=late:${run}`, "--scope=LAN", above());
      await this.#met(`late${run}`, /^published/, begun);
      // Until the directory has heard of it.
      await sleep(QUIET_MS);
      const isBack = now();
      await this.#laboratory.address("station", "add");
      await this.#time(measure, "patient", new RegExp(`^available late:${run} `), isBack, 60);
      publisher.kill("SIGINT");
      await publisher.status;
    }
    subscriber.kill("SIGINT");
  }
}

/** The directory of a machine that has no host directory, only a LAN's. */
function above(): string {
  return `--connect-to-directory=${JSON.stringify({ host: "127.0.0.1", port: PORT })}`;
}

const MACHINES = [
  { name: "station", address: "192.168.0.195" },
  { name: "alpha", address: "192.168.0.11" },
  { name: "beta", address: "192.168.0.12" },
  { name: "gamma", address: "192.168.0.13" },
  { name: "station2", address: "192.168.1.195" },
  { name: "delta", address: "192.168.1.11" },
];

/** The parts, each with how many of the runs it gets: some take long. */
const PARTS: Readonly<Record<string, (lan: Lan, runs: number) => Promise<void>>> = {
  subnets: (lan) => lan.subnets(),
  upgrade: (lan, runs) => lan.publisherKilled(runs),
  pool: (lan, runs) => lan.pool(runs),
  group: (lan, runs) => lan.group(runs),
  lan: (lan, runs) => lan.lanLost(runs),
  host: (lan, runs) => lan.hostRestarted(runs),
  cable: (lan, runs) => lan.cableCut(runs),
  address: (lan, runs) => lan.addressLost(runs),
};

function option(name: string): string | undefined {
  return Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
}

async function main(): Promise<void> {
  const runs = Number(option("runs") ?? RUNS);
  const chosen = option("only")?.split(",") ?? Object.keys(PARTS);
  const unknown = chosen.find((part) => !Object.hasOwn(PARTS, part));
  if (unknown !== undefined || !(runs > 0)) throw new TypeError(`Cannot run "${unknown ?? runs}"`);
  const saved = option("save");
  const folder = await Deno.makeTempDir({ prefix: "cake-lan-" });
  await writePrograms(folder);
  await using laboratory = await new Laboratory(MACHINES, false).open();
  using log = new PeerLog(join(folder, "peers.log"));
  using stolen = new StolenTime(now);
  const lan = new Lan(laboratory, folder, log, stolen);
  try {
    await lan.begin();
    for (const part of chosen) await PARTS[part]!(lan, runs);
    await Deno.remove(folder, { recursive: true });
  } finally {
    const all = new Measures();
    if (saved !== undefined) all.add(await read(saved));
    all.add(lan.measures.rows);
    if (saved !== undefined) await Deno.writeTextFile(saved, JSON.stringify(all.rows));
    all.print();
  }
}

async function read(path: string): Promise<Measure[]> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as Measure[];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

if (import.meta.main) await main();
