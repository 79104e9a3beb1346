/**
 * Mixed trees: directories, groups and processes of cake and of the original as one LAN, on make-believe machines.
 *
 *     deno run -A scripts/lan/mixed.ts [case ...]
 *
 * The original's commands are to be on PATH, and its package on PYTHONPATH. Prints a line of JSON for each step of each case.
 */
// deno-lint-ignore-file no-console

import { join } from "@std/path";
import { Laboratory, type RunningProgram, sleep } from "./laboratory.ts";
import { now, PeerLog } from "./peer_log.ts";
import { command, type Make, peerCommand, programEnvironment, writePrograms } from "./programs.ts";

/** Who plays what. Process is the make of the roles in the group and of those beside it. */
interface Mix {
  readonly lan: Make;
  readonly host: Make;
  readonly group: Make;
  readonly process: Make;
}

/** The useful mixes, and each make by itself to compare with. */
const MIXES: readonly Mix[] = ["CPCP", "PCPC", "CCPP", "PPCC", "CPPC", "PCCP", "CCCP", "PPPC", "CCCC", "PPPP"].map(
  (letters) => {
    const [lan, host, group, process] = [...letters].map((letter): Make => letter === "C" ? "cake" : "original");
    return { lan: lan!, host: host!, group: group!, process: process! };
  },
);

const PORT = 54195;
const RESTART_SECONDS = 3;
/** The original connects again after half a minute, in private networks. */
const RECONNECT_SECONDS = 45;

/** One mix, step by step. */
class MixedTree {
  readonly #name: string;
  readonly #mix: Mix;
  readonly #laboratory: Laboratory;
  readonly #folder: string;
  readonly #log: PeerLog;
  readonly #env: Record<string, string>;
  #isGood = true;

  constructor(name: string, mix: Mix, laboratory: Laboratory, folder: string, log: PeerLog) {
    this.#name = name;
    this.#mix = mix;
    this.#laboratory = laboratory;
    this.#folder = folder;
    this.#log = log;
    this.#env = programEnvironment(folder, log.path);
  }

  #start(machine: string, args: readonly string[]): RunningProgram {
    const log = join(this.#folder, `${machine}-${args.find((one) => !one.startsWith("-"))!.split("/").pop()}.log`);
    return this.#laboratory.start(machine, args, { cwd: this.#folder, env: this.#env, log });
  }

  #tell(step: string, result: string, isGood = true): void {
    this.#isGood &&= isGood;
    console.log(JSON.stringify({ mix: this.#name, step, result, ok: isGood }));
  }

  /** Expects events of a peer in this order, and tells how long each took. */
  async #expect(step: string, since: number, seconds: number, ...events: readonly (readonly [string, RegExp])[]) {
    const times: string[] = [];
    let after = since;
    for (const [label, pattern] of events) {
      const event = await this.#log.first(label, pattern, after, seconds);
      if (event === null) {
        const told = this.#log.since(label, since).join(", ");
        this.#tell(step, `${times.join("; ")} NO ${label} ${pattern.source} (${told})`, false);
        return;
      }
      times.push(`${event.text} ${Math.round(event.at - since)} ms`);
      after = event.at;
    }
    this.#tell(step, times.join("; "));
  }

  #directory(level: "lan" | "host", machine: string): Promise<RunningProgram> {
    return this.#listening(this.#start(machine, command(this.#mix[level], level)));
  }

