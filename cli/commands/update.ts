/** `cake update`: changes stored settings of roles, each by asking its executable to do so. */

import {
  CommandResponse,
  Faulted,
  forwardedArguments,
  type Home,
  performProgram,
  ProcessObject,
  type Routine,
  type SettingValues,
} from "../../runtime/mod.ts";
import { askRoles } from "../ask_roles.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { groupProgram, isGroup } from "../group_program.ts";
import { absolutePath, damageText, givenHome, searchHome } from "../homes.ts";

/** Changes stored settings. */
export const update: Command = {
  name: "update",
  usage: "[search ...]",
  summary: "Change stored settings of all roles, or of those whose names match; those not named stay as they are",
  settings: [],
  forwards: true,
  examples: [
    'update server --server-address=\'{"host": "127.0.0.1", "port": 5051}\'',
    "update group --main-role=server",
  ],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const path = absolutePath(call.world, givenHome(call));
  const home = await searchHome(call.world, path, call.words, { group: true, subRoles: true });
  if (home instanceof Faulted) return { value: home };
  if (damageText(home) !== null) return { value: new Faulted(`cannot update "${path}"`, damageText(home)) };
  return { value: await runRoutine(call, "update", (self) => updateRoles(self, call, home)) };
}

/** Either all roles take the settings or none does: what was changed before a refusal is changed back. */
async function updateRoles(self: Routine, call: CommandCall, home: Home): Promise<Faulted | null> {
  self.console("update", { roles: [...home.roles.keys()].join(","), home_path: home.path });
  const before = new Map([...home.roles].map(([name, role]) => [name, role.settings]));
  // The group is this program itself, and its refusal costs the least.
  const groups = [...home.roles.keys()].filter(isGroup);
  const refusal = await updateGroups(call, home, groups);
  if (refusal !== null) return await restored(home, groups, before, refusal);
  const others = [...home.roles.keys()].filter((name) => !isGroup(name));
  const answers = await askRoles(self, {
    roles: others,
    ask: (name) =>
      self.create(ProcessObject, {
        role: home.roles.get(name)!.records.executableFile,
        origin: "RUN",
        homePath: home.path,
        roleName: name,
        topRole: true,
        forwarded: forwardedArguments(call.rest),
        settings: new Map([["update_role", true]]),
      }),
    problemOf: (answer) => {
      if (answer instanceof CommandResponse) return null;
      return answer instanceof Faulted ? answer : new Faulted("cannot update", "unexpected command response");
    },
  });
  if (answers.refusal === null) return null;
  return await restored(home, [...groups, ...answers.done], before, answers.refusal);
}

async function updateGroups(call: CommandCall, home: Home, names: readonly string[]): Promise<Faulted | null> {
  for (const name of names) {
    const argv = [
      ...forwardedArguments(call.rest),
      "--update-role",
      "--origin=RUN",
      `--home-path=${home.path}`,
      `--role-name=${name}`,
    ];
    let answer: unknown = null;
    await performProgram(call.world, groupProgram(call.world), argv, (value) => {
      answer = value;
      return 0;
    });
    if (answer instanceof Faulted) return answer;
  }
  return null;
}

async function restored(
  home: Home,
  names: readonly string[],
  before: ReadonlyMap<string, SettingValues>,
  refusal: Faulted,
): Promise<Faulted> {
  for (const name of names) await home.roles.get(name)?.storeSettings(before.get(name)!);
  return refusal;
}
