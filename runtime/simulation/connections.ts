/** The connections of the simulated network, so that single ones can be broken. */

import { networkError } from "../real_world/errno.ts";
import type { Engine } from "./engine.ts";
import type { BreakOptions } from "./options.ts";
import { nameOf, type SimulatedStream } from "./stream.ts";

/** Two ends and the processes that have them. */
export interface Connection {
  /** The end that connected, and the one that accepted. */
  readonly ends: readonly [SimulatedStream, SimulatedStream];
  /** Hosts and processes of the ends, `alpha/server`. */
  readonly owners: readonly [string, string];
}

/** How long a connection may be quiet that is to break amid its bytes. */
const WITHIN_MS = 1000;

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
    if (near.isGone && far.isGone) return;
    this.#engine.note("network", `lost ${nameOf(near.local)} ${nameOf(near.remote)}`);
    near.break(networkError("ECONNRESET"));
    far.break(networkError("ECONNRESET"));
  }

  /**
   * Breaks all connections between two processes: the ends of `one` learn of it at once, the others after a time, or
   * when they write.
   *
   * @returns How many there are
   */
  loseBetween(one: string, other: string, options: BreakOptions): number {
    const { noticedAfterMs = 0, afterBytes, withinMs = WITHIN_MS } = options;
    const between = [...this.#all].filter(({ owners: [near, far] }) =>
      (near === one && far === other) || (near === other && far === one)
    );
    for (const connection of between) {
      const first = connection.owners[0] === one ? 0 : 1;
      if (afterBytes !== undefined) this.#loseAmid(connection, first, afterBytes, withinMs);
      else if (noticedAfterMs === 0) this.lose(connection);
      else this.#loseHalf(connection, first, noticedAfterMs);
    }
    return between.length;
  }

  /** Breaks a connection when so many more bytes of an end have arrived, or when time is up. */
  #loseAmid(connection: Connection, first: 0 | 1, afterBytes: number, withinMs: number): void {
    const lose = (): void => this.lose(connection);
    connection.ends[first].cutAfter(afterBytes, lose);
    this.#engine.schedule(1000 * withinMs, lose, "network", "alarm");
  }

  #loseHalf({ ends }: Connection, first: 0 | 1, noticedAfterMs: number): void {
    const [end, other] = [ends[first], ends[1 - first]!];
    this.#engine.note("network", `lost half ${nameOf(end.local)} ${nameOf(end.remote)}`);
    end.break(networkError("ECONNRESET"));
    if (!Number.isFinite(noticedAfterMs)) return;
    this.#engine.schedule(1000 * noticedAfterMs, () => other.break(networkError("ECONNRESET")), "network", "alarm");
  }
}
