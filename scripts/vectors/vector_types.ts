/** Makes the types that recordings are about known, as far as the program doesn't know them by itself. */

import { Enumeration } from "../../runtime/types/portable.ts";
import type { Declared, Portable } from "../../runtime/types/portable.ts";
import { Message, type MessageClass } from "../../runtime/types/message.ts";
import { defType, registerType, typeBySignature } from "../../runtime/types/registry.ts";
import { parseSignature } from "../../runtime/types/signature.ts";
import { camelCase } from "../../runtime/types/names.ts";
import { buildValue, type Tagged } from "./tagged.ts";

interface RecordedMessage {
  readonly members: Readonly<Record<string, string>>;
  readonly defaults: Readonly<Record<string, Tagged>>;
}

/** The content of types.json. */
export interface RecordedTypes {
  readonly vector_types: Readonly<Record<string, RecordedMessage>>;
  readonly library_types: Readonly<Record<string, RecordedMessage>>;
  readonly enumerations: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
  readonly pre_registered_constructed_signatures: readonly string[];
}

/** Types that the recordings use without declaring them as members. */
const FURTHER_SIGNATURES = [
  "vector<vector<float8>>",
  "vector<integer8>",
  "map<unicode,golden_types.Pair>",
  "set<unicode>",
  "vector<any>",
  "golden_types.Colour",
  "vector<pointer<golden_types.Pair>>",
  "array<pointer<golden_types.Node>,2>",
  "deque<pointer<golden_types.Node>>",
  "vector<golden_types.Carrier>",
];

/** Registers what types.json lists and this program doesn't know. Calling it again does nothing. */
export function registerRecordedTypes(types: RecordedTypes): void {
  for (const [name, members] of Object.entries(types.enumerations)) {
    if (typeBySignature(name) !== undefined) continue;
    registerType(Enumeration(numbersOf(members)), name);
  }
  const missing = new Map(Object.entries({ ...types.vector_types, ...types.library_types }));
  for (const name of missing.keys()) if (typeBySignature(name) !== undefined) missing.delete(name);
  registerInOrder(missing);
  for (const { members } of Object.values(types.vector_types)) Object.values(members).forEach(registerSignature);
  [...FURTHER_SIGNATURES, ...types.pre_registered_constructed_signatures].forEach(registerSignature);
}

/** Some enumerations of the original have texts for numbers; only the names travel. */
function numbersOf(members: Readonly<Record<string, number | string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value], index) => [name, typeof value === "number" ? value : index]),
  );
}

/** A class needs the classes of its members first; pointers can wait. */
function registerInOrder(missing: Map<string, RecordedMessage>): void {
  while (missing.size > 0) {
    const before = missing.size;
    for (const [name, recorded] of missing) {
      const messageClass = recordedClass(name, recorded);
      if (messageClass === undefined) continue;
      registerType(messageClass, name);
      missing.delete(name);
    }
    if (missing.size === before) {
      throw new Error(`Cannot declare ${[...missing.keys()].join(", ")}: members of unknown types`);
    }
  }
}

function recordedClass(wireName: string, recorded: RecordedMessage): MessageClass | undefined {
  const members: Record<string, Declared<unknown>> = {};
  for (const [name, signature] of Object.entries(recorded.members)) {
    const type = parseSignature(signature, { latePointers: true });
    if (type === undefined) return undefined;
    const tagged = recorded.defaults[name];
    members[camelCase(name)] = type.default(() => buildValue(tagged ?? null, type)).named(name);
  }
  const className = wireName.slice(wireName.lastIndexOf(".") + 1);
  // A computed name gives the class its own.
  return { [className]: class extends Message(members) {} }[className] as unknown as MessageClass;
}

function registerSignature(signature: string): void {
  const type = parseSignature(signature);
  if (type !== undefined) defType(type as Portable<unknown>);
}
