/** What `resource`, `model` and `script` have in common: showing a folder, comparing it with a selection, making it equal. */

import { Aborted, Boolean, Faulted, FileError, type Home, roleHolders, type World } from "../../runtime/mod.ts";
import { type CommandCall, type CommandSetting, PROGRAM_NAME } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { absolutePath } from "../homes.ts";
import { Progress } from "../progress.ts";
import { untilStopped } from "../until_stopped.ts";
import { type Change, changeText, holds, removals, storageDelta } from "./delta.ts";
import { listingLines } from "./listing.ts";
import { scanFolder, scanSelection, SelectionError } from "./scan.ts";
import type { StoredFolder } from "./stored.ts";
import { transfer } from "./transfer.ts";

/** Settings about how a folder is shown. */
export const LISTING_SETTINGS: readonly CommandSetting[] = [
  { name: "fullPath", wireName: "full_path", type: Boolean, help: "list with full paths" },
  { name: "recursiveListing", wireName: "recursive_listing", type: Boolean, help: "list what is in folders, too" },
  { name: "longListing", wireName: "long_listing", type: Boolean, help: "list with mode and owner" },
];

/** The setting that has changes made that are otherwise only shown. */
export const MAKE_CHANGES: CommandSetting = {
  name: "makeChanges",
  wireName: "make_changes",
  type: Boolean,
  help: "make the changes that are otherwise only shown; what the selection lacks is removed",
};

/** True when a call sets a flag. */
export function isGiven({ settings }: CommandCall, wireName: string): boolean {
  return settings.get(wireName) === true;
}

/** True when a call says how to list. */
export function isListing(call: CommandCall): boolean {
  return LISTING_SETTINGS.some(({ wireName }) => isGiven(call, wireName));
}

/** A fault when one of some roles runs, or a damaged one of which nobody knows what it is. */
export async function runningFault(
  world: World,
  home: Home,
  roles: Iterable<string>,
  cannot: string,
): Promise<Faulted | null> {
  const running = [...(await roleHolders(world, home.path, [...roles, ...home.damage.keys()])).keys()];
  if (running.length === 0) return null;
  if (running.length === 1) return new Faulted(cannot, `role "${running[0]}" is running`);
  return new Faulted(cannot, `roles "${running.join(",")}" are running`);
}

/** Does what reads or changes a folder of a home, with its failures as faults of the command. */
export async function guarded(cannot: string, action: () => Promise<unknown>): Promise<unknown> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof FileError) && !(error instanceof SelectionError)) throw error;
    return new Faulted(cannot, error.message);
  }
}

/** Writes what is in a folder. */
export async function listFolder(call: CommandCall, path: string): Promise<null> {
  const { world } = call;
  const lines = listingLines(await scanFolder(world, path, "keep"), {
    isFull: isGiven(call, "full_path"),
    isLong: isGiven(call, "long_listing"),
    isRecursive: isGiven(call, "recursive_listing"),
  });
  world.environment.writeOutput(lines.map((line) => `${line}\n`).join(""));
  return null;
}

/** Removes everything in a folder. */
export async function clearFolder(world: World, path: string): Promise<null> {
  const { entries } = await scanFolder(world, path, "keep");
  for (const entry of entries.values()) await world.files.remove(entry.path);
  return null;
}

/** The files and folders that words name, to be copied into a folder; whoever names what holds that folder is told. */
export async function selected(call: CommandCall, words: readonly string[], target: string): Promise<StoredFolder> {
  const { world } = call;
  const paths = words.map((word) => absolutePath(world, word).replace(/(?<=.)[/\\]$/, ""));
  for (const path of paths.filter((one) => holds(one, target))) {
    world.environment.writeError(`${PROGRAM_NAME}: left out "${path}", as it holds "${target}"\n`);
  }
  return await scanSelection(world, paths);
}

/** Shows what would make a folder equal to a selection, one change a line, or does it when the call says so. */
export async function bringAbout(
  call: CommandCall,
  name: string,
  source: StoredFolder,
  target: StoredFolder,
): Promise<unknown> {
  const { world } = call;
  const changes = [...storageDelta(source, target)];
  if (!isGiven(call, MAKE_CHANGES.wireName)) {
    world.environment.writeOutput(changes.map((change) => `${changeText(change)}\n`).join(""));
    return null;
  }
  if (changes.length === 0) return null;
  const value = await runRoutine(call, name, (self) =>
    untilStopped(self, async (self, signal) => {
      self.console(`File transfer (${changes.length} deltas) to ${target.path}`);
      return await makeChanges(world, changes, signal);
    }));
  const count = removals(changes);
  if (value === null && count > 0) {
    world.environment.writeError(`${PROGRAM_NAME}: removed ${count} from "${target.path}"\n`);
  }
  return value;
}

async function makeChanges(world: World, changes: readonly Change[], signal: AbortSignal): Promise<Aborted | null> {
  const progress = new Progress(world);
  try {
    const copied = (count: number, total: number) => progress.tell(`copied ${count} of ${total} files`);
    return await transfer(world, changes, { signal, copied }) ? null : new Aborted();
  } finally {
    progress.end();
  }
}
