/** Making a home what a manifest wants: all of it, or nothing where something is refused. */

import { join } from "@std/path";
import {
  Aborted,
  Any,
  CommandResponse,
  createRole,
  Faulted,
  FileError,
  GROUP_ROLE,
  type Home,
  makeHome,
  openHome,
  openRole,
  performProgram,
  ProcessObject,
  recordingText,
  removeRole,
  Returned,
  type Role,
  roleHolders,
  rolePath,
  type Routine,
  type SettingValues,
  Stop,
  type World,
} from "../../runtime/mod.ts";
import { type CommandCall, PROGRAM_NAME } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { groupProgram } from "../group_program.ts";
import { absolutePath, damageText, givenHome } from "../homes.ts";
import { Progress } from "../progress.ts";
import { APPLIED_FILE, appliedRoles, appliedText } from "./applied.ts";
import { argumentsOf, groupTexts } from "./group_texts.ts";
import {
  type AppliedRole,
  changeLines,
  type HomeChange,
  type HomeState,
  planHome,
  type PresentRole,
  type WantedRole,
  wantedRoles,
} from "./home_changes.ts";
import { type LoadedManifest, loadManifest, tellProblems } from "./manifest_file.ts";
import { refusalProblem } from "./refusal.ts";

/** How a child ended that had not yet begun to listen to signals: who interrupts at a terminal, interrupts it, too. */
const INTERRUPTED = /process exit - code=-2,/;

/**
 * Makes the home of a call what a manifest wants, and says what changed.
 *
 * @param path The manifest, as it was given.
 * @param cannot How faults of the command begin.
 */
export async function applyManifest(call: CommandCall, path: string, cannot: string): Promise<Faulted | null> {
  const { world } = call;
  const loaded = await loadManifest(world, path);
  if (loaded instanceof Faulted) return loaded;
  if ("problems" in loaded) return tellProblems(world, loaded);
  const homePath = absolutePath(world, givenHome(call));
  const home = await openHome(world, homePath, { group: true });
  if (home === null && await world.files.info(homePath) !== null) {
    return new Faulted(cannot, `"${homePath}" is there and no home`);
  }
  if (home !== null && damageText(home) !== null) return new Faulted(cannot, damageText(home));
  const wanted = wantedRoles(loaded.manifest, groupTexts(loaded.manifest.group), loaded.executables);
  const { changes, refusals } = planHome(wanted, await stateOf(world, homePath, home));
  if (refusals.length > 0) return new Faulted(`cannot use "${loaded.name}"`, refusals.join("; "));
  if (changes.length === 0) return null;
  const running = await roleHolders(world, homePath, home?.roles.keys() ?? []);
  if (running.size > 0) return null;
  const value = await runRoutine(
    call,
    "manifest",
    (self) => new Application(self, call, { loaded, home, homePath }).run(changes),
  );
  if (value instanceof Faulted) return value;
  await world.files.writeTextAtomic(
    join(homePath, APPLIED_FILE),
    appliedText(await appliedNow(world, homePath, wanted)),
  );
  for (const line of changeLines(changes)) world.environment.writeError(`${PROGRAM_NAME}: ${loaded.name}: ${line}\n`);
  return null;
}

/** What is in a home, and what manifests did there. */
async function stateOf(world: World, homePath: string, home: Home | null): Promise<HomeState> {
  const present = new Map<string, PresentRole>();
  for (const [name, role] of home?.roles ?? []) {
    present.set(name, {
      executable: role.records.executableFile,
      settings: storedTexts(role.settings),
      hasData: await hasData(world, role),
    });
  }
  return { present, applied: home === null ? new Map() : await appliedIn(world, homePath) };
}

async function hasData({ files }: World, role: Role): Promise<boolean> {
  const info = await files.info(role.modelPath);
  return info !== null && (info.kind !== "folder" || (await files.list(role.modelPath)).length > 0);
}

async function appliedIn({ files }: World, homePath: string): Promise<Map<string, AppliedRole>> {
  try {
    return appliedRoles(await files.readText(join(homePath, APPLIED_FILE)));
  } catch (error) {
    if (error instanceof FileError) return new Map();
    throw error;
  }
}

