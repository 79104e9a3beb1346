/**
 * The cake command as a function.
 *
 * @module
 */

export { runCake } from "./cake.ts";
export { COMMAND_NAMES } from "./command_table.ts";
export { COMMANDS } from "./all_commands.ts";
export { EXIT_CODES } from "./exit_codes.ts";
export { VERSION } from "./version.ts";
