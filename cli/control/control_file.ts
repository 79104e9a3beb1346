/** Where a composite process listens for those who look at it: a file that only its user can read, in its role. */

import { join } from "@std/path";
import { FileError, GROUP_ROLE, rolePath, type World } from "../../runtime/mod.ts";

/** How to reach a composite process. */
export interface ControlPlace {
  /** On 127.0.0.1. */
  readonly port: number;
  /** What proves that one may ask. */
  readonly token: string;
  /** Its process. */
  readonly pid: number;
  /** On 127.0.0.1: where its directory listens. */
  readonly directoryPort: number;
  /** The directory takes encrypted connections only. */
  readonly encrypted: boolean;
}

/** Read and written by its user, and by nobody else. */
const PRIVATE_MODE = 0o600;

function controlFile(homePath: string): string {
  // The folder is empty at each start, so that the file never speaks of a run before.
  return join(rolePath(homePath, GROUP_ROLE), "tmp", "control.json");
}

/** Says where it listens. A home without a role of the group has no place for it. */
export async function writeControlFile({ files }: World, homePath: string, place: ControlPlace): Promise<void> {
  const path = controlFile(homePath);
  if ((await files.info(join(path, "..")))?.kind !== "folder") return;
  await files.writeTextAtomic(path, `${JSON.stringify(place)}\n`, { mode: PRIVATE_MODE });
}

/** Where the composite process of a home listens, or null where none says so. */
export async function readControlFile({ files }: World, homePath: string): Promise<ControlPlace | null> {
  try {
    const value: unknown = JSON.parse(await files.readText(controlFile(homePath)));
    return isPlace(value) ? value : null;
  } catch (error) {
    if (error instanceof FileError || error instanceof SyntaxError) return null;
    throw error;
  }
}

function isPlace(value: unknown): value is ControlPlace {
  if (typeof value !== "object" || value === null) return false;
  const { port, token, pid, directoryPort, encrypted } = value as Partial<Record<keyof ControlPlace, unknown>>;
  const areNumbers = [port, pid, directoryPort].every((number) => Number.isInteger(number));
  return areNumbers && typeof token === "string" && typeof encrypted === "boolean";
}
