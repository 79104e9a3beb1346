/** `cake why`: says which publication each subscriber is joined to, and why not to the others. */

import { Faulted } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runDirectoryRoutine } from "../directory_routine.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { askTree } from "../tree/ask_tree.ts";
import { omissions } from "../tree/directory_tree.ts";
import { explain } from "../tree/explanation.ts";
import { absenceText, answerText, explanationJson, explanationLines, missingLines } from "../tree/explanation_text.ts";
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
      [
        "candidates",
        "publications of it: published_id, scope, listening_ipp, encrypted, age in seconds (at least, where age_is_least is true), home, which is the directory of its process (or null and below, the lowest directory that answered), and subscribers that match: subscribed_id, search, scope, age, home, joined (null where nobody tells), matched_at, reason",
      ],
      [
        "unserved",
        "where nobody publishes it, those who look for it: subscribed_id, search, scope, age, home, problem",
      ],
      ["silent", "directories that did not answer: at, above, fault; what they know is missing"],
      ["lost", "a directory above all of them that should be there, or null: at, below"],
      ["partial", "directories that know more about it than they could tell"],
    ],
  },
  examples: ["why sensor:kitchen", "why 'sensor:.*'"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const [word] = call.words;
  if (word === undefined || word === "") return { value: new Faulted("cannot explain", "no name specified") };
  const value = await runDirectoryRoutine(call, "why", async (self, signal) => {
    const tree = await askTree(self, { scope: openScope(call), about: word, signal });
    if (signal.aborted) return tree;
    if (tree instanceof Faulted) {
      return new Faulted(`cannot explain "${word}"`, `the topmost directory${answerText(`${tree}`)}`);
    }
    const names = explain(tree, word);
    for (const line of [...missingLines(tree, word), ...omissions(tree)]) {
      call.world.environment.writeError(`cake: ${line}\n`);
    }
    if (names.length === 0) return new Faulted(`cannot explain "${word}"`, absenceText(tree, word));
    if (isGiven(call, JSON_SETTING)) writeJson(call.world, names.map((name) => explanationJson(name, tree)));
    else {
      const lines = names.flatMap((name) => explanationLines(name, isGiven(call, FULL_IDENTITY)));
      call.world.environment.writeOutput(`${lines.join("\n")}\n`);
    }
    return null;
  });
  return { value };
}
