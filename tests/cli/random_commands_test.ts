/** A thousand command lines that nobody wrote: whatever they say, cake answers in words and with a documented status. */

import { assertEquals } from "@std/assert";
import { COMMANDS } from "../../cli/mod.ts";
import { STANDARD_ARGUMENTS } from "../../runtime/mod.ts";
import type { SimulatedProcess } from "../../runtime/simulation/mod.ts";
import { SeededRandom } from "../../runtime/simulation/prng.ts";
import { piece } from "../helpers/damage.ts";
import { unexplained } from "../helpers/explained.ts";
import { HOME, PROJECT, type SimulatedCake, simulatedCake } from "../helpers/simulated_cake.ts";

const COMMAND_LINES = 1000;

/** How long a command may go on until it is interrupted. */
const PATIENCE_MS = 5000;
/** How long it may then take to end. */
const GRACE_MS = 60_000;

const WORDS = [
  "web",
  "w-0",
  "w-",
  "group",
  "nosuch",
  ".*",
  "[",
  "other",
  "/bin/server",
  "idle",
  ".",
  "pages",
  "cake.yaml",
  "bash",
  "project.tar.gz",
];
const VALUES = [
  "",
  "true",
  "false",
  "0",
  "1",
  "-1",
  "5",
  "1.5",
  "x",
  "RUN",
  "START",
  "HOST",
  "TRACE",
  "1h",
  "HOUR",
  "web",
  ".layer-cake",
];
const JSONS = [
  '{"host": "127.0.0.1", "port": 5051}',
  '{"first_steps": [1.0]}',
  "[1]",
  "null",
  '"x"',
  "2026-01-01T00:00:00",
];

function any<T>(random: SeededRandom, list: readonly T[]): T {
  return list[random.integer(list.length)]!;
}

function value(random: SeededRandom): string {
  const kind = random.integer(4);
  return kind === 0 ? piece(random) : kind === 1 ? any(random, JSONS) : any(random, VALUES);
}

/** A name of an argument: mostly one of the command's own. */
function argumentName(random: SeededRandom, own: readonly string[]): string {
  const kind = random.integer(8);
  if (kind === 0) return any(random, STANDARD_ARGUMENTS).wireName;
  if (kind === 1 || own.length === 0) return any(random, ["name", "colour", "json", "x", "", piece(random)]);
  return any(random, own);
}

function commandLine(random: SeededRandom): string[] {
  const command = any(random, COMMANDS);
  const own = command.settings.map(({ wireName }) => wireName);
  const argv: string[] = random.chance(0.95) ? [random.chance(0.05) ? command.name.slice(1) : command.name] : [];
  for (let left = random.integer(5); left > 0; left--) {
    if (random.chance(0.4)) argv.push(random.chance(0.9) ? any(random, WORDS) : piece(random));
    else {
      const name = argumentName(random, own);
      const dashes = random.chance(0.1) ? "-" : "--";
      argv.push(
        `${dashes}${random.chance(0.5) ? name.replaceAll("_", "-") : name}${
          random.chance(0.6) ? `=${value(random)}` : ""
        }`,
      );
    }
  }
  return argv;
}

async function prepared(seed: number): Promise<SimulatedCake> {
  const bench = simulatedCake({ seed });
  const { disk } = bench.host;
  disk.makeFolder(`${PROJECT}/pages`, 0);
  disk.writeText(`${PROJECT}/pages/one`, "1", 0);
  await bench.cake("create");
  await bench.cake("add", "/bin/server", "web", "--name=one");
  await bench.cake("add", "/bin/idle", "w", "--role-count=2");
  return bench;
}

/** Runs a command line; one that goes on is interrupted, once and then again. */
async function perform(bench: SimulatedCake, argv: readonly string[]): Promise<SimulatedProcess> {
  const { start, simulation, host } = bench;
  const process = start(...argv);
  await simulation.runFor(PATIENCE_MS);
  if (process.isAlive) process.signal("SIGINT");
  await simulation.runUntil(() => !process.isAlive, GRACE_MS);
  // What was started in the background goes with it.
  for (const left of host.processes) left.crash();
  return process;
}

Deno.test("1000 random command lines end with a message and a documented status", async () => {
  const random = new SeededRandom("command lines");
  let bench = await prepared(0);
  for (let i = 0; i < COMMAND_LINES; i++) {
    // A fresh home now and then, as some of them take it away.
    if (i % 20 === 0 || bench.host.disk.info(`${HOME}/role/web`) === null) bench = await prepared(i);
    const argv = commandLine(random);
    const { errors, output, exitStatus } = await perform(bench, argv);
    // What exec runs has streams of its own here.
    const said = unexplained(errors.join(""), exitStatus, argv[0] === "exec" ? "its own" : output.join(""));
    assertEquals(said, [], `${i}: ${JSON.stringify(argv)}\n${errors.join("")}`);
  }
});
