// This module performs no I/O.

/** What a manifest says about the composite process, as settings of its role. */

import { dashed } from "../../runtime/process/arguments.ts";
import { textFromValue } from "../../runtime/process/text_value.ts";
import type { ManifestGroup } from "./manifest.ts";
import { GROUP_TYPES } from "./overrides.ts";
import type { SettingTexts } from "./home_changes.ts";

/** Texts of the settings that are given. */
export function groupTexts(group: ManifestGroup): SettingTexts {
  const texts = new Map<string, string>();
  for (const [member, [wireName, type]] of Object.entries(GROUP_TYPES)) {
    const value = group[member as keyof ManifestGroup];
    if (value !== null) texts.set(wireName, textFromValue(value, type));
  }
  return texts;
}

/** Settings as arguments. */
export function argumentsOf(texts: SettingTexts): string[] {
  return [...texts].map(([name, text]) => `--${dashed(name)}=${text}`);
}
