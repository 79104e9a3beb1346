// This module performs no I/O.

/** Which files of a home are of use elsewhere, and what they say of where they were. */

import { GROUP_ROLE, isReservedName, recordText, recordValue } from "../../runtime/process/role_records.ts";
import { TypedTextError } from "../../runtime/process/typed_text.ts";

/** What is packed only when somebody asks for it. */
export interface Extras {
  readonly logs: boolean;
  readonly temporary: boolean;
}

/** A file that was being written, a role that was being made or removed. */
const DRAFT = /^\..+\.[0-9a-f]{8}\.tmp$/;
const HALF_ROLE = /^(?:new|old)-.*-[0-9a-f]{8}$/;

/** True for what is packed. @param parts The names on the way from the home. */
export function isPackedOfHome(parts: readonly string[], extras: Extras): boolean {
  const [top = "", , folder, ...below] = parts;
  if (HALF_ROLE.test(top) || DRAFT.test(parts.at(-1) ?? "")) return false;
  // The folders of a role themselves are there, as they are in every home.
  if (top !== "role" || folder === undefined || below.length === 0) return true;
  if (folder === "lock") return false;
  return folder === "logs" ? extras.logs : folder === "tmp" ? extras.temporary : true;
}

/** The name of a role whose record of an executable that is, or null. @param parts The names on the way from the home. */
export function roleOfRecord(parts: readonly string[]): string | null {
  const [top, role = "", file, ...below] = parts;
  return top === "role" && file === "executable_file.json" && below.length === 0 ? role : null;
}

/** The text of a record of an executable. */
export function executableText(path: string): string {
  return recordText("executableFile", path);
}

/** What a record of an executable names; null when it can't be read. */
export function executableIn(text: string): string | null {
  try {
    return recordValue("executableFile", text);
  } catch (error) {
    if (error instanceof TypedTextError) return null;
    throw error;
  }
}

/** True for the role of a composite process, whose program is cake's own. */
export function isOfGroup(role: string): boolean {
  return role === GROUP_ROLE;
}

/** True for roles whose programs nobody packs. */
export function hasOwnProgram(role: string): boolean {
  return !isReservedName(role);
}
