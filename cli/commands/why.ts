/** `cake why`: says which publication each subscriber is joined to, and why not to the others. */

import { Faulted } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runDirectoryRoutine } from "../directory_routine.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { askTree } from "../tree/ask_tree.ts";
import { explain, explanationJson, explanationLines, partialDirectories } from "../tree/explanation.ts";
import { FULL_IDENTITY, isGiven, OPEN_SCOPE, openScope } from "./network.ts";

/** Explains who is joined to whom. */
export const why: Command = {
  name: "why",
  usage: "<name or pattern>",
  summary:
    "Show every publication of a name and its age, which of them each subscriber is joined to, and why not to the others",
  settings: [OPEN_SCOPE, FULL_IDENTITY, JSON_SETTING],
  forwards: false,
  wordsMax: 1,
  json: {
    argument: "json",
    of: "each name",
    fields: [
      ["name", "the name"],
      ["candidates", "publications of it: published_id, scope, listening_ipp, home, and subscribers that match"],
      ["unserved", "subscribers that match and are joined to none: subscribed_id, search, scope, home"],
    ],
  },
  examples: ["why sensor:kitchen", "why 'sensor:.*'"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const [word] = call.words;
  if (word === undefined) return { value: new Faulted("cannot explain", "no name specified") };
  const value = await runDirectoryRoutine(call, "why", async (self, signal) => {
    const tree = await askTree(self, { scope: openScope(call), about: word, signal });
    if (tree instanceof Faulted || signal.aborted) return tree;
    const names = explain(tree, word);
    if (names.length === 0) return new Faulted(`cannot explain "${word}"`, "not present in directory");
    for (const directory of partialDirectories(tree)) {
      call.world.environment.writeError(`cake: ${directory} has more about "${word}" than it could tell\n`);
    }
    if (isGiven(call, JSON_SETTING)) writeJson(call.world, names.map(explanationJson));
    else {
      const lines = names.flatMap((name) => explanationLines(name, isGiven(call, FULL_IDENTITY)));
      call.world.environment.writeOutput(`${lines.join("\n")}\n`);
    }
    return null;
  });
  return { value };
}
