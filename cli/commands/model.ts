/** `cake model`: the materials of one role. */

import { join } from "@std/path";
import { Boolean, Faulted, meantText, openHome, type Role, Unicode } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, givenHome } from "../homes.ts";
import { scanFolder, SelectionError } from "../storage/scan.ts";
import {
  bringAbout,
  guarded,
  isGiven,
  isListing,
  listFolder,
  LISTING_SETTINGS,
  MAKE_CHANGES,
  runningFault,
  selected,
} from "../storage/storage_command.ts";
import type { Stored, StoredFolder } from "../storage/stored.ts";

const GET_LATEST = "get_latest";

/** Lists and changes the materials of a role. */
export const model: Command = {
  name: "model",
  usage: "<role> [path ...]",
  summary: "List what a role keeps in its model folder, or show what would make it equal to some paths",
  settings: [
    ...LISTING_SETTINGS,
    MAKE_CHANGES,
    { name: "clearAll", wireName: "clear_all", type: Boolean, help: "refused: what a role keeps goes with the role" },
    {
      name: "getLatest",
      wireName: GET_LATEST,
      type: Unicode,
      help: "the other way: make that folder equal to what the role keeps, or to the named part of it",
    },
  ],
  forwards: false,
  examples: [
    "model server",
    "model server data --make-changes",
    "model server --get-latest=backup --make-changes",
  ],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const [name, ...words] = call.words;
  const path = absolutePath(world, givenHome(call));
  if (name === undefined) return { value: new Faulted(`cannot model "${path}"`, "no role specified") };
  const cannot = `cannot model "${name}"`;
  const home = await openHome(world, path, { group: true, subRoles: true });
  if (home === null) {
    return { value: new Faulted(cannot, "does not exist or contains unexpected/incomplete materials") };
  }
  const damage = home.damage.get(name);
  if (damage !== undefined) return { value: new Faulted(cannot, damage.message) };
  const role = home.roles.get(name);
  if (role === undefined) {
    return { value: new Faulted(cannot, `unknown role${meantText(name, [...home.roles.keys()])}`) };
  }
  const changes = words.length > 0 || isGiven(call, "make_changes") || call.commandLine.modelPath !== null;
  const running = changes ? await runningFault(world, { ...home, damage: new Map() }, [name], cannot) : null;
  if (running !== null) return { value: running };
  return { value: await guarded(cannot, () => act(call, cannot, { words, role })) };
}

interface Act {
  readonly words: readonly string[];
  readonly role: Role;
}

async function act(call: CommandCall, cannot: string, { words, role }: Act): Promise<unknown> {
  const { world, commandLine: { modelPath }, settings } = call;
  const latest = settings.get(GET_LATEST) as string | null | undefined ?? null;
  const inappropriate = new Faulted(cannot, "inappropriate argument(s)");
  const isCopying = words.length > 0 || latest !== null || modelPath !== null;
  if (isGiven(call, "clear_all") || (isCopying && isListing(call))) return inappropriate;
  if (modelPath !== null && (words.length > 0 || latest !== null)) return inappropriate;
  if (!isCopying) return await listFolder(call, role.modelPath);
  if (latest !== null) return await getLatest(call, absolutePath(world, latest), { words, role });
  const source = modelPath === null
    ? await selected(call, words, role.modelPath)
    : await scanFolder(world, absolutePath(world, modelPath), "follow");
  return await bringAbout(call, "model", source, await scanFolder(world, role.modelPath, "keep"));
}

/** Makes a folder equal to what a role keeps. With words, only what they name is looked at on both sides. */
async function getLatest(call: CommandCall, path: string, { words, role }: Act): Promise<unknown> {
  const { world } = call;
  if (await world.files.info(path) === null) await world.files.makeFolder(path);
  const source = await scanFolder(world, role.modelPath, "follow");
  const target = await scanFolder(world, path, "keep");
  if (words.length === 0) return await bringAbout(call, "model", source, target);
  for (const word of words.filter((one) => !source.entries.has(one))) {
    throw new SelectionError(`"${join(role.modelPath, word)}" does not exist`);
  }
  return await bringAbout(call, "model", only(source, words), only(target, words));
}

function only(folder: StoredFolder, names: readonly string[]): StoredFolder {
  const entries = names.flatMap((name): [string, Stored][] => {
    const entry = folder.entries.get(name);
    return entry === undefined ? [] : [[name, entry]];
  });
  return { ...folder, entries: new Map(entries) };
}
