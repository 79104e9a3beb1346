/** Processes with threads, for tests: with Web Workers, and simulated ones. */

import { assert, assertStrictEquals } from "@std/assert";
import { openRuntime } from "../../mod.ts";
import {
  type AddressValue,
  Faulted,
  isBalanced,
  Log,
  logLine,
  type LogRecord,
  realWorld,
  Returned,
  type Routine,
  type Runtime,
  type World,
} from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";

/** One process, whose main actor is the test. */
export interface Process {
  readonly runtime: Runtime;
  readonly records: LogRecord[];
}

export type Scenario = (self: Routine, process: Process) => Promise<void>;

/** Runs a scenario as the main actor of a process. */
export async function inWorld(world: World, scenario: Scenario): Promise<void> {
  const records: LogRecord[] = [];
  const log = new Log("OBJECT", { write: (record) => void records.push(record) });
  const { runtime, run, close } = openRuntime({ world, log, strict: true, directory: { scope: "LAN" } });
  try {
    const returned = await run(async (self) => {
      await scenario(self, { runtime, records });
      checkLedger(runtime);
      return null;
    });
    if (returned instanceof Faulted) {
      throw new Error(`${returned}\n${records.filter(({ tag }) => tag === "!").map(logLine).join("\n")}`);
    }
  } finally {
    await close();
    checkLedger(runtime);
  }
}

/** Every account agrees with itself, at any moment. */
export function checkLedger(runtime: Runtime): void {
  const { queues, total } = runtime.ledger();
  for (const account of [...queues, total]) assert(isBalanced(account), JSON.stringify(account));
}

/** A test with Web Workers. */
export function real(name: string, scenario: Scenario): void {
  Deno.test(`thread: ${name}, in a worker`, () => inWorld(realWorld(), scenario));
}

/** A test with simulated threads. */
export function simulatedOnly(name: string, scenario: (simulation: Simulation) => Scenario): void {
  Deno.test(`thread: ${name}, in virtual time`, async () => {
    const simulation = new Simulation({ seed: 7 });
    await simulation.execute(simulation.host("alpha"), (world) => inWorld(world, scenario(simulation)), 600_000);
  });
}

/** A test with either. */
export function both(name: string, scenario: Scenario): void {
  real(name, scenario);
  simulatedOnly(name, () => scenario);
}

/** What a child returns, which must be the next to return. */
export async function returnedBy(self: Routine, child: AddressValue): Promise<unknown> {
  const returned = await self.select(Returned);
  assertStrictEquals(self.returnAddress, child);
  return returned.message;
}
