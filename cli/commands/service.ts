/** `cake service`: directories and composite processes that start with the machine. */

import { basename, dirname, join } from "@std/path";
import { Boolean, Faulted, FileError, type SplitArguments, Unicode, type World } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { refuseBadDirectories } from "../directory_addresses.ts";
import { cakeLaunch } from "../group_program.ts";
import { absolutePath } from "../homes.ts";
import { standardFlags } from "../standard_flags.ts";
import { launchdPlist, type ServicePlan, ServiceTextError, systemdUnit, windowsTask } from "../service/service_text.ts";

const ACTIONS = ["install", "uninstall", "status"];

/** What a service logs, where nobody says. */
const LOG_LEVEL = "CONSOLE";

/** Makes, removes and shows boot services. */
export const service: Command = {
  name: "service",
  usage: "install|uninstall|status host|lan|<home>",
  summary: "Start a directory, or the roles of a home, whenever the machine starts",
  settings: [
    {
      name: "user",
      wireName: "user",
      type: Boolean,
      help: "a service of yours, started when you log in, in place of one of the machine",
      longOnly: true,
    },
    {
      name: "print",
      wireName: "print",
      type: Boolean,
      help: "show what install would write, and write nothing",
      longOnly: true,
    },
    {
      name: "serviceName",
      wireName: "service_name",
      type: Unicode,
      help: "another name than cake-host, cake-lan or cake-<folder>",
      longOnly: true,
    },
  ],
  forwards: true,
  wordsMax: 2,
  examples: ["service install host", "service install /srv/plant --user", "service install lan --print"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const [action, what] = call.words;
  if (action === undefined || !ACTIONS.includes(action)) {
    return { value: new Faulted("cannot manage service", `expected ${ACTIONS.join(", ")}`) };
  }
  const cannot = `cannot ${action} service`;
  if (what === undefined) return { value: new Faulted(cannot, "expected host, lan or the folder of a home") };
  try {
    const plan = await planOf(call, what);
    if (plan instanceof Faulted) return { value: plan };
    const platform = platformOf(call.world, plan);
    if (call.settings.get("print") === true) {
      call.world.environment.writeOutput(platform.text);
      return { value: null };
    }
    if (action === "install") await call.world.files.makeFolder(dirname(platform.path));
    if (action === "install") await call.world.files.writeTextAtomic(platform.path, platform.text);
    for (const command of platform.commands[action as "install"]) {
      const code = await perform(call.world, command);
      if (code === 0 || action === "uninstall") continue;
      if (action === "status") return { status: code };
      return { value: new Faulted(`${cannot} "${plan.name}"`, `${command.join(" ")} ended with ${code}`) };
    }
    if (action === "uninstall") await call.world.files.remove(platform.path);
    return { value: null };
  } catch (error) {
    if (!(error instanceof FileError) && !(error instanceof ServiceTextError)) throw error;
    return { value: new Faulted(cannot, error.message) };
  }
}

async function perform(world: World, [executable = "", ...args]: readonly string[]): Promise<number> {
  const child = world.processes.spawn({ executable, arguments: args, streams: "terminal" });
  return (await child.status).code;
}

/** What is to run, or a fault that says why it can't be told. */
async function planOf(call: CommandCall, what: string): Promise<ServicePlan | Faulted> {
  const { world, settings } = call;
  const isOfUser = settings.get("user") === true;
  const level = call.commandLine.debugLevel === null ? [`--debug-level=${LOG_LEVEL}`] : [];
  const flags = [...level, ...standardFlags(call.commandLine), ...forwarded(call.rest)];
  const isDirectory = what === "host" || what === "lan";
  refuseBadDirectories(call.rest, isDirectory ? what : "group");
  const home = isDirectory ? null : await homeOf(world, absolutePath(world, what));
  if (home === null && !isDirectory) {
    return new Faulted(`cannot find a home at "${what}"`, "neither it nor .layer-cake there");
  }
  const project = home === null ? null : dirname(home);
  const words = isDirectory ? [what] : ["run", `--home-path=${home}`];
  const { executable, arguments: args } = await cakeLaunch(world, [...words, ...flags]);
  const given = settings.get("service_name");
  const name = typeof given === "string" ? given : `cake-${project === null ? what : basename(project)}`;
  if (!/^[\w-]+$/.test(name)) {
    return new Faulted(
      `cannot name a service "${name}"`,
      "expected letters, digits, dashes and underscores; give --service-name",
    );
  }
  return {
    name,
    description: isDirectory ? `cake: the ${what.toUpperCase()} directory` : `cake: the roles of ${project}`,
    command: [executable, ...args],
    folder: project,
    writes: project,
    isOfUser,
    account: await accountOf(world, project ?? executable, isDirectory),
  };
}

/** The home that a path means: itself, or the one in it. */
async function homeOf(world: World, path: string): Promise<string | null> {
  for (const home of [join(path, ".layer-cake"), path]) {
    if ((await world.files.info(join(home, "role")))?.kind === "folder") return home;
  }
  return null;
}

/** Folders that only their owners may enter. */
const PRIVATE = /^\/(?:home|root|Users)\//;

/** Whose rights it needs: those of the home's owner; for a directory nobody's, unless only its owner can reach the file. */
async function accountOf(world: World, path: string, isDirectory: boolean): Promise<string | null> {
  if (isDirectory && !PRIVATE.test(path)) return null;
  const owner = (await world.files.info(path))?.owner;
  return owner ? String(owner.user) : null;
}

function forwarded({ long, short }: SplitArguments): string[] {
  const text = (dashes: string) => ([name, value]: [string, string | undefined]) =>
    value === undefined ? `${dashes}${name}` : `${dashes}${name}=${value}`;
  return [...[...long].map(text("--")), ...[...short].map(text("-"))];
}

interface Platform {
  readonly path: string;
  readonly text: string;
  readonly commands: Readonly<Record<"install" | "uninstall" | "status", readonly (readonly string[])[]>>;
}

/** The platform by the look of its paths and folders: units, property lists, or tasks. */
function platformOf(world: World, plan: ServicePlan): Platform {
  const home = world.environment.variable("HOME") ?? "/root";
  const { platform } = world.processes.self;
  if (platform === "windows") return windows(world, plan);
  return platform === "darwin" ? launchd(plan, home) : systemd(world, plan, home);
}

function systemd(world: World, plan: ServicePlan, home: string): Platform {
  const { name, isOfUser } = plan;
  const configuration = world.environment.variable("XDG_CONFIG_HOME") || join(home, ".config");
  const scope = isOfUser ? ["systemctl", "--user"] : ["systemctl"];
  return {
    path: join(isOfUser ? join(configuration, "systemd", "user") : "/etc/systemd/system", `${name}.service`),
    text: systemdUnit(plan),
    commands: {
      install: [[...scope, "daemon-reload"], [...scope, "enable", "--now", `${name}.service`]],
      uninstall: [[...scope, "disable", "--now", `${name}.service`]],
      status: [[...scope, "--no-pager", "status", `${name}.service`]],
    },
  };
}

function launchd(plan: ServicePlan, home: string): Platform {
  const { name, isOfUser } = plan;
  const path = join(
    isOfUser ? join(home, "Library") : "/Library",
    isOfUser ? "LaunchAgents" : "LaunchDaemons",
    `${name}.plist`,
  );
  return {
    path,
    text: launchdPlist(plan, join(isOfUser ? home : "/", "Library", "Logs", `${name}.log`)),
    commands: {
      install: [["launchctl", "load", "-w", path]],
      uninstall: [["launchctl", "unload", "-w", path]],
      status: [["launchctl", "list", name]],
    },
  };
}

function windows(world: World, plan: ServicePlan): Platform {
  const { name } = plan;
  const path = join(world.environment.variable("ProgramData") ?? world.files.currentFolder(), "cake", `${name}.xml`);
  return {
    path,
    text: windowsTask(plan),
    commands: {
      install: [["schtasks", "/Create", "/F", "/TN", name, "/XML", path], ["schtasks", "/Run", "/TN", name]],
      uninstall: [["schtasks", "/End", "/TN", name], ["schtasks", "/Delete", "/F", "/TN", name]],
      status: [["schtasks", "/Query", "/TN", name]],
    },
  };
}
