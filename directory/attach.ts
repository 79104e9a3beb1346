/** Gives a runtime its transport and its directory, and takes them away in order. */

import { attachNetwork, attachThreads, detachNetwork, detachThreads, type NetworkOptions } from "../net/mod.ts";
import {
  addressProblem,
  type AddressUse,
  type AddressValue as Address,
  type HostPort,
  type Kernel,
  LIBRARY_CONNECTOR,
  Service,
  Stop,
} from "../runtime/mod.ts";
import { DIRECTORY, type DirectorySettings, ObjectDirectory } from "./directory.ts";
import { libraryConnector } from "./library.ts";
import { THREAD_PROGRAM } from "./thread.ts";

/** The directories of a runtime, in the order they were made. */
const DIRECTORIES: Service<OpenDirectory[]> = new Service("directories");

/** A directory that runs. */
interface OpenDirectory {
  readonly address: Address;
  /** What it ended with. */
  readonly returned: Promise<unknown>;
}

/**
 * Attaches transport and directory to a runtime; from then on its actors can listen, connect, publish and subscribe.
 *
 * @param network Limits of the transport, where nobody has attached it before.
 * @returns The address of the directory.
 * @throws {RangeError} When it could never connect or listen where it is to.
 */
export function attachDirectory(
  runtime: Kernel,
  settings: DirectorySettings = {},
  network: NetworkOptions = {},
): Address {
  attachNetwork(runtime, network);
  const directory = openDirectory(runtime, settings);
  runtime.provide(DIRECTORY, directory.address);
  attachThreads(runtime, { program: THREAD_PROGRAM, directory: () => directory.address });
  runtime.provide(LIBRARY_CONNECTOR, libraryConnector(directory.address));
  return directory.address;
}

/**
 * Makes one more directory in a process, as those that play the part of a GROUP, HOST or LAN have.
 *
 * @throws {RangeError} When it could never connect or listen where it is to.
 */
export function openDirectory(runtime: Kernel, settings: DirectorySettings): OpenDirectory {
  refuse(settings.connectTo, "connect");
  refuse(settings.acceptAt, "listen");
  attachNetwork(runtime);
  const directory = runtime.start(ObjectDirectory, settings);
  const all = runtime.find(DIRECTORIES) ?? [];
  runtime.provide(DIRECTORIES, [...all, directory]);
  return directory;
}

function refuse(address: HostPort | null | undefined, use: AddressUse): void {
  const problem = address ? addressProblem(address, use) : null;
  if (problem !== null) {
    throw new RangeError(`directory can't ${use}${use === "listen" ? " at" : " to"} "${address}": ${problem}`);
  }
}

/** Ends threads, directories and transport; what was sent before goes out first, within a bound. */
export async function detachDirectory(runtime: Kernel): Promise<void> {
  await detachThreads(runtime);
  const all = runtime.find(DIRECTORIES) ?? [];
  for (const { address } of all) runtime.send(new Stop(), address, address);
  await Promise.all(all.map(({ returned }) => returned));
  await detachNetwork(runtime);
}
