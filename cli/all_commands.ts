/** Everything that commands are made of, loaded: for programs that look at all of them, and for simulations. */

import type { Command } from "./command.ts";
import { allCommands, findCommand } from "./command_table.ts";
import { EXEC, MANIFESTS, RUN_VIEW } from "./lazy_modules.ts";

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = await allCommands();

await Promise.all([findCommand("group"), EXEC.load(), MANIFESTS.load(), RUN_VIEW.load()]);
