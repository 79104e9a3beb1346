/** Runs actors in virtual time, for tests of one process. */

import { Log, type LogLevel, type LogRecord, type Routine, Runtime, type World } from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";

/** What a run gave. */
export interface RunResult {
  /** What the main actor returned. */
  readonly value: unknown;
  readonly records: readonly LogRecord[];
  readonly runtime: Runtime;
  /** Virtual milliseconds that it took. */
  readonly elapsedMs: number;
}

/** Runs a routine as the main actor of a process in virtual time, with strict ownership of messages. */
export async function runActor(
  main: (self: Routine) => unknown,
  options: { readonly level?: LogLevel; readonly strict?: boolean } = {},
): Promise<RunResult> {
  const simulation = new Simulation({ seed: 1 });
  const records: LogRecord[] = [];
  const runtimes: Runtime[] = [];
  const program = (world: World) => {
    const log = new Log(options.level ?? "WARNING", { write: (record) => void records.push(record) });
    const runtime = new Runtime(world, { log, strict: options.strict ?? true });
    runtimes.push(runtime);
    return runtime.start(main).returned;
  };
  const start = simulation.now;
  const value = await simulation.execute(simulation.host("alpha"), program, 3_600_000);
  return { value, records, runtime: runtimes[0]!, elapsedMs: simulation.now - start };
}

/** Texts of records, for comparison. */
export function texts(records: readonly LogRecord[]): string[] {
  return records.map((record) => record.text);
}
