/**
 * Commands that are cut off at each of their writes, or told that it failed: afterwards the home can be read by cake and by
 * the original, and nothing of it is lost.
 */

import { assert, assertEquals } from "@std/assert";
import type { World } from "../../runtime/mod.ts";
import { FileMishaps, type Mishap } from "../helpers/cut_files.ts";
import { homeProblems } from "../helpers/home_format.ts";
import { HOME, PROJECT, PYTHON_SERVER, type SimulatedCake, simulatedCake } from "../helpers/simulated_cake.ts";

/** A command to be spoilt. */
interface Scenario {
  readonly command: readonly string[];
  /** Command lines that come before it. */
  readonly before?: readonly (readonly string[])[];
  /** Files that come before all, by path in the project. */
  readonly files?: Readonly<Record<string, string>>;
  /** What is changed between those and the command. */
  readonly then?: (bench: SimulatedCake) => void;
  /** Interrupts it after so many milliseconds of virtual time. */
  readonly interruptAfter?: number;
  /** Paths in the project that are there in the end, whatever happens. */
  readonly kept?: readonly string[];
  /** A folder in the project that is a copy of it, or not there. */
  readonly whole?: string;
}

const ROLES = [["create"], ["add", "/bin/server", "web", "--name=one"], [
  "add",
  "/bin/idle",
  "w",
  "--role-count=2",
]] as const;
const MANIFEST =
  "roles:\n  web: { executable: server, settings: { name: one } }\n  w: { executable: server, count: 2 }\n";
const NEXT_MANIFEST = "main_role: web\nroles:\n  web: { executable: server, settings: { name: two } }\n" +
  "  x: { executable: server }\n  w: { executable: server, count: 1, settings: { port: 5 } }\n";
const MODEL = ".layer-cake/role/web/model";

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  create: { command: ["create", "--main-role=web", "--stop-on-exit"] },
  add: { before: ROLES, command: ["add", "/bin/server", "other", "--name=x"], kept: [".layer-cake/role/web"] },
  "add several": { before: ROLES, command: ["add", "/bin/server", "other", "--role-count=3"] },
  "add several of a module": { before: ROLES, command: ["add", PYTHON_SERVER, "other", "--role-count=3"] },
  doctor: { before: ROLES, command: ["doctor"], kept: [".layer-cake/role/web"] },
  update: { before: ROLES, command: ["update", "web", "--name=two"], kept: [".layer-cake/role/web/settings.json"] },
  "update several": {
    before: [["create"], ["add", "/bin/server", "web"], ["add", "/bin/server", "x"]],
    command: ["update", "web", "x", "--name=two"],
  },
  "update the group": { before: ROLES, command: ["update", "group", "--stop-on-exit", "--main-role=web"] },
  edit: {
    before: ROLES,
    then: ({ host }) => {
      host.disk.writeText("/bin/vi", "", 0);
      host.disk.setMode("/bin/vi", 0o755);
      host.install("/bin/vi", async (world: World) => {
        const [file] = world.processes.self.arguments as [string];
        await world.files.writeTextAtomic(file, '{"value": [["name", ["unicode", "edited", []]]]}');
        world.processes.exit(0);
      });
    },
    command: ["edit", "web"],
  },
  delete: { before: ROLES, command: ["delete", "w-", "web"], kept: [".layer-cake/role/group"] },
  destroy: { before: ROLES, command: ["destroy"] },
  run: { before: ROLES, command: ["run", "web"] },
  "run that is interrupted": { before: ROLES, command: ["run"], interruptAfter: 2000 },
  "run with logs": { before: ROLES, command: ["run", "web", "--keep-logs"] },
  start: { before: ROLES, command: ["start", "web"] },
  "run of a new manifest": { files: { "cake.yaml": MANIFEST }, command: ["run"], kept: ["cake.yaml"] },
  "run of a changed manifest": {
    files: { "cake.yaml": MANIFEST },
    before: [["run"]],
    then: ({ host }) => host.disk.writeText(`${PROJECT}/cake.yaml`, NEXT_MANIFEST, 0),
    command: ["run"],
  },
  resource: {
    before: ROLES,
    files: { "pages/one": "1", "pages/deep/two": "2" },
    command: ["resource", "server", "pages", "--make-changes"],
    kept: ["pages/one", "pages/deep/two"],
  },
  model: {
    before: ROLES,
    files: { "pages/one": "1", "pages/deep/two": "2" },
    then: ({ host }) => {
      for (const name of ["gone", "pages"]) host.disk.writeText(`${PROJECT}/${MODEL}/${name}`, name, 0);
    },
    command: ["model", "web", "pages", "--make-changes"],
    kept: ["pages/one"],
  },
  "model that gets the latest": {
    before: ROLES,
    then: ({ host }) => host.disk.writeText(`${PROJECT}/${MODEL}/data`, "precious", 0),
    command: ["model", "web", "--get-latest=backup", "--make-changes"],
    kept: [`${MODEL}/data`],
  },
  script: {
    files: { "lib/a.py": "", "lib/b.py": "" },
    before: ROLES,
    then: ({ host }) => {
      const record = `${HOME}/role/web/executable_file.json`;
      host.disk.writeText(record, `{"value": "${PROJECT}/lib/a.py"}`, 0);
    },
    command: ["script", "--make-changes"],
    kept: ["lib/a.py"],
  },
  pack: {
    before: ROLES,
    files: { "pages/one": "1" },
    command: ["pack", "pool.tar.gz", "pages"],
    kept: [".layer-cake/role/web/settings.json", "pages/one"],
  },
  "pack in place of an archive": {
    before: [...ROLES, ["pack", "pool.tar.gz"]],
    command: ["pack", "pool.tar.gz", "--replace"],
    kept: ["pool.tar.gz"],
  },
  unpack: {
    before: [["create"], ["add", "/bin/server", "web"], ["pack", "pool.tar.gz"]],
    command: ["unpack", "pool.tar.gz", "copy"],
    whole: "copy",
    kept: ["pool.tar.gz", ".layer-cake/role/web"],
  },
  "unpack in place of a home": {
    before: [["create"], ["add", "/bin/server", "web"], ["pack", "pool.tar.gz"], ["unpack", "pool.tar.gz", "copy"]],
    command: ["unpack", "pool.tar.gz", "copy", "--replace"],
    whole: "copy",
    kept: ["pool.tar.gz", ".layer-cake/role/web"],
  },
};

