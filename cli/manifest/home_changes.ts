// This module performs no I/O.

/** From what a manifest wants and what a home has to what must be done, and back to words. */

import { GROUP_ROLE } from "../../runtime/process/role_records.ts";
import type { Manifest } from "./manifest.ts";
import { roleNames } from "./manifest.ts";

/** Texts of settings as command lines have them, by wire name. */
export type SettingTexts = ReadonlyMap<string, string>;

/** A role as a manifest wants it. */
export interface WantedRole {
  /** The entry of the manifest. */
  readonly entry: string;
  /** Null for the composite process, whose executable is not to be chosen. */
  readonly executable: string | null;
  /** Its executable as an absolute path. */
  readonly path: string | null;
  readonly settings: SettingTexts;
}

/** A role as it is. */
export interface PresentRole {
  /** As the role records it. */
  readonly executable: string;
  /** What is stored, as texts that are equal when the values are. */
  readonly settings: SettingTexts;
  /** Its model folder holds something. */
  readonly hasData: boolean;
}

/** A setting that a manifest gave, and what became of it in the home. */
export interface AppliedSetting {
  readonly given: string;
  readonly stored: string;
}

/** A role as a manifest made it or changed it last. */
export interface AppliedRole {
  readonly executable: string | null;
  /** What the role then recorded. */
  readonly recorded: string;
  readonly settings: ReadonlyMap<string, AppliedSetting>;
}

/** Something to be done. Roles of one entry that need the same are done together. */
export type HomeChange =
  | {
    readonly kind: "make";
    readonly entry: string;
    readonly names: readonly string[];
    readonly executable: string | null;
    readonly settings: SettingTexts;
  }
  | {
    readonly kind: "change";
    readonly entry: string;
    readonly names: readonly string[];
    /** Null for one that stays. */
    readonly executable: string | null;
    readonly set: SettingTexts;
    readonly unset: readonly string[];
  }
  | { readonly kind: "remove"; readonly names: readonly string[] };

/** What must be done, or what is in the way of it. */
export interface HomePlan {
  readonly changes: readonly HomeChange[];
  readonly refusals: readonly string[];
}

/** What is there, and what was done before. The composite process is the role of that name in each. */
export interface HomeState {
  readonly present: ReadonlyMap<string, PresentRole>;
  readonly applied: ReadonlyMap<string, AppliedRole>;
}

/**
 * The roles that a manifest makes, by name.
 *
 * @param group Settings of the composite process.
 * @param paths Executables of entries as absolute paths.
 */
export function wantedRoles(
  { roles }: Manifest,
  group: SettingTexts,
  paths: ReadonlyMap<string, string> = new Map(),
): Map<string, WantedRole> {
  const itself = { entry: GROUP_ROLE, executable: null, path: null, settings: group };
  const wanted = new Map<string, WantedRole>([[GROUP_ROLE, itself]]);
  for (const [entry, role] of roles) {
    const { executable, settings } = role;
    const path = paths.get(entry) ?? null;
    for (const name of roleNames(entry, role)) wanted.set(name, { entry, executable, path, settings });
  }
  return wanted;
}

/**
 * What makes a home as a manifest wants it. What somebody set in the home by hand, and no manifest named, stays; so do
 * roles that no manifest made. A role that a manifest made and none wants any more is removed, unless it keeps data.
 */
export function planHome(wanted: ReadonlyMap<string, WantedRole>, state: HomeState): HomePlan {
  const changes = new Map<string, HomeChange>();
  for (const [name, role] of wanted) {
    const present = state.present.get(name);
    const change = present === undefined
      ? {
        kind: "make" as const,
        entry: role.entry,
        names: [name],
        executable: role.executable,
        settings: role.settings,
      }
      : changeOf(name, role, present, state.applied.get(name));
    if (change !== null) gather(changes, change);
  }
  const refusals: string[] = [];
  for (const name of state.applied.keys()) {
    const present = state.present.get(name);
    if (wanted.has(name) || present === undefined) continue;
    if (!present.hasData) gather(changes, { kind: "remove", names: [name] });
    else {
      refusals.push(
        `role "${name}" is not there any more, and keeps data: remove it with "cake delete ${name}", or its model folder's contents`,
      );
    }
  }
  return { changes: [...changes.values()], refusals };
}

function changeOf(
  name: string,
  wanted: WantedRole,
  present: PresentRole,
  applied: AppliedRole | undefined,
): HomeChange | null {
  const isSame = wanted.executable === null || wanted.path === present.executable ||
    (applied?.executable === wanted.executable && applied.recorded === present.executable);
  const executable = isSame ? null : wanted.executable;
  const set = new Map<string, string>();
  for (const [setting, text] of wanted.settings) {
    const before = applied?.settings.get(setting);
    const isThere = before?.given === text && before.stored === present.settings.get(setting);
    // Another executable may take it for something else.
    if (!isThere || executable !== null) set.set(setting, text);
  }
  const unset = [...applied?.settings.keys() ?? []].filter((setting) =>
    !wanted.settings.has(setting) && present.settings.has(setting)
  );
  if (executable === null && set.size === 0 && unset.length === 0) return null;
  return { kind: "change", entry: wanted.entry, names: [name], executable, set, unset };
}

/** Adds to a change that is the same but for the names. */
function gather(changes: Map<string, HomeChange>, change: HomeChange): void {
  const key = JSON.stringify({ ...change, names: [], settings: pairs(change, "settings"), set: pairs(change, "set") });
  const same = changes.get(key);
  changes.set(key, same === undefined ? change : { ...same, names: [...same.names, ...change.names] });
}

function pairs(change: HomeChange, name: "settings" | "set"): unknown {
  return name in change ? [...(change as unknown as Record<string, SettingTexts>)[name]!] : null;
}

/** Characters of a value that a line shows. */
const SHOWN_MAX = 60;

/** What was done, as lines. */
export function changeLines(changes: readonly HomeChange[]): string[] {
  return changes.map((change) => {
    const roles = `${change.names.length === 1 ? "role" : `${change.names.length} roles`} ${nameText(change.names)}`;
    if (change.kind === "make") return `made ${roles}`;
    if (change.kind === "remove") return `removed ${roles}`;
    const parts = [
      ...change.executable === null ? [] : [`executable ${change.executable}`],
      ...[...change.set].map(([name, text]) => `${name}=${cut(text)}`),
      ...change.unset.map((name) => `${name} unset`),
    ];
    return `changed ${roles}: ${parts.join(", ")}`;
  });
}

function nameText(names: readonly string[]): string {
  const [first, second] = names;
  if (second === undefined) return `"${first}"`;
  return names.length === 2 ? `"${first}" and "${second}"` : `"${first}" to "${names.at(-1)}"`;
}

function cut(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
}
