/** `cake destroy`: removes a home. */

import { Faulted, FileError, removeHome, roleNames, runningRoles } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { absolutePath, givenHome } from "../homes.ts";

/** Removes a home with everything in it, unless something in it runs. */
export const destroy: Command = {
  name: "destroy",
  usage: "[home]",
  summary: "Remove a home with everything in it",
  settings: [],
  forwards: false,
  examples: ["destroy", "destroy /srv/pool"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const path = absolutePath(world, givenHome(call, call.words[0]));
  const cannot = `cannot destroy "${path}"`;
  const info = await world.files.info(path);
  if (info?.kind === "file") return { value: new Faulted(cannot, "existing file") };
  if (info?.kind !== "folder") return { value: new Faulted(cannot, "not a folder") };
  // What is damaged can be destroyed; what never was a home can't.
  const names = await roleNames(world, path);
  if (names === null) return { value: new Faulted(cannot, "does not exist or unexpected/incomplete materials") };
  const running = await runningRoles(world, path, names);
  if (running.length > 0) {
    const ordinary = running.filter((name) => !name.startsWith("group") && !name.includes("."));
    const shown = ordinary.length > 0 ? ordinary : running;
    return { value: new Faulted(cannot, `running roles "${shown.join(",")}"`) };
  }
  try {
    await removeHome(world, path);
    return { value: null };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { value: new Faulted(cannot, error.message) };
  }
}
