/** `cake create`: makes a home. */

import { type CommandResponse, Faulted, makeHome, performProgram } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { GROUP_HELP } from "../group_help.ts";
import { groupArguments, groupProgram } from "../group_program.ts";
import { absolutePath, givenHome } from "../homes.ts";

/** Makes a home and in it the role of the composite process, with the given settings. */
export const create: Command = {
  name: "create",
  usage: "[home]",
  summary: "Make a home for a composite process",
  settings: GROUP_HELP,
  forwards: true,
  examples: [
    "create",
    "create /srv/pool --main-role=server",
    `create --retry='{"first_steps": [1.0, 2.0], "regular_steps": 8.0}'`,
  ],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world } = call;
  const given = givenHome(call, call.words[0]);
  const cannot = `cannot create "${given}"`;
  const info = await world.files.info(absolutePath(world, given));
  if (info !== null) {
    return { value: new Faulted(cannot, info.kind === "folder" ? "existing folder" : `existing ${info.kind}`) };
  }
  const refused = await refusedSettings(call);
  if (refused !== null) return { value: refused };
  await makeHome(world, absolutePath(world, given));
  const answer = await makeGroup(call, given);
  return { value: answer instanceof Faulted ? answer : null };
}

/** Settings are checked before anything is made. */
function refusedSettings(call: CommandCall): Promise<Faulted | null> {
  return performed(call, [...groupArguments(call), "--help", "--child-process"]);
}

function makeGroup(call: CommandCall, home: string): Promise<Faulted | CommandResponse | null> {
  return performed(call, [
    ...groupArguments(call),
    "--create-role",
    "--origin=RUN",
    `--home-path=${home}`,
    "--role-name=group",
  ]);
}

async function performed(call: CommandCall, argv: readonly string[]): Promise<Faulted | null> {
  let answer: unknown = null;
  await performProgram(call.world, groupProgram(call.world), argv, (value) => {
    answer = value;
    return 0;
  });
  return answer instanceof Faulted ? answer : null;
}
