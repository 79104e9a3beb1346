// This module performs no I/O.

/** One codec per type, made at its first use. */

import {
  ArrayType,
  EnumerationType,
  ListType,
  MapType,
  Plain,
  PointerType,
  type Portable,
  SetType,
  UserDefined,
} from "../types/portable.ts";
import { anyCodec } from "./any_codec.ts";
import { refuse } from "./codec_error.ts";
import { arrayCodec, listCodec, mapCodec, pointerCodec, setCodec } from "./container_codecs.ts";
import { messageCodec } from "./message_codec.ts";
import { enumerationCodec, plainCodec } from "./plain_codecs.ts";
import type { TypeCodec } from "./type_codec.ts";

const codecs = new WeakMap<Portable<unknown>, TypeCodec>();
const any = anyCodec(codecOf);

/** The encoder and decoder of a type. */
export function codecOf(type: Portable<unknown>): TypeCodec {
  let codec = codecs.get(type);
  if (codec === undefined) {
    codec = makeCodec(type);
    codecs.set(type, codec);
  }
  return codec;
}

function makeCodec(type: Portable<unknown>): TypeCodec {
  if (type instanceof Plain) return type.kind === "any" ? any : plainCodec(type.kind);
  if (type instanceof UserDefined) return messageCodec(type, codecOf);
  if (type instanceof ListType) return listCodec(type, codecOf);
  if (type instanceof ArrayType) return arrayCodec(type, codecOf);
  if (type instanceof SetType) return setCodec(type, codecOf);
  if (type instanceof MapType) return mapCodec(type, codecOf);
  if (type instanceof PointerType) return pointerCodec(type, codecOf);
  if (type instanceof EnumerationType) return enumerationCodec(type);
  refuse(`no codec for ${type}`);
}
