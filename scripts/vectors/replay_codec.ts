/** Replays one row of codec recordings. */

import { type Address, addressOf } from "../../runtime/address.ts";
import { BookReader, BookWriter } from "../../runtime/codec/address_book.ts";
import { decode, encode } from "../../runtime/codec/codec.ts";
import { CodecError } from "../../runtime/codec/codec_error.ts";
import { readWord } from "../../runtime/codec/json_reader.ts";
import { InlineAddresses } from "../../runtime/codec/routing.ts";
import type { Portable } from "../../runtime/types/portable.ts";
import { typeBySignature } from "../../runtime/types/registry.ts";
import { parseSignature } from "../../runtime/types/signature.ts";
import type { Word } from "../../runtime/types/word.ts";
import { renamed, sameWords } from "./compare_texts.ts";
import { fromPython, NOT_EXPRESSIBLE } from "./from_python.ts";
import { parsePython } from "./python_value.ts";
import { bookOf, buildValue, canonicalText, type Tagged, tagValue } from "./tagged.ts";

/** A row of codec.jsonl; README.md of the recordings says what the fields are. */
export interface CodecRow {
  readonly id: string;
  readonly signature: string;
  readonly python_repr: string | null;
  readonly encoded: string | null;
  readonly direction: "both" | "decode" | "refuse";
  readonly stage?: "encode" | "decode";
  readonly uncaught?: boolean;
  readonly tagged?: Tagged;
  readonly reencoded?: string | null;
  readonly address_book?: Readonly<Record<string, readonly number[]>>;
  readonly reencoded_address_book?: Readonly<Record<string, readonly number[]>>;
  readonly return_proxy?: readonly number[];
  readonly local_termination?: readonly number[];
  readonly tz?: string;
}

/** Something that came out otherwise than recorded. */
export interface Difference {
  readonly what: string;
  readonly recorded: string;
  readonly got: string;
}

/** What is different, empty if nothing is. */
export function replayCodecRow(row: CodecRow): Difference[] {
  const type = row.signature === "portable" ? "portable" : parseSignature(row.signature);
  if (type === undefined) return [{ what: "type", recorded: row.signature, got: "not known" }];
  if (type === "portable") return replayTypeValue(row);
  return new Replay(row, type).run();
}

/** A type as a value exists in no message; its text is its signature. */
function replayTypeValue(row: CodecRow): Difference[] {
  const word = (readWord(row.encoded ?? "null") as ReadonlyMap<string, Word>).get("value");
  const known = typeof word === "string" ? typeBySignature(word) : undefined;
  const got = word === null ? "null" : known?.signature ?? "refused";
  const recorded = row.direction === "refuse"
    ? "refused"
    : String((row.tagged as { portable?: string } | null)?.portable ?? null);
  return got === recorded ? [] : [{ what: "type", recorded, got }];
}

class Replay {
  readonly #differences: Difference[] = [];
  readonly #row: CodecRow;
  readonly #type: Portable<unknown>;
  /** Circles may move map entries to the end, and unordered things have no order on the wire. */
  readonly #unordered: boolean;

  constructor(row: CodecRow, type: Portable<unknown>) {
    this.#row = row;
    this.#type = type;
    this.#unordered = row.encoded?.includes('"pointer"') === true ||
      JSON.stringify(row.tagged ?? null).includes('"set"');
  }

  run(): Difference[] {
    const { direction, stage, encoded } = this.#row;
    if (direction === "refuse") {
      if (stage === "encode") this.#refuseEncoding();
      else this.#refuseDecoding(encoded ?? "");
    } else this.#replay(encoded ?? "");
    return this.#differences;
  }

  #replay(encoded: string): void {
    const value = this.#attempt("decode", () => this.#decode(encoded));
    if (value === undefined) return;
    const { tagged = null, reencoded, python_repr } = this.#row;
    const expected = withSavedBooks(withReadSigns(tagged, encoded));
    this.#compareTagged(tagValue(value.got, this.#type), expected);
    const { address_book, reencoded_address_book = address_book } = this.#row;
    if (typeof reencoded === "string") {
      this.#compareEncoding("encode what was decoded", value.got, reencoded, reencoded_address_book);
      if (!isUnbound(tagged)) {
        this.#compareEncoding("encode", buildValue(expected, this.#type), reencoded, reencoded_address_book);
      }
    }
    // What Python prints doesn't show which objects are one.
    if (this.#row.direction !== "both" || python_repr === null || encoded.includes('"pointer"')) return;
    const python = parsePython(python_repr);
    const original = python === undefined ? NOT_EXPRESSIBLE : fromPython(python, this.#type);
    if (original !== NOT_EXPRESSIBLE) {
      this.#compareEncoding("encode the original value", original, encoded, address_book);
    }
  }

  #attempt(what: string, run: () => unknown): { got: unknown } | undefined {
    try {
      return { got: run() };
    } catch (error) {
      this.#differences.push({ what, recorded: this.#row.encoded ?? this.#row.python_repr ?? "", got: String(error) });
      return undefined;
    }
  }

  #decode(text: string): unknown {
    const { address_book, return_proxy, local_termination, tz } = this.#row;
    const addresses = address_book === undefined
      ? new InlineAddresses(addressOf(return_proxy ?? [0]), addressOf(local_termination ?? [0]))
      : new BookReader(bookOf(address_book), addressOf(local_termination ?? [0]));
    return decode(text, this.#type, { addresses, zoneOffset: zoneOffset(tz) });
  }

