/** `cake doctor`: says whether this machine can run cake, and what to do where it can't. */

import { FAULT_EXIT_STATUS, Faulted } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { checkLines } from "../doctor/check_lines.ts";
import { examine } from "../doctor/examine.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { paintFor, wantsColour } from "../view/ansi.ts";

/** Looks at this machine, its network, and the home at hand. */
export const doctor: Command = {
  name: "doctor",
  usage: "",
  summary: "Check this machine, its network and the home at hand, and say what to do; 0 unless a check fails",
  settings: [JSON_SETTING],
  forwards: false,
  json: {
    argument: "json",
    of: "each check",
    fields: [
      [
        "check",
        "platform, folders, locks, modules, clock, ports, station, host-directory, lan-directory or home; one may come " +
        "several times",
      ],
      ["verdict", "ok, warn, or fail for what is in the way of everything"],
      ["finding", "what is so, for people"],
      ["advice", "what to do about it, or null"],
    ],
  },
  examples: ["doctor", "doctor --home-path=/srv/pool/.layer-cake", "doctor --json"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world, words, settings } = call;
  if (words.length > 0) return { value: new Faulted("cannot examine", `unexpected "${words.join(" ")}"`) };
  const checks = await examine(call);
  if (checks instanceof Faulted) return { value: checks };
  if (settings.get("json") === true) writeJson(world, checks);
  else {
    const { environment } = world;
    const isColoured = environment.terminalSize() !== null && wantsColour((name) => environment.variable(name));
    environment.writeOutput(`${checkLines(checks, paintFor(isColoured)).join("\n")}\n`);
  }
  return { status: checks.some(({ verdict }) => verdict === "fail") ? FAULT_EXIT_STATUS : 0 };
}
