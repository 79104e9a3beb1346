// This module performs no I/O.

/** Any: a message, a value with its type, something unknown, or null; on the wire `[signature, word, aliases]`. */

import type { Address } from "../address.ts";
import { Incognito } from "../messages/incognito.ts";
import { Cast } from "../types/cast.ts";
import { MessageBase, type MessageClass } from "../types/message.ts";
import { type Portable, UserDefined } from "../types/portable.ts";
import { typeBySignature } from "../types/registry.ts";
import { isList, type Word } from "../types/word.ts";
import { refuse } from "./codec_error.ts";
import type { JsonReader } from "./json_reader.ts";
import { describe, quote, writeWord } from "./json_writer.ts";
import {
  announce,
  type CodecOf,
  type Decoding,
  type Encoding,
  NOT_USUAL,
  type Slot,
  type TypeCodec,
  USUAL_START,
} from "./type_codec.ts";

/** What an Any needs of a type that it holds. */
interface HeldType {
  readonly type: Portable<unknown>;
  readonly codec: TypeCodec;
  /** `["signature",` */
  readonly label: string;
  /** The same at the start of an envelope. */
  readonly start: string;
  /** The whole text in its envelope, for messages without members; null for others. */
  readonly constant: string | null;
  readonly isMessage: boolean;
}

/** What stands behind the value where there are no pointers. */
const NO_ALIASES = ",[]]";

/** The codec of Any. */
export function anyCodec(codecOf: CodecOf): TypeCodec {
  const held = heldTypes(codecOf);
  return {
    structural: false,
    write(value, out) {
      if (value === null || value === undefined) return "null";
      if (value instanceof Incognito) return writeUnknown(value, out);
      if (value instanceof MessageBase) {
        return writeTyped(value, held.ofClass(value.constructor as unknown as MessageClass), out);
      }
      if (value instanceof Cast) return writeTyped(value.value, held.ofType(value.type), out);
      refuse(`expected a message, got ${describe(value)}: for other values say the type, castTo(value, type)`);
    },
    read(word, from, slot) {
      if (word === null) return null;
      if (!isList(word)) refuse(`expected [type, value, aliases], got ${describe(word)}`);
      if (word.length < 3) refuse(`expected [type, value, aliases], got ${word.length} items`);
      const [signature, value, aliases] = word as [Word, Word, Word];
      if (typeof signature !== "string") refuse(`expected the name of a type, got ${describe(signature)}`);
      const type = held.ofSignature(signature);
      if (type === undefined) return readUnknown(signature, value, aliases, from);
      from.enter();
      const typed = readTyped(value, type, from, slot);
      from.leave();
      return typed;
    },
    scan(reader, from) {
      const { text } = reader;
      if (!text.startsWith('["', reader.at)) {
        if (!text.startsWith("null", reader.at)) throw NOT_USUAL;
        reader.at += 4;
        return null;
      }
      const type = held.atStart(text, reader.at);
      if (type === undefined) throw NOT_USUAL;
      reader.at += type.label.length;
      return scanTyped(reader, type, from);
    },
    writeEnveloped(value) {
      return value instanceof MessageBase && !(value instanceof Incognito)
        ? held.ofClass(value.constructor as unknown as MessageClass).constant
        : null;
    },
    scanEnveloped(reader, from) {
      const { recent } = held;
      const { at } = reader;
      // A slice that is compared is faster than startsWith, which compares unit by unit.
      if (recent === undefined || reader.text.slice(at, at + recent.start.length) !== recent.start) return undefined;
      reader.at += recent.start.length;
      return scanTyped(reader, recent, from);
    },
  };
}

function scanTyped(reader: JsonReader, type: HeldType, from: Decoding): unknown {
  from.enter();
  const value = type.codec.scan(reader, from);
  from.leave();
  return typedEnd(reader, type, value);
}

function typedEnd(reader: JsonReader, held: HeldType, value: unknown): unknown {
  if (!reader.text.startsWith(NO_ALIASES, reader.at)) throw NOT_USUAL;
  reader.at += NO_ALIASES.length;
  return held.isMessage ? value : new Cast(value, held.type);
}

