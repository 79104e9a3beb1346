/** Where each command is. A module is loaded when its command is meant: most of a start is the loading of modules. */

import type { Command } from "./command.ts";
import { LazyModule } from "./lazy_module.ts";

/** Commands by name, in the order of the help. */
const TABLE: ReadonlyMap<string, LazyModule<Command>> = new Map([
  lazy("create", async () => (await import("./commands/create.ts")).create),
  lazy("add", async () => (await import("./commands/add.ts")).add),
  lazy("update", async () => (await import("./commands/update.ts")).update),
  lazy("edit", async () => (await import("./commands/edit.ts")).edit),
  lazy("delete", async () => (await import("./commands/delete.ts")).deleteRoles),
  lazy("list", async () => (await import("./commands/list.ts")).list),
  lazy("run", async () => (await import("./commands/run.ts")).run),
  lazy("start", async () => (await import("./commands/start.ts")).start),
  lazy("status", async () => (await import("./commands/status.ts")).status),
  lazy("stop", async () => (await import("./commands/stop.ts")).stop),
  lazy("top", async () => (await import("./commands/top.ts")).top),
  lazy("history", async () => (await import("./commands/history.ts")).history),
  lazy("returned", async () => (await import("./commands/returned.ts")).returned),
  lazy("log", async () => (await import("./commands/log.ts")).log),
  lazy("resource", async () => (await import("./commands/resource.ts")).resource),
  lazy("model", async () => (await import("./commands/model.ts")).model),
  lazy("script", async () => (await import("./commands/script.ts")).script),
  lazy("pack", async () => (await import("./commands/pack.ts")).pack),
  lazy("unpack", async () => (await import("./commands/unpack.ts")).unpack),
  lazy("validate", async () => (await import("./commands/validate.ts")).validate),
  lazy("destroy", async () => (await import("./commands/destroy.ts")).destroy),
  lazy("exec", async () => (await import("./commands/exec.ts")).exec),
  lazy("host", async () => (await import("./commands/directories.ts")).host),
  lazy("lan", async () => (await import("./commands/directories.ts")).lan),
  lazy("service", async () => (await import("./commands/service.ts")).service),
  lazy("network", async () => (await import("./commands/network.ts")).network),
  lazy("ping", async () => (await import("./commands/ping.ts")).ping),
  lazy("why", async () => (await import("./commands/why.ts")).why),
  lazy("doctor", async () => (await import("./commands/doctor.ts")).doctor),
  lazy("completion", async () => (await import("./commands/completion.ts")).completionOf(allCommands)),
]);

/** Commands that other programs call. */
const HIDDEN: ReadonlyMap<string, LazyModule<Command>> = new Map([
  lazy("group", async () => (await import("./commands/group.ts")).group),
]);

function lazy(name: string, load: () => Promise<Command>): [string, LazyModule<Command>] {
  return [name, new LazyModule(load)];
}

/** The names of all commands, in the order of the help. */
export const COMMAND_NAMES: readonly string[] = [...TABLE.keys()];

/** The command of a name, or undefined where there is none. */
export async function findCommand(name: string): Promise<Command | undefined> {
  return await (TABLE.get(name) ?? HIDDEN.get(name))?.load();
}

/** All commands, in the order of the help. */
export async function allCommands(): Promise<readonly Command[]> {
  return await Promise.all([...TABLE.values()].map((module) => module.load()));
}
