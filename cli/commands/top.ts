/** `cake top`: a live view of the roles of a home. */

import { CommandLine, Faulted, HostPort, openHome } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { readControlFile } from "../control/control_file.ts";
import { runDirectoryActor } from "../directory_routine.ts";
import { absolutePath, givenHome } from "../homes.ts";
import { showTop } from "../top/top_routine.ts";

/** Shows roles as they run, and the network. */
export const top: Command = {
  name: "top",
  usage: "",
  summary: "Watch the roles of the home on the terminal; keys stop, restart and start them, and show logs",
  settings: [],
  forwards: false,
  examples: ["top", "top --home-path=/srv/pool/.layer-cake"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const path = absolutePath(call.world, givenHome(call));
  const cannot = `cannot top "${path}"`;
  if (call.words.length > 0) return { value: new Faulted(cannot, `unexpected "${call.words.join(" ")}"`) };
  const home = await openHome(call.world, path);
  if (home === null) {
    return { value: new Faulted(cannot, "does not exist or contains unexpected/incomplete materials") };
  }
  const joined = { ...call, commandLine: await besideRoles(call, path) };
  return { value: await runDirectoryActor(joined, "top", (self) => showTop(self, path)) };
}

/** The command line of a process that belongs to the composite process, as far as directories go, unless it says otherwise. */
async function besideRoles({ world, commandLine }: CommandCall, path: string): Promise<CommandLine> {
  const place = await readControlFile(world, path);
  if (place === null || commandLine.connectToDirectory.host !== null) return commandLine;
  return new CommandLine({
    ...commandLine,
    connectToDirectory: new HostPort("127.0.0.1", place.directoryPort),
    encryptedProcess: place.encrypted,
  });
}