/** Settings as texts that are equal when the values are. */
function storedTexts(settings: SettingValues): Map<string, string> {
  return new Map([...settings].map(([name, value]) => [name, recordingText(value, Any)]));
}

/** The record of what has just been done. */
async function appliedNow(
  world: World,
  homePath: string,
  wanted: ReadonlyMap<string, WantedRole>,
): Promise<Map<string, AppliedRole>> {
  const applied = new Map<string, AppliedRole>();
  for (const [name, { executable, settings }] of wanted) {
    const role = await openRole(world, rolePath(homePath, name));
    if (role === null) continue;
    const stored = storedTexts(role.settings);
    const given = [...settings].flatMap(([setting, text]) => {
      const value = stored.get(setting);
      return value === undefined ? [] : [[setting, { given: text, stored: value }] as const];
    });
    applied.set(name, { executable, recorded: role.records.executableFile, settings: new Map(given) });
  }
  return applied;
}

interface ApplicationParts {
  readonly loaded: LoadedManifest;
  readonly home: Home | null;
  readonly homePath: string;
}

/** Carries out changes one after the other; after a refusal it takes back what it did. */
class Application {
  readonly #self: Routine;
  readonly #call: CommandCall;
  readonly #parts: ApplicationParts;
  /** What takes back what was done, the last first. */
  readonly #undo: (() => Promise<void>)[] = [];

  constructor(self: Routine, call: CommandCall, parts: ApplicationParts) {
    this.#self = self;
    this.#call = call;
    this.#parts = parts;
  }

  async run(changes: readonly HomeChange[]): Promise<Faulted | null> {
    const progress = new Progress(this.#call.world);
    try {
      if (this.#parts.home === null) await this.#makeHome();
      const ordered = [...changes].sort((a, b) => rank(a) - rank(b));
      for (const [i, change] of ordered.entries()) {
        progress.tell(`change ${i + 1} of ${changes.length}`);
        const refusal = await this.#do(change);
        if (refusal !== null) return await this.#refused(refusal, change);
      }
      return null;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await this.#takeBack();
      return new Faulted(`cannot use "${this.#parts.loaded.name}"`, error.message);
    } finally {
      progress.end();
    }
  }

  get #world(): World {
    return this.#call.world;
  }

  async #makeHome(): Promise<void> {
    const { homePath } = this.#parts;
    this.#undo.unshift(() => this.#world.files.remove(homePath));
    await makeHome(this.#world, homePath);
  }

  async #refused(refusal: Faulted, change: HomeChange): Promise<Faulted> {
    await this.#takeBack();
    if (refusal instanceof Aborted) return refusal;
    const { loaded: { name, manifest } } = this.#parts;
    const problem = refusalProblem(refusal, change.kind === "remove" ? GROUP_ROLE : change.entry, manifest);
    return tellProblems(this.#world, { name, problems: [problem] });
  }

  async #takeBack(): Promise<void> {
    for (const undo of this.#undo) await undo();
  }

  #do(change: HomeChange): Promise<Faulted | null> {
    if (change.kind === "make") return this.#make(change);
    return change.kind === "change" ? this.#change(change) : this.#remove(change);
  }

