// This module performs no I/O.

/**
 * Messages: objects with every member, in the order of the declaration.
 *
 * The functions that touch members are generated per class: naming members in code, rather than looking them up by
 * variable names, makes encoding and decoding several times faster. Names of members are plain identifiers by
 * declaration, so that nothing else can get into that code.
 */

import type { Kind, UserDefined } from "../types/portable.ts";
import type { Word } from "../types/word.ts";
import { Refusal, refuse, within } from "./codec_error.ts";
import type { JsonReader } from "./json_reader.ts";
import { describe, isPlain, quote } from "./json_writer.ts";
import { isUsualUuid, UUID_LENGTH } from "./text_forms.ts";
import { announce, type CodecOf, type Decoding, type Encoding, NOT_USUAL, type TypeCodec } from "./type_codec.ts";

interface MemberCodec {
  readonly name: string;
  readonly wireName: string;
  readonly optional: boolean;
  readonly kind: Kind;
  readonly codec: TypeCodec;
}

type Writer = (value: object, out: Encoding) => string;
type Scanner = (reader: JsonReader, from: Decoding) => object;

/** The codec of a message class. */
export function messageCodec(type: UserDefined<object>, codecOf: CodecOf): TypeCodec {
  const { messageClass } = type;
  const members = messageClass.members.map(({ name, wireName, optional, type }): MemberCodec => {
    return { name, wireName, optional, kind: type.kind, codec: codecOf(type) };
  });
  // Each is made when it is needed: most classes are only ever sent or only received, and making one takes as long as
  // thousands of messages.
  let writeMembers: Writer | null = null;
  let scanMembers: Scanner | null = null;
  return {
    structural: true,
    write(value, out) {
      if (!(value instanceof messageClass)) refuse(`expected ${messageClass.name}, got ${describe(value)}`);
      return (writeMembers ??= generateWriter(members))(value, out);
    },
    read(word, from, slot) {
      if (!(word instanceof Map)) refuse(`expected an object, got ${describe(word)}`);
      if (slot === null) return new messageClass(readMembers(word, members, from, {}) as never);
      const message = new messageClass();
      announce(slot, message);
      return readMembers(word, members, from, message as Record<string, unknown>);
    },
    scan: (reader, from) => new messageClass((scanMembers ??= generateScanner(members))(reader, from) as never),
  };
}

/** Members that are missing or null are left as the class has them. */
function readMembers(
  word: ReadonlyMap<string, Word>,
  members: readonly MemberCodec[],
  from: Decoding,
  into: Record<string, unknown>,
): Record<string, unknown> {
  for (const { name, wireName, optional, codec } of members) {
    const given = word.get(wireName);
    if (given === undefined) continue;
    try {
      if (given !== null) into[name] = codec.read(given, from, null);
      else if (codec.structural && !optional) refuse("a structure is never null");
    } catch (thrown) {
      throw within(thrown, wireName);
    }
  }
  return into;
}

/** What generated code calls. */
const TOOLS = {
  within,
  NOT_USUAL,
  isPlain,
  isUsualUuid,
  nullStructure: () => new Refusal("a structure is never null"),
};

/** Makes a function of generated code; `codecs` and `labels` are there as `c0`, `l0` and so on. */
function generate<F>(parameters: string, body: string, members: readonly MemberCodec[]): F {
  const codecs = members.map((_, i) => `c${i}`).join(", ");
  const tools = Object.keys(TOOLS).join(", ");
  const source = `"use strict"; const [${codecs}] = codecs; const { ${tools} } = tools;
return function (${parameters}) {${body}};`;
  const make = new Function("codecs", "names", "tools", source);
  return make(members.map(({ codec }) => codec), members.map(({ name }) => name), TOOLS) as F;
}

function generateWriter(members: readonly MemberCodec[]): Writer {
  if (members.length === 0) return () => "{}";
  const optional = members.some((member) => member.optional);
  const body = members.map((member, i) => writerStep(member, i, optional)).join("");
  const end = optional ? `return text === "" ? "{}" : text + "}";` : `return text + "}";`;
  return generate(
    "value, out",
    `let step = 0; let text = ""; let held; try {${body} ${end} } catch (thrown) { throw within(thrown, names[step]); }`,
    members,
  );
}

function writerStep({ name, wireName, optional, kind, codec }: MemberCodec, i: number, anyOptional: boolean): string {
  const label = quote(wireName) + ":";
  const separator = anyOptional ? `(text === "" ? "{" : ",") + ` : "";
  /** Code that adds the label with `more` behind it, and then what `code` gives. */
  const add = (more: string, code = ""): string => {
    const constant = quote((anyOptional ? "" : i === 0 ? "{" : ",") + label + more);
    return `text += ${separator}${constant}${code};`;
  };
  const nothing = optional ? "" : codec.structural ? "throw nullStructure();" : add("null");
  return `
  step = ${i}; held = value.${name};
  if (held === null || held === undefined) { ${nothing} }
  ${shortWays(kind, add)} else { ${add("", ` + c${i}.write(held, out)`)} }`;
}

/** The usual cases of frequent types, without a call. */
function shortWays(kind: Kind, add: (more: string, code?: string) => string): string {
  switch (kind) {
    case "boolean":
      return `else if (held === true) { ${add("true")} } else if (held === false) { ${add("false")} }`;
    case "integer8":
      return `else if (Number.isSafeInteger(held)) { ${add("", " + held")} }`;
    case "unicode":
      return `else if (typeof held === "string" && isPlain(held)) { ${add('"', ` + held + '"'`)} }`;
    case "uuid":
      return `else if (typeof held === "string" && held.length === ${UUID_LENGTH} && isUsualUuid(held, 0)) {
    ${add('"', ` + held + '"'`)} }`;
  }
  return "";
}

function generateScanner(members: readonly MemberCodec[]): Scanner {
  const steps = members.map(scannerStep).join("");
  const values = members.map(({ name }, i) => `${name}: v${i}`).join(", ");
  return generate(
    "reader, from",
    `
  const text = reader.text; let separator = 123;${steps}
  if (separator === 123 && text.charCodeAt(reader.at++) !== 123) throw NOT_USUAL;
  if (text.charCodeAt(reader.at++) !== 125) throw NOT_USUAL;
  return { ${values} };`,
    members,
  );
}

/** A null leaves the member as the class has it, as `undefined` does. Nulls of structures are told apart elsewhere. */
function scannerStep({ wireName, optional, codec }: MemberCodec, i: number): string {
  const label = quote(wireName) + ":";
  const value = codec.structural ? `c${i}.scan(reader, from)` : `c${i}.scan(reader, from) ?? undefined`;
  return `
  let v${i};
  if (text.charCodeAt(reader.at) === separator && text.startsWith(${quote(label)}, reader.at + 1)) {
    reader.at += ${label.length + 1}; separator = 44; v${i} = ${value};
  } ${optional ? "" : "else throw NOT_USUAL;"}`;
}
