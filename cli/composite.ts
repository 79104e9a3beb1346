/** What `run` and `start` have in common: which roles, and what is in the way of running them. */

import {
  castBack,
  Faulted,
  GROUP_ROLE,
  type Home,
  meantText,
  openHome,
  openRole,
  roleHolders,
  rolePath,
  Unicode,
} from "../runtime/mod.ts";
import type { CommandCall, CommandSetting } from "./command.ts";
import { groupArguments } from "./group_program.ts";
import { absolutePath, damageText, givenHome, searchHome } from "./homes.ts";
import { MANIFESTS } from "./lazy_modules.ts";
import { manifestPath } from "./manifest/manifest_place.ts";
import { standardFlags } from "./standard_flags.ts";

/** A home that is ready to be run. */
export interface Runnable {
  readonly home: Home;
  /** Arguments for the program of the composite process, but for its origin. */
  readonly argv: readonly string[];
}

/** What a command says of a home without roles. */
export interface RunWords {
  readonly verb: "run" | "start";
  readonly empty: string;
}

/** The setting that names a manifest. */
export const MANIFEST_SETTING: CommandSetting = {
  name: "manifest",
  wireName: "manifest",
  type: Unicode,
  help: "make the home what that file says; by default cake.yaml, if the home is that of this folder",
  longOnly: true,
};

/** Finds the roles that a call means, or the fault that says why they can't run. */
export async function runnable(call: CommandCall, { verb, empty }: RunWords): Promise<Runnable | Faulted> {
  const { world, words } = call;
  const path = absolutePath(world, givenHome(call));
  const cannot = `cannot ${verb} "${path}"`;
  const manifest = await manifestPath(call);
  if (manifest !== null) {
    // The most of a start is the loading of modules: those that read YAML only where there is some.
    const { applyManifest } = await MANIFESTS.load();
    const refused = await applyManifest(call, manifest, cannot);
    if (refused !== null) return refused;
  }
  const home = words.length > 0 ? await searchHome(world, path, words) : await openHome(world, path);
  if (home instanceof Faulted) return home;
  if (home === null) return new Faulted(cannot, "does not exist or unexpected/incomplete materials");
  if (damageText(home) !== null) return new Faulted(cannot, damageText(home));
  if (home.roles.size === 0) return new Faulted(cannot, empty);
  const running = await roleHolders(world, path, [...home.roles.keys(), GROUP_ROLE]);
  if (running.size > 0) return new Faulted(cannot, runningText(running));
  const lost = await lostMainRole(call, home);
  if (lost !== null) {
    const hint = meantText(lost, [...home.roles.keys()]);
    return new Faulted(cannot, `no role "${lost}" to be the main role${hint}`);
  }
  const place = [`--home-path=${path}`, `--role-name=${GROUP_ROLE}`];
  return { home, argv: [...words, ...groupArguments(call), ...place, ...standardFlags(call.commandLine)] };
}

/** Which roles run, and as which processes. */
function runningText(running: ReadonlyMap<string, number>): string {
  const roles = [...running.keys()].filter((name) => name !== GROUP_ROLE);
  const shown = roles.length > 0 ? roles : [...running.keys()];
  // The process of the group is the one to talk about: the others are its children.
  const leader = running.get(GROUP_ROLE);
  const pids = leader === undefined ? [...new Set(running.values())] : [leader];
  return `roles "${shown.join(",")}" are already running, pid ${pids.join(", ")}`;
}

/** The name of a main role that is none of those to be run, or null. */
async function lostMainRole(call: CommandCall, home: Home): Promise<string | null> {
  const group = await openRole(call.world, rolePath(home.path, GROUP_ROLE));
  const mainRole = call.settings.get("main_role") ?? castBack(group?.settings.get("main_role"));
  return typeof mainRole === "string" && !home.roles.has(mainRole) ? mainRole : null;
}
