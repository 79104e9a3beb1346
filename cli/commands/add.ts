/** `cake add`: makes roles in a home, each by asking its executable to do so. */

import {
  type AddressValue,
  CommandResponse,
  createRole,
  executableKind,
  Faulted,
  FileError,
  forwardedArguments,
  HomeError,
  Integer8,
  isMessageClass,
  isReservedName,
  isRoleName,
  openHome,
  openRole,
  ProcessObject,
  removeRole,
  type Role,
  rolePath,
  type Routine,
  stemOf,
  typeNameOf,
  type World,
} from "../../runtime/mod.ts";
import { askRoles } from "../ask_roles.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { absolutePath, givenHome } from "../homes.ts";
import { Progress } from "../progress.ts";

/** Most roles that one call makes. */
const ROLE_COUNT_MAX = 1000;

/** Roles that are written at the same time: what is written safely waits for the disk, and many can wait together. */
const COPIES_AT_ONCE = 64;

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

/** Makes each role; what was made before a refusal is removed again. */
async function makeRoles(self: Routine, call: CommandCall, wanted: Wanted): Promise<unknown> {
  const path = absolutePath(call.world, givenHome(call));
  const made: string[] = [];
  const refusal = await makeAll(self, call, { ...wanted, path, made });
  if (refusal === null) return null;
  for (const role of made) await removeRole(call.world, path, role);
  return refusal;
}

/** Asks the executable for the first role, and makes the others alike, or asks for each of them, too. */
async function makeAll(
  self: Routine,
  call: CommandCall,
  wanted: Wanted & { readonly path: string; readonly made: string[] },
): Promise<Faulted | null> {
  const { name, executable, path, made, roles: [first, ...others] } = wanted;
  const askFor = async (roles: readonly string[]): Promise<Faulted | null> => {
    const { done, refusal } = await askRoles(self, {
      roles,
      ask: (role) => ask(self, call, executable, role),
      problemOf: (answer) => problemOf(name, answer),
    });
    made.push(...done);
    return refusal;
  };
  const refusal = await askFor([first!]);
  if (refusal !== null || others.length === 0) return refusal;
  // What a module does with the settings of a role is known, and does not depend on the name of the role; what any other
  // program does is its own affair.
  const model = executableKind(executable) === "program" ? null : await openRole(call.world, rolePath(path, first!));
  return model === null ? await askFor(others) : await copyRole(call.world, model, { path, made, others });
}

/** Makes roles with the executable and the settings of one that is there. */
async function copyRole(
  world: World,
  { records, settings }: Role,
  { path, made, others }: { readonly path: string; readonly made: string[]; readonly others: readonly string[] },
): Promise<Faulted | null> {
  const progress = new Progress(world);
  let problem: Faulted | null = null;
  for (let at = 0; at < others.length && problem === null; at += COPIES_AT_ONCE) {
    progress.tell(`${made.length} of ${others.length + 1} roles added`);
    const batch = others.slice(at, at + COPIES_AT_ONCE);
    const copies = await Promise.allSettled(
      batch.map((role) => createRole(world, path, role, { executable: records.executableFile, settings })),
    );
    for (const [index, copy] of copies.entries()) {
      if (copy.status === "fulfilled") made.push(batch[index]!);
      else if (copy.reason instanceof FileError || copy.reason instanceof HomeError) {
        problem ??= new Faulted(copy.reason.message);
      } else throw copy.reason;
    }
  }
  progress.end();
  return problem;
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
