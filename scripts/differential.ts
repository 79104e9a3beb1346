/**
 * Compares the codec with the original itself, on random values of random types, both ways:
 *
 *     PYTHONPATH=<original>/src deno run -A scripts/differential.ts --values N --seed S [--python /usr/bin/python3]
 *
 * Each way N values: what cake encodes the original decodes and encodes again, and cake compares; what the original
 * encodes cake decodes and encodes again, and compares with what the original makes of its own text. Prints disagreements,
 * and at last how many there were. Known ones, which are not counted, are those of {@link isKnown}.
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli";
import { decode, encode } from "../runtime/codec/codec.ts";
import { readWord } from "../runtime/codec/json_reader.ts";
import type { Portable } from "../runtime/types/portable.ts";
import { parseSignature } from "../runtime/types/signature.ts";
import { renamed, sameWords } from "./vectors/compare_texts.ts";
import { RandomSource, randomType, randomValue } from "./vectors/random_values.ts";
import { canonicalText, tagValue } from "./vectors/tagged.ts";
import { loadRecordedTypes } from "./vectors.ts";

const BATCH = 500;

/** The original, as a process that answers lines. */
export class Original {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(python: string) {
    const root = decodeURIComponent(new URL("../", import.meta.url).pathname);
    this.#child = new Deno.Command(python, {
      args: [`${root}scripts/differential/original.py`, `${root}tests/testdata/types.json`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Sends requests; returns as many answers as asked for. */
  async ask(requests: readonly unknown[], answers: number): Promise<string[][]> {
    const text = requests.map((request) => JSON.stringify(request) + "\n").join("");
    const written = this.#writer.write(new TextEncoder().encode(text));
    const lines: string[][] = [];
    while (lines.length < answers) lines.push(JSON.parse(await this.#line()));
    await written;
    return lines;
  }

  async #line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("The original ended");
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  async end(): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
  }
}

/** Same text, or the same value where the original gives no order. */
export function isSame(got: string, recorded: string, type: Portable<unknown>): boolean {
  if (renamed(got) === renamed(recorded)) return true;
  if (sameWords(readWord(renamed(got)), readWord(renamed(recorded)))) return true;
  const tag = (text: string) =>
    canonicalText(tagValue(decode(text, type), type), { sortMaps: text.includes('"pointer"') });
  return tag(got) === tag(recorded);
}

/** Disagreements that are meant, with their reasons. */
function isKnown(recorded: string, reason: string): boolean {
  // The original's chains of pointers and Anys end in its recursion limit.
  if (/recursion/i.test(reason)) return true;
  // It writes a null for a delta and spans like "60.s" and "0.s", which it then refuses to read.
  if (/NoneType\/TimeDelta|recover TimeSpan/.test(reason)) return true;
  return recorded === "";
}

/** How the comparison went. */
interface Outcome {
  compared: number;
  known: number;
  disagreements: number;
}

async function cakeFirst(original: Original, random: RandomSource, count: number, outcome: Outcome): Promise<void> {
  const cases = Array.from({ length: count }, () => {
    const type = randomType(random);
    return { type, text: encode(randomValue(random, type), type, { uuid: () => random.uuid() }) };
  });
  const answers = await original.ask(cases.map(({ type, text }) => ["echo", type.signature, text]), count);
  cases.forEach(({ type, text }, i) => {
    const [verdict, answer = ""] = answers[i]!;
    outcome.compared++;
    const own = attempt(() => encode(decode(text, type), type));
    if (verdict === "ok" && isSame(own, answer, type)) return;
    if (verdict !== "ok" && isKnown(text, answer)) outcome.known++;
    else report(outcome, "cake first", type, [text, own, answer]);
  });
}

async function originalFirst(original: Original, seed: number, count: number, outcome: Outcome): Promise<void> {
  for (const [signature = "", text, again] of await original.ask([["make", seed, count]], count)) {
    const type = parseSignature(signature);
    if (type === undefined) throw new Error(`Unknown signature ${signature}`);
    outcome.compared++;
    if (text === null || text === undefined) {
      report(outcome, "original can't encode", type, [String(again)]);
      continue;
    }
    const own = attempt(() => encode(decode(text, type), type));
    if (typeof again === "string" && isSame(own, again, type)) continue;
    if (typeof again !== "string" && isKnown(text, /[^\d]0?\.s"|60\.s"|"-"/.test(text) ? "recover TimeSpan" : own)) {
      outcome.known++;
    } else report(outcome, "original first", type, [text, own, String(again)]);
  }
}

function attempt(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return String(error);
  }
}

function report(outcome: Outcome, what: string, type: Portable<unknown>, texts: readonly string[]): void {
  if (++outcome.disagreements <= 20) {
    console.log([`${what}: ${type.signature}`, ...texts.map((text) => `  ${text}`)].join("\n"));
  }
}

async function main(args: string[]): Promise<number> {
  const options = parseArgs(args, { string: ["values", "seed", "python"] });
  const values = Number(options.values ?? 10_000);
  const seed = Number(options.seed ?? 1);
  await loadRecordedTypes();
  const original = new Original(options.python ?? "python3");
  const outcome: Outcome = { compared: 0, known: 0, disagreements: 0 };
  const random = new RandomSource(seed);
  for (let done = 0; done < values; done += BATCH) {
    const count = Math.min(BATCH, values - done);
    await cakeFirst(original, random, count, outcome);
    await originalFirst(original, seed * 1_000_003 + done, count, outcome);
  }
  await original.end();
  console.log(JSON.stringify({ seed, ...outcome }));
  return outcome.disagreements === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
