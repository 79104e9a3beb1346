/**
 * Checks the transport live against the original, in both directions, in clear and encrypted:
 *
 *     PYTHONPATH=<original>/src deno run -A scripts/live.ts [--seconds 600] [--python /usr/bin/python3] [check ...]
 *
 * Checks: `blocks` (50 MB in pieces), `addresses` (passed over three processes of mixed languages), `stay` (a connection
 * with keep-alive and nothing else, for so many seconds). Prints a line of JSON for each case, and fails if one failed.
 */
// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { LineReader } from "./line_reader.ts";

type Make = "cake" | "original";

const MAKES: readonly Make[] = ["cake", "original"];
const ROOT = decodeURIComponent(new URL("../", import.meta.url).pathname);
const IMPORT_MAP = Deno.env.get("CAKE_IMPORT_MAP") ?? `${ROOT}scripts/imports.npm.json`;

/** What a peer told. */
type Event = Record<string, unknown>;

/** A process that tells events. */
class Peer {
  readonly #child: Deno.ChildProcess;
  readonly #lines: LineReader;
  readonly #told: Event[] = [];

  constructor(command: readonly string[], cwd: string) {
    const [program, ...args] = command as [string, ...string[]];
    this.#child = new Deno.Command(program, { args, cwd, stdin: "null", stdout: "piped", stderr: "inherit" }).spawn();
    this.#lines = new LineReader(this.#child.stdout);
  }

  /** The next event, or null at the end. */
  async next(): Promise<Event | null> {
    for (let line = await this.#lines.next(); line !== null; line = await this.#lines.next()) {
      if (!line.startsWith("{")) continue;
      const event = JSON.parse(line) as Event;
      this.#told.push(event);
      return event;
    }
    return null;
  }

  /** The port that it listens at. */
  async port(): Promise<number> {
    for (let event = await this.next(); event !== null; event = await this.next()) {
      if (typeof event["port"] === "number") return event["port"];
    }
    throw new Error("A peer ended before it listened");
  }

  async end(): Promise<void> {
    try {
      this.#child.kill("SIGINT");
    } catch {
      // It has ended already.
    }
    while (await this.next() !== null);
    await this.#child.status;
  }
}

/** Starts peers, and ends them. */
class Company {
  readonly #python: string;
  readonly #folder: string;
  readonly #peers: Peer[] = [];

  constructor(python: string, folder: string) {
    this.#python = python;
    this.#folder = folder;
  }

  start(make: Make, part: string, encrypted: boolean, settings: Record<string, number> = {}): Peer {
    const files = `${ROOT}scripts/live/peer`;
    const program = make === "original" ? [this.#python, `${files}.py`] : [
      Deno.execPath(),
      ...["run", "-A", "--quiet", "--no-lock", "--config", `${ROOT}deno.json`, "--import-map", IMPORT_MAP],
      `${files}.ts`,
    ];
    const named = { encrypted: encrypted ? 1 : 0, ...settings };
    const flags = Object.entries(named).map(([name, value]) => `--${name}=${value}`);
    const peer = new Peer([...program, `--part=${part}`, ...flags], this.#folder);
    this.#peers.push(peer);
    return peer;
  }

  async end(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.end()));
  }
}

/** One case of a check. */
interface Case {
  readonly name: string;
  run(company: Company): Promise<Event | null>;
}

function pairs(check: string, settings: Record<string, number> = {}): Case[] {
  return [false, true].flatMap((encrypted) =>
    ([["cake", "original"], ["original", "cake"]] as const).map(([from, to]): Case => ({
      name: `${check} ${from} to ${to}${encrypted ? ", encrypted" : ""}`,
      async run(company) {
        const port = await company.start(to, "serve", encrypted).port();
        return await company.start(from, check, encrypted, { port, ...settings }).next();
      },
    }))
  );
}

function chains(): Case[] {
  const chosen = [false, true].flatMap((encrypted) =>
    MAKES.flatMap((near) => MAKES.flatMap((middle) => MAKES.map((far) => ({ encrypted, near, middle, far }))))
  );
  return chosen.filter(({ near, middle, far }) => near !== middle || middle !== far).map((
    { encrypted, near, middle, far },
  ) => ({
    name: `addresses ${near} to ${middle} to ${far}${encrypted ? ", encrypted" : ""}`,
    async run(company) {
      const farPort = await company.start(far, "serve", encrypted).port();
      const port = await company.start(middle, "middle", encrypted, { port: farPort }).port();
      return await company.start(near, "near", encrypted, { port }).next();
    },
  }));
}

async function runCase({ name, run }: Case, python: string): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "cake-live-" });
  const company = new Company(python, folder);
  let result: Event | null;
  try {
    result = await run(company);
  } catch (error) {
    result = { ok: false, error: `${error}` };
  }
  await company.end();
  await Deno.remove(folder, { recursive: true });
  console.log(JSON.stringify({ case: name, ...result ?? { ok: false, error: "a peer ended" } }));
  return result?.["ok"] === true;
}

async function main(): Promise<number> {
  const options = parseArgs(Deno.args, { string: ["python", "seconds"], default: { python: "/usr/bin/python3" } });
  const seconds = Number(options.seconds ?? 600);
  const checks = options._.length > 0 ? options._.map(String) : ["blocks", "addresses", "stay"];
  const results: boolean[] = [];
  if (checks.includes("blocks")) {
    for (const one of pairs("blocks")) {
      results.push(await runCase(one, options.python));
    }
  }
  if (checks.includes("addresses")) { for (const one of chains()) results.push(await runCase(one, options.python)); }
  if (checks.includes("stay")) {
    // They only wait: all at once.
    results.push(...await Promise.all(pairs("stay", { seconds }).map((one) => runCase(one, options.python))));
  }
  return results.every(Boolean) && results.length > 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
