/** Processes with directories in a simulated world, with their sockets. */

import { assertInstanceOf } from "@std/assert";
import { attachDirectory } from "../../directory/mod.ts";
import { attachNetwork, type NetworkLimits } from "../../net/mod.ts";
import {
  type AddressValue,
  Enquiry,
  HostPort,
  type Routine,
  Runtime,
  type Scope,
  type World,
} from "../../runtime/mod.ts";
import type { SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";

const HOST_AT = new HostPort("127.0.0.1", 54195);
const LAN_AT = new HostPort("10.0.0.195", 54195);

/** What a member is. */
export interface MemberOptions {
  readonly scope?: Scope;
  /** The machine. */
  readonly host?: string;
  /** The directory above, where it is not the usual one. */
  readonly connectTo?: HostPort;
  /** What is different in its world. */
  readonly change?: Partial<World>;
  /** Whether its directory encrypts its links. */
  readonly encrypted?: boolean;
  /** Limits of its network. */
  readonly limits?: Partial<NetworkLimits>;
}

/** A process with a directory and one actor that remembers what it gets. */
export class Member {
  readonly process: SimulatedProcess;
  readonly received: unknown[] = [];
  runtime!: Runtime;
  self!: Routine;
  /** Who has sent the last Enquiry. */
  lastAsker: AddressValue | null = null;
  #world!: World;

  constructor(
    simulation: Simulation,
    name: string,
    options: MemberOptions = {},
  ) {
    const { scope = "PROCESS", host = "home", change = {}, encrypted = false, limits = {} } = options;
    const acceptAt = scope === "LAN" ? new HostPort("0.0.0.0", 54195) : scope === "HOST" ? HOST_AT : null;
    const usual = scope === "PROCESS" ? HOST_AT : scope === "HOST" ? LAN_AT : null;
    const { connectTo = usual } = options;
    this.process = simulation.host(host).start(name, (world) => {
      this.#world = { ...world, ...change };
      this.runtime = new Runtime(this.#world, { strict: true });
      attachNetwork(this.runtime, { limits });
      attachDirectory(this.runtime, { scope, acceptAt, connectTo, encrypted });
      this.runtime.start(async (self) => {
        this.self = self;
        for (;;) {
          const message = await self.input();
          this.received.push(message);
          if (message instanceof Enquiry) this.lastAsker = self.returnAddress;
        }
      });
    });
  }

  /** Does something in the process's own time. */
  act(action: (self: Routine) => void): void {
    this.#world.clock.soon(() => action(this.self));
  }

  find<T extends object>(type: new (...args: never[]) => T): T {
    const found = this.received.findLast((message) => message instanceof type);
    assertInstanceOf(found, type as never);
    return found as T;
  }

  get receivers(): number {
    return this.runtime.receiverCount;
  }
}
