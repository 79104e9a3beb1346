/**
 * A LAN on one machine: make-believe machines on two subnets, with `cake lan` and `cake host`, a group and processes beside it,
 * none of them configured. Kills, restarts and cuts cables, measures how long it takes until all is well again, and prints a
 * table.
 *
 *     deno run -A scripts/lan.ts [--runs=30]
 *
 * Linux, as root. All traffic stays on the make-believe machines, which are removed at the end.
 */
// deno-lint-ignore-file no-console

import { join } from "@std/path";
import { Laboratory, type RunningProgram, sleep } from "./lan/laboratory.ts";
import { now, PeerLog } from "./lan/peer_log.ts";
import { peerCommand, programEnvironment, writePrograms } from "./lan/programs.ts";

const PORT = 54195;
const RUNS = 30;
/** Names of the publisher whose host is restarted. */
const MANY_NAMES = 1000;
/** Milliseconds between the requests of the subscriber that must not lose one. */
const REQUEST_EVERY_MS = 5;
/** Until everything that is under way has settled. */
const QUIET_MS = 700;

/** What was measured, in milliseconds. */
interface Measure {
  readonly what: string;
  readonly aimMs: number | null;
  readonly times: number[];
  missed: number;
  note: string;
}

class Lan {
  readonly #laboratory: Laboratory;
  readonly #folder: string;
  readonly #log: PeerLog;
  readonly #directories = new Map<string, RunningProgram>();
  readonly #measures = new Map<string, Measure>();

  constructor(laboratory: Laboratory, folder: string) {
    this.#laboratory = laboratory;
    this.#folder = folder;
    this.#log = new PeerLog(join(folder, "peers.log"));
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

  #peer(machine: string, peer: "publisher" | "subscriber", label: string, ...args: string[]): RunningProgram {
    return this.#start(machine, ...peerCommand("cake", this.#folder, peer), `--label=${label}`, ...args);
  }

  #measure(what: string, aimMs: number | null): Measure {
    let measure = this.#measures.get(what);
    if (measure === undefined) {
      this.#measures.set(what, measure = { what, aimMs, times: [], missed: 0, note: "" });
    }
    return measure;
  }

  /** Waits for an event, and notes how long it took; returns when it was. */
  async #time(measure: Measure, label: string, pattern: RegExp, since: number, seconds = 20): Promise<number> {
    const event = await this.#log.first(label, pattern, since, seconds);
    if (event === null) measure.missed++;
    else measure.times.push(event.at - since);
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
    const measure = this.#measure("second subnet: process started -> met over its own LAN directory", null);
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
    const dropped = this.#measure("publisher killed -> Dropped", 50);
    const usable = this.#measure("Dropped -> fallback answers", 150);
    const upgraded = this.#measure("nearer one published again -> it answers", 500);
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
        else upgraded.times.push(answered.at - published);
      }
      await sleep(QUIET_MS);
      const failed = this.#log.since("seeker", published).filter((text) => text.startsWith("failed")).length;
      if (failed > 0) upgraded.note = `${Number(upgraded.note.split(" ")[0] || 0) + failed} requests failed`;
      const killed = now();
      near.kill("SIGKILL");
      const droppedAt = await this.#time(dropped, "seeker", /^dropped svc HOST/, killed);
      await this.#time(usable, "seeker", /^answered/, droppedAt);
      await sleep(QUIET_MS);
    }
    for (const program of [far, seeker]) program.kill("SIGINT");
    await sleep(QUIET_MS);
  }

  /** A group on one machine, a publisher on another; the group's own goes and comes. */
  async group(runs: number): Promise<void> {
    const dropped = this.#measure("role of the group killed -> Dropped", 50);
    const usable = this.#measure("Dropped -> fallback over the LAN answers", 150);
    const upgraded = this.#measure("role published again -> it answers", 500);
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
      if (published && answered) upgraded.times.push(answered.at - published.at);
      else upgraded.missed++;
    }
    run.kill("SIGINT");
    outer.kill("SIGINT");
    await run.status;
  }

  /** Restarts a host directory whose processes have many names. */
  async hostRestarted(runs: number): Promise<void> {
    const back = this.#measure(`host restarted with ${MANY_NAMES} names -> all met by a new process`, 2000);
    const many = this.#peer("gamma", "publisher", "many", "--name=bulk", "--scope=HOST", `--count=${MANY_NAMES}`);
    await this.#met("many", new RegExp(`^published bulk:${MANY_NAMES - 1}$`), 0, 60);
    for (let run = 0; run < runs; run++) {
      await sleep(2 * QUIET_MS);
      await this.#killDirectory("gamma");
      await this.#directory("gamma", "host");
      const since = now();
      const finder = this.#peer("gamma", "subscriber", `finder${run}`, "--search=bulk:.*", "--scope=HOST");
      const count = () => this.#log.since(`finder${run}`, since).filter((text) => text.startsWith("available")).length;
      while (count() < MANY_NAMES && now() - since < 30_000) await sleep(20);
      const last = this.#log.events().findLast(({ label, text }) =>
        label === `finder${run}` && text.startsWith("available")
      );
      if (count() < MANY_NAMES) back.missed++;
      else back.times.push(last!.at - since);
      finder.kill("SIGINT");
      await finder.status;
    }
    many.kill("SIGINT");
  }

  /** Pulls the cable of the machine with the publisher. */
  async cableCut(runs: number): Promise<void> {
    const dropped = this.#measure("cable cut -> Dropped", 3000);
    const back = this.#measure("cable back -> met again", null);
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
    const disturbed = this.#measure("LAN directory lost: sessions disturbed (count, not ms)", 0);
    const back = this.#measure("LAN directory restarted -> a new process meets over it", null);
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
      disturbed.times.push(told.length);
      fresh.kill("SIGINT");
    }
    for (const program of [publisher, subscriber]) program.kill("SIGINT");
  }

  print(): void {
    const rows = [...this.#measures.values()].map(({ what, aimMs, times, missed, note }) => {
      const sorted = times.toSorted((a, b) => a - b);
      const text = (value: number | undefined) => value === undefined ? "-" : value.toFixed(value < 10 ? 1 : 0);
      const median = text(sorted[Math.floor(sorted.length / 2)]);
      return [
        what,
        `${times.length}`,
        median,
        text(sorted.at(-1)),
        aimMs === null ? "" : `${aimMs}`,
        `${missed}`,
        note,
      ];
    });
    const head = ["what (ms)", "runs", "median", "worst", "aim", "missed", "note"];
    const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
    for (const row of [head, ...rows]) {
      console.log(row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd());
    }
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

async function main(): Promise<void> {
  const given = Deno.args.map((arg) => /^--runs=(\d+)$/.exec(arg)?.[1]).find((text) => text !== undefined);
  const runs = given === undefined ? RUNS : Number(given);
  const folder = await Deno.makeTempDir({ prefix: "cake-lan-" });
  await writePrograms(folder);
  await using laboratory = await new Laboratory(MACHINES).open();
  const lan = new Lan(laboratory, folder);
  try {
    await lan.begin();
    await lan.subnets();
    await lan.publisherKilled(runs);
    await lan.group(runs);
    await lan.lanLost(Math.ceil(runs / 3));
    await lan.hostRestarted(Math.ceil(runs / 6));
    await lan.cableCut(Math.ceil(runs / 3));
    await Deno.remove(folder, { recursive: true });
  } finally {
    lan.print();
  }
}

if (import.meta.main) await main();
