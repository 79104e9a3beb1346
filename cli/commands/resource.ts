/** `cake resource`: the materials that all roles of one executable share. */

import { Boolean, Faulted, openHome, roleResourceFolder } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, givenHome } from "../homes.ts";
import { scanFolder } from "../storage/scan.ts";
import {
  bringAbout,
  clearFolder,
  guarded,
  isGiven,
  listFolder,
  LISTING_SETTINGS,
  MAKE_CHANGES,
  runningFault,
  selected,
} from "../storage/storage_command.ts";

/** Lists and changes shared materials. */
export const resource: Command = {
  name: "resource",
  usage: "<executable> [path ...]",
  summary: "List the materials that all roles of an executable share, or show what would make them equal to some paths",
  settings: [
    ...LISTING_SETTINGS,
    MAKE_CHANGES,
    { name: "clearAll", wireName: "clear_all", type: Boolean, help: "remove all of them" },
  ],
  forwards: false,
  examples: [
    "resource server.ts",
    "resource server.ts pages templates",
    "resource server.ts pages templates --make-changes",
    "resource server.ts --resource-path=materials --make-changes",
  ],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const [executable, ...words] = call.words;
  if (executable === undefined) return { value: new Faulted("cannot resource group", "no executable specified") };
  const cannot = `cannot resource "${executable}"`;
  const home = await openHome(world, absolutePath(world, givenHome(call)), { group: true, subRoles: true });
  if (home === null) {
    return { value: new Faulted(cannot, "does not exist or contains unexpected/incomplete materials") };
  }
  const target = roleResourceFolder(home.path, executable);
  const roles = [...home.roles].filter(([, { records }]) =>
    roleResourceFolder(home.path, records.executableFile) === target
  );
  const running = await runningFault(world, home, roles.map(([name]) => name), cannot);
  if (running !== null) return { value: running };
  // A path is no name of an executable, and its last part may be another one's.
  const info = /[/\\]/.test(executable) ? null : await world.files.info(target);
  if (info?.kind !== "folder") {
    const looked = `${absolutePath(world, `${home.path}/resource`)}/${executable}`;
    return { value: new Faulted(cannot, `folder "${looked}" does not exist`) };
  }
  return { value: await guarded(cannot, () => act(call, cannot, { words, target })) };
}

interface Act {
  readonly words: readonly string[];
  readonly target: string;
}

async function act(call: CommandCall, cannot: string, { words, target }: Act): Promise<unknown> {
  const { world, commandLine: { resourcePath } } = call;
  const clears = isGiven(call, "clear_all");
  const isMixed = words.length > 0 &&
    (resourcePath !== null || clears || isGiven(call, "full_path") || isGiven(call, "recursive_listing"));
  if (isMixed || (clears && resourcePath !== null)) return new Faulted(cannot, "inappropriate argument(s)");
  if (clears) return await clearFolder(world, target);
  if (words.length === 0 && resourcePath === null) return await listFolder(call, target);
  const source = resourcePath === null
    ? await selected(call, words, target)
    : await scanFolder(world, absolutePath(world, resourcePath), "follow");
  return await bringAbout(call, "resource", source, await scanFolder(world, target, "keep"));
}
