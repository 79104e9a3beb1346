// This module performs no I/O.

/** Values of a manifest as the texts that command lines have: a text as it is, everything else as JSON. */

import type { YamlNode, YamlScalar } from "./yaml_tree.ts";

/** Numbers that JSON writes the same way. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A value that no command line can hold; the message says why. */
export class SettingTextError extends Error {
  override readonly name = "SettingTextError";
  readonly node: YamlNode;

  constructor(message: string, node: YamlNode) {
    super(message);
    this.node = node;
  }
}

/**
 * The text of a value, or null for one that says nothing.
 *
 * @throws {SettingTextError}
 */
export function settingText(node: YamlNode): string | null {
  if (node.kind !== "scalar") return jsonText(node);
  if (node.value === null) return null;
  return typeof node.value === "string" ? checked(node) : jsonText(node);
}

function checked(node: YamlScalar): string {
  if (node.text.includes("\0")) throw new SettingTextError("a setting can't hold the character 0", node);
  return node.text;
}

function jsonText(node: YamlNode): string {
  if (node.kind === "list") return `[${node.items.map(jsonText).join(", ")}]`;
  if (node.kind === "map") {
    return `{${node.entries.map(({ key, value }) => `${JSON.stringify(key)}: ${jsonText(value)}`).join(", ")}}`;
  }
  if (typeof node.value !== "number") return JSON.stringify(node.value);
  if (!Number.isFinite(node.value)) {
    throw new SettingTextError(`${node.text} is no number that a setting can hold`, node);
  }
  // As it was written: whether 5 or 5.0 matters, and large ones lose nothing.
  return JSON_NUMBER.test(node.text) ? node.text : String(node.value);
}
