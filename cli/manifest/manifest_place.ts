/** Which manifest a call means. It is apart from the reading of manifests, which most calls can do without. */

import { DEFAULT_HOME } from "../../runtime/mod.ts";
import type { CommandCall } from "../command.ts";
import { absolutePath } from "../homes.ts";

/** The name of a manifest. */
export const MANIFEST_FILE = "cake.yaml";

/**
 * The manifest that a call means: the one it names, or that of the current folder for the home that is there. A home that is
 * named is somewhere else's.
 *
 * @returns Its path as it was given, or null for none.
 */
export async function manifestPath({ world, settings, commandLine }: CommandCall): Promise<string | null> {
  const given = settings.get("manifest");
  if (typeof given === "string") return given;
  const home = absolutePath(world, commandLine.homePath ?? DEFAULT_HOME);
  if (home !== absolutePath(world, DEFAULT_HOME)) return null;
  return await world.files.info(absolutePath(world, MANIFEST_FILE)) === null ? null : MANIFEST_FILE;
}
