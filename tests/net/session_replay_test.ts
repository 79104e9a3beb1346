/**
 * Replays recorded conversations of originals through sessions: what arrives is understood as the original understood it,
 * and what cake writes for the same messages is the same, byte for byte, apart from the random parts of keys.
 */

import { assert, assertEquals } from "@std/assert";
import {
  Ack,
  type AddressValue,
  Any,
  Block,
  BookReader,
  Cast,
  decode,
  Incognito,
  type MessageBase,
  type MessageClass,
  Ping,
  Stop,
} from "../../runtime/mod.ts";
import { Close, Diffie, Hellman } from "../../net/messages.ts";
import { SessionError } from "../../net/session_error.ts";
import "./golden_types.ts";
import { conversations, type FrameRow, type RawRow, raws } from "./recordings.ts";
import { address, type Bench, bench, fromHex, keysOf, octets, recordedBoxes } from "./session_harness.ts";

interface WireHeader {
  readonly value: { readonly to_address: number[]; readonly return_address: number[]; readonly tunnel: boolean };
}

function header(row: FrameRow): WireHeader["value"] {
  return (JSON.parse(row.header) as WireHeader).value;
}

function isHandshake(row: FrameRow): boolean {
  return /listen_connect\.(Diffie|Hellman)"/.test(row.body ?? "");
}

/** The proxy of each end: what the other... each end names it last in what it sends. */
function proxiesOf(rows: readonly FrameRow[]): Record<FrameRow["direction"], string> {
  const find = (direction: FrameRow["direction"]) => {
    const row = rows.find((row) => row.direction === direction && !isHandshake(row));
    return row === undefined ? "19" : String(header(row).to_address.at(-1));
  };
  return { "client->server": find("client->server"), "server->client": find("server->client") };
}

/** What the sender had in hand: the inverse of its translation. */
function sent(row: FrameRow, proxy: string): { message: unknown; to: AddressValue; from: AddressValue } {
  const local = (path: readonly number[]) =>
    address(path.at(-1) === 0 ? [...path.slice(0, -1), proxy].join(",") : path.join(","));
  const { to_address, return_address } = header(row);
  const to = address(to_address.join(",")), from = local(return_address);
  if (row.body === undefined) return { message: new Cast(fromHex(row.body_hex ?? ""), Block), to, from };
  const entries = (JSON.parse(row.book) as { value: [string, number[]][] }).value;
  const book = new Map(entries.map(([key, path]) => [key, local(path)]));
  const held = decode(row.body, Any, { addresses: new BookReader(book) });
  return { message: held instanceof Cast && held.type.kind === "any" ? held.value : held, to, from };
}

/** Random parts replaced in the order of their appearance. */
function withoutUuids(text: string): string {
  const seen = new Map<string, string>();
  return text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (uuid) => {
    if (!seen.has(uuid)) seen.set(uuid, `uuid-${seen.size}`);
    return seen.get(uuid)!;
  });
}

function receiver(rows: readonly FrameRow[], direction: FrameRow["direction"]): Bench {
  const proxies = proxiesOf(rows);
  const isServer = direction === "client->server";
  const keys = rows.find((row) => row.keys !== undefined)?.keys;
  return bench({
    role: isServer ? "acceptor" : "connector",
    encrypted: keys !== undefined,
    proxy: address(isServer ? proxies["server->client"] : proxies["client->server"]),
    boxes: keys === undefined ? null : recordedBoxes(keysOf((isServer ? keys.server : keys.client).private)),
  });
}

