// This module performs no I/O.

/** Holding a tree against a table of fields: what it says, where it says so, and what is wrong with it. */

import { meantText, nearestName } from "../../runtime/suggestion.ts";
import { ADDRESS_FIELDS, EXTENSION_PREFIX, type Field, type FieldType } from "./fields.ts";
import type { Place, Problem, YamlMap, YamlNode, YamlScalar } from "./yaml_tree.ts";

/** What was read: texts, numbers and truths; lists; maps by name; nodes where anything may be. */
export type ReadValue = string | number | boolean | YamlNode | readonly ReadValue[] | ReadMap;
/** Values by name; names of fields have underscores. */
export interface ReadMap {
  readonly entries: ReadonlyMap<string, ReadValue>;
}

/** Reads trees, and gathers what is wrong with them. */
export class FieldReader {
  readonly problems: Problem[] = [];
  /** Where each value was found, by its path: `roles.server.settings.port`. */
  readonly places: Map<string, Place> = new Map();

  /** Notes that something is wrong. */
  refuse(at: Place, message: string): null {
    this.problems.push({ at, message });
    return null;
  }

  /** A map with these fields; unusable entries are left out. `path` is that of the map, empty for the whole. */
  fields(node: YamlNode, fields: readonly Field[], path: string): ReadMap | null {
    const map = this.#map(node, path);
    if (map === null) return null;
    const byName = new Map(fields.map((field) => [field.name, field]));
    const entries = new Map<string, ReadValue>();
    const misspelt = new Set<string | null>();
    for (const { key, at, value } of map.entries) {
      const name = key.replaceAll("-", "_");
      const field = byName.get(name);
      if (path === "" && key.startsWith(EXTENSION_PREFIX)) continue;
      if (field === undefined) {
        misspelt.add(nearestName(name, [...byName.keys()]));
        this.refuse(at, `unknown key "${key}"${within(path)}${meantText(name, [...byName.keys()])}`);
      } else if (this.#isFirst(name, "key", at, path)) {
        this.#take(entries, name, this.value(value, field.type, join(path, name)));
      }
    }
    for (const { name } of fields.filter(({ isRequired }) => isRequired === true)) {
      if (!this.places.has(join(path, name)) && !misspelt.has(name)) {
        this.refuse(node.at, `missing key "${name}"${within(path)}`);
      }
    }
    return { entries };
  }

  /** A value of a type; null for one that is not, which is noted, or that says nothing. */
  value(node: YamlNode, type: FieldType, path: string): ReadValue | null {
    if (type.kind === "value") return node;
    if (type.kind === "fields") return this.fields(node, type.fields, path);
    if (type.kind === "named") return this.#named(node, type, path);
    if (type.kind === "list") return this.#list(node, type.of, path);
    if (type.kind === "address") return this.#address(node, path);
    if (node.kind !== "scalar") return this.#expected(node, expectation(type), path);
    return isOf(node, type) ? node.value! : this.#expected(node, expectation(type), path);
  }

  #map(node: YamlNode, path: string): YamlMap | null {
    return node.kind === "map" ? node : this.#expected(node, "a map", path);
  }

  #expected(node: YamlNode, what: string, path: string): null {
    return this.refuse(node.at, `expected ${what}${path === "" ? "" : ` for "${path}"`}, got ${shown(node)}`);
  }

  /** Notes the place of an entry; a second one of the same name is refused. */
  #isFirst(name: string, what: string, at: Place, path: string): boolean {
    const whole = join(path, name);
    const before = this.places.get(whole);
    if (before === undefined) {
      this.places.set(whole, at);
      return true;
    }
    this.refuse(at, `duplicate ${what} "${name}"${within(path)}, first at line ${before.line}`);
    return false;
  }

  #take(entries: Map<string, ReadValue>, name: string, value: ReadValue | null): void {
    if (value !== null) entries.set(name, value);
  }

  #named(node: YamlNode, type: FieldType & { readonly kind: "named" }, path: string): ReadMap | null {
    // A name with nothing behind it is a list of nothing.
    if (node.kind === "scalar" && node.value === null) return { entries: new Map() };
    const map = this.#map(node, path);
    if (map === null) return null;
    const entries = new Map<string, ReadValue>();
    const pattern = new RegExp(type.pattern);
    for (const { key, at, value } of map.entries) {
      if (!pattern.test(key)) {
        this.refuse(at, `"${key}" is no name of a ${type.what}: expected letters, digits, dashes and underscores`);
        continue;
      }
      const name = type.what === "setting" ? key.replaceAll("-", "_") : key;
      if (this.#isFirst(name, type.what, at, path)) {
        this.#take(entries, name, this.value(value, type.of, join(path, name)));
      }
    }
    return { entries };
  }

  #list(node: YamlNode, of: FieldType, path: string): readonly ReadValue[] | null {
    if (node.kind !== "list") return this.#expected(node, "a list", path);
    return node.items.map((item, i) => this.value(item, of, `${path}[${i}]`)).filter((item) => item !== null);
  }

  #address(node: YamlNode, path: string): ReadMap | null {
    if (node.kind === "map") return this.fields(node, ADDRESS_FIELDS, path);
    const text = node.kind === "scalar" && typeof node.value === "string" ? node.value : "";
    const colon = text.lastIndexOf(":");
    const port = /^\d{1,5}$/.test(text.slice(colon + 1)) ? Number(text.slice(colon + 1)) : null;
    if (colon < 1 || port === null || !isInRange(port, ADDRESS_FIELDS[1]!.type)) {
      return this.#expected(node, 'an address such as "127.0.0.1:54195"', path);
    }
    return { entries: new Map<string, ReadValue>([["host", text.slice(0, colon)], ["port", port]]) };
  }
}

function isOf({ value }: YamlScalar, type: FieldType): boolean {
  if (type.kind === "text") return typeof value === "string" && value !== "";
  if (type.kind === "boolean") return typeof value === "boolean";
  return typeof value === "number" && isInRange(value, type);
}

function isInRange(value: number, type: FieldType): boolean {
  if (type.kind === "number") return Number.isFinite(value) && value >= type.min;
  return type.kind === "whole" && Number.isSafeInteger(value) && value >= type.min && value <= type.max;
}

function expectation(type: FieldType): string {
  switch (type.kind) {
    case "text":
      return "a text";
    case "boolean":
      return "true or false";
    case "number":
      return `a number, ${type.min} or more`;
    case "whole":
      return type.max === Number.MAX_SAFE_INTEGER
        ? `a whole number, ${type.min} or more`
        : `a whole number from ${type.min} to ${type.max}`;
    default:
      return `a ${type.kind}`;
  }
}

/** Characters of a value that a message shows. */
const SHOWN_MAX = 40;

function shown(node: YamlNode): string {
  if (node.kind !== "scalar") return `a ${node.kind}`;
  if (node.value === null) return "nothing";
  const text = node.text.length > SHOWN_MAX ? `${node.text.slice(0, SHOWN_MAX)}...` : node.text;
  return typeof node.value === "string" ? JSON.stringify(text) : text;
}

/** The path of something in a map. */
export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function within(path: string): string {
  return path === "" ? "" : ` in "${path}"`;
}