/** Files of a folder that is there as a whole or not at all. */
const WHOLE = ["cake.yaml", ".layer-cake/role/web/settings.json", ".layer-cake/role/group/unique_id.json"];

/** Runs a scenario, with one of its operations spoilt, and says how it ended. */
async function perform(scenario: Scenario, mishaps: FileMishaps): Promise<[SimulatedCake, string, number | null]> {
  let isSpoiling = false;
  const bench = simulatedCake({ world: (world) => isSpoiling ? mishaps.world(world) : world });
  const { host, cake, start, simulation } = bench;
  for (const [path, text] of Object.entries(scenario.files ?? {})) {
    host.disk.makeFolder(`${PROJECT}/${path}/..`, 0);
    host.disk.writeText(`${PROJECT}/${path}`, text, 0);
  }
  for (const argv of scenario.before ?? []) await cake(...argv);
  scenario.then?.(bench);
  isSpoiling = true;
  mishaps.disk = host.disk;
  mishaps.powerOff = () => host.powerOff();
  const process = start(...scenario.command);
  if (scenario.interruptAfter !== undefined) {
    await simulation.runFor(scenario.interruptAfter);
    if (process.isAlive) process.signal("SIGINT");
  }
  await simulation.runUntil(() => !process.isAlive);
  // What it started in the background has its turn.
  await simulation.runFor(30_000);
  isSpoiling = false;
  if (!host.isUp) host.powerOn();
  return [bench, process.errors.join(""), process.exitStatus];
}

async function checkHome(bench: SimulatedCake, scenario: Scenario, label: string): Promise<void> {
  const { disk } = bench.host;
  assertEquals(homeProblems(disk, HOME), [], label);
  if (scenario.whole !== undefined && disk.info(`${PROJECT}/${scenario.whole}`) !== null) {
    const copy = `${PROJECT}/${scenario.whole}`;
    assertEquals(homeProblems(disk, `${copy}/.layer-cake`), [], label);
    for (const path of WHOLE) {
      assertEquals(disk.info(`${copy}/${path}`)?.size, disk.info(`${PROJECT}/${path}`)?.size, `${label}: ${path}`);
    }
  }
  for (const path of scenario.kept ?? []) assert(disk.info(`${PROJECT}/${path}`) !== null, `${label}: ${path} is gone`);
  const [, error, status] = await bench.cake("list", "--group-role", "--sub-roles");
  if (disk.info(`${HOME}/role`) !== null) assertEquals([error, status], ["", 0], label);
  else assert(error.includes("does not exist"), `${label}: ${error}`);
}

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(`a home survives whatever becomes of a write of cake ${name}`, async () => {
    const whole = new FileMishaps();
    await perform(scenario, whole);
    assert(whole.count > 0, "nothing was written");
    for (const mishap of ["cut", "half", "failure"] satisfies Mishap[]) {
      for (let at = 0; at < whole.count; at++) {
        const mishaps = new FileMishaps(at, mishap);
        const [bench, error, status] = await perform(scenario, mishaps);
        const label = `${mishap} at ${at}: ${mishaps.spoilt}`;
        if (mishap === "failure") assert(isClean(error) && status !== null, `${label}: ${status} ${error}`);
        await checkHome(bench, scenario, label);
      }
    }
  });
}

/** Lines of cake or of a file, and no stack. */
function isClean(error: string): boolean {
  return error.split("\n").every((line) => line === "" || /^(?:cake|server|idle|cake\.yaml:\d+:\d+): /.test(line));
}
