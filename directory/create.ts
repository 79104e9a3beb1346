/** Runs an actor as a program: the last line of a file that can be a role, or be started by hand. */

import {
  type ActorTypeLike,
  beginsProgram,
  type MachineClass,
  type MessageBase,
  type ProcessContext,
  realWorld,
  type RoutineFunction,
  runProgram,
  type Runtime,
  type Scope,
  type ShellHooks,
} from "../runtime/mod.ts";
import type { NetworkOptions } from "../net/mod.ts";
import { attachDirectory, detachDirectory } from "./attach.ts";
import { DIRECTORY } from "./directory.ts";
import { PublishAs } from "./messages.ts";
import { ownParentFault } from "./parent_address.ts";
import { endReporter, startReporter } from "./role_reporter.ts";

/** The part of a file's `import.meta` that `create` needs. */
export interface Meta {
  /** The file, as a URL. */
  readonly url: string;
  /** True when the file is the program. */
  readonly main: boolean;
}

/** What a program may say about itself besides its main object. */
export interface CreateOptions {
  /** Members of this message are set from variables of the environment, `LC_V_SITE_NAME` for `siteName`. */
  readonly variables?: MessageBase;
  /** Insists on a role on disk, and makes one where there is none. @default {false} */
  readonly sticky?: boolean;
  /** Limits of the transport and of HTTP, and how soon a dead link is noticed. @default {as of NETWORK_LIMITS} */
  readonly network?: NetworkOptions;
}

/**
 * Runs an actor as the main object of this process, if the file is the program; otherwise does nothing. The command line
 * gives its settings, roles and directories; signals ask it to stop; what it returns goes to stdout, and the process
 * ends with the status that goes with it.
 *
 * @param main A bound routine or machine.
 * @param meta The file's `import.meta`.
 * @param options Values from the environment, a role that must be on disk, and limits of the transport.
 */
export function create<S>(
  main: RoutineFunction<S> | MachineClass<S>,
  meta: Meta,
  options: CreateOptions = {},
): void {
  if (!beginsProgram(meta)) return;
  const { network = {}, ...rest } = options;
  const world = realWorld();
  const { self } = world.processes;
  const executable = decodeURIComponent(new URL(meta.url).pathname);
  const name = executable.split("/").pop() ?? executable;
  const program = { main: main as ActorTypeLike, name, executable, hooks: directoryHooks({}, network), ...rest };
  runProgram(world, program, self.arguments).then((status) => world.processes.exit(status));
}

/**
 * What a process attaches around its main object: transport, and a directory as the command line says.
 *
 * @param fixed What the command line has no say in.
 * @param network Limits of the transport.
 */
export function directoryHooks(fixed: { readonly scope?: Scope } = {}, network: NetworkOptions = {}): ShellHooks {
  return {
    attach: (runtime, { commandLine, executable }) => {
      const settings = {
        scope: fixed.scope ?? commandLine.directoryScope,
        connectTo: commandLine.connectToDirectory,
        acceptAt: commandLine.acceptDirectoriesAt,
        encrypted: commandLine.encryptedProcess,
        executable: executable.split("/").pop() ?? executable,
      };
      const circle = ownParentFault(settings, runtime.world.network);
      if (circle === null) attachDirectory(runtime, settings, network);
      return circle ?? undefined;
    },
    started: (runtime, context, main) => {
      publishLibrary(runtime, context, main);
      startReporter(runtime, context);
    },
    detach: async (runtime) => {
      await endReporter(runtime);
      await detachDirectory(runtime);
    },
  };
}

/** The main object of a private library is found by its parent under the name of its role. */
function publishLibrary(runtime: Runtime, { commandLine }: ProcessContext, main: PublishAs["publisherAddress"]): void {
  const directory = runtime.find(DIRECTORY);
  if (commandLine.directoryScope !== "LIBRARY" || directory === undefined || main === null) return;
  const { roleName } = commandLine;
  const request = new PublishAs({ name: roleName, scope: "PROCESS", publisherAddress: main, encrypted: false });
  runtime.send(request, directory, main);
}