  async #listening(program: RunningProgram): Promise<RunningProgram> {
    await this.#laboratory.listening(program, PORT);
    return program;
  }

  #peer(machine: string, peer: "publisher" | "subscriber", label: string, make: Make, ...args: string[]) {
    return this.#start(machine, [...peerCommand(make, this.#folder, peer), `--label=${label}`, ...args]);
  }

  async #makeHome(): Promise<void> {
    const { group, process } = this.#mix;
    const suffix = process === "cake" ? "ts" : "py";
    const options = { cwd: this.#folder, env: this.#env };
    // The original takes no module for an executable but its own kind.
    const module = (peer: string) => process === "cake" && group === "original" ? `${peer}` : `${peer}.${suffix}`;
    for (const peer of ["publisher", "subscriber"]) {
      if (module(peer) !== peer) continue;
      const path = join(this.#folder, peer);
      await Deno.writeTextFile(path, `#!/bin/sh\nexec ${this.#folder}/peer ${path}.ts "$@"\n`, { mode: 0o755 });
    }
    const [home] = command(group, "home");
    const retry = `--retry={"first_steps":[],"regular_steps":${RESTART_SECONDS}.0}`;
    await this.#laboratory.run("one", [home!, "create", retry], options);
    // A subscriber of the original that has lost the nearest of several routes to one publisher tries the others, which lead
    // to the same dead process, and never recovers. So the near publisher is known to the group alone.
    const roles = [
      ["publisher", "near", "--name=svc", "--scope=GROUP"],
      ["publisher", "herald", "--name=away", "--scope=HOST"],
      ["subscriber", "seeker", "--search=svc", "--scope=LAN"],
    ] as const;
    for (const [peer, role, ...settings] of roles) {
      const program = module(peer) === peer ? join(this.#folder, peer) : module(peer);
      await this.#laboratory.run("one", [home!, "add", program, role, `--label=${role}`, ...settings], options);
    }
  }

  /** Ends a process of a role without a word. */
  #kill(label: string): number {
    const at = now();
    Deno.kill(this.#log.pidOf(label), "SIGKILL");
    return at;
  }

  async run(): Promise<boolean> {
    const { group, process } = this.#mix;
    const other: Make = process === "cake" ? "original" : "cake";
    let lan = await this.#directory("lan", "station");
    let host = await this.#directory("host", "one");
    await this.#directory("host", "two");
    await this.#makeHome();

    let since = now();
    let far = this.#peer("two", "publisher", "far", other, "--name=svc", "--scope=LAN");
    this.#peer("two", "subscriber", "second", process, "--search=svc", "--scope=LAN");
    await this.#expect("publish and subscribe under one host", since, 20, ["second", /^available svc HOST/], [
      "second",
      /^answered/,
    ]);
    // The far publisher is to be the one that the LAN knows.
    await sleep(2500);

    since = now();
    const run = this.#start("one", [...command(group, "home"), "run"]);
    await this.#expect("nearest wins: in a group", since, 30, ["seeker", /^available svc GROUP/], [
      "seeker",
      /^answered/,
    ]);
    await sleep(3000);

    since = this.#kill("near");
    await this.#expect(
      "kill near: fallback to the LAN",
      since,
      10,
      ["seeker", /^dropped svc GROUP/],
      ["seeker", /^available svc LAN/],
      ["seeker", /^answered/],
    );
    await this.#expect(
      `restart near (after ${RESTART_SECONDS} s): upgrade to the group`,
      since,
      20,
      ["near", /^published svc/],
      ["seeker", /^dropped svc LAN/],
      ["seeker", /^available svc GROUP/],
      ["seeker", /^answered/],
    );

    since = now();
    lan.kill("SIGKILL");
    await sleep(1500);
    const disturbed = [...this.#log.since("seeker", since), ...this.#log.since("second", since)];
    this.#tell(
      "kill lan: sessions",
      disturbed.length === 0 ? "undisturbed" : disturbed.join(", "),
      disturbed.length === 0,
    );
    lan = await this.#directory("lan", "station");
    const again = now();
    since = now();
    // Whoever waits for the name at the LAN hears of it when a host is back.
    this.#peer(
      "station",
      "subscriber",
      "onLan",
      process,
      "--search=svc",
      "--scope=LAN",
      `--connect-to-directory=${at(PORT)}`,
    );
    await this.#expect("restart lan: hosts are back", again, RECONNECT_SECONDS, ["onLan", /^available svc LAN/], [
      "onLan",
      /^answered/,
    ]);
    await sleep(12_000);

    since = now();
    host.kill("SIGKILL");
    await sleep(1500);
    const shaken = [...this.#log.since("seeker", since), ...this.#log.since("second", since)];
    this.#tell("kill host: sessions", shaken.length === 0 ? "undisturbed" : shaken.join(", "), shaken.length === 0);
    host = await this.#directory("host", "one");
    since = now();
    this.#peer("one", "subscriber", "solo", process, "--search=away", "--scope=HOST");
    await this.#expect("restart host: the group is back", since, 20, ["solo", /^available away HOST/], [
      "solo",
      /^answered/,
    ]);

    since = now();
    far.kill("SIGKILL");
    await this.#expect("kill far: dropped", since, 10, ["second", /^dropped svc HOST/]);
    await sleep(1000);
    since = now();
    far = this.#peer("two", "publisher", "far", other, "--name=svc", "--scope=LAN");
    await this.#expect("restart far: met again", since, 15, ["second", /^available svc HOST/], ["second", /^answered/]);

    for (const make of ["cake", "original"] as const) {
      const options = { cwd: this.#folder, env: this.#env };
      const listing = [...command(make, "home"), "network", "--list-published"];
      const text = await this.#laboratory.run("one", listing, options).catch((error) => `${error}`);
      const heads = text.split("\n").filter((line) => line.includes("[")).map((line) =>
        line.replaceAll(/[+ ]|\(.*/g, "")
      );
      this.#tell(`network by ${make}`, heads.join(" "), heads[0]?.startsWith("[LAN]") === true);
    }

    since = now();
    run.kill("SIGINT");
    const { code } = await run.status;
    this.#tell("stop the group", `exit ${code} after ${Math.round(now() - since)} ms`, code === 71);
    await this.#expect("stop the group: told", since, 10, ["solo", /^dropped away HOST/]);
    return this.#isGood;
  }
}

function at(port: number): string {
  return JSON.stringify({ host: "127.0.0.1", port });
}

async function runMix(mix: Mix): Promise<void> {
  const name = `lan ${mix.lan}, host ${mix.host}, group ${mix.group}, process ${mix.process}`;
  const folder = await Deno.makeTempDir({ prefix: "cake-mixed-" });
  await writePrograms(folder);
  const machines = [
    { name: "station", address: "192.168.0.195" },
    { name: "one", address: "192.168.0.11" },
    { name: "two", address: "192.168.0.12" },
  ];
  // By the way out originals tell which address they have.
  await using laboratory = await new Laboratory(machines, true).open();
  using log = new PeerLog(join(folder, "peers.log"));
  let isGood = false;
  try {
    isGood = await new MixedTree(name, mix, laboratory, folder, log).run();
  } catch (error) {
    console.log(JSON.stringify({ mix: name, step: "error", result: `${error}`, ok: false }));
  }
  if (isGood) await Deno.remove(folder, { recursive: true });
  else console.log(JSON.stringify({ mix: name, step: "kept", result: folder, ok: false }));
}

if (import.meta.main) {
  const chosen = Deno.args.length === 0 ? [...MIXES.keys()] : Deno.args.map(Number);
  for (const index of chosen) await runMix(MIXES[index]!);
}
