/** The composite process: a directory for its roles, and the roles as child processes. */

import {
  absolute,
  Ack,
  type AddressValue,
  Any,
  bind,
  Boolean,
  Cast,
  DEFAULT_HOME,
  executableKind,
  Faulted,
  FileError,
  findRoleExecutable,
  HomeError,
  HostPort,
  type Kernel,
  MapOf,
  Message,
  openHome,
  processContext,
  ProcessObject,
  RetryIntervals,
  Returned,
  type Role,
  type Routine,
  Service,
  type Settings,
  type SettingValues,
  Stop,
  typeNameOf,
  Unicode,
} from "../runtime/mod.ts";
import { COMPOSITE_VARIABLE } from "../directory/mod.ts";
import { isSet, playDirectory } from "./attachment.ts";
import { CompositeControl } from "./control/composite_control.ts";
import { type ControlPlace, writeControlFile } from "./control/control_file.ts";
import { RoleWish } from "./control/messages.ts";
import { type GroupEffect, GroupState } from "./group_state.ts";
import { RoleBoard } from "./role_board.ts";
import type { RoleEvent, RoleWatcher } from "./role_events.ts";
import { RoleBegins, SourceChanged, SourceWatch } from "./watch/source_watch.ts";
import { roleMatcher, SearchError } from "./role_search.ts";
import { tell } from "./tell.ts";

/** Settings of a composite process. `retry`, `mainRole` and `stopOnExit` are about what the end of a role means. */
export const GROUP_SETTINGS = {
  directoryAtHost: HostPort,
  directoryAtLan: HostPort,
  encryptedDirectory: Boolean,
  retry: RetryIntervals,
  mainRole: Unicode,
  stopOnExit: Boolean,
  threads: Boolean,
};

/** The settings of a composite process, as given. */
export type GroupSettings = Settings<typeof GROUP_SETTINGS>;

/** What runs a role in a thread. */
const ROLE_THREAD = new URL("./role_thread.ts", import.meta.url).href;

/** Sent to itself when the main object of a role runs. */
class RoleIsUp extends Message({ role: Unicode.default("") }) {}

/** Sent to itself when the pause of a role is over. */
class PauseOver extends Message({ role: Unicode.default("") }) {}

/** Who else hears what happens to the roles of this composite process, and how. */
export interface GroupView extends RoleWatcher {
  /** Takes what roles write to stderr, rather than leave that to them. */
  readonly takesErrors: boolean;
}

/** What the program around a composite process adds to it. */
export interface GroupSurroundings {
  /** Somebody looks. */
  readonly view?: GroupView;
  /** Roles begin anew when their files change, and nothing ends but by an interruption. @default {false} */
  readonly watches?: boolean;
}

/** Where a composite process finds its {@link GroupSurroundings}. */
export const GROUP_SURROUNDINGS: Service<GroupSurroundings> = new Service("group surroundings");

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
  const board = new RoleBoard(roles.keys(), () => Number(self.kernel.world.clock.wall()) / 1e6);
  const place = { directoryPort: directory.listening.port!, encrypted: settings.encryptedDirectory === true };
  const control = await openControl(self, board, place);
  const parts = { roles, settings, directory: directory.listening, board, control };
  const value = await new Group(self, parts).run();
  if (control !== null) await self.stop(control.address);
  await self.stop(directory.address);
  return value;
}
bind(group, "layer_cake.group", { settings: GROUP_SETTINGS, returns: Any });

/** What connects a composite process with its roles and those who look at it. */
interface OpenControl {
  readonly address: AddressValue;
  /** What roles find in their environment. */
  readonly variable: string;
}

