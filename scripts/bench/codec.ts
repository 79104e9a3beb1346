/**
 * Measures the codec on the messages that the demo and the transport send, beside `JSON.stringify` and `JSON.parse` of the
 * same values in the same run:
 *
 *     deno run -A scripts/bench/codec.ts
 *
 * Prints one JSON object per case and direction: nanoseconds each (the best of several rounds), and their ratio.
 */
// deno-lint-ignore-file no-console
import { addressOf } from "../../runtime/address.ts";
import { BookReader, BookWriter } from "../../runtime/codec/address_book.ts";
import { decode, decodeMessage, encode, encodeMessage } from "../../runtime/codec/codec.ts";
import { InlineAddresses } from "../../runtime/codec/routing.ts";
import { HostPort } from "../../runtime/messages/host_port.ts";
import { ScopeOfDirectory } from "../../runtime/messages/host_port.ts";
import { castTo } from "../../runtime/types/cast.ts";
import { Message, type MessageClass } from "../../runtime/types/message.ts";
import {
  Address,
  Boolean,
  Float8,
  Integer8,
  TargetAddress,
  Unicode,
  UUID,
  VectorOf,
} from "../../runtime/types/portable.ts";
import { defType, registerType } from "../../runtime/types/registry.ts";

class Header extends Message({ toAddress: TargetAddress, returnAddress: Address, tunnel: Boolean.default(false) }) {}
class Xy extends Message({ x: Integer8.default(1), y: Integer8.default(1) }) {}
class Note extends Message({ text: Unicode }) {}
class Published extends Message({
  name: Unicode,
  scope: ScopeOfDirectory,
  encrypted: Boolean.default(false),
  publishedId: UUID,
  listeningIpp: HostPort,
  homeAddress: Address,
}) {}
for (const messageClass of [Header, Xy, Note, Published]) {
  registerType(messageClass as unknown as MessageClass, `bench.${messageClass.name}`);
}
const tableType = defType(VectorOf(VectorOf(Float8)));

interface Case {
  readonly name: string;
  readonly encode: () => string;
  readonly decode: (text: string | Uint8Array) => unknown;
  /** The same value as `JSON.parse` would give it, for the floor. */
  readonly plain: unknown;
}

function table(size: number): number[][] {
  let seed = 1;
  const next = () => (seed = seed * 48271 % 2147483647) / 2147483647;
  return Array.from({ length: size }, () => Array.from({ length: size }, next));
}

const inline = new InlineAddresses(addressOf([12]), addressOf([3]));
const header = new Header({ toAddress: addressOf([5, 12]), returnAddress: addressOf([7]), tunnel: false });
const headerType = (Header as unknown as MessageClass).portable;
const uuid = () => "0123abcd-4567-489a-bcde-f0123456789a";
const book = new Map([[`${uuid()}:0`, addressOf([7, 12])]]);
const published = new Published({
  name: "test-multihosting:worker-9",
  scope: "HOST",
  publishedId: uuid(),
  listeningIpp: new HostPort("127.0.0.1", 32001),
  homeAddress: addressOf([17]),
});

function message(name: string, value: unknown): Case {
  const read = { addresses: new BookReader(book) };
  return {
    name,
    encode: () => encodeMessage(value, { addresses: new BookWriter(uuid) }),
    decode: (text) => decodeMessage(text, read).value,
    plain: JSON.parse(encodeMessage(value, { addresses: new BookWriter(uuid) })),
  };
}

const cases: Case[] = [
  {
    name: "header",
    encode: () => encode(header, headerType, { addresses: inline }),
    decode: (text) => decode(text, headerType, { addresses: inline }),
    plain: JSON.parse(encode(header, headerType, { addresses: inline })),
  },
  message("Xy", new Xy({ x: 8, y: 8 })),
  message("table 2x2", castTo(table(2), tableType)),
  message("table 8x8", castTo(table(8), tableType)),
  message("Published", published),
  message(
    "text of 100",
    new Note({ text: "A sentence of some length, as people write them to each other; ".repeat(2).slice(0, 100) }),
  ),
];

const ROUNDS = 7;
const ROUND_MS = 60;
let sink: unknown;

/** Nanoseconds per call of each, measured in turns so that both see the same machine. */
function race(runs: readonly (() => unknown)[]): number[] {
  const best = runs.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    runs.forEach((run, i) => best[i] = Math.min(best[i]!, time(run)));
  }
  return best;
}

function time(run: () => unknown): number {
  let calls = 0;
  const start = performance.now();
  let now = start;
  while (now - start < ROUND_MS) {
    for (let i = 0; i < 500; i++) sink = run();
    calls += 500;
    now = performance.now();
  }
  return (now - start) * 1e6 / calls;
}

function report(name: string, what: string, [floor, cake, bytes]: number[]): void {
  const line = {
    name,
    what,
    floor_ns: Math.round(floor!),
    cake_ns: Math.round(cake!),
    ratio: +(cake! / floor!).toFixed(2),
  };
  console.log(JSON.stringify(bytes === undefined ? line : { ...line, from_bytes_ns: Math.round(bytes) }));
}

for (const { name, encode, decode, plain } of cases) {
  const text = encode();
  const bytes = new TextEncoder().encode(text);
  report(name, "encode", race([() => JSON.stringify(plain), encode]));
  report(name, "decode", race([() => JSON.parse(text), () => decode(text), () => decode(bytes)]));
}
if (sink === undefined) console.log("nothing measured");
