/** `cake add`: makes roles in a home, each by asking its executable to do so. */

import {
  type AddressValue,
  CommandResponse,
  Faulted,
  forwardedArguments,
  Integer8,
  isMessageClass,
  isReservedName,
  isRoleName,
  openHome,
  ProcessObject,
  removeRole,
  type Routine,
  stemOf,
  typeNameOf,
} from "../../runtime/mod.ts";
import { askRoles } from "../ask_roles.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { absolutePath, givenHome } from "../homes.ts";

/** Most roles that one call makes. */
const ROLE_COUNT_MAX = 1000;

/** Makes roles. */
export const add: Command = {
  name: "add",
  usage: "<executable> [role]",
  summary: "Add a role to the home, or several of one kind",
  settings: [
    { name: "roleCount", wireName: "role_count", type: Integer8, help: "make so many, named <role>-0 and so on" },
    { name: "roleStart", wireName: "role_start", type: Integer8, help: "the first number (default 0)" },
  ],
  forwards: true,
  examples: ["add server.ts", "add worker.ts pool --role-count=8 --role-start=1", "add bot.py greeter --name=you"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const [executable, word] = call.words;
  if (executable === undefined) return { value: new Faulted("cannot add role", "no module specified") };
  const name = word ?? call.commandLine.roleName ?? stemOf(executable);
  const roles = await newRoles(call, name);
  if (roles instanceof Faulted) return { value: roles };
  const value = await runRoutine(call, "add", (self) => {
    self.console("add", { executable, role_name: name, home_path: givenHome(call) });
    return makeRoles(self, call, { executable, name, roles });
  });
  return { value };
}

/** The names of the roles to make, or a fault that says why they can't be. */
async function newRoles(call: CommandCall, name: string): Promise<string[] | Faulted> {
  const cannot = `cannot add "${name}"`;
  if (isReservedName(name)) return new Faulted(cannot, "reserved name");
  if (!isRoleName(name)) return new Faulted(cannot, "expected letters, digits, dashes and underscores");
  const given = givenHome(call);
  const path = absolutePath(call.world, given);
  const home = await openHome(call.world, path, { subRoles: true });
  if (home === null) {
    return new Faulted(cannot, `home path "${given}" does not exist or contains unexpected/incomplete materials`);
  }
  const count = call.settings.get("role_count") as number | null | undefined;
  const start = call.settings.get("role_start") as number | null | undefined ?? 0;
  if (count !== null && count !== undefined && (count < 1 || count > ROLE_COUNT_MAX)) {
    return new Faulted(cannot, `expecting role_count in the range 1...${ROLE_COUNT_MAX}`);
  }
  const names = count === null || count === undefined
    ? [name]
    : Array.from({ length: count }, (_, i) => `${name}-${start + i}`);
  const taken = names.filter((role) => home.roles.has(role) || home.damage.has(role));
  return taken.length > 0 ? new Faulted(cannot, `collision of roles "${taken.join(",")}"`) : names;
}

interface Wanted {
  readonly executable: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** Asks the executable to make each role; what was made before a refusal is removed again. */
async function makeRoles(self: Routine, call: CommandCall, wanted: Wanted): Promise<unknown> {
  const { done, refusal } = await askRoles(self, {
    roles: wanted.roles,
    ask: (role) => ask(self, call, wanted.executable, role),
    problemOf: (answer) => problemOf(wanted.name, answer),
  });
  if (refusal === null) return null;
  const path = absolutePath(call.world, givenHome(call));
  for (const role of done) await removeRole(call.world, path, role);
  return refusal;
}

function ask(self: Routine, call: CommandCall, executable: string, role: string): AddressValue {
  return self.create(ProcessObject, {
    executable,
    origin: "RUN",
    homePath: givenHome(call),
    roleName: role,
    topRole: true,
    forwarded: forwardedArguments(call.rest),
    settings: new Map([["create_role", true]]),
  });
}

function problemOf(name: string, answer: unknown): Faulted | null {
  if (answer instanceof CommandResponse) return null;
  if (answer instanceof Faulted) return answer;
  return new Faulted(`cannot add "${name}"`, `unexpected command response ${tagOf(answer)}`);
}

/** The type of an answer as it is known on the wire. */
function tagOf(answer: unknown): string {
  const type: unknown = answer === null || answer === undefined ? null : answer.constructor;
  return isMessageClass(type) ? type.wireName : typeNameOf(answer);
}