  #encode(value: unknown): { text: string; book: [string, Address][] | null } {
    const { address_book, return_proxy, tz } = this.#row;
    const book = address_book === undefined ? null : new BookWriter(() => FRESH_UUID);
    const addresses = book ?? new InlineAddresses(addressOf(return_proxy ?? [0]));
    const text = encode(value, this.#type, { addresses, uuid: () => FRESH_UUID, zoneOffset: zoneOffset(tz) });
    return { text, book: book?.entries ?? null };
  }

  #compareTagged(got: Tagged, recorded: Tagged): void {
    const options = { sortMaps: this.#unordered };
    const expected = canonicalText(recorded, options);
    const actual = canonicalText(got, options);
    if (actual !== expected) this.#differences.push({ what: "decoded value", recorded: expected, got: actual });
  }

  #compareEncoding(what: string, value: unknown, recorded: string, recordedBook: CodecRow["address_book"]): void {
    const encoded = this.#attempt(what, () => this.#encode(value));
    if (encoded === undefined) return;
    const { text, book } = encoded.got as { text: string; book: [string, Address][] | null };
    if (!this.#sameText(text, recorded)) this.#differences.push({ what, recorded, got: text });
    if (book === null || recordedBook === undefined) return;
    const wanted = renamed(JSON.stringify([...bookOf(keptKeys(recordedBook, recorded))]));
    const got = renamed(JSON.stringify(book));
    if (got !== wanted) this.#differences.push({ what: `${what}: address book`, recorded: wanted, got });
  }

  #sameText(got: string, recorded: string): boolean {
    if (renamed(got) === renamed(recorded)) return true;
    if (sameWords(readWord(renamed(got)), readWord(renamed(recorded)))) return true;
    if (!this.#unordered) return false;
    const options = { sortMaps: true };
    const tag = (text: string) => canonicalText(tagValue(this.#decode(text), this.#type), options);
    return got.length === recorded.length && tag(got) === tag(recorded);
  }

  #refuseDecoding(text: string): void {
    try {
      const value = this.#decode(text);
      if (this.#row.uncaught) return;
      this.#differences.push({ what: "decode", recorded: "refused", got: JSON.stringify(tagValue(value, this.#type)) });
    } catch (error) {
      this.#checkRefusal("decode", error);
    }
  }

  #refuseEncoding(): void {
    const python = parsePython(this.#row.python_repr ?? "");
    const value = python === undefined ? NOT_EXPRESSIBLE : fromPython(python, this.#type);
    // What can't be said here can't be encoded either.
    if (value === NOT_EXPRESSIBLE) return;
    try {
      const { text } = this.#encode(value);
      if (!this.#row.uncaught) this.#differences.push({ what: "encode", recorded: "refused", got: text });
    } catch (error) {
      this.#checkRefusal("encode", error);
    }
  }

  #checkRefusal(what: string, error: unknown): void {
    if (error instanceof CodecError && error.cause === undefined) return;
    this.#differences.push({ what, recorded: "refused", got: `broke: ${error}` });
  }
}

const FRESH_UUID = "ffffffff-ffff-4fff-bfff-ffffffffffff";
/** Deviation: an unknown value keeps the addresses that occur in it, not the whole book. */
function withSavedBooks(tagged: Tagged): Tagged {
  return JSON.parse(JSON.stringify(tagged), (name, held) => {
    if (name !== "incognito") return held;
    return {
      ...held,
      address_book: keptKeys(held.address_book ?? {}, held.decoded_word_text + held.saved_pointers_text),
    };
  });
}

function keptKeys<T>(book: Readonly<Record<string, T>>, text: string): Record<string, T> {
  return Object.fromEntries(Object.entries(book).filter(([key]) => text.includes(JSON.stringify(key))));
}

/** Deviation: an offset to the west is read as one, where the original loses the sign. */
function withReadSigns(tagged: Tagged, encoded: string): Tagged {
  if (!/T[\d:.]+-\d\d:?\d\d"/.test(encoded)) return tagged;
  return JSON.parse(JSON.stringify(tagged), (_, held) => {
    const match = /^(.*)\+(\d\d):(\d\d)$/.exec(held?.world ?? "");
    if (match === null || (match[2] === "00" && match[3] === "00")) return held;
    const shift = BigInt(Number(match[2]) * 3600 + Number(match[3]) * 60) * 2_000_000n;
    return { world: `${match[1]}-${match[2]}:${match[3]}`, epoch_us: String(BigInt(held.epoch_us) + shift) };
  });
}

/** Deviation: a class that isn't known can be written back. */
function isUnbound(tagged: Tagged): boolean {
  return JSON.stringify(tagged).includes("layer_cake.virtual_codec.TypeNotBound");
}

function zoneOffset(zone: string | undefined): (wall: bigint) => number {
  if (zone === undefined) return () => 0;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
  });
  return (wall) => {
    const seconds = Number(wall / 1_000_000n);
    const part = Object.fromEntries(
      format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]),
    );
    const local = Date.UTC(
      part["year"]!,
      part["month"]! - 1,
      part["day"],
      part["hour"],
      part["minute"],
      part["second"],
    );
    return local / 1000 - seconds;
  };
}