/** Opens it; without it, all goes on unseen. */
async function openControl(
  self: Routine,
  board: RoleBoard,
  place: Pick<ControlPlace, "directoryPort" | "encrypted">,
): Promise<OpenControl | null> {
  const { world } = self.kernel;
  const token = world.random.uuid().replaceAll("-", "");
  const onUp = (role: string) => self.kernel.send(new RoleIsUp({ role }), self.address, self.address);
  const address = self.create(CompositeControl, { token, board, onUp });
  const answer = await self.select([HostPort, Faulted, Returned], { saving: [Stop] });
  if (!(answer instanceof HostPort)) {
    self.warning(`Cannot be seen from outside: ${answer instanceof Returned ? answer.message : answer}`);
    await self.stop(address);
    return null;
  }
  const port = answer.port!;
  try {
    await writeControlFile(world, homePathOf(self), { ...place, port, token, pid: world.processes.pid });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    self.warning(error.message);
  }
  return { address, variable: `${port}:${token}` };
}

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

/** The home whose roles are run, as the platform knows it from everywhere. */
function homePathOf({ kernel }: Routine): string {
  const { commandLine } = processContext(kernel);
  return absolute(kernel.world.files.currentFolder(), commandLine.homePath ?? DEFAULT_HOME);
}

interface GroupParts {
  readonly roles: ReadonlyMap<string, Role>;
  readonly settings: GroupSettings;
  /** Where the roles find the directory of the group. */
  readonly directory: HostPort;
  readonly board: RoleBoard;
  readonly control: OpenControl | null;
}

/** Carries out what the state of a composite process asks for. */
class Group {
  readonly #self: Routine;
  readonly #parts: GroupParts;
  readonly #state: GroupState;
  readonly #processes = new Map<AddressValue, string>();
  readonly #surroundings: GroupSurroundings;
  #watch: AddressValue | null = null;
  /** Roles that somebody asked to end. */
  readonly #stopped = new Set<string>();
  readonly #pauses = new Map<string, ReturnType<Kernel["after"]>>();

