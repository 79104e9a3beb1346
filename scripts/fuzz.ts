/**
 * Feeds frames and codec with input that is almost right:
 *
 *     deno task fuzz --minutes N --seed S [--frames COUNT] [--corpus FOLDER]
 *
 * Every frame is split at random places, taken apart by the frame reader, and its header, book and body are decoded; what
 * decodes is encoded again. Nothing but a value or a refusal may come out, within 50 ms, by the short way of the
 * decoder as by the long one, and `Object.prototype` stays as it is. Frames that lead to a new kind of outcome are kept and
 * changed further; with a folder given they are read from there and written to it. Prints what was found,
 * and at last the count and the rate.
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli";
import { BookReader, BookWriter } from "../runtime/codec/address_book.ts";
import { decode, decodeMessage, encode } from "../runtime/codec/codec.ts";
import { CodecError } from "../runtime/codec/codec_error.ts";
import type { Address } from "../runtime/address.ts";
import { InlineAddresses } from "../runtime/codec/routing.ts";
import { utf8Text } from "../runtime/codec/json_reader.ts";
import { Refusal } from "../runtime/codec/codec_error.ts";
import { Any, type Portable } from "../runtime/types/portable.ts";
import { parseSignature } from "../runtime/types/signature.ts";
import { FrameError, FrameReader } from "../net/frame.ts";
import { mutateText, mutateWord } from "./vectors/mutate.ts";
import { RandomSource, randomType, randomValue } from "./vectors/random_values.ts";
import { Cast } from "../runtime/types/cast.ts";
import { loadRecordedTypes, readRows } from "./vectors.ts";

/** Longest time that one frame may take, in milliseconds. */
const FRAME_MS_MAX = 50;
const CORPUS_FRAMES_MAX = 4096;
/** The long way is taken once in so many times, as it takes longer. */
const LONG_WAY_ONE_IN = 4;
const ENCODER = new TextEncoder();
const UUID = "ffffffff-ffff-4fff-bfff-ffffffffffff";

/** The parts of a frame, before they are put together. */
interface Parts {
  header: string;
  body: string;
  book: string;
}

/** Decodes and encodes again. */
type Run = (input: Uint8Array | string) => string;

/** Frames worth changing further, and the kinds of outcome seen. */
class Corpus {
  readonly frames: Parts[] = [];
  readonly outcomes = new Set<string>();

  /** True if the outcome is a new one; then the frame is kept. */
  keep(parts: Parts, outcome: string): boolean {
    if (this.outcomes.has(outcome) || this.frames.length >= CORPUS_FRAMES_MAX) return false;
    this.outcomes.add(outcome);
    this.frames.push(parts);
    return true;
  }
}

class Fuzzer {
  readonly corpus = new Corpus();
  readonly #random: RandomSource;
  /** Whether the long way is taken, too. */
  #isLong = false;
  readonly #headerType: Portable<unknown>;
  readonly #bookType: Portable<unknown>;
  readonly #inline = { addresses: new InlineAddresses("12" as Address, "3" as Address) };
  slowest = 0;
  problems = 0;

  constructor(seed: number) {
    this.#random = new RandomSource(seed);
    this.#headerType = parseSignature("layer_cake.listen_connect.Header")!;
    this.#bookType = parseSignature("map<unicode,address>")!;
  }

  /** One frame: made, changed, fed. */
  step(): void {
    const parts = this.#change(this.#random.oneIn(4) ? this.#fresh() : this.#random.pick(this.corpus.frames));
    const pieces = this.#random.integer(2 ** 31);
    const start = performance.now();
    const outcome = this.#feed(parts, pieces);
    let took = performance.now() - start;
    // A pause of the machine doesn't come again; a slow frame stays slow.
    for (let again = 0; again < 3 && took > FRAME_MS_MAX; again++) took = this.#time(parts, pieces);
    this.slowest = Math.max(this.slowest, took);
    if (took > FRAME_MS_MAX) this.#problem(`took ${took.toFixed(0)} ms`, parts);
    this.corpus.keep(parts, outcome);
  }

