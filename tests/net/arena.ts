/** Processes that can connect: in the real world over loopback sockets, or in a simulated one. */

import { Cast, Faulted, Log, type LogRecord, realWorld, type Routine, Runtime, type World } from "../../runtime/mod.ts";
import { attachNetwork, detachNetwork, type NetworkOptions, prepareEncryption, prepareHttp } from "../../net/mod.ts";
import { type NetworkConditions, Simulation } from "../../runtime/simulation/mod.ts";

/** One process of a scenario. */
export interface Party {
  readonly runtime: Runtime;
  /** Where others reach it. */
  readonly host: string;
  /** Records at WARNING and above. */
  readonly records: LogRecord[];
  /** Runs a routine to its end; an exception in it is thrown here. */
  act<T>(routine: (self: Routine) => Promise<T> | T): Promise<T>;
}

/** Makes processes. */
export interface Arena {
  party(options?: NetworkOptions): Promise<Party>;
  /** Lets time pass. */
  pass(milliseconds: number): Promise<void>;
  /** The world of the network, for connections by hand. */
  readonly stranger: Promise<World>;
}

/** A way to run scenarios. */
export interface ArenaKind {
  readonly name: string;
  run(scenario: (arena: Arena) => Promise<void>): Promise<void>;
}

/** A party in a world. */
export function partyOf(world: World, host: string, options: NetworkOptions): Party {
  const records: LogRecord[] = [];
  const runtime = new Runtime(world, {
    log: new Log("WARNING", { write: (record) => void records.push(record) }),
    strict: true,
  });
  attachNetwork(runtime, options);
  return {
    runtime,
    host,
    records,
    async act<T>(routine: (self: Routine) => Promise<T> | T): Promise<T> {
      const results: T[] = [];
      const returned = await runtime.start(async (self: Routine) => {
        results.push(await routine(self));
        return null;
      }).returned;
      if (returned instanceof Faulted) throw new Error(`${returned}`);
      if (returned instanceof Cast || results.length === 0) throw new Error(`ended with ${returned}`);
      return results[0]!;
    },
  };
}

/** Sockets of this machine. */
export const REAL: ArenaKind = {
  name: "loopback sockets",
  async run(scenario) {
    const parties: Party[] = [];
    const world = realWorld();
    try {
      await scenario({
        party(options = {}) {
          const party = partyOf(realWorld(), "127.0.0.1", options);
          parties.push(party);
          return Promise.resolve(party);
        },
        pass: (milliseconds) => new Promise((resolve) => void world.clock.after(milliseconds, resolve)),
        stranger: Promise.resolve(world),
      });
    } finally {
      for (const { runtime } of parties) {
        await detachNetwork(runtime);
        runtime.close();
      }
    }
  },
};

/** A simulated network; virtual time. */
export function simulated(seed: number, network: Partial<NetworkConditions> = {}): ArenaKind {
  return {
    name: `simulated network, seed ${seed}`,
    async run(scenario) {
      await prepareEncryption();
      await prepareHttp();
      const simulation = new Simulation({ seed, network });
      let count = 0;
      const enter = (): Promise<[World, string]> => {
        const host = simulation.host(`host${++count}`);
        const { promise, resolve } = Promise.withResolvers<[World, string]>();
        host.start("party", (world) => resolve([world, host.address!]));
        return promise;
      };
      let outcome: { readonly error?: unknown } | null = null;
      const arena: Arena = {
        async party(options = {}) {
          const [world, host] = await enter();
          return partyOf(world, host, options);
        },
        async pass(milliseconds) {
          const [world] = await enter();
          await new Promise<void>((resolve) => void world.clock.after(milliseconds, resolve));
        },
        get stranger() {
          return enter().then(([world]) => world);
        },
      };
      scenario(arena).then(() => outcome = {}, (error) => outcome = { error });
      await simulation.runUntil(() => outcome !== null, 3_600_000);
      const ended = outcome as { readonly error?: unknown } | null;
      if (ended !== null && "error" in ended) throw ended.error;
    },
  };
}

/** Lets time pass until a condition holds. */
export async function until(arena: Arena, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await arena.pass(20);
  if (!condition()) throw new Error("It did not happen in time");
}
