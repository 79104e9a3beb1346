// This module performs no I/O.

/**
 * One space of addresses for all threads of a process. Each thread gives its own in blocks, so an address says by its
 * block where its receiver lives, and means the same in every thread.
 */

import type { Address } from "./address.ts";
import type { Receiver } from "./kernel.ts";
import type { Cancel } from "./world.ts";

/** Addresses in one block. */
export const BLOCK_IDS = 65_536;

/** The block of an address of this process. */
export function blockOf(address: Address): number {
  return Math.floor(Number(address) / BLOCK_IDS);
}

/** The first number of a block that is given as an address. */
export function firstIdOf(block: number): number {
  return block * BLOCK_IDS + 1;
}

/** The last one. */
export function lastIdOf(block: number): number {
  return (block + 1) * BLOCK_IDS - 1;
}

/** What a runtime has to know of the other threads of its process. */
export interface Elsewhere {
  /** Takes what is for a local address that nobody has in this thread; undefined when nobody has it anywhere. */
  receiverOf(address: Address): Receiver | undefined;
  /**
   * Calls `onEnd`, once, when nobody is at an address of another thread any more.
   *
   * @returns Takes it back.
   */
  watch(address: Address, onEnd: () => void): Cancel;
  /** The next block for this runtime to give addresses from. */
  takeBlock(): number;
}
