/** Replays the texts in one row of frame recordings: header, body and book, each decoded and encoded again. */

import type { Address } from "../../runtime/address.ts";
import { BookReader, BookWriter } from "../../runtime/codec/address_book.ts";
import { decode, decodeMessage, encode, encodeMessage } from "../../runtime/codec/codec.ts";
import { readWord } from "../../runtime/codec/json_reader.ts";
import type { AddressReader, AddressWriter } from "../../runtime/codec/routing.ts";
import { Cast } from "../../runtime/types/cast.ts";
import { MessageBase } from "../../runtime/types/message.ts";
import { parseSignature } from "../../runtime/types/signature.ts";
import { renamed, sameWords } from "./compare_texts.ts";
import type { Difference } from "./replay_codec.ts";

/** A row of frames.jsonl of the kind "frame". */
export interface FrameRow {
  readonly id: string;
  readonly header: string;
  /** Absent for raw blocks. */
  readonly body?: string;
  readonly book: string;
}

/** Stands for the home mark alone, which is no address by itself. */
const HOME = "1000000007" as Address;

/** Addresses as they stand in the text: which ids the two processes had doesn't matter here. */
class VerbatimAddresses implements AddressReader, AddressWriter {
  readonly book = null;
  readList = (path: string) => path === "0" ? HOME : path as Address;
  readTarget = (path: string) => path as Address;
  readKey(): never {
    throw new Error("A key where no book is in use");
  }
  address = (address: Address) => address === HOME ? "[0]" : `[${address}]`;
  target = (address: Address) => `[${address}]`;
  adopt(): void {
    throw new Error("A book where none is in use");
  }
}

/** Options for both ways, with addresses as they stand in the text. */
export const VERBATIM = { addresses: new VerbatimAddresses() };

/** What is different, empty if nothing is. */
export function replayFrameRow(row: FrameRow): Difference[] {
  const differences: Difference[] = [];
  const compare = (what: string, recorded: string, got: string) => {
    if (renamed(got) !== renamed(recorded) && !sameWords(readWord(renamed(got)), readWord(renamed(recorded)))) {
      differences.push({ what, recorded, got });
    }
  };
  for (
    const [what, signature] of [["header", "layer_cake.listen_connect.Header"], [
      "book",
      "map<unicode,address>",
    ]] as const
  ) {
    const type = parseSignature(signature)!;
    compare(what, row[what], encode(decode(row[what], type, VERBATIM), type, VERBATIM));
  }
  if (row.body !== undefined) replayBody(row.body, row.book, compare);
  return differences;
}

function replayBody(body: string, book: string, compare: (what: string, recorded: string, got: string) => void): void {
  const received = decode(book, parseSignature("map<unicode,address>")!, VERBATIM) as ReadonlyMap<string, Address>;
  const { value, type } = decodeMessage(body, { addresses: new BookReader(received) });
  const writer = new BookWriter(() => "ffffffff-ffff-4fff-bfff-ffffffffffff");
  const message = type.kind === "any" || value instanceof MessageBase ? value : new Cast(value, type);
  compare(
    "body",
    body,
    encodeMessage(message, { addresses: writer, uuid: () => "eeeeeeee-eeee-4eee-beee-eeeeeeeeeeee" }),
  );
  compare("book of the body", JSON.stringify([...received]), JSON.stringify(writer.entries));
}
