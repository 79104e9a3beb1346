/** The places of a simulated world's processes: taken, left and taken again. */

import { HostPort, type Scope } from "../../runtime/mod.ts";
import type { SimulatedHost, SimulatedProcess } from "../../runtime/simulation/mod.ts";
import { type SeatShape, STATION_ADDRESS } from "./shape.ts";
import { Tenant, type TenantConditions } from "./tenant.ts";

/** What a seat is made from. */
export interface SeatOptions {
  readonly shape: SeatShape;
  readonly host: SimulatedHost;
  readonly parent: Seat | null;
  readonly conditions: TenantConditions;
}

/** A place for one process, through all of its lives. */
export class Seat {
  /** Its place in the shape of the world. */
  readonly index: number;
  readonly shape: SeatShape;
  readonly host: SimulatedHost;
  readonly parent: Seat | null;
  readonly process: SimulatedProcess;
  /** Where it listens for directories below. */
  readonly acceptAt: HostPort | null;
  /** What those left behind who were asked to leave. */
  readonly leftovers: string[] = [];
  readonly #libraries: Seat[] = [];
  #tenant: Tenant | null = null;

  constructor(
    index: number,
    { shape, host, parent, conditions }: SeatOptions,
  ) {
    this.index = index;
    this.shape = shape;
    this.host = host;
    this.parent = parent;
    const { port, scope } = shape;
    this.acceptAt = port === null ? null : new HostPort(scope === "LAN" ? "0.0.0.0" : "127.0.0.1", port);
    if (this.scope === "LIBRARY" && parent !== null) parent.#libraries.push(this);
    this.process = host.start(shape.name, (world, process) => {
      this.#tenant = new Tenant(world, { seat: this, life: process.incarnation, conditions });
      // A process starts its libraries, and none of them outlives it.
      for (const library of this.#libraries) library.start();
      process.onEnd(() => {
        for (const library of this.#libraries) library.process.crash();
      });
    });
  }

  get name(): string {
    return this.shape.name;
  }

  get scope(): Scope {
    return this.shape.scope;
  }

  /** True for those that have objects of their own: processes and libraries. */
  get isHome(): boolean {
    return this.scope === "PROCESS" || this.scope === "LIBRARY";
  }

  /** Who lives there; null while nobody does. */
  get tenant(): Tenant | null {
    return this.process.isAlive ? this.#tenant : null;
  }

  /** This seat's directory and those above it, nearest first. */
  get chain(): readonly Seat[] {
    return [this, ...this.parent?.chain ?? []];
  }

  /** Where its directory is told that the one above is. */
  get parentAddress(): HostPort | null {
    const { parent, shape, host } = this;
    if (parent === null || shape.isLazy) return null;
    return new HostPort(parent.host === host ? "127.0.0.1" : STATION_ADDRESS, parent.shape.port!);
  }

  /** Starts the process, if it has ended and can be started: its host is up, and the process whose library it is. */
  start(): void {
    const isOrphan = this.scope === "LIBRARY" && this.parent?.process.isAlive === false;
    if (!this.process.isAlive && this.host.isUp && !isOrphan) this.process.restart();
  }
}