for (const [name, rows] of conversations()) {
  for (const direction of ["client->server", "server->client"] as const) {
    const mine = rows.filter((row) => row.direction === direction);

    Deno.test(`Session understands ${name}, ${direction}`, () => {
      const wire = fromHex(mine.map((row) => row.hex).join(""));
      const whole = receiver(rows, direction);
      assertEquals(whole.feed(wire), null);
      const expected = mine.filter((row) => !isHandshake(row)).length;
      const { told, kept, passed } = whole.events;
      assertEquals(told.length + kept.length + passed.length, expected);
      assertEquals(whole.events.openedCount, 1);
      for (const piece of [1, 7, 4096]) {
        const pieces = receiver(rows, direction);
        assertEquals(pieces.feed(wire, piece), null);
        assertEquals(pieces.events.told, told);
        assertEquals(pieces.events.kept, kept);
        assertEquals(pieces.events.passed, passed);
      }
    });

    Deno.test(`Session writes ${name}, ${direction}, as the original did`, () => {
      const proxy = proxiesOf(rows)[direction];
      const isClient = direction === "client->server";
      const keys = mine.find((row) => row.keys !== undefined)?.keys;
      const nonces = mine.filter((row) => row.nonce !== undefined).map((row) => fromHex(row.nonce!));
      const { session, feed, written } = bench({
        role: isClient ? "connector" : "acceptor",
        encrypted: keys !== undefined,
        proxy: address(proxy),
        controller: address("15"),
        boxes: keys === undefined
          ? null
          : recordedBoxes(keysOf((isClient ? keys.client : keys.server).private), nonces),
      });
      if (keys !== undefined) {
        const theirs = rows.find((row) => row.direction !== direction && isHandshake(row))!;
        assertEquals(feed(fromHex(theirs.hex)), null);
        session.release();
      }
      for (const row of mine) {
        const hand = sent(row, proxy);
        if (!isHandshake(row)) session.send(hand.message, hand.to, hand.from);
        const plain = row.encrypted === true ? null : withoutUuids(octets(fromHex(row.hex)));
        if (plain !== null) {
          assertEquals(withoutUuids(octets(written()).slice(0, plain.length === 0 ? 0 : undefined)), plain);
        } else if (!/[0-9a-f]{8}-/.test(row.book)) assertEquals(octets(written()), octets(fromHex(row.hex)));
        else assertEquals(written().length, fromHex(row.hex).length);
      }
    });
  }
}

Deno.test("Session passes frames of a recorded relay on, the body as it is (scenario 25)", () => {
  const all = conversations();
  const first = all.get("relay client-middle")!, second = all.get("relay middle-server")!;
  const inbound = receiver(first, "client->server"), outbound = receiver(second, "server->client");
  inbound.events.proxies.add("19");
  const relayed = first.filter((row) => row.direction === "client->server" && header(row).to_address.length > 2);
  const expected = second.filter((row) => row.direction === "client->server" && header(row).to_address.length > 1);
  assert(relayed.length > 3);
  assertEquals(inbound.feed(fromHex(relayed.map((row) => row.hex).join(""))), null);
  for (const frame of inbound.events.passed) outbound.session.pass(frame);
  assertEquals(octets(outbound.written()), octets(fromHex(expected.map((row) => row.hex).join(""))));
});

// Bytes written by hand.

/** The outcome where cake does what the original should have done. */
const HAZARDS: Readonly<Record<string, string>> = {
  "raw-header-empty": "INBOUND_STREAMING",
  "raw-header-null-to": "INBOUND_STREAMING",
  "raw-header-null-return": "INBOUND_STREAMING",
  "raw-body-deep": "INBOUND_STREAMING",
  "raw-diffie-null": "INBOUND_STREAMING",
  "raw-hellman-unasked": "INBOUND_STREAMING",
  "raw-clear-after-diffie": "INBOUND_STREAMING",
};

const RAW_KEYS = keysOf("00".repeat(31) + "07");

function typeName(message: unknown): string {
  if (message === null) return "None";
  if (message instanceof Cast) return message.type.signature;
  return (message as MessageBase).constructor === Incognito
    ? "layer_cake.message_memory.Incognito"
    : ((message as object).constructor as unknown as MessageClass).wireName;
}

/** What the application of the recordings did with a message. */
function answer(row: RawRow, { session, events }: Bench): void {
  for (const { message, from, to } of events.told) {
    assertEquals(to, "18", row.id);
    if (message instanceof Ping) session.send(new Ack(), address(from), address("18"));
    else if (!(message instanceof Stop) && !(message instanceof Close)) {
      session.send(message, address(from), address("18"));
    }
  }
}

