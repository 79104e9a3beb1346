/** Results as JSON, for programs: one document, with stable names. */

import { Boolean, type World } from "../runtime/mod.ts";
import type { CommandSetting } from "./command.ts";

/** The setting that asks for JSON. */
export const JSON_SETTING: CommandSetting = {
  name: "json",
  wireName: "json",
  type: Boolean,
  help: "as JSON, for programs",
  longOnly: true,
};

/** Writes one document. */
export function writeJson(world: World, value: unknown): void {
  world.environment.writeOutput(`${JSON.stringify(value, null, 2)}\n`);
}
