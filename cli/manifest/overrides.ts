// This module performs no I/O.

/**
 * Values of a manifest that variables of the environment replace: `LC_V_MAIN_ROLE` for the whole, `LC_V_SERVER_COUNT` and
 * `LC_V_SERVER_PORT` for the role `server`, its count and a setting of it.
 */

import { HostPort } from "../../runtime/messages/host_port.ts";
import { addressProblem } from "../../runtime/process/address_settings.ts";
import { RetryIntervals } from "../../runtime/process/retry.ts";
import { TextValueError, valueFromText } from "../../runtime/process/text_value.ts";
import { Boolean, type Portable, Unicode } from "../../runtime/types/portable.ts";
import { ROLE_COUNT_MAX } from "./fields.ts";
import type { Manifest, ManifestGroup, ManifestRole } from "./manifest.ts";
import { join } from "./read_fields.ts";

/** What the names of such variables begin with, as in the original. */
export const VARIABLE_PREFIX = "LC_V_";

/** A variable that replaces a value. */
export interface Override {
  readonly variable: string;
  /** Of the value: `roles.server.count`. */
  readonly path: string;
}

/** A manifest with what variables say, which of them counted, and what is wrong with others. */
export interface OverriddenManifest {
  readonly manifest: Manifest;
  readonly overrides: readonly Override[];
  readonly problems: readonly string[];
}

/** The keys of the composite process, and their types. */
export const GROUP_TYPES: { readonly [K in keyof ManifestGroup]: readonly [key: string, type: Portable<unknown>] } = {
  mainRole: ["main_role", Unicode],
  retry: ["retry", RetryIntervals.portable],
  stopOnExit: ["stop_on_exit", Boolean],
  threads: ["threads", Boolean],
  directoryAtHost: ["directory_at_host", HostPort.portable],
  directoryAtLan: ["directory_at_lan", HostPort.portable],
  encryptedDirectory: ["encrypted_directory", Boolean],
};

/**
 * Replaces what the environment says. In names of variables a dash counts as an underscore. Variables that mean nothing
 * here are left to the programs that they are for.
 */
export function withOverrides(manifest: Manifest, variables: ReadonlyMap<string, string>): OverriddenManifest {
  const overrides: Override[] = [];
  const problems: string[] = [];
  let changed = manifest;
  for (const [variable, text] of variables) {
    if (!variable.startsWith(VARIABLE_PREFIX)) continue;
    const targets = targetsOf(manifest, variable.slice(VARIABLE_PREFIX.length).replaceAll("-", "_"));
    const [target, second] = targets;
    if (target === undefined) continue;
    if (second !== undefined) {
      problems.push(`${variable} can mean ${targets.map(({ path }) => `"${path}"`).join(" or ")}`);
      continue;
    }
    try {
      changed = target.apply(changed, text, variable);
      overrides.push({ variable, path: target.path });
    } catch (error) {
      if (!(error instanceof TextValueError)) throw error;
      problems.push(error.message);
    }
  }
  return { manifest: changed, overrides, problems };
}

interface Target {
  readonly path: string;
  /** @throws {TextValueError} */
  apply(manifest: Manifest, text: string, variable: string): Manifest;
}

function targetsOf(manifest: Manifest, name: string): Target[] {
  const targets: Target[] = [];
  for (const [member, [key, type]] of Object.entries(GROUP_TYPES)) {
    if (key.toUpperCase() !== name) continue;
    const apply: Target["apply"] = (changed, text, variable) => ({
      ...changed,
      group: { ...changed.group, [member]: checked(variable, valueFromText(variable, text, type)) },
    });
    targets.push({ path: key, apply });
  }
  for (const [entry, role] of manifest.roles) {
    const prefix = `${upper(entry)}_`;
    if (name.startsWith(prefix)) targets.push(...roleTargets(entry, role, name.slice(prefix.length)));
  }
  return targets;
}

/** Addresses of directories are for connecting to. */
function checked(variable: string, value: unknown): unknown {
  const problem = value instanceof HostPort ? addressProblem(value, "connect") : null;
  if (problem !== null) throw new TextValueError(variable, problem);
  return value;
}

function upper(name: string): string {
  return name.replaceAll("-", "_").toUpperCase();
}

function roleTargets(entry: string, role: ManifestRole, name: string): Target[] {
  const path = join("roles", entry);
  const changing =
    (change: (role: ManifestRole, text: string, variable: string) => ManifestRole): Target["apply"] =>
    (manifest, text, variable) => ({
      ...manifest,
      roles: new Map([...manifest.roles].map(([key, one]) => [key, key === entry ? change(one, text, variable) : one])),
    });
  const targets: Target[] = [];
  if (name === "EXECUTABLE") {
    targets.push({ path: join(path, "executable"), apply: changing((one, executable) => ({ ...one, executable })) });
  }
  if (name === "COUNT" && role.count !== null) {
    const apply = changing((one, text, variable) => ({ ...one, count: countOf(text, variable) }));
    targets.push({ path: join(path, "count"), apply });
  }
  for (const setting of role.settings.keys()) {
    if (upper(setting) !== name) continue;
    const apply = changing((one, text) => ({ ...one, settings: new Map([...one.settings, [setting, text]]) }));
    targets.push({ path: join(path, `settings.${setting}`), apply });
  }
  return targets;
}

function countOf(text: string, variable: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= ROLE_COUNT_MAX) return count;
  throw new TextValueError(variable, `expected a whole number from 1 to ${ROLE_COUNT_MAX}`);
}
