/** `cake pack`: one archive of a home with everything that it needs elsewhere. */

import { basename, dirname } from "@std/path";
import { Aborted, Boolean, Faulted, FileError, openHome, type Routine, type World } from "../../runtime/mod.ts";
import { type Command, type CommandCall, type CommandResult, PROGRAM_NAME } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { absolutePath, damageText, givenHome } from "../homes.ts";
import { loadManifest, tellProblems } from "../manifest/manifest_file.ts";
import { MANIFEST_FILE } from "../manifest/manifest_place.ts";
import { collect, type Collection, type Wanted } from "../pack/collect.ts";
import { nameProblem } from "../pack/entry_name.ts";
import { ArchiveError } from "../pack/limits.ts";
import { writeArchive } from "../pack/write_archive.ts";
import { Progress } from "../progress.ts";
import { SelectionError } from "../storage/scan.ts";
import { isGiven, runningFault } from "../storage/storage_command.ts";
import { untilStopped } from "../until_stopped.ts";

/** How the name of an archive ends where nobody says. */
const EXTENSION = ".tar.gz";

/** Makes an archive. */
export const pack: Command = {
  name: "pack",
  usage: "[archive] [path ...]",
  summary: "Make one archive of the home with its programs, what they import, and the manifest",
  settings: [
    { name: "logs", wireName: "logs", type: Boolean, help: "with the logs of the roles", longOnly: true },
    { name: "tmp", wireName: "tmp", type: Boolean, help: "with their temporary files", longOnly: true },
    { name: "replace", wireName: "replace", type: Boolean, help: "replace an archive that is there", longOnly: true },
  ],
  forwards: false,
  examples: ["pack", "pack pool.tar.gz pages deno.json", "pack --home-path=/srv/pool/.layer-cake /tmp/pool.tar.gz"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const homePath = absolutePath(world, givenHome(call));
  const project = dirname(homePath);
  const [word = `${nameOf(project)}${EXTENSION}`, ...others] = call.words;
  const cannot = `cannot pack "${word}"`;
  try {
    const wanted = await wantedOf(call, { homePath, archive: absolutePath(world, word), others, cannot });
    if (wanted instanceof Faulted) return { value: wanted };
    return { value: await make(call, word, wanted) };
  } catch (error) {
    if (!isTold(error)) throw error;
    return { value: new Faulted(cannot, error.message) };
  }
}

function isTold(error: unknown): error is Error {
  return error instanceof ArchiveError || error instanceof SelectionError || error instanceof FileError;
}

/** The name of an archive's folder. */
function nameOf(folder: string): string {
  const name = basename(folder);
  return nameProblem(name) === null ? name : "home";
}

interface Given {
  readonly homePath: string;
  readonly archive: string;
  readonly others: readonly string[];
  /** How faults of the command begin. */
  readonly cannot: string;
}

/** What is to be packed, or a fault that says why it can't be. */
async function wantedOf(call: CommandCall, given: Given): Promise<Wanted | Faulted> {
  const { world } = call;
  const { homePath, archive, others, cannot } = given;
  const before = await world.files.info(archive);
  if (before !== null && (before.kind !== "file" || !isGiven(call, "replace"))) {
    return new Faulted(cannot, before.kind === "file" ? "existing file, see --replace" : `existing ${before.kind}`);
  }
  const programs = await manifestPrograms(world, homePath, cannot);
  if (programs instanceof Faulted) return programs;
  const home = await openHome(world, homePath, { group: true, subRoles: true });
  if (home === null && programs === null) {
    return new Faulted(cannot, `no home at "${homePath}", and no ${MANIFEST_FILE} beside it`);
  }
  if (home !== null) {
    const damage = damageText(home);
    if (damage !== null) return new Faulted(cannot, damage);
    const running = await runningFault(world, home, home.roles.keys(), cannot);
    if (running !== null) return running;
  }
  const extras = { logs: isGiven(call, "logs"), temporary: isGiven(call, "tmp") };
  const paths = others.map((path) => absolutePath(world, path).replace(/(?<=.)[/\\]$/, ""));
  return { homePath, home, programs: home === null ? programs ?? [] : [], others: paths, archive, extras };
}

/** What a manifest beside the home names, or null for none; a fault for one that can't be used. */
async function manifestPrograms(world: World, homePath: string, cannot: string): Promise<string[] | Faulted | null> {
  const path = absolutePath(world, `${dirname(homePath)}/${MANIFEST_FILE}`);
  if (await world.files.info(path) === null) return null;
  const loaded = await loadManifest(world, path);
  if (loaded instanceof Faulted) return new Faulted(cannot, loaded.explanation ?? loaded.condition);
  if ("problems" in loaded) return tellProblems(world, { ...loaded, name: MANIFEST_FILE });
  return [...loaded.executables.values()];
}

async function make(call: CommandCall, word: string, wanted: Wanted): Promise<unknown> {
  const { world } = call;
  const collection = await collect(world, wanted);
  const { environment } = world;
  for (const note of collection.notes) environment.writeError(`${PROGRAM_NAME}: ${note}\n`);
  const size = await runRoutine(call, "pack", (self) => written(self, world, wanted, collection));
  if (typeof size !== "number") return size;
  const count = collection.entries.filter(({ kind }) => kind !== "folder").length;
  environment.writeOutput(`${word}: ${count} ${count === 1 ? "file" : "files"}, ${size} bytes\n`);
  return null;
}

/** Writes the archive, and returns its bytes; what is wrong with it is a fault. */
function written(self: Routine, world: World, { archive }: Wanted, collection: Collection): Promise<unknown> {
  const { root, home, entries } = collection;
  const progress = new Progress(world);
  return untilStopped(self, async (_self, signal) => {
    try {
      const done = (count: number) => progress.tell(`packed ${count} of ${entries.length}`);
      const content = { name: nameOf(root), label: { home }, entries };
      return await writeArchive(world, archive, content, { signal, done }) ?? new Aborted();
    } catch (error) {
      if (!isTold(error)) throw error;
      return new Faulted(`cannot pack "${archive}"`, error.message);
    } finally {
      progress.end();
    }
  });
}
