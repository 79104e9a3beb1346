/** The composite process: a directory for its roles, and the roles as child processes. */

import {
  absolute,
  type AddressValue,
  Any,
  bind,
  Boolean,
  Cast,
  DEFAULT_HOME,
  executableKind,
  Faulted,
  HomeError,
  HostPort,
  MapOf,
  Message,
  openHome,
  processContext,
  ProcessObject,
  RetryIntervals,
  Returned,
  type Role,
  type Routine,
  type Settings,
  type SettingValues,
  Stop,
  typeNameOf,
  Unicode,
} from "../runtime/mod.ts";
import { isSet, playDirectory } from "./attachment.ts";
import { type GroupEffect, GroupState } from "./group_state.ts";
import { roleMatcher, SearchError } from "./role_search.ts";

/** Settings of a composite process. The last three are about starting roles again; see `RetryIntervals`. */
export const GROUP_SETTINGS = {
  directoryAtHost: HostPort,
  directoryAtLan: HostPort,
  encryptedDirectory: Boolean,
  retry: RetryIntervals,
  mainRole: Unicode,
  stopOnExit: Boolean,
};

/** The settings of a composite process, as given. */
export type GroupSettings = Settings<typeof GROUP_SETTINGS>;

/** Sent to itself when the pause of a role is over. */
class PauseOver extends Message({ role: Unicode.default("") }) {}

/**
 * Runs the roles of a home until they have ended, the main role has, or it is stopped. Words choose roles by name.
 * Returns the value of the main role, or a table of what the roles returned.
 */
export async function group(self: Routine, settings: GroupSettings): Promise<unknown> {
  const roles = await chosenRoles(self, settings);
  if (roles instanceof Faulted) return roles;
  const directory = await playDirectory(self, {
    scope: "GROUP",
    acceptAt: new HostPort("127.0.0.1", 0),
    connectTo: [settings.directoryAtHost, settings.directoryAtLan].find(isSet) ?? new HostPort(),
    encrypted: settings.encryptedDirectory === true,
  });
  if (directory instanceof Faulted) return directory;
  const value = await new Group(self, { roles, settings, directory: directory.listening }).run();
  await self.stop(directory.address);
  return value;
}
bind(group, "layer_cake.group", { settings: GROUP_SETTINGS, returns: Any });

/** The roles to run by name, or a fault that says why there are none. */
async function chosenRoles(self: Routine, settings: GroupSettings): Promise<ReadonlyMap<string, Role> | Faulted> {
  const { commandLine, words } = processContext(self.kernel);
  const { world } = self.kernel;
  const path = absolute(world.files.currentFolder(), commandLine.homePath ?? DEFAULT_HOME);
  const home = await openHome(world, path);
  if (home === null) return new Faulted(`cannot open path "${commandLine.homePath ?? DEFAULT_HOME}"`);
  let matches;
  try {
    matches = roleMatcher(words);
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    return new Faulted(`cannot compile search "${words.join('", "')}"`, error.message);
  }
  for (const [name, error] of home.damage) {
    if (matches(name)) return new Faulted(error.message);
  }
  const roles = new Map([...home.roles].filter(([name]) => matches(name)));
  if (roles.size === 0 && words.length > 0) return new Faulted(`No roles matching "${words.join(", ")}"`);
  if (roles.size === 0) return new Faulted(`No roles at location "${path}"`);
  const { mainRole } = settings;
  if (mainRole !== null && mainRole !== undefined && !roles.has(mainRole)) {
    return new Faulted(`cannot run "${path}"`, `no role "${mainRole}" to be the main role`);
  }
  return roles;
}

interface GroupParts {
  readonly roles: ReadonlyMap<string, Role>;
  readonly settings: GroupSettings;
  /** Where the roles find the directory of the group. */
  readonly directory: HostPort;
}

/** Carries out what the state of a composite process asks for. */
class Group {
  readonly #self: Routine;
  readonly #parts: GroupParts;
  readonly #state: GroupState;
  readonly #processes = new Map<AddressValue, string>();

