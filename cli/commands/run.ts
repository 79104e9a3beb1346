/** `cake run`: runs the roles of a home in the foreground. */

import { Boolean, Faulted, performProgram, printResult, type Program, type World } from "../../runtime/mod.ts";
import { type Command, type CommandCall, type CommandResult, type CommandSetting, PROGRAM_NAME } from "../command.ts";
import { MANIFEST_SETTING, runnable } from "../composite.ts";
import { hasFailedRole, ROLE_FAILED_STATUS } from "../exit_codes.ts";
import { RUN_HELP } from "../group_help.ts";
import { groupProgram } from "../group_program.ts";
import { RUN_VIEW } from "../lazy_modules.ts";

/** The setting that asks for output as it is elsewhere than on a terminal. */
const PLAIN: CommandSetting = {
  name: "plain",
  wireName: "plain",
  type: Boolean,
  help: "leave stderr to the roles, as when it leads to no terminal",
  longOnly: true,
};

/** The setting that restarts roles whose files change. */
const WATCH: CommandSetting = {
  name: "watch",
  wireName: "watch",
  type: Boolean,
  help: "start a role again when its executable or a local import of it changes; go on until interrupted",
  longOnly: true,
};

/** What roles log on a terminal, where nobody says: what somebody should know. */
const TERMINAL_LOG_LEVEL = "WARNING";

/** Runs roles in the foreground. */
export const run: Command = {
  name: "run",
  usage: "[search ...]",
  summary: "Run the roles of the home, or those whose names match, until they end or you interrupt",
  settings: [...RUN_HELP, MANIFEST_SETTING, PLAIN, WATCH],
  forwards: false,
  examples: ["run", "run --main-role=server --debug-level=CONSOLE", "run server worker-", "run --watch"],
  run: runHome,
};

async function runHome(call: CommandCall): Promise<CommandResult> {
  const ready = await runnable(call, { verb: "run", empty: "does not exist or unexpected/incomplete materials" });
  if (ready instanceof Faulted) return { value: ready };
  const { world, settings, commandLine } = call;
  const argv = [...ready.argv, "--origin=RUN"];
  const watches = settings.get("watch") === true;
  if (!world.environment.isErrorTerminal() || settings.get("plain") === true) {
    return { status: await runGroup(world, groupProgram(world, { watches }), argv) };
  }
  if (commandLine.debugLevel === null) argv.push(`--debug-level=${TERMINAL_LOG_LEVEL}`);
  const { RunView } = await RUN_VIEW.load();
  const view = new RunView(world, [...ready.home.roles.keys()]);
  return { status: await runGroup(view.world, groupProgram(view.world, { view, watches }), argv) };
}

/** Runs the composite process here. A table that tells of failures is a failure, but to a parent that reads it. */
function runGroup(world: World, program: Program, argv: readonly string[]): Promise<number> {
  return performProgram(world, program, argv, async (value, flags) => {
    const status = await printResult(world, PROGRAM_NAME, value, flags);
    return status === 0 && !flags.childProcess && hasFailedRole(value) ? ROLE_FAILED_STATUS : status;
  });
}