  #time(parts: Parts, pieces: number): number {
    const start = performance.now();
    this.#feed(parts, pieces);
    return performance.now() - start;
  }

  #problem(what: string, parts: Parts): void {
    if (++this.problems <= 20) console.log(`${what}: ${JSON.stringify(parts).slice(0, 2000)}`);
  }

  #fresh(): Parts {
    const random = this.#random;
    const type = randomType(random);
    const value = randomValue(random, type);
    const message = type.kind === "message" || type.kind === "any" ? value : new Cast(value, type);
    const book = new BookWriter(() => UUID);
    const body = encode(message, Any, { addresses: book, uuid: () => UUID });
    const header = '{"value":{"to_address":[5,12],"return_address":[7],"tunnel":false}}';
    return { header, body, book: encode(new Map(book.entries), this.#bookType, this.#inline) };
  }

  #change(parts: Parts): Parts {
    const random = this.#random;
    const changed = { ...parts };
    const part = random.pick(["body", "body", "body", "header", "book", "none"]);
    if (part === "none") return changed;
    const name = part as keyof Parts;
    changed[name] = random.oneIn(2) ? mutateText(random, parts[name]) : wordMutation(random, parts[name]);
    return changed;
  }

  /** What came out, without what differs from frame to frame. */
  #feed(parts: Parts, pieces: number): string {
    const random = new RandomSource(pieces);
    this.#isLong = random.oneIn(LONG_WAY_ONE_IN);
    try {
      const outcomes: string[] = [];
      for (const [header, body, book] of frames(parts, random)) {
        outcomes.push(this.#decode("header", header!, this.#headerType, parts));
        outcomes.push(this.#decode("book", book!, this.#bookType, parts));
        outcomes.push(this.#decodeBody(body!, book!, parts));
      }
      return outcomes.join("|");
    } catch (error) {
      if (!(error instanceof FrameError)) {
        this.#problem(`broke: ${error instanceof Error ? error.stack : error}`, parts);
      }
      return String(error).replace(/\d+/g, "#");
    }
  }

  #decode(what: string, bytes: Uint8Array, type: Portable<unknown>, parts: Parts): string {
    return this.#both(what, bytes, parts, (input) => encode(decode(input, type, this.#inline), type, this.#inline));
  }

  #decodeBody(bytes: Uint8Array, book: Uint8Array, parts: Parts): string {
    let addresses: BookReader;
    try {
      addresses = new BookReader(
        decode(book, this.#bookType, this.#inline) as ReadonlyMap<string, Address>,
        "3" as Address,
      );
    } catch {
      return "no book";
    }
    return this.#both("body", bytes, parts, (input) => {
      decodeMessage(input, { addresses });
      const value = decode(input, Any, { addresses });
      return encode(value, Any, { addresses: new BookWriter(() => UUID), uuid: () => UUID });
    });
  }

  /** Decodes by the short way, and by the long one, which white space in front enforces. */
  #both(what: string, bytes: Uint8Array, parts: Parts, run: Run): string {
    const short = this.#outcome(bytes, parts, run);
    if (this.#isLong) this.#compareLong(what, short, bytes, parts, run);
    return short.startsWith("{") ? "ok" : withoutNumbers(short).replace(/".*"/, "").slice(0, 80);
  }

  #compareLong(what: string, short: string, bytes: Uint8Array, parts: Parts, run: Run): void {
    let text: string;
    try {
      text = utf8Text(bytes);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return;
    }
    const long = this.#outcome(" " + text, parts, run);
    if (withoutNumbers(short) === withoutNumbers(long)) return;
    this.#problem(`${what}: ${short} by the short way, ${long} by the long`, parts);
  }

  #outcome(input: Uint8Array | string, parts: Parts, run: Run): string {
    try {
      return run(input);
    } catch (error) {
      if (!(error instanceof CodecError) || error.cause !== undefined) {
        this.#problem(`broke: ${error instanceof Error ? error.stack : error}`, parts);
      }
      return String(error);
    }
  }
}