for (const row of raws.filter((row) => row.scenario === "raw")) {
  Deno.test(`Session takes ${row.id}: ${row.note}`, () => {
    const isEncrypted = row.id.endsWith("-on-encrypted");
    for (const piece of [100_000, 1]) {
      const subject = bench({ boxes: recordedBoxes(RAW_KEYS), encrypted: isEncrypted });
      const error = subject.feed(fromHex(row.hex), piece);
      if (isEncrypted || row.id in HAZARDS) {
        assertEquals(error?.reason, isEncrypted ? "INBOUND_STREAMING" : HAZARDS[row.id]);
        assertEquals(subject.events.told, []);
        continue;
      }
      if (row.id === "raw-body-circular-any") {
        // What a circle like that is, the codec decides; here it must do no harm.
        assertEquals(subject.events.told.length, error === null ? 1 : 0);
        continue;
      }
      if (row.id === "raw-nobody") {
        // The session leaves it to the runtime, where nobody is at that address.
        assertEquals(subject.events.told.map((told) => told.to), ["999999"]);
        continue;
      }
      assert(row.listener_still_works !== false, "a hazard without an answer");
      const closed = row.delivered.find((told) => told.type.endsWith(".Closed"));
      const reason = closed?.reason?.endsWith("_STREAMING") ? closed.reason : undefined;
      assertEquals(error?.reason, reason as never);
      const expected = row.delivered.filter((told) =>
        !told.type.endsWith(".Closed") && told.type !== "layer_cake.listen_connect.Accepted"
      );
      assertEquals(subject.events.told.map((told) => typeName(told.message)), expected.map((told) => told.type));
      assertEquals(subject.events.told.map((told) => told.from), expected.map((told) => told.back!.join(",")));
      if (error !== null || row.id.includes("diffie") || row.id.includes("keepalive")) continue;
      answer(row, subject);
      assertEquals(octets(subject.written()), octets(fromHex(row.reply_hex ?? "")));
    }
  });
}

Deno.test("Session answers a key on a plain connection, and is encrypted then", () => {
  const row = raws.find((row) => row.id === "raw-diffie-plain-listener")!;
  const subject = bench({ boxes: recordedBoxes(RAW_KEYS) });
  assertEquals(subject.feed(fromHex(row.hex)), null);
  const recorded = octets(fromHex(row.reply_hex!));
  const written = octets(subject.written());
  assertEquals(
    written.replace(/"public_key":"[^"]*"/, ""),
    recorded.replace("[15]", "[18]").replace(/"public_key":"[^"]*"/, ""),
  );
  subject.session.send(new Ack(), address("7,19"), address("18"));
  subject.session.send(new Ack(), address("107,19"), address("18"));
  assert(subject.session.output.isEmpty, "nothing may follow right behind the key");
  subject.session.release();
  const lengths = octets(subject.written()).match(/\d+,48,\d+(?=\n)/g);
  assertEquals(lengths, ["68,48,168", "70,48,170"], "what was held back goes out in its order");
});

for (const id of ["listener-hellman-apart", "listener-hellman-together"]) {
  Deno.test(`Session as a connector takes ${id}`, () => {
    const row = raws.find((row) => row.id === id)!;
    const { private: secret } = (row.keys as { client: { private: string } }).client;
    const subject = bench({
      role: "connector",
      encrypted: true,
      proxy: address("19"),
      boxes: recordedBoxes(keysOf(secret)),
    });
    assertEquals(subject.feed(fromHex(row.hex)), null);
    assertEquals(subject.events.openedCount, 1);
    assertEquals(subject.events.told.map((told) => typeName(told.message)), ["layer_cake.point_runtime.Ack"]);
  });
}

Deno.test("Diffie and Hellman are the original's", () => {
  assertEquals([Diffie.wireName, Hellman.wireName], [
    "layer_cake.listen_connect.Diffie",
    "layer_cake.listen_connect.Hellman",
  ]);
});

