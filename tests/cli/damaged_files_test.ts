/** Manifests and homes that are not what they should be: a message, an exit status, and nothing is lost. */

import { assert, assertEquals } from "@std/assert";
import { ROLE_FAILED_STATUS } from "../../cli/exit_codes.ts";
import { readManifest } from "../../cli/manifest/manifest.ts";
import type { Disk } from "../../runtime/simulation/disk.ts";
import { SeededRandom } from "../../runtime/simulation/prng.ts";
import { filesBelow } from "../helpers/cut_files.ts";
import { damaged } from "../helpers/damage.ts";
import { HOME, PROJECT, PYTHON_SERVER, type SimulatedCake, simulatedCake } from "../helpers/simulated_cake.ts";
import { unexplained } from "../helpers/explained.ts";

const MANIFESTS = 7000;
const HOMES = 3000;

const EXAMPLE = await Deno.readTextFile(new URL("../demo/cake.yaml", import.meta.url));
const SMALL = `main_role: web
retry: { first_steps: [1, 2.5], step_limit: 3 }
directory_at_host: 127.0.0.1:54195
x-common: &common { name: "you", port: 5050 }
roles:
  web: { executable: server, settings: *common }
  worker: { executable: ./idle, count: 4, start: 1 }
`;

Deno.test("7000 manifests that are almost right are read, or refused with a place and a message", () => {
  const random = new SeededRandom("manifests");
  let read = 0;
  for (let i = 0; i < MANIFESTS; i++) {
    const text = damaged(random, i % 50 === 0 ? EXAMPLE : SMALL);
    const { manifest, problems } = readManifest(text);
    if (manifest !== null) read++;
    else assert(problems.length > 0, text);
    for (const { at, message } of problems) {
      assert(at.line >= 1 && at.column >= 1 && at.line <= text.split("\n").length + 1, `${i}: ${at.line}:${at.column}`);
      assert(message.length > 0 && message.length < 1000 && !message.includes("\n"), `${i}: ${message}`);
    }
  }
  // Some of both, so that neither side goes untested.
  assert(read > MANIFESTS / 20 && read < MANIFESTS * 19 / 20, String(read));
});

/** Commands that a damaged home gets. */
const COMMANDS: readonly (readonly string[])[] = [
  ["list", "--long-listing", "--group-role", "--sub-roles"],
  ["list", "--json"],
  ["status"],
  ["history", "web"],
  ["returned", "web", "--timeout=1.0"],
  ["log", "web", "--back=1h"],
  ["add", "/bin/server", "other"],
  ["update", "web", "--name=two"],
  ["delete", "web"],
  ["delete", "--all-roles"],
  ["destroy"],
  ["run", "web"],
  ["run"],
  ["start"],
  ["stop"],
  ["resource", "server", "pages", "--make-changes"],
  ["model", "web", "pages", "--make-changes"],
  ["script"],
  ["create"],
  ["edit", "web"],
  ["doctor"],
  ["doctor", "--json"],
  ["add", PYTHON_SERVER, "many", "--role-count=2"],
];

/** What a run writes, whatever becomes of it. */
const WRITTEN_BY_RUNS = /\/lock\/|\/logs\/|start_stop\.json$|\/tmp\//;

function contents(disk: Disk): Map<string, string> {
  return new Map([...filesBelow(disk, PROJECT)].map((path) => [path, disk.readText(path)]));
}

async function home(): Promise<{ readonly bench: SimulatedCake; readonly files: ReadonlyMap<string, string> }> {
  const bench = simulatedCake();
  bench.host.disk.makeFolder(`${PROJECT}/pages`, 0);
  bench.host.disk.writeText(`${PROJECT}/pages/one`, "1", 0);
  bench.host.disk.writeText(
    `${PROJECT}/cake.yaml`,
    "roles: { web: { executable: server, settings: { name: one } } }\n",
    0,
  );
  await bench.cake("run");
  await bench.cake("update", "group", "--stop-on-exit");
  bench.host.disk.writeText(`${HOME}/role/web/model/data`, "precious", 0);
  return { bench, files: contents(bench.host.disk) };
}

/** Puts every file back. */
function restore({ disk }: SimulatedCake["host"], files: ReadonlyMap<string, string>): void {
  disk.remove(PROJECT);
  for (const [path, text] of files) {
    disk.makeFolder(`${path}/..`, 0);
    disk.writeText(path, text, 0);
  }
}

/** Damages a file; now and then it is gone, or something else has its name or that of its folder. Returns what it is now. */
function spoil(random: SeededRandom, disk: Disk, path: string): string {
  const kind = random.integer(12);
  if (kind === 0) {
    disk.remove(path);
    return "(gone)";
  }
  if (kind === 1) {
    disk.remove(path);
    disk.makeFolder(`${path}/deep`, 0);
    return "(a folder)";
  }
  if (kind === 2 && path.startsWith(`${HOME}/role/`)) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    disk.remove(folder);
    disk.writeText(folder, "", 0);
    return "(a file in place of its folder)";
  }
  const text = damaged(random, disk.readText(path));
  disk.writeText(path, text, 0);
  return text;
}

Deno.test("3000 homes with a file that is almost right: each command says what is wrong, and what fails destroys nothing", async () => {
  const random = new SeededRandom("homes");
  const { bench, files } = await home();
  const { disk } = bench.host;
  // The manifest is there to be damaged, too.
  const names = [...files.keys()].filter((path) => path.endsWith(".json") || path.endsWith(".yaml"));
  let failures = 0;
  for (let i = 0; i < HOMES; i++) {
    restore(bench.host, files);
    const path = names[random.integer(names.length)]!;
    const text = spoil(random, disk, path);
    const before = contents(disk);
    const command = COMMANDS[random.integer(COMMANDS.length)]!;
    const [out, error, status] = await bench.cake(...command);
    const label = `${i}: ${command.join(" ")} with ${path}:\n${text}\n${out}${error}`;
    assertEquals(unexplained(error, status, out), [], label);
    // A role that failed is no failure of the command: it did what it was told.
    if (status === 0 || status === ROLE_FAILED_STATUS) continue;
    failures++;
    const after = contents(disk);
    for (const [file, content] of before) {
      if (!WRITTEN_BY_RUNS.test(file)) assertEquals(after.get(file), content, `${label}\n${file}`);
    }
  }
  assert(failures > HOMES / 10 && failures < HOMES * 9 / 10, String(failures));
});
