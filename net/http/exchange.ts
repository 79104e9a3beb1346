// This module performs no I/O.

import { type AddressValue, NO_ADDRESS } from "../../runtime/mod.ts";
import type { Response } from "./response.ts";

/** A request and its answer. While it waits it has an address of its own: what is sent there first is the answer. */
export class Exchange {
  /** Where the answer is to be sent; NO_ADDRESS when it is not waited for. */
  address: AddressValue = NO_ADDRESS;
  /** When waiting ends, monotonic milliseconds. */
  deadline = Infinity;
  /** The answer; a text is sent as it is. */
  response: Response | string | null = null;

  /**
   * @param isHead The answer goes without its body.
   * @param connection The line about the connection in the answer, with its end, or nothing.
   */
  constructor(readonly isHead: boolean, readonly connection: string) {}

  get isWaiting(): boolean {
    return this.response === null;
  }
}
