/** `cake script`: copies of the modules that roles run, kept in the home. */

import { basename, dirname, join } from "@std/path";
import { Boolean, executableKind, Faulted, type Home, openHome, type World } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, givenHome } from "../homes.ts";
import { holds } from "../storage/delta.ts";
import { scanFolder, scanSelection } from "../storage/scan.ts";
import {
  bringAbout,
  clearFolder,
  guarded,
  isGiven,
  isListing,
  listFolder,
  LISTING_SETTINGS,
  MAKE_CHANGES,
  runningFault,
} from "../storage/storage_command.ts";

/** Width of the column of names. */
const NAME_WIDTH = 24;

/** Lists and changes the copies of modules. */
export const script: Command = {
  name: "script",
  usage: "",
  summary: "Show what would make the home's copies of the modules that its roles run equal to the originals",
  settings: [
    ...LISTING_SETTINGS,
    { name: "listScripts", wireName: "list_scripts", type: Boolean, help: "list the copies" },
    { name: "listExecutables", wireName: "list_executables", type: Boolean, help: "list what each role runs" },
    { name: "listPaths", wireName: "list_paths", type: Boolean, help: "list the folders that modules come from" },
    MAKE_CHANGES,
    { name: "clearAll", wireName: "clear_all", type: Boolean, help: "remove the copies: the originals run again" },
  ],
  forwards: false,
  examples: ["script", "script --make-changes", "script --list-scripts", "script --clear-all"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const path = absolutePath(world, givenHome(call));
  const cannot = `cannot script "${path}"`;
  const home = await openHome(world, path, { group: true, subRoles: true });
  if (home === null) {
    return { value: new Faulted(cannot, "does not exist or contains unexpected/incomplete materials") };
  }
  if (isGiven(call, "clear_all") || isGiven(call, MAKE_CHANGES.wireName)) {
    const running = await runningFault(world, home, home.roles.keys(), cannot);
    if (running !== null) return { value: running };
  }
  return { value: await guarded(cannot, () => act(call, cannot, home)) };
}

async function act(call: CommandCall, cannot: string, home: Home): Promise<unknown> {
  const { world } = call;
  const folders = moduleFolders(home);
  if (folders.length === 0) return new Faulted(cannot, "no scripts in use");
  const target = join(home.path, "script");
  if (isGiven(call, "list_scripts")) return await listFolder(call, target);
  if (isGiven(call, "list_executables")) return print(world, executableLines(home));
  if (isGiven(call, "list_paths")) return print(world, folders);
  if (isListing(call)) return new Faulted(cannot, "inappropriate argument(s)");
  if (isGiven(call, "clear_all")) return await clearFolder(world, target);
  const source = await scanSelection(world, await modulesIn(world, folders, target));
  return await bringAbout(call, "script", source, await scanFolder(world, target, "keep"));
}

/** The folders of the modules that roles run; programs stay where they are. */
function moduleFolders(home: Home): string[] {
  const files = [...home.roles.values()].map(({ records }) => records.executableFile);
  return [...new Set(files.filter((file) => executableKind(file) !== "program").map((file) => dirname(file)))].sort();
}

/** Everything in these folders but the home and what the interpreter of Python keeps; of its package marks, the first. */
async function modulesIn(world: World, folders: readonly string[], target: string): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of folders) {
    for (const name of await world.files.list(folder)) {
      const isMark = name === "__init__.py";
      if (isMark && paths.some((path) => basename(path) === name)) continue;
      const isPythons = name.startsWith("__") && name.endsWith("__") && !isMark;
      if (!isPythons && !holds(join(folder, name), target)) paths.push(join(folder, name));
    }
  }
  return paths;
}

function executableLines({ roles }: Home): string[] {
  return [...roles].map(([name, { records }]) => `${name.padEnd(NAME_WIDTH)} ${records.executableFile}`);
}

function print(world: World, lines: readonly string[]): null {
  world.environment.writeOutput(lines.map((line) => `${line}\n`).join(""));
  return null;
}