/** Finds types by what an Any gives, each looked up in the registry once. */
function heldTypes(codecOf: CodecOf) {
  const byType = new WeakMap<object, HeldType>();
  const bySignature = new Map<string, HeldType>();
  const ofType = (type: Portable<unknown>): HeldType => {
    let held = byType.get(type);
    if (held === undefined) {
      const isMessage = type instanceof UserDefined;
      const label = `[${quote(type.signature)},`;
      const start = USUAL_START + label;
      const constant = isMessage && type.messageClass.members.length === 0 ? `${start}{}${NO_ALIASES}}` : null;
      held = { type, codec: codecOf(type), label, start, constant, isMessage };
      byType.set(type, held);
    }
    return held;
  };
  const ofSignature = (signature: string): HeldType | undefined => {
    const known = bySignature.get(signature);
    if (known !== undefined) return known;
    const type = typeBySignature(signature);
    if (type === undefined) return undefined;
    const held = ofType(type);
    bySignature.set(signature, held);
    return held;
  };
  return {
    ofType,
    ofSignature,
    /** The type that came last: what comes often often comes again. */
    recent: undefined as HeldType | undefined,
    /** The type of an Any whose text starts there. */
    atStart(text: string, at: number): HeldType | undefined {
      const { recent } = this;
      if (recent !== undefined && text.startsWith(recent.label, at)) return recent;
      return this.recent = ofSignature(text.slice(at + 2, text.indexOf('",', at + 2)));
    },
    ofClass(messageClass: MessageClass): HeldType {
      let held = byType.get(messageClass);
      if (held === undefined) byType.set(messageClass, held = ofType(messageClass.portable));
      return held;
    },
  };
}

function writeTyped(value: unknown, held: HeldType, out: Encoding): string {
  out.enter();
  const start = out.graph === null ? 0 : out.graph.begin();
  const text = held.label + held.codec.write(value, out);
  out.leave();
  return out.graph === null ? text + NO_ALIASES : text + "," + out.graph.aliasesSince(start) + "]";
}

function readTyped(word: Word, held: HeldType, from: Decoding, slot: Slot | null): unknown {
  if (held.isMessage) return held.codec.read(word, from, slot);
  const cast = new Cast<unknown>(null, held.type);
  announce(slot, cast);
  (cast as { value: unknown }).value = held.codec.read(word, from, null);
  return cast;
}

function writeUnknown(unknown: Incognito, out: Encoding): string {
  const { typeName, decodedWord, savedPointers, addressBook } = unknown;
  if (typeof typeName !== "string") refuse("an unknown value without the name of its type");
  const aliases: string[] = [];
  for (const [alias, word] of savedPointers) aliases.push(out.adopt(alias, writeWord(word)));
  if (addressBook.size > 0) out.addresses.adopt(addressBook);
  return `[${quote(typeName)},${writeWord(decodedWord)},[${aliases.join(",")}]]`;
}

function readUnknown(typeName: string, word: Word, aliases: Word, from: Decoding): Incognito {
  if (!isList(aliases)) refuse(`expected a list of aliases, got ${describe(aliases)}`);
  const savedPointers = new Map<string, Word>();
  for (const alias of aliases) {
    if (typeof alias !== "string") refuse(`expected an alias, got ${describe(alias)}`);
    const pointed = from.pointers?.get(alias);
    if (pointed === undefined) refuse(`no pointer of alias ${JSON.stringify(alias.slice(0, 80))}`);
    savedPointers.set(alias, pointed);
  }
  const addressBook = new Map<string, Address>();
  const { book } = from.addresses;
  if (book !== null && book.size > 0) {
    saveAddresses(word, book, addressBook);
    for (const pointed of savedPointers.values()) saveAddresses(pointed, book, addressBook);
  }
  return new Incognito({ typeName, decodedWord: word, savedPointers, addressBook });
}

/** Keeps the entries whose keys occur: the rest of the book is nobody's business further on. */
function saveAddresses(word: Word, book: ReadonlyMap<string, Address>, saved: Map<string, Address>): void {
  if (typeof word === "string") {
    const address = book.get(word);
    if (address !== undefined) saved.set(word, address);
  } else if (isList(word)) {
    for (const item of word) saveAddresses(item, book, saved);
  } else if (word instanceof Map) {
    for (const item of (word as ReadonlyMap<string, Word>).values()) saveAddresses(item, book, saved);
  }
}