  constructor(self: Routine, parts: GroupParts) {
    this.#self = self;
    this.#parts = parts;
    this.#surroundings = self.kernel.find(GROUP_SURROUNDINGS) ?? {};
    const { mainRole, retry } = parts.settings;
    this.#state = new GroupState({
      mainRole: mainRole ?? null,
      stopOnExit: parts.settings.stopOnExit === true,
      isLasting: this.#surroundings.watches === true,
      retry: retry === null || retry === undefined || retry.isEmpty ? null : retry,
      random: (bound) => self.kernel.world.random.integer(bound),
    });
  }

  async run(): Promise<unknown> {
    if (this.#surroundings.watches === true) this.#watch = this.#self.create(SourceWatch);
    try {
      return await this.#live();
    } finally {
      if (this.#watch !== null) await this.#self.stop(this.#watch);
    }
  }

  async #live(): Promise<unknown> {
    const { world } = this.#self.kernel;
    let effects = this.#state.begin([...this.#parts.roles.keys()]);
    for (let isReady = false;;) {
      for (const effect of effects) {
        if (effect.kind === "return") return effect.value;
        if (effect.kind === "returnTable") return new Cast(new Map(effect.table), MapOf(Unicode, Any));
        await this.#do(effect);
      }
      if (!isReady) world.processes.notify(`READY=1\nSTATUS=Roles: ${[...this.#parts.roles.keys()].join(", ")}`);
      isReady = true;
      effects = this.#handle(await this.#self.input());
    }
  }

  #handle(message: unknown): GroupEffect[] {
    const self = this.#self;
    if (message instanceof Stop) return this.#state.stop();
    if (message instanceof PauseOver) return this.#state.pauseOver(message.role);
    if (message instanceof RoleWish) return this.#grant(message);
    if (message instanceof SourceChanged) {
      this.#self.console(`"${message.path}" has changed, restarting "${message.role}"`);
      this.#note(message.role, { kind: "changed", path: message.path });
      return this.#state.restartRole(message.role);
    }
    if (message instanceof RoleIsUp) this.#note(message.role, { kind: "up" });
    if (!(message instanceof Returned)) return [];
    const role = this.#processes.get(self.returnAddress);
    if (role === undefined) return [];
    this.#processes.delete(self.returnAddress);
    this.#parts.roles.get(role)?.unlock();
    this.#note(role, { kind: "ended", value: message.message });
    this.#tellEnd(role, message.message);
    const effects = this.#state.ended(role, message.message);
    if (this.#stopped.delete(role) && !this.#state.running.includes(role)) this.#note(role, { kind: "stopped" });
    return effects;
  }

  /** Does what somebody outside wants, as far as it can be done. */
  #grant({ role, action }: RoleWish): GroupEffect[] {
    if (this.#state.isEnding) {
      this.#self.reply(new Faulted(`cannot ${action.toLowerCase()} "${role}"`, "all roles are about to end"));
      return [];
    }
    this.#self.reply(new Ack());
    this.#self.console(`Asked to ${action.toLowerCase()} "${role}"`);
    if (action === "START") return this.#state.startRole(role);
    if (action === "RESTART") return this.#state.restartRole(role);
    this.#stopped.add(role);
    return this.#state.stopRole(role);
  }

  /** What the role is about to read is what later changes are measured by. */
  async #watchFrom(role: string, executable: string): Promise<void> {
    if (this.#watch === null) return;
    const found = await findRoleExecutable(this.#self.kernel.world, executable, homePathOf(this.#self));
    if (!(found instanceof Faulted)) this.#self.send(new RoleBegins({ role, path: found.path }), this.#watch);
  }

  #note(role: string, event: RoleEvent): void {
    this.#parts.board.note(role, event);
    this.#surroundings.view?.note(role, event);
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
    if (this.#surroundings.view !== undefined) return;
    if (debugLevel === null && origin !== "START") tell(kernel.world, "?", `cake: ${text}`);
    else this.#self.warning(text);
  }

  async #do(effect: GroupEffect): Promise<void> {
    const self = this.#self;
    if (effect.kind === "start") await this.#start(effect.role);
    else if (effect.kind === "pause") this.#pause(effect.role, effect.seconds);
    else if (effect.kind === "stop") {
      for (const [address, role] of this.#processes) {
        if (!effect.roles.includes(role)) continue;
        this.#note(role, { kind: "stopping" });
        self.send(new Stop(), address);
      }
    }
  }

  #pause(role: string, seconds: number): void {
    const { kernel, address } = this.#self;
    this.#self.console(`Restarting "${role}" in ${seconds}s`);
    this.#note(role, { kind: "waiting", seconds });
    const over = () => kernel.send(new PauseOver({ role }), address, address);
    this.#pauses.set(role, kernel.after(seconds * 1000, over));
  }

  async #start(name: string): Promise<void> {
    const role = this.#parts.roles.get(name)!;
    const { executableFile } = role.records;
    // Whoever could not wait has ended the pause.
    const pause = this.#pauses.get(name);
    if (pause !== undefined) this.#self.kernel.cancelTimer(pause);
    this.#pauses.delete(name);
    this.#stopped.delete(name);
    this.#note(name, { kind: "starting" });
    await this.#watchFrom(name, executableFile);
    await this.#lockFor(role);
    const address = this.#self.create(ProcessObject, {
      role: executableFile,
      homePath: homePathOf(this.#self),
      roleName: name,
      topRole: true,
      ...(this.#parts.settings.threads === true ? { thread: ROLE_THREAD } : {}),
      settings: this.#childSettings(),
      environment: this.#parts.control === null ? {} : { [COMPOSITE_VARIABLE]: this.#parts.control.variable },
      onProcess: (pid: number) => this.#note(name, { kind: "process", pid }),
      ...(this.#surroundings.view?.takesErrors !== true ? {} : {
        onError: (bytes: Uint8Array) => this.#note(name, { kind: "wrote", bytes }),
      }),
    });
    this.#processes.set(address, name);
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
