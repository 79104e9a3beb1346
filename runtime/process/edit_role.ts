/** Changing the settings of a role in a text editor. */

import { join } from "@std/path";
import { Faulted } from "../messages/faults.ts";
import type { World } from "../world.ts";
import { findProgram } from "./executable.ts";
import { formsOf, type Role } from "./role.ts";
import { recordText, recordValue } from "./role_records.ts";
import { TypedTextError } from "./typed_text.ts";

/** The editor, where the environment names none. */
const DEFAULT_EDITOR = "vi";

/** The variable that names the editor. */
const EDITOR_VARIABLE = "LC_EDITOR";

/** Opens a copy of the settings in the user's editor, and stores it if it was changed and can be read. */
export async function editRole(world: World, role: Role): Promise<Faulted | null> {
  const { files } = world;
  const name = world.environment.variable(EDITOR_VARIABLE) || DEFAULT_EDITOR;
  const editor = await findProgram(world, name);
  if (editor === null) return new Faulted(`cannot resolve executable "${name}" from "${files.currentFolder()}"`);
  const folder = await files.makeTemporaryFolder("cake-edit-");
  try {
    const copy = join(folder, "settings.json");
    const before = recordText("settings", role.settings, formsOf(world));
    await files.writeTextAtomic(copy, before);
    const modified = (await files.info(copy))?.modified;
    const code = await runEditor(world, editor, copy);
    if (code !== 0) return new Faulted(`child exit code ${code} (expecting 0 (zero))`);
    const after = await files.readText(copy);
    if (after === before && (await files.info(copy))?.modified === modified) {
      return new Faulted("settings not modified");
    }
    await role.storeSettings(recordValue("settings", after, formsOf(world)));
    return null;
  } catch (error) {
    if (!(error instanceof TypedTextError)) throw error;
    return new Faulted("cannot update settings", error.message);
  } finally {
    await files.remove(folder);
  }
}

/** The editor has the terminal: an interrupt is for it. */
async function runEditor(world: World, editor: string, file: string): Promise<number> {
  const cancel = world.processes.onSignal("SIGINT", () => {});
  try {
    const child = world.processes.spawn({ executable: editor, arguments: [file], streams: "terminal" });
    return (await child.status).code;
  } finally {
    cancel();
  }
}