Deno.test("Session refuses a conversation that was recorded and is played again", () => {
  const recorded = conversations().get("encrypted only")!.filter((row) => row.direction === "client->server");
  const subject = bench({ encrypted: true, boxes: recordedBoxes(RAW_KEYS) });
  assertEquals(subject.feed(fromHex(recorded.map((row) => row.hex).join("")))?.reason, "INBOUND_STREAMING");
  assertEquals(subject.events.told, []);
});

Deno.test("Session refuses a second key", () => {
  const [diffie] = conversations().get("encrypted only")!;
  for (const encrypted of [true, false]) {
    const subject = bench({ encrypted, boxes: recordedBoxes(RAW_KEYS) });
    assertEquals(subject.feed(fromHex(diffie!.hex)), null);
    assertEquals(subject.feed(fromHex(diffie!.hex))?.reason, "INBOUND_STREAMING");
  }
  const late = bench({ boxes: recordedBoxes(RAW_KEYS) });
  const [ping] = conversations().get("plain only")!;
  assertEquals(late.feed(fromHex(ping!.hex)), null);
  assertEquals(late.feed(fromHex(diffie!.hex))?.reason, "INBOUND_STREAMING");
});

Deno.test("Session takes a KeepAlive in clear right behind the key, once, and nothing else", () => {
  const [diffie] = conversations().get("encrypted only")!;
  const [keepAlive, ping] = conversations().get("keepalive-fast only")!;
  const subject = bench({ encrypted: true, boxes: recordedBoxes(RAW_KEYS) });
  assertEquals(subject.feed(fromHex(diffie!.hex + keepAlive!.hex), 1), null);
  assertEquals(subject.events.kept, [{ seconds: 0.49, from: "20,19" }]);
  assertEquals(subject.feed(fromHex(keepAlive!.hex))?.reason, "INBOUND_STREAMING");
  const other = bench({ encrypted: true, boxes: recordedBoxes(RAW_KEYS) });
  assertEquals(other.feed(fromHex(diffie!.hex + ping!.hex))?.reason, "INBOUND_STREAMING");
  assertEquals(other.events.told, []);
});

Deno.test("Session as an encrypted connector keeps what comes in clear until it has the key", () => {
  const all = conversations().get("encrypted only")!;
  const hellman = all.find((row) => row.direction === "server->client")!;
  const clear = conversations().get("plain only")!.find((row) => row.direction === "server->client")!;
  const subject = bench({
    role: "connector",
    encrypted: true,
    boxes: recordedBoxes(keysOf(all.find((row) => row.keys !== undefined)!.keys!.client.private)),
  });
  assertEquals(subject.feed(fromHex(clear.hex)), null);
  assertEquals([subject.events.openedCount, subject.events.told.length], [0, 0]);
  assertEquals(subject.feed(fromHex(hellman.hex)), null);
  assertEquals([subject.events.openedCount, subject.events.told.length], [1, 1]);
  assertEquals(subject.feed(fromHex(clear.hex))?.reason, "INBOUND_STREAMING");
});

Deno.test("Session never writes a return address that an original can't bear", () => {
  const { session, written } = bench();
  session.send(new Ack(), address("7,19"), address("0"));
  session.send(new Ack(), address("7,19"), address("19"));
  assertEquals(octets(written()).match(/"return_address":\[[0-9,]*\]/g), Array(2).fill('"return_address":[17]'));
});

Deno.test("Session refuses to send the halves of the key exchange, and addresses that are none", () => {
  const { session } = bench();
  for (const message of [new Diffie(), new Hellman({ publicKey: new Uint8Array(32) })]) {
    assertEquals(refusal(() => session.send(message, address("7,19"), address("18"))), "OUTBOUND_STREAMING");
  }
  assertEquals(refusal(() => session.send(new Ack(), address('7],"x":[1,19'), address("18"))), "OUTBOUND_STREAMING");
  assertEquals(refusal(() => session.send(new Ack(), address("7,19"), address("x"))), "OUTBOUND_STREAMING");
  assert(session.output.isEmpty);
});

function refusal(send: () => void): string {
  try {
    send();
  } catch (error) {
    if (error instanceof SessionError) return error.reason;
    throw error;
  }
  return "sent";
}
