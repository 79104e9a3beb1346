/** The folders that a process has by its role or its command line. */

import type { Actor } from "../actor.ts";
import { modelPath, resourcePath, temporaryPath } from "../process/context.ts";
import type { TypeLike } from "../types/portable.ts";
import { Folder, type FolderOptions } from "./folder.ts";

/** The folder for what this role keeps from run to run. */
export function modelFolder<L extends TypeLike, K>(self: Actor, options: FolderOptions<L, K> = {}): Folder<L, K> {
  return new Folder(self, modelPath(self), options);
}

/** The folder of materials that all roles of this executable share, for reading; null where there is none. */
export function resourceFolder<L extends TypeLike, K>(
  self: Actor,
  options: FolderOptions<L, K> = {},
): Folder<L, K> | null {
  const path = resourcePath(self);
  return path === null ? null : new Folder(self, path, { autoCreate: false, ...options });
}

/** A folder that was empty when the process started. */
export async function temporaryFolder<L extends TypeLike, K>(
  self: Actor,
  options: FolderOptions<L, K> = {},
): Promise<Folder<L, K>> {
  return new Folder(self, await temporaryPath(self), options);
}
