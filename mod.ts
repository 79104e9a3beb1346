/**
 * Asynchronous objects that exchange messages, within a process and between processes, and find each other by name.
 *
 * @module
 */

export * from "./runtime/mod.ts";
export * from "./net/mod.ts";
export * from "./directory/mod.ts";
