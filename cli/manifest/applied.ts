// This module performs no I/O.

/** The record of what manifests gave to a home: a file in it that the original does not look at. */

import type { AppliedRole, AppliedSetting } from "./home_changes.ts";

/** Its name in the home. */
export const APPLIED_FILE = "manifest.json";

const VERSION = 1;

/** The text of the record. */
export function appliedText(applied: ReadonlyMap<string, AppliedRole>): string {
  const roles = [...applied].map(([name, { executable, recorded, settings }]) => [
    name,
    { executable, recorded, settings: Object.fromEntries(settings) },
  ]);
  return `${JSON.stringify({ version: VERSION, roles: Object.fromEntries(roles) }, null, 2)}\n`;
}

/** What a record says. One that can't be read says nothing: everything is then given once more. */
export function appliedRoles(text: string): Map<string, AppliedRole> {
  const applied = new Map<string, AppliedRole>();
  const { version, roles } = recordOf(parsed(text));
  if (version !== VERSION) return applied;
  for (const [name, value] of Object.entries(recordOf(roles))) {
    const { executable, recorded, settings } = recordOf(value);
    if (typeof recorded !== "string") continue;
    applied.set(name, {
      executable: typeof executable === "string" ? executable : null,
      recorded,
      settings: settingsOf(settings),
    });
  }
  return applied;
}

function settingsOf(value: unknown): Map<string, AppliedSetting> {
  const settings = new Map<string, AppliedSetting>();
  for (const [name, setting] of Object.entries(recordOf(value))) {
    const { given, stored } = recordOf(setting);
    if (typeof given === "string" && typeof stored === "string") settings.set(name, { given, stored });
  }
  return settings;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}
