/** The work of `cake top`: it gathers, shows, and does what keys say. */

import type { RoleReport } from "../../directory/mod.ts";
import {
  Aborted,
  bind,
  castBack,
  Faulted,
  Message,
  Returned,
  type Role,
  roleHolder,
  type Routine,
  Stop,
  T1,
  Unicode,
  VectorOf,
} from "../../runtime/mod.ts";
import type { CompositeStatus } from "../control/messages.ts";
import { askTree } from "../tree/ask_tree.ts";
import { omissions } from "../tree/directory_tree.ts";
import { treeLines } from "../tree/tree_lines.ts";
import { paintFor, wantsColour } from "../view/ansi.ts";
import { ControlLine } from "./control_line.ts";
import { keysOf } from "./keys.ts";
import { homeRoles, lastRecords, memoryOf, roleFromHome, STAMP_CHARACTERS } from "./role_sources.ts";
import { Screen } from "./screen.ts";
import { frameOf, pageLines } from "./top_frame.ts";
import { emptyTop, pressed, ratesOf, type TopEffect, type TopModel, topRole, withRoles } from "./top_model.ts";

/** How often everything is asked again. Units: seconds. */
const REFRESH_SECONDS = 1;
/** Pages of listings, beyond the first ones, that are asked for each time that the network is looked at. */
const NETWORK_PAGES_MAX = 8;

/** Sent to itself: somebody typed these. */
class Typed extends Message({ keys: VectorOf(Unicode) }) {}

/** Sent to itself: the terminal has another size. */
class Resized extends Message({}) {}

/** Shows the composite process of a home until somebody has seen enough. */
export async function showTop(self: Routine, homePath: string): Promise<Aborted | Faulted | null> {
  const { world } = self.kernel;
  const { address } = self;
  const take = (typed: Uint8Array) => self.kernel.send(new Typed({ keys: keysOf(typed) }), address, address);
  const giveBack = world.environment.takeKeys(take);
  if (giveBack === null || world.environment.terminalSize() === null) {
    giveBack?.();
    return new Faulted("cannot top", 'needs a terminal; "cake status --json" is for programs');
  }
  const screen = new Screen(world);
  const resized = world.processes.onSignal(
    "SIGWINCH",
    () => self.kernel.send(new Resized({}), address, address),
  );
  screen.open();
  try {
    return await new Top(self, homePath, screen).run();
  } finally {
    screen.close();
    giveBack();
    resized();
  }
}

/** One look at a composite process. */
class Top {
  readonly #self: Routine;
  readonly #homePath: string;
  readonly #screen: Screen;
  readonly #line: ControlLine;
  #model: TopModel;
  #roles: ReadonlyMap<string, Role> = new Map();
  #reports: ReadonlyMap<string, RoleReport> = new Map();
  #rates: ReadonlyMap<string, number> = new Map();
  #status: CompositeStatus | null = null;
  #openLog: string | null = null;
  #isAskingNetwork = false;

  constructor(self: Routine, homePath: string, screen: Screen) {
    this.#self = self;
    this.#homePath = homePath;
    this.#screen = screen;
    this.#line = new ControlLine(self, homePath);
    this.#model = emptyTop(homePath);
  }

  async run(): Promise<Aborted | null> {
    const self = this.#self;
    await this.#refresh();
    self.start(T1, REFRESH_SECONDS, { repeating: true });
    for (;;) {
      this.#draw();
      const message = await self.input();
      if (message instanceof Stop) return new Aborted();
      if (message instanceof T1) await this.#refresh();
      else if (message instanceof Resized) this.#screen.clear();
      else if (message instanceof Typed) {
        for (const key of message.keys) if (await this.#press(key)) return null;
      } else if (message instanceof Returned) this.#showNetwork(message.message);
      else await this.#hear(message);
    }
  }

  #draw(): void {
    const { world } = this.#self.kernel;
    const paint = paintFor(wantsColour((name) => world.environment.variable(name)));
    const now = Number(world.clock.wall()) / 1e6;
    this.#screen.draw(frameOf(this.#model, { ...this.#screen.size, paint, now }));
  }

  /** True: that is enough. */
  async #press(key: string): Promise<boolean> {
    const [model, effects] = pressed(this.#model, key, pageLines(this.#screen.size.lines));
    this.#model = model;
    for (const effect of effects) if (await this.#do(effect)) return true;
    return false;
  }

  async #do(effect: TopEffect): Promise<boolean> {
    switch (effect.kind) {
      case "quit":
        return true;
      case "redraw":
        this.#screen.clear();
        return false;
      case "wish":
        await this.#wish(effect.role, effect.action);
        return false;
      case "openLog":
        this.#openLog = effect.role;
        await this.#readLog();
        return false;
      case "closeLog":
        this.#openLog = null;
        return false;
      case "openNetwork":
        this.#askNetwork();
        return false;
    }
  }

