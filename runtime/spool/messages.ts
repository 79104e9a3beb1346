// This module performs no I/O.

/** What a pool is told about workers that it did not make. */

import { registerAll } from "../messages/signals.ts";
import { Message } from "../types/message.ts";
import { Address, Unicode } from "../types/portable.ts";

/** Adds a worker to a pool. */
export class JoinSpool extends Message({ workerAddress: Address, roleName: Unicode }) {
  /**
   * Makes a request.
   *
   * @param init The address of the worker, or all members as one object.
   */
  constructor(init?: Address | { workerAddress?: Address | null; roleName?: string | null } | null) {
    super(typeof init === "object" && init !== null ? init : { workerAddress: init ?? null });
  }
}

/** Removes a worker from a pool. If it holds a request, the requester gets `Aborted` at once. */
export class LeaveSpool extends Message({ workerAddress: Address, roleName: Unicode }) {
  /**
   * Makes a request.
   *
   * @param init The address of the worker, or all members as one object.
   */
  constructor(init?: Address | { workerAddress?: Address | null; roleName?: string | null } | null) {
    super(typeof init === "object" && init !== null ? init : { workerAddress: init ?? null });
  }
}

registerAll("object_spool", { JoinSpool, LeaveSpool });