  constructor(self: Routine, parts: GroupParts) {
    this.#self = self;
    this.#parts = parts;
    const { mainRole, retry } = parts.settings;
    this.#state = new GroupState({
      mainRole: mainRole ?? null,
      stopOnExit: parts.settings.stopOnExit === true,
      retry: retry === null || retry === undefined || retry.isEmpty ? null : retry,
      random: (bound) => self.kernel.world.random.integer(bound),
    });
  }

  async run(): Promise<unknown> {
    let effects = this.#state.begin([...this.#parts.roles.keys()]);
    for (;;) {
      for (const effect of effects) {
        if (effect.kind === "return") return effect.value;
        if (effect.kind === "returnTable") return new Cast(new Map(effect.table), MapOf(Unicode, Any));
        await this.#do(effect);
      }
      effects = this.#handle(await this.#self.input());
    }
  }

  #handle(message: unknown): GroupEffect[] {
    const self = this.#self;
    if (message instanceof Stop) return this.#state.stop();
    if (message instanceof PauseOver) return this.#state.pauseOver(message.role);
    if (!(message instanceof Returned)) return [];
    const role = this.#processes.get(self.returnAddress);
    if (role === undefined) return [];
    this.#processes.delete(self.returnAddress);
    this.#parts.roles.get(role)?.unlock();
    this.#tellEnd(role, message.message);
    return this.#state.ended(role, message.message);
  }

  /** Says why a role ended, where nobody would otherwise know. */
  #tellEnd(role: string, value: unknown): void {
    const { kernel } = this.#self;
    if (this.#state.isEnding || role === this.#parts.settings.mainRole) return;
    if (!(value instanceof Faulted)) {
      this.#self.console(`Role "${role}" ended`, { returned: typeNameOf(value) });
      return;
    }
    const text = `Role "${role}" ended: ${value}`;
    const { debugLevel, origin } = processContext(kernel).commandLine;
    if (debugLevel === null && origin !== "START") kernel.world.environment.writeError(`cake: ${text}\n`);
    else this.#self.warning(text);
  }

  async #do(effect: GroupEffect): Promise<void> {
    const self = this.#self;
    if (effect.kind === "start") await this.#start(effect.role);
    else if (effect.kind === "pause") {
      self.console(`Restarting "${effect.role}" in ${effect.seconds}s`);
      const over = () => self.kernel.send(new PauseOver({ role: effect.role }), self.address, self.address);
      self.kernel.after(effect.seconds * 1000, over);
    } else if (effect.kind === "stop") {
      for (const address of this.#processes.keys()) self.send(new Stop(), address);
    }
  }

  async #start(name: string): Promise<void> {
    const role = this.#parts.roles.get(name)!;
    const { executableFile } = role.records;
    await this.#lockFor(role);
    const address = this.#self.create(ProcessObject, {
      role: executableFile,
      homePath: this.#homePath(),
      roleName: name,
      topRole: true,
      settings: this.#childSettings(),
    });
    this.#processes.set(address, name);
  }

  #homePath(): string {
    const { commandLine } = processContext(this.#self.kernel);
    return absolute(this.#self.kernel.world.files.currentFolder(), commandLine.homePath ?? DEFAULT_HOME);
  }

  #childSettings(): SettingValues {
    const { directory, settings } = this.#parts;
    return new Map<string, unknown>([
      ["directory_scope", "PROCESS"],
      ["connect_to_directory", directory],
      ["encrypted_process", settings.encryptedDirectory === true],
    ]);
  }

  /**
   * Roles of the original don't lock themselves in a run; in the background they do. Their locks are held here, so that both commands see
   * that they run. Modules of cake do it themselves, and keep the lock if this process is lost.
   */
  async #lockFor(role: Role): Promise<void> {
    const { origin } = processContext(this.#self.kernel).commandLine;
    if (origin === "START" || executableKind(role.records.executableFile) === "module") return;
    try {
      await role.makeFolders();
      if (!await role.lock()) this.#self.warning(`Cannot lock "${role.path}": another process holds it`);
    } catch (error) {
      if (!(error instanceof HomeError)) throw error;
      this.#self.warning(error.message);
    }
  }
}