  /** Where nobody answers for the roles, a role can be asked to end, but not to begin. */
  async #wish(role: string, action: "START" | "STOP" | "RESTART"): Promise<void> {
    if (this.#line.wish(role, action)) return;
    const { world } = this.#self.kernel;
    const place = this.#roles.get(role);
    const holder = place === undefined ? null : await roleHolder(world.files, place.path);
    if (action !== "STOP") this.#say(`cannot ${action.toLowerCase()} "${role}": no composite process answers`);
    else if (holder === null) this.#say(`"${role}" is not running`);
    else if (world.processes.signal(holder.pid, "SIGINT")) this.#say(`interrupted "${role}", pid ${holder.pid}`);
  }

  #say(note: string): void {
    this.#model = { ...this.#model, note };
  }

  async #hear(message: unknown): Promise<void> {
    const news = this.#line.take(message);
    if (news === null || news === undefined) return;
    if ("note" in news) this.#say(news.note);
    else if ("lost" in news) {
      this.#status = null;
      await this.#showHome();
    } else {
      this.#status = news.status;
      const reports = new Map(news.status.reports.map((report) => [report.roleName, report]));
      // The same report twice says nothing about the time between.
      const isNew = [...reports].some(([role, { at }]) => this.#reports.get(role)?.at !== at);
      if (isNew) this.#rates = ratesOf(this.#reports, reports);
      this.#reports = reports;
      await this.#showStatus(news.status);
    }
  }

  async #refresh(): Promise<void> {
    this.#roles = await homeRoles(this.#self.kernel.world, this.#homePath);
    await this.#line.ask();
    if (this.#status === null) await this.#showHome();
    if (this.#model.screen === "log") await this.#readLog();
    if (this.#model.screen === "network") this.#askNetwork();
  }

  async #showStatus({ roles }: CompositeStatus): Promise<void> {
    const { world } = this.#self.kernel;
    const shown = await Promise.all(roles.map(async (status) =>
      topRole(status, {
        report: this.#reports.get(status.role),
        rate: this.#rates.get(status.role),
        memory: status.pid === 0 ? null : await memoryOf(world, status.pid),
        lastLine: status.lastLine !== "" ? status.lastLine : await this.#storedLine(status.role),
      })
    ));
    this.#model = withRoles(this.#model, shown, true);
  }

  async #storedLine(role: string): Promise<string> {
    const place = this.#roles.get(role);
    if (place === undefined) return "";
    return (await lastRecords(this.#self.kernel.world, place.logsPath)).at(-1)?.slice(STAMP_CHARACTERS) ?? "";
  }

  async #showHome(): Promise<void> {
    const { world } = this.#self.kernel;
    const shown = await Promise.all([...this.#roles].map(([name, role]) => roleFromHome(world, name, role)));
    this.#model = withRoles(this.#model, shown, false);
  }

  async #readLog(): Promise<void> {
    const place = this.#openLog === null ? undefined : this.#roles.get(this.#openLog);
    if (place === undefined) return;
    const records = await lastRecords(this.#self.kernel.world, place.logsPath);
    const log = records.flatMap((record) => record.split("\n"));
    const nothing = "It stored no log: roles do when they were started in the background, or with --keep-logs.";
    const isEmpty = log.length === 0;
    // Whoever has scrolled up stays where he is.
    const more = this.#model.scrolled > 0 ? Math.max(0, log.length - this.#model.log.length) : 0;
    this.#model = { ...this.#model, log: isEmpty ? [nothing] : log, scrolled: this.#model.scrolled + more };
  }

  #askNetwork(): void {
    if (this.#isAskingNetwork) return;
    this.#isAskingNetwork = true;
    this.#self.create(networkLines);
  }

  #showNetwork(value: unknown): void {
    this.#isAskingNetwork = false;
    const lines = castBack(value);
    const network = Array.isArray(lines) ? lines as string[] : [`${lines}`];
    this.#model = { ...this.#model, network };
  }
}

/** Asks the directories once, beside everything else. */
async function networkLines(self: Routine): Promise<unknown> {
  const stopped = new AbortController();
  const shown = { published: true, subscribed: false, routed: false, connected: true };
  const question = { scope: "GROUP", wanted: shown, pagesMax: NETWORK_PAGES_MAX, signal: stopped.signal } as const;
  const tree = await askTree(self, question);
  if (tree instanceof Faulted) return tree;
  return [...treeLines(tree, { ...shown, isFull: false, addresses: true }), ...omissions(tree)];
}
bind(networkLines, "layer_cake.network_lines", { returns: VectorOf(Unicode) });
