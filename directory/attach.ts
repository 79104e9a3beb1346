/** Gives a runtime its transport and its directory, and takes them away in order. */

import { attachNetwork, attachThreads, detachNetwork, detachThreads, type NetworkOptions } from "../net/mod.ts";
import { type AddressValue as Address, type Kernel, LIBRARY_CONNECTOR, Service, Stop } from "../runtime/mod.ts";
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

/** Makes one more directory in a process, as those that play the part of a GROUP, HOST or LAN have. */
export function openDirectory(runtime: Kernel, settings: DirectorySettings): OpenDirectory {
  attachNetwork(runtime);
  const directory = runtime.start(ObjectDirectory, settings);
  const all = runtime.find(DIRECTORIES) ?? [];
  runtime.provide(DIRECTORIES, [...all, directory]);
  return directory;
}

/** Ends threads, directories and transport; what was sent before goes out first, within a bound. */
export async function detachDirectory(runtime: Kernel): Promise<void> {
  await detachThreads(runtime);
  const all = runtime.find(DIRECTORIES) ?? [];
  for (const { address } of all) runtime.send(new Stop(), address, address);
  await Promise.all(all.map(({ returned }) => returned));
  await detachNetwork(runtime);
}
