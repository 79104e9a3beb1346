// This module performs no I/O.

/** Where in a manifest stands what an executable refused. */

import type { Faulted } from "../../runtime/messages/faults.ts";
import { GROUP_ROLE } from "../../runtime/process/role_records.ts";
import type { Manifest } from "./manifest.ts";
import { join } from "./read_fields.ts";
import type { Problem } from "./yaml_tree.ts";

const BAD_VALUE = /cannot decode value for "([^"]+)"/;
const UNKNOWN = /unknown arguments \(([^,)]+)/;

/** A refusal of an entry's executable as a problem, at the setting that it is about if it says which. */
export function refusalProblem(refusal: Faulted, entry: string, { places }: Manifest): Problem {
  const text = String(refusal);
  const setting = (BAD_VALUE.exec(text) ?? UNKNOWN.exec(text))?.[1]?.replaceAll("-", "_");
  const path = entry === GROUP_ROLE ? "" : join("roles", entry);
  const candidates = [
    ...setting === undefined ? [] : [path === "" ? setting : join(join(path, "settings"), setting)],
    join(path, "executable"),
    path,
  ];
  const at = candidates.map((candidate) => places.get(candidate)).find((place) => place !== undefined);
  return { at: at ?? { line: 1, column: 1 }, message: `role "${entry}": ${text}` };
}
