// This module performs no I/O.

/** Values as the texts of files: `{"value":…}`, indented with sorted members or on one line. */

import { CodecError } from "../codec/codec_error.ts";
import { decode, encode, type EncodeOptions } from "../codec/codec.ts";
import { readWord } from "../codec/json_reader.ts";
import { INDENTED_SORTED, writeWord } from "../codec/json_writer.ts";
import { DECODE_LIMITS, type DecodeLimits } from "../codec/limits.ts";
import { typeNameOf } from "../process/typed_text.ts";
import { MessageBase, type MessageClass } from "../types/message.ts";
import type { Portable } from "../types/portable.ts";

/** What a name gets that isn't given one; the only encoding of files is JSON. */
export const FILE_EXTENSION = ".json";

/** Characters of a file that are read at most. */
export const FILE_LENGTH_MAX = 256 * 1024 * 1024;

const FILE_LIMITS: DecodeLimits = {
  ...DECODE_LIMITS,
  textLength: FILE_LENGTH_MAX,
  stringLength: FILE_LENGTH_MAX,
  nodes: 64 * 1024 * 1024,
};

/** The name of a file: with the extension, or without the dot that says not to add one. */
export function decoratedName(name: string, decorate: boolean): string {
  if (!decorate) return name;
  return name.endsWith(".") ? name.slice(0, -1) : `${name}${FILE_EXTENSION}`;
}

/** What a file may be called, given its name in a folder; null for one that is not of the kind. */
export function undecoratedName(file: string, decorate: boolean): string | null {
  if (!decorate) return file;
  const isOfKind = file.endsWith(FILE_EXTENSION) && file.length > FILE_EXTENSION.length;
  return isOfKind ? file.slice(0, -FILE_EXTENSION.length) : null;
}

/** How a value is written to a file. */
export interface FileForm extends EncodeOptions {
  /** Indented with sorted members, or on one line with members in their order. */
  readonly pretty: boolean;
}

/**
 * The text of a value of a type; without a type it has to be a message.
 *
 * @throws {CodecError}
 */
export function fileText(value: unknown, type: Portable<unknown> | null, form: FileForm): string {
  const text = encode(value, type ?? messageType(value), form);
  return form.pretty ? writeWord(readWord(text, FILE_LIMITS), INDENTED_SORTED) : text;
}

function messageType(value: unknown): Portable<unknown> {
  if (value instanceof MessageBase) return (value.constructor as unknown as MessageClass).portable;
  throw new CodecError("encode", `expected a message, as no type was given, got ${typeNameOf(value)}`);
}

/**
 * The value of a text.
 *
 * @throws {CodecError}
 */
export function fileValue(text: string, type: Portable<unknown>, form: Pick<EncodeOptions, "zoneOffset">): unknown {
  return decode(text, type, { ...form, limits: FILE_LIMITS });
}
