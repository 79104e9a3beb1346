/** An actor that stands for a foreign program: it starts it, feeds it, ends it on `Stop`, and returns what it wrote. */

import { bind } from "./bind.ts";
import { Aborted, Faulted } from "./messages/faults.ts";
import { Stop, T1 } from "./messages/signals.ts";
import { CHILD_OUTPUT_BYTES_MAX } from "./process/child.ts";
import { childrenOf } from "./process/context.ts";
import { findProgram } from "./process/executable.ts";
import { type UtilityArgument, utilityArguments } from "./process/utility_arguments.ts";
import type { Routine } from "./routine.ts";
import { castTo } from "./types/cast.ts";
import { Message } from "./types/message.ts";
import { Block, Boolean, Integer8, Unicode } from "./types/portable.ts";
import { type ChildProcess, FileError } from "./world.ts";

/** How long a program may take to end after SIGTERM before it is killed. */
export const UTILITY_GRACE_SECONDS = 10;

/** What to run, and how. */
export interface UtilitySettings {
  /** A program on PATH, or a path. */
  readonly name: string;
  /** Its arguments. */
  readonly arguments?: readonly UtilityArgument[];
  /** What it finds on stdin; without it, stdin is that of this process. */
  readonly stdin?: string | Uint8Array;
  /** How what it writes to stdout is returned; without it, that is thrown away. */
  readonly stdout?: "text" | "bytes";
  /** Where it starts; in the current folder where nobody says. */
  readonly folder?: string;
  /** Variables besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Sent to itself when the program has ended. */
class UtilityEnded extends Message({
  code: Integer8.default(0),
  bytes: Block.default(() => new Uint8Array()),
  truncated: Boolean.default(false),
}) {}

/**
 * Runs a program that knows nothing of actors. It returns what the program wrote, if that was asked for and is not
 * empty, else null; or a fault, when it could not be started or ended with another status than 0. `Stop` terminates it, and kills
 * it when it has not ended after {@linkcode UTILITY_GRACE_SECONDS}; the answer is `Aborted` once it has ended.
 *
 * @example
 * ```ts ignore
 * import * as cake from "@layer-cake/cake";
 *
 * async function sorted(self: cake.Routine) {
 *   self.create(cake.Utility, { name: "sort", arguments: [["reverse", null]], stdin: "a\nb\n", stdout: "text" });
 *   const { message } = await self.select(cake.Returned);
 *   return message;
 * }
 * ```
 */
export async function Utility(self: Routine, settings: UtilitySettings): Promise<unknown> {
  const { world } = self.kernel;
  const executable = await findProgram(world, settings.name);
  if (executable === null) {
    return new Faulted(`cannot resolve executable "${settings.name}" from "${world.files.currentFolder()}"`);
  }
  const { stdin, folder, environment } = settings;
  const command = {
    executable,
    arguments: utilityArguments(settings.arguments ?? []),
    ...(stdin === undefined ? {} : { input: typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin }),
    ...(folder === undefined ? {} : { folder }),
    ...(environment === undefined ? {} : { environment }),
  };
  if (self.kernel.isClosed || childrenOf(self.kernel).isClosed) return new Aborted();
  self.console(() => [executable, ...command.arguments].join(" "));
  try {
    return await supervise(self, world.processes.spawn(command), settings.stdout);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return new Faulted(`cannot start process "${executable}"`, error.message);
  }
}
bind(Utility, "layer_cake.process_object");

async function supervise(self: Routine, child: ChildProcess, stdout: UtilitySettings["stdout"]): Promise<unknown> {
  const { kernel } = self;
  const limit = stdout === undefined ? 0 : CHILD_OUTPUT_BYTES_MAX;
  const ended = Promise.all([child.output(limit), child.status]).then(([output, { code }]) => {
    kernel.send(new UtilityEnded({ code, ...output }), self.address, self.address);
  });
  childrenOf(kernel).add(self.address, { ended, hasten: () => child.signal("SIGKILL") });
  let isStopped = false;
  for (;;) {
    const m = await self.select(UtilityEnded, Stop, T1);
    if (m instanceof UtilityEnded) return isStopped ? new Aborted() : valueOf(m, stdout);
    if (m instanceof T1) {
      self.warning(`Process (${child.pid}) did not end, sending SIGKILL`);
      child.signal("SIGKILL");
    } else if (!isStopped) {
      isStopped = true;
      child.signal("SIGTERM");
      self.start(T1, UTILITY_GRACE_SECONDS);
    }
  }
}

function valueOf({ code, bytes, truncated }: UtilityEnded, stdout: UtilitySettings["stdout"]): unknown {
  if (code !== 0) return new Faulted(`child exit code ${code}`, "expecting 0 (zero)");
  if (stdout === undefined || bytes.length === 0) return null;
  if (truncated) return new Faulted("cannot take output", `more than ${CHILD_OUTPUT_BYTES_MAX} bytes`);
  if (stdout === "bytes") return castTo(bytes, Block);
  try {
    return castTo(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), Unicode);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return new Faulted("cannot take output", "not UTF-8");
  }
}
