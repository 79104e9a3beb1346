/** `cake network`: shows the tree of directories, and what they know. */

import { Boolean, Faulted, type Scope, ScopeOfDirectory } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult, CommandSetting } from "../command.ts";
import { runDirectoryRoutine } from "../directory_routine.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { ALL_ENTRIES, askTree } from "../tree/ask_tree.ts";
import { omissions } from "../tree/directory_tree.ts";
import { treeJson } from "../tree/tree_json.ts";
import { treeLines } from "../tree/tree_lines.ts";

/** How wide to look, where nobody says. */
const DEFAULT_SCOPE = "HOST";

/** The setting that says how wide to look. */
export const OPEN_SCOPE: CommandSetting = {
  name: "openScope",
  wireName: "open_scope",
  type: ScopeOfDirectory,
  help: `how wide a directory to connect to: ${DEFAULT_SCOPE} (default), GROUP, or LAN`,
};

/** The setting that shows identities in full. */
export const FULL_IDENTITY = flag("fullIdentity", "full_identity", "identities in full");

/** Shows the tree of directories. */
export const network: Command = {
  name: "network",
  usage: "",
  summary: "Show the directories of this machine and its network, and what they know",
  settings: [
    OPEN_SCOPE,
    FULL_IDENTITY,
    flag(
      "directoryAddresses",
      "directory_addresses",
      "the address of the machine, where directories connect and listen",
    ),
    flag("listPublished", "list_published", "names that are published"),
    flag("listSubscribed", "list_subscribed", "searches that are subscribed"),
    flag("listRouted", "list_routed", "matches that a directory has found"),
    flag("listConnected", "list_connected", "sessions of the subscribers of a process"),
    JSON_SETTING,
  ],
  wordsMax: 0,
  forwards: false,
  json: {
    argument: "json",
    of: "each directory, from the top of the tree",
    fields: [
      ["at", "the address of its actor"],
      ["fault", "why it could not be asked; then there is nothing else"],
      ["scope", "LAN, HOST, GROUP, PROCESS or LIBRARY"],
      ["executable", "what runs it"],
      ["unique_id", "its identity"],
      ["primary_ip", "the address of its machine, or null"],
      ["connect_to_directory", "where the directory above listens, as host and port, or null"],
      ["accept_directories_at", "where it listens itself, or null"],
      ["published", "names: name, scope, encrypted, published_id, listening_ipp"],
      ["subscribed", "searches: search, scope, subscribed_id"],
      ["routed", "matches that it found: name, subscribed_id, published_id"],
      [
        "peer",
        "what subscribers in it are joined to: search, subscribed_id, and of each session name, route, open, fault",
      ],
      ["left_out", "why there is more of it than this, or null; the same is said on stderr"],
      ["sub_directory", "the directories below it, each with these fields"],
    ],
  },
  examples: ["network", "network --list-published --list-connected", "network --json"],
  run,
};

/** A setting that is true or false. */
function flag(name: string, wireName: string, help: string): CommandSetting {
  return { name, wireName, type: Boolean, help };
}

/** How wide a call looks. */
export function openScope({ settings }: CommandCall): Scope {
  return settings.get("open_scope") as Scope | undefined ?? DEFAULT_SCOPE;
}

/** Whether a call sets a flag. */
export function isGiven({ settings }: CommandCall, setting: CommandSetting | string): boolean {
  return settings.get(typeof setting === "string" ? setting : setting.wireName) === true;
}

async function run(call: CommandCall): Promise<CommandResult> {
  const { environment } = call.world;
  const json = isGiven(call, JSON_SETTING);
  const shown = {
    published: isGiven(call, "list_published"),
    subscribed: isGiven(call, "list_subscribed"),
    routed: isGiven(call, "list_routed"),
    connected: isGiven(call, "list_connected"),
  };
  const value = await runDirectoryRoutine(call, "network", async (self, signal) => {
    const tree = await askTree(self, { scope: openScope(call), wanted: json ? ALL_ENTRIES : shown, signal });
    if (tree instanceof Faulted || signal.aborted) return tree;
    for (const omission of omissions(tree)) environment.writeError(`cake: ${omission}\n`);
    if (json) {
      writeJson(call.world, treeJson(tree));
      return null;
    }
    const isFull = isGiven(call, FULL_IDENTITY);
    const lines = treeLines(tree, { ...shown, isFull, addresses: isGiven(call, "directory_addresses") });
    environment.writeOutput(`${lines.join("\n")}\n`);
    return null;
  });
  return { value };
}
