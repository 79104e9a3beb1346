// This module performs no I/O.

/** What a manifest says, and how it is read. */

import { HostPort } from "../../runtime/messages/host_port.ts";
import { STANDARD_ARGUMENTS } from "../../runtime/process/standard_arguments.ts";
import { RetryIntervals } from "../../runtime/process/retry.ts";
import { isReservedName } from "../../runtime/process/role_records.ts";
import { meantText } from "../../runtime/suggestion.ts";
import { MANIFEST_FIELDS } from "./fields.ts";
import { FieldReader, join, type ReadMap, type ReadValue } from "./read_fields.ts";
import { settingText, SettingTextError } from "./setting_text.ts";
import { inOrder, type Place, type Problem, readYaml, type YamlNode } from "./yaml_tree.ts";

/** One entry of the roles. */
export interface ManifestRole {
  /** As it was written. */
  readonly executable: string;
  /** Null for one role, which has the name of the entry. */
  readonly count: number | null;
  /** The number of the first of several. */
  readonly start: number;
  /** Texts as command lines have them, by wire name. */
  readonly settings: ReadonlyMap<string, string>;
}

/** What a manifest says about the composite process; null stands for nothing. */
export interface ManifestGroup {
  readonly mainRole: string | null;
  readonly retry: RetryIntervals | null;
  readonly stopOnExit: boolean | null;
  readonly threads: boolean | null;
  readonly directoryAtHost: HostPort | null;
  readonly directoryAtLan: HostPort | null;
  readonly encryptedDirectory: boolean | null;
}

/** What a manifest says. */
export interface Manifest {
  readonly group: ManifestGroup;
  readonly roles: ReadonlyMap<string, ManifestRole>;
  /** Where values were found, by path: `roles.server.settings.port`. */
  readonly places: ReadonlyMap<string, Place>;
}

/** A manifest, or all that is wrong with it, in the order of places. */
export type ReadManifest =
  | { readonly manifest: Manifest; readonly problems: readonly [] }
  | { readonly manifest: null; readonly problems: readonly Problem[] };

/** Reads the text of a manifest. */
export function readManifest(text: string): ReadManifest {
  const { root, problems } = readYaml(text);
  if (problems.length > 0) return { manifest: null, problems };
  const reader = new FieldReader();
  const empty: YamlNode = { kind: "scalar", at: { line: 1, column: 1 }, value: null, text: "" };
  const read = reader.fields(root ?? empty, MANIFEST_FIELDS, "");
  const manifest = manifestOf(reader, read);
  if (manifest !== null) reader.problems.push(...wholeProblems(manifest, reader.problems.length === 0));
  if (reader.problems.length > 0 || manifest === null) return { manifest: null, problems: inOrder(reader.problems) };
  return { manifest, problems: [] };
}

function manifestOf(reader: FieldReader, read: ReadMap | null): Manifest | null {
  if (read === null) return null;
  const { entries } = read;
  const roles = new Map<string, ManifestRole>();
  for (const [name, value] of (entries.get("roles") as ReadMap | undefined)?.entries ?? []) {
    const role = roleOf(reader, value as ReadMap, join("roles", name));
    if (role !== null) roles.set(name, role);
  }
  return { group: groupOf(entries), roles, places: reader.places };
}

function groupOf(entries: ReadMap["entries"]): ManifestGroup {
  return {
    mainRole: entries.get("main_role") as string | undefined ?? null,
    retry: retryOf(entries.get("retry") as ReadMap | undefined),
    stopOnExit: entries.get("stop_on_exit") as boolean | undefined ?? null,
    threads: entries.get("threads") as boolean | undefined ?? null,
    directoryAtHost: addressOf(entries.get("directory_at_host")),
    directoryAtLan: addressOf(entries.get("directory_at_lan")),
    encryptedDirectory: entries.get("encrypted_directory") as boolean | undefined ?? null,
  };
}

