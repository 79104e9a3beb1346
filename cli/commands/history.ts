/** `cake history`: shows when a role ran, and how it ended. */

import { Boolean, Faulted, roleHolder, textFromValue, WorldTime } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { namedRole } from "../named_role.ts";
import { longRunLine, runJson, type RunView, shortRunLine } from "../run_record.ts";

/** Shows recorded runs. */
export const history: Command = {
  name: "history",
  usage: "<role>",
  summary: "Show when a role ran last, for how long, and what kind of value it ended with",
  settings: [
    { name: "longListing", wireName: "long_listing", type: Boolean, help: "with the moments of start and end" },
    JSON_SETTING,
  ],
  forwards: false,
  json: {
    argument: "json",
    of: "each run, the oldest first",
    fields: [
      ["index", "its number, as log and returned take it"],
      ["state", '"ended", "running", or "cut off" for one whose end nobody recorded'],
      ["start", "when it began, in UTC"],
      ["stop", "when it ended, in UTC, or null"],
      ["type", "the type of what it returned, or null"],
      ["fault", "the text of a fault that it returned, or null"],
    ],
  },
  examples: ["history server", "history group --long-listing"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world, settings } = call;
  const name = call.words[0] ?? call.commandLine.roleName;
  if (name === null) return { value: new Faulted("cannot pull history", "no role specified") };
  const role = await namedRole(call, name, { cannot: `cannot pull history for "${name}"` });
  if (role instanceof Faulted) return { value: role };
  const isLocked = await roleHolder(world.files, role.path) !== null;
  const runs = role.records.startStop;
  const now = world.clock.wall();
  const views = runs.map((_, index): RunView => ({ index, now, isLocked, isLast: index === runs.length - 1 }));
  if (settings.get("json") === true) {
    writeJson(world, runs.map((one, index) => runJson(one, views[index]!)));
    return { value: null };
  }
  const isLong = settings.get("long_listing") === true;
  const lines = runs.map((one, index) =>
    isLong
      ? longRunLine(one, views[index]!, (moment) => textFromValue(moment, WorldTime))
      : shortRunLine(one, views[index]!)
  );
  world.environment.writeOutput(lines.map((line) => `${line}\n`).join(""));
  return { value: null };
}