/** Puts a frame together, spoils its bytes now and then, and gives them to the reader in pieces. */
function* frames(parts: Parts, random: RandomSource): Generator<Uint8Array[]> {
  const [header, body] = [parts.header, parts.body].map((text) => ENCODER.encode(text).length);
  const content = parts.header + parts.body + parts.book;
  const line = `${header},${body},${ENCODER.encode(content).length}\n`;
  const bytes = ENCODER.encode((random.oneIn(50) ? mutateText(random, line) : line) + content + "\n");
  if (random.oneIn(20)) bytes[random.integer(bytes.length)] = random.integer(256);
  const reader = new FrameReader();
  for (let at = 0; at < bytes.length;) {
    const room = reader.room();
    const count = Math.min(room.length, bytes.length - at, random.oneIn(4) ? 1 + random.integer(20) : bytes.length);
    room.set(bytes.subarray(at, at + count));
    reader.filled(count);
    at += count;
    for (let frame = reader.next(); frame !== null; frame = reader.next()) {
      const end = frame.headerBytes + frame.bodyBytes;
      yield [frame.data.slice(0, frame.headerBytes), frame.data.slice(frame.headerBytes, end), frame.data.slice(end)];
    }
  }
}

function withoutNumbers(text: string): string {
  return text.startsWith("{") ? text : text.replace(/\d+/g, "#");
}

function wordMutation(random: RandomSource, text: string): string {
  try {
    return mutateWord(random, text);
  } catch {
    return mutateText(random, text);
  }
}

async function recordedFrames(): Promise<Parts[]> {
  const text = await Deno.readTextFile(new URL("../tests/testdata/frames.jsonl", import.meta.url));
  const rows = [...readRows(text)].filter((row) => row.kind === "frame" && typeof row["body"] === "string");
  return rows.map(({ header, body, book }) => ({ header, body, book }) as unknown as Parts);
}

async function savedFrames(folder: string): Promise<Parts[]> {
  await Deno.mkdir(folder, { recursive: true });
  const frames: Parts[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.endsWith(".json")) frames.push(JSON.parse(await Deno.readTextFile(`${folder}/${entry.name}`)));
  }
  return frames;
}

async function main(args: string[]): Promise<number> {
  const options = parseArgs(args, { string: ["minutes", "seed", "corpus", "frames"] });
  const minutes = Number(options.minutes ?? 1);
  const most = Number(options.frames ?? Infinity);
  const seed = Number(options.seed ?? 1);
  await loadRecordedTypes();
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  const fuzzer = new Fuzzer(seed);
  const starts = [...await recordedFrames(), ...options.corpus ? await savedFrames(options.corpus) : []];
  starts.forEach((parts, i) => fuzzer.corpus.keep(parts, `start ${i}`));
  const start = performance.now();
  let frames = 0;
  while (frames < most && performance.now() - start < minutes * 60_000) {
    for (let i = 0; i < 1000 && frames < most; i++, frames++) fuzzer.step();
  }
  const seconds = (performance.now() - start) / 1000;
  if (Object.getOwnPropertyNames(Object.prototype).join() !== before) {
    fuzzer.problems++;
    console.log("Object.prototype changed");
  }
  if (options.corpus) await save(options.corpus, fuzzer.corpus.frames.slice(starts.length));
  const { slowest, problems, corpus } = fuzzer;
  const found = { outcomes: corpus.outcomes.size, slowest_ms: +slowest.toFixed(1), problems };
  console.log(
    JSON.stringify({
      seed,
      frames,
      seconds: +seconds.toFixed(1),
      frames_per_second: Math.round(frames / seconds),
      ...found,
    }),
  );
  return problems === 0 ? 0 : 1;
}

async function save(folder: string, frames: readonly Parts[]): Promise<void> {
  for (const parts of frames) {
    const text = JSON.stringify(parts);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    await Deno.writeTextFile(`${folder}/${new Uint8Array(digest).toHex().slice(0, 16)}.json`, text);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
