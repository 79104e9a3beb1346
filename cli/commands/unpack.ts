/** `cake unpack`: restores what `cake pack` made. */

import { basename, dirname, join } from "@std/path";
import {
  Aborted,
  Boolean,
  DEFAULT_HOME,
  Faulted,
  FileError,
  roleNames,
  runningRoles,
  type World,
} from "../../runtime/mod.ts";
import { type Command, type CommandCall, type CommandResult, PROGRAM_NAME } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { absolutePath } from "../homes.ts";
import { ArchiveError } from "../pack/limits.ts";
import { restore, type Restored } from "../pack/restore.ts";
import { Progress } from "../progress.ts";
import { holds } from "../storage/delta.ts";
import { isGiven } from "../storage/storage_command.ts";
import { untilStopped } from "../until_stopped.ts";

/** Restores an archive. */
export const unpack: Command = {
  name: "unpack",
  usage: "<archive> [folder]",
  summary: "Restore an archive that pack made: all of it, or nothing where something is wrong with it",
  settings: [
    {
      name: "replace",
      wireName: "replace",
      type: Boolean,
      help: "take the place of a folder that is there; it is kept under another name",
      longOnly: true,
    },
  ],
  forwards: false,
  examples: ["unpack pool.tar.gz", "unpack pool.tar.gz /srv/pool", "unpack pool.tar.gz /srv/pool --replace"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const [word, given] = call.words;
  if (word === undefined) return { value: new Faulted("cannot unpack", "no archive specified") };
  const cannot = `cannot unpack "${word}"`;
  const archive = absolutePath(world, word);
  const folder = absolutePath(world, given ?? basename(archive).replace(/(?:\.tar\.gz|\.tgz|\.gz|\.[^.]*)$/, ""))
    .replace(/(?<=.)[/\\]$/, "");
  try {
    const refused = await refusal(call, archive, folder);
    if (refused !== null) return { value: new Faulted(cannot, refused) };
    return {
      value: await runRoutine(
        call,
        "unpack",
        (self) =>
          untilStopped(self, async (_self, signal) => await unpackInto(call, { archive, folder, cannot, signal })),
      ),
    };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { value: new Faulted(cannot, error.message) };
  }
}

/** What is in the way of a folder before anything is read, or null. */
async function refusal(call: CommandCall, archive: string, folder: string): Promise<string | null> {
  const { world } = call;
  const { files } = world;
  const kind = (await files.info(await files.realPath(archive) ?? archive))?.kind;
  if (kind !== "file") return kind === undefined ? "does not exist" : "not a file";
  const parent = dirname(folder);
  if (parent === folder || holds(folder, files.currentFolder())) {
    return `"${folder}" holds the current folder: name another one`;
  }
  if ((await files.info(await files.realPath(parent) ?? parent))?.kind !== "folder") {
    return `"${parent}" is not a folder`;
  }
  const info = await files.info(folder);
  if (info === null) return null;
  if (info.kind !== "folder") return `existing ${info.kind} "${folder}"`;
  return isGiven(call, "replace") ? null : `existing folder "${folder}", see --replace`;
}

interface Unpacking {
  readonly archive: string;
  readonly folder: string;
  /** How faults of the command begin. */
  readonly cannot: string;
  readonly signal: AbortSignal;
}

async function unpackInto(call: CommandCall, { archive, folder, cannot, signal }: Unpacking): Promise<unknown> {
  const { world } = call;
  const { files, random, environment } = world;
  const mark = random.uuid().slice(0, 8);
  const draft = join(dirname(folder), `.${basename(folder)}.${mark}.tmp`);
  const progress = new Progress(world);
  try {
    const done = (count: number) => progress.tell(`unpacked ${count} files`);
    const restored = await restore(world, archive, { draft, folder }, { signal, done });
    if (restored === null) return new Aborted();
    const running = await runningText(world, [join(folder, DEFAULT_HOME), join(folder, restored.home)]);
    if (running !== null) return new Faulted(cannot, running);
    const kept = await putInPlace(world, { draft, folder, mark });
    progress.end();
    if (kept !== null) environment.writeError(`${PROGRAM_NAME}: kept what was there as "${kept}"\n`);
    environment.writeOutput(summary(folder, restored));
    return null;
  } catch (error) {
    if (!(error instanceof ArchiveError) && !(error instanceof FileError)) throw error;
    return new Faulted(cannot, error.message);
  } finally {
    progress.end();
    await files.remove(draft);
  }
}

function summary(folder: string, { home, files }: Restored): string {
  const at = home.includes("/") ? `, the home in "${dirname(join(folder, home))}"` : "";
  return `${folder}: ${files} ${files === 1 ? "file" : "files"}${at}\n`;
}

async function runningText(world: World, homes: readonly string[]): Promise<string | null> {
  for (const home of homes) {
    const names = await roleNames(world, home);
    const running = names === null ? [] : await runningRoles(world, home, names);
    if (running.length > 0) return `running roles "${running.join(",")}"`;
  }
  return null;
}

/** Gives the draft its name; what had it is kept under another one, which is returned. */
async function putInPlace(
  { files }: World,
  { draft, folder, mark }: { readonly draft: string; readonly folder: string; readonly mark: string },
): Promise<string | null> {
  if (await files.info(folder) === null) {
    await files.rename(draft, folder);
    return null;
  }
  const kept = `${folder}.before-${mark}`;
  await files.rename(folder, kept);
  try {
    await files.rename(draft, folder);
  } catch (error) {
    await files.rename(kept, folder);
    throw error;
  }
  return kept;
}
