// This module performs no I/O.

/** Fields of queries and forms to messages. */

import {
  CodecError,
  type MemberShape,
  type MessageClass,
  TextValueError,
  valueFromText,
  type ZoneOffset,
} from "../../runtime/mod.ts";

/** Where fields came from; the word for it in errors. */
export type FieldsKind = "query" | "x-www-form";

/** A request that does not fit the message it names. The message says why. */
export class MappingError extends Error {
  override readonly name = "MappingError";
}

/** What the reading of fields depends on. */
export interface FieldsOptions {
  readonly kind: FieldsKind;
  readonly zoneOffset?: ZoneOffset;
}

/**
 * A message from fields, `x=2&y=2`. Members go by their names on the wire; those not named keep their defaults; of repeated
 * ones the last counts.
 *
 * @throws {MappingError} Naming the field.
 */
export function messageFromFields(type: MessageClass, fields: string, options: FieldsOptions): object {
  const init: Record<string, unknown> = {};
  for (const field of fields.split("&")) {
    if (field === "") continue;
    const equals = field.indexOf("=");
    if (equals < 0) throw new MappingError(`unexpected field "${field}" ${options.kind}`);
    const key = field.slice(0, equals);
    const member = type.members.find(({ wireName }) => wireName === key);
    if (member === undefined) {
      throw new MappingError(`unknown key "${key}" in "${className(type)}" ${options.kind}`);
    }
    init[member.name] = fieldValue(member, decodeField(field.slice(equals + 1)), options.zoneOffset);
  }
  return new type(init as never);
}

function fieldValue(member: MemberShape, text: string, zoneOffset: ZoneOffset | undefined): unknown {
  try {
    return valueFromText(member.wireName, text, member.type, zoneOffset === undefined ? {} : { zoneOffset });
  } catch (error) {
    if (!(error instanceof TextValueError)) throw error;
    if (error.reason.startsWith("undefined enum")) throw new MappingError(error.reason, { cause: error });
    const why = error.cause instanceof CodecError ? error.cause.message : `cannot decode (${error.reason})`;
    throw new MappingError(`no conversion for "${member.wireName}" (${why})`, { cause: error });
  }
}

/** The name of a message class in paths: the last part of its wire name. */
export function className(type: MessageClass): string {
  return type.wireName.slice(type.wireName.lastIndexOf(".") + 1);
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Undoes `+` and `%` escapes. Bad escapes stay as they are; octets that are not UTF-8 become U+FFFD. */
export function decodeField(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  return spaced.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    const octets = escapes.slice(1).split("%").map((hex) => parseInt(hex, 16));
    return UTF8.decode(Uint8Array.from(octets));
  });
}