  /** The executable makes the first; the others are like it but for their names. */
  async #make({ entry, names, executable, settings }: HomeChange & { readonly kind: "make" }): Promise<Faulted | null> {
    const { homePath, loaded } = this.#parts;
    const [first, ...others] = names as [string, ...string[]];
    this.#undo.unshift(() => this.#removeIfThere(first));
    const refusal = executable === null
      ? await this.#askGroup(["--create-role", ...argumentsOf(settings)])
      : await this.#ask(loaded.executables.get(entry)!, first, ["--create-role=true", ...argumentsOf(settings)]);
    if (refusal !== null) return refusal;
    const made = await openRole(this.#world, rolePath(homePath, first));
    if (made === null) {
      return new Faulted(`cannot make role "${first}"`, "its executable says that it has, and has not");
    }
    for (const name of others) {
      this.#undo.unshift(() => this.#removeIfThere(name));
      await createRole(this.#world, homePath, name, {
        executable: made.records.executableFile,
        settings: made.settings,
      });
    }
    return null;
  }

  async #removeIfThere(name: string): Promise<void> {
    const { homePath } = this.#parts;
    if (await this.#world.files.info(rolePath(homePath, name)) !== null) await removeRole(this.#world, homePath, name);
  }

  async #change(change: HomeChange & { readonly kind: "change" }): Promise<Faulted | null> {
    const { home, loaded } = this.#parts;
    const roles = change.names.map((name) => home!.roles.get(name)!);
    for (const role of roles) this.#remember(role);
    const executable = change.executable === null ? null : loaded.executables.get(change.entry)!;
    const [first, ...others] = roles as [Role, ...Role[]];
    if (executable !== null) await first.storeExecutable(executable);
    const refusal = await this.#changeSettings(first, change);
    if (refusal !== null) return refusal;
    const { homePath } = this.#parts;
    const changed = (await openRole(this.#world, rolePath(homePath, change.names[0]!)))!.settings;
    for (const role of others) {
      if (executable !== null) await role.storeExecutable(executable);
      const kept = [...role.settings].filter(([name]) => !change.unset.includes(name));
      const set = [...change.set.keys()].map((name) => [name, changed.get(name)] as const);
      await role.storeSettings(new Map([...kept, ...set]));
    }
    return null;
  }

  #remember(role: Role): void {
    const { settings, records: { executableFile } } = role;
    this.#undo.unshift(async () => {
      await role.storeSettings(settings);
      await role.storeExecutable(executableFile);
    });
  }

  async #changeSettings(role: Role, change: HomeChange & { readonly kind: "change" }): Promise<Faulted | null> {
    const [name] = change.names as [string];
    if (change.unset.length > 0) {
      await role.storeSettings(new Map([...role.settings].filter(([setting]) => !change.unset.includes(setting))));
    }
    if (change.set.size === 0 && change.executable === null) return null;
    const args = argumentsOf(change.set);
    if (change.entry === GROUP_ROLE) return await this.#askGroup(["--update-role", ...args]);
    return await this.#ask(role.records.executableFile, name, ["--update-role=true", ...args]);
  }

  async #remove({ names }: HomeChange & { readonly kind: "remove" }): Promise<null> {
    // Last, so that nothing is refused after it.
    for (const name of names) await removeRole(this.#world, this.#parts.homePath, name);
    return null;
  }

  /** Asks an executable to do something with a role; returns its refusal. */
  async #ask(executable: string, roleName: string, forwarded: readonly string[]): Promise<Faulted | null> {
    const { homePath } = this.#parts;
    const options = { origin: "RUN", homePath, roleName, topRole: true, forwarded } as const;
    const address = this.#self.create(ProcessObject, { executable, ...options });
    const message = await this.#self.select(Returned, Stop);
    if (message instanceof Stop) {
      await this.#self.stop(address);
      return new Aborted();
    }
    const { message: answer } = message;
    if (answer instanceof CommandResponse) return null;
    if (answer instanceof Faulted && INTERRUPTED.test(answer.condition ?? "")) return new Aborted();
    return answer instanceof Faulted ? answer : new Faulted("unexpected command response");
  }

  /** The composite process is this program itself. */
  async #askGroup(argv: readonly string[]): Promise<Faulted | null> {
    const { homePath } = this.#parts;
    let answer: unknown = null;
    const place = ["--origin=RUN", `--home-path=${homePath}`, `--role-name=${GROUP_ROLE}`];
    await performProgram(this.#world, groupProgram(this.#world), [...argv, ...place], (value) => {
      answer = value;
      return 0;
    });
    return answer instanceof Faulted ? answer : null;
  }
}

function rank({ kind }: HomeChange): number {
  return kind === "make" ? 0 : kind === "change" ? 1 : 2;
}
