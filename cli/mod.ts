/**
 * The cake command as a function.
 *
 * @module
 */

export { COMMANDS, runCake } from "./cake.ts";
export { EXIT_CODES } from "./exit_codes.ts";
export { VERSION } from "./version.ts";
