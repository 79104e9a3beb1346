/** The composite process as a program: what runs under `cake run`, and as `group-cake` for others. */

import {
  absolute,
  castBack,
  dashed,
  GROUP_ROLE,
  type Launch,
  launchOf,
  type Program,
  type SettingShape,
  type SettingValues,
  textFromValue,
  type World,
} from "../runtime/mod.ts";
import { directoryHooks } from "../directory/mod.ts";
import { type CommandCall, PROGRAM_NAME } from "./command.ts";
import { DIRECTORY_ADDRESSES } from "./directory_addresses.ts";
import { group, GROUP_SURROUNDINGS, type GroupSurroundings } from "./group.ts";
import { RUN_HELP } from "./group_help.ts";

/** The name of the program that runs a composite process, as homes record it. */
const GROUP_EXECUTABLE = "group-cake";

/** True for the role of the composite process itself, which this program runs. */
export function isGroup(role: string): boolean {
  return role === GROUP_ROLE;
}

/** The program of a composite process. */
export function groupProgram(world: World, surroundings: GroupSurroundings = {}): Program {
  const hooks = directoryHooks({ scope: "PROCESS" });
  return {
    main: group,
    name: PROGRAM_NAME,
    executable: groupExecutable(world),
    addresses: DIRECTORY_ADDRESSES.group,
    launch: groupLaunch,
    tellsReady: true,
    hooks: {
      ...hooks,
      attach: (runtime, context) => {
        runtime.provide(GROUP_SURROUNDINGS, surroundings);
        return hooks.attach?.(runtime, context);
      },
    },
  };
}

/** How to start a composite process as a process of its own. */
function groupLaunch(world: World, argv: readonly string[]): Promise<Launch> | Launch {
  return cakeLaunch(world, ["group", ...argv]);
}

/** How to start cake once more, with these arguments. */
export function cakeLaunch(world: World, args: readonly string[]): Promise<Launch> | Launch {
  const { self } = world.processes;
  if (self.compiled) return { executable: self.executable, arguments: args };
  const main = new URL("./main.ts", import.meta.url);
  const path = main.protocol === "file:" ? decodeURIComponent(main.pathname) : main.href;
  return launchOf(world, { path, modulePath: [] }, args);
}

/** Where the original's command finds what runs a composite process: beside cake. */
export function groupExecutable(world: World): string {
  const { self } = world.processes;
  if (self.compiled) return absolute(`${self.executable}/..`, GROUP_EXECUTABLE);
  const url = new URL(`../scripts/${GROUP_EXECUTABLE}`, import.meta.url);
  return url.protocol === "file:" ? decodeURIComponent(url.pathname) : GROUP_EXECUTABLE;
}

/** Settings as arguments, in the order in which they were given: that is the order in which they are stored. */
export function settingArguments(settings: SettingValues, table: readonly SettingShape[]): string[] {
  const types = new Map(table.map((setting) => [setting.wireName, setting.type]));
  const argv: string[] = [];
  for (const [wireName, held] of settings) {
    const type = types.get(wireName);
    const value = castBack(held);
    if (type === undefined || value === null || value === undefined) continue;
    argv.push(`--${dashed(wireName)}=${textFromValue(value, type)}`);
  }
  return argv;
}

/** The settings of a call as arguments of the group, those that are nobody's included: it refuses them in its own words. */
export function groupArguments(call: CommandCall): string[] {
  const argv = settingArguments(new Map(call.settings), RUN_HELP);
  for (const [name, text] of call.rest.long) argv.push(text === undefined ? `--${name}` : `--${name}=${text}`);
  for (const [name, text] of call.rest.short) argv.push(text === undefined ? `-${name}` : `-${name}=${text}`);
  return argv;
}
