/** The connections of the simulated network, so that single ones can be broken. */

import { networkError } from "../real_world/errno.ts";
import type { Engine } from "./engine.ts";
import { nameOf, type SimulatedStream } from "./stream.ts";

/** Two ends and the processes that have them. */
export interface Connection {
  /** The end that connected, and the one that accepted. */
  readonly ends: readonly [SimulatedStream, SimulatedStream];
  /** Hosts and processes of the ends, `alpha/server`. */
  readonly owners: readonly [string, string];
}

/** Connections of which an end is open. */
export class Connections {
  readonly #engine: Engine;
  readonly #all = new Set<Connection>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  add(connection: Connection): void {
    this.#all.add(connection);
  }

  /** An end is gone; the connection is forgotten when both are. */
  endGone(connection: Connection): void {
    if (connection.ends.every((end) => end.isGone)) this.#all.delete(connection);
  }

  /** Breaks a connection: both ends learn of it at once. */
  lose(connection: Connection): void {
    const [near, far] = connection.ends;
    this.#engine.note("network", `lost ${nameOf(near.local)} ${nameOf(near.remote)}`);
    near.break(networkError("ECONNRESET"));
    far.break(networkError("ECONNRESET"));
  }

  /** Breaks all connections between two processes and returns how many there were. */
  loseBetween(one: string, other: string): number {
    const between = [...this.#all].filter(({ owners: [near, far] }) =>
      (near === one && far === other) || (near === other && far === one)
    );
    for (const connection of between) this.lose(connection);
    return between.length;
  }
}