function addressOf(value: ReadValue | undefined): HostPort | null {
  const entries = (value as ReadMap | undefined)?.entries;
  const host = entries?.get("host");
  const port = entries?.get("port");
  return typeof host === "string" && typeof port === "number" ? new HostPort(host, port) : null;
}

function retryOf(read: ReadMap | undefined): RetryIntervals | null {
  if (read === undefined) return null;
  const number = (name: string) => read.entries.get(name) as number | undefined ?? null;
  return new RetryIntervals({
    firstSteps: [...(read.entries.get("first_steps") as readonly number[] | undefined) ?? []],
    regularSteps: number("regular_steps"),
    stepLimit: number("step_limit"),
    randomized: number("randomized"),
    truncated: number("truncated"),
  });
}

function roleOf(reader: FieldReader, { entries }: ReadMap, path: string): ManifestRole | null {
  const executable = entries.get("executable");
  const start = entries.get("start") as number | undefined;
  const count = entries.get("count") as number | undefined ?? null;
  const settings = settingsOf(reader, entries.get("settings") as ReadMap | undefined, join(path, "settings"));
  if (start !== undefined && count === null && !reader.places.has(join(path, "count"))) {
    reader.refuse(reader.places.get(join(path, "start"))!, `"start" in "${path}" needs a "count"`);
  }
  return typeof executable === "string" ? { executable, count, start: start ?? 0, settings } : null;
}

const STANDARD_NAMES = STANDARD_ARGUMENTS.map(({ wireName }) => wireName);

function settingsOf(reader: FieldReader, read: ReadMap | undefined, path: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of read?.entries ?? []) {
    const at = reader.places.get(join(path, name))!;
    if (STANDARD_NAMES.includes(name)) {
      reader.refuse(at, `"${name}" in "${path}" is an argument of every process, not a setting of this one`);
      continue;
    }
    try {
      const text = settingText(value as YamlNode);
      if (text !== null) settings.set(name, text);
    } catch (error) {
      if (!(error instanceof SettingTextError)) throw error;
      reader.refuse(error.node.at, `cannot use the value of "${join(path, name)}": ${error.message}`);
    }
  }
  return settings;
}

const START_OF_FILE: Place = { line: 1, column: 1 };

/**
 * What only the whole shows: names that are taken, a main role that is not there.
 *
 * @param isComplete Nothing is left out for what is wrong with it.
 */
export function wholeProblems(manifest: Manifest, isComplete = true): Problem[] {
  const { group: { mainRole }, roles, places } = manifest;
  const problems: Problem[] = [];
  const refuse = (path: string, message: string) => {
    problems.push({ at: places.get(path) ?? START_OF_FILE, message });
  };
  if (roles.size === 0 && isComplete) refuse("roles", "expected one role at least");
  const taken = new Map<string, string>();
  for (const [entry, role] of roles) {
    const path = join("roles", entry);
    if (isReservedName(entry)) refuse(path, `role "${entry}" has a reserved name: "group" begins those of cake`);
    for (const name of roleNames(entry, role)) {
      const other = taken.get(name);
      if (other !== undefined) {
        refuse(path, `role "${entry}" makes "${name}", which role "${other}" makes, too`);
        break;
      }
      taken.set(name, entry);
    }
  }
  if (!isComplete || mainRole === null || taken.has(mainRole)) return problems;
  const several = roles.get(mainRole);
  const hint = several === undefined
    ? meantText(mainRole, [...taken.keys()])
    : `, as that makes several: did you mean "${mainRole}-${several.start}"?`;
  refuse("main_role", `no role "${mainRole}" to be the main role${hint}`);
  return problems;
}

/** The names of the roles that an entry makes. */
export function roleNames(entry: string, { count, start }: Pick<ManifestRole, "count" | "start">): string[] {
  return count === null ? [entry] : Array.from({ length: count }, (_, i) => `${entry}-${start + i}`);
}
