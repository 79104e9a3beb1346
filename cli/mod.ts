/**
 * The cake command as a function.
 *
 * @module
 */

export { COMMANDS, runCake } from "./cake.ts";
export { VERSION } from "./version.ts";
