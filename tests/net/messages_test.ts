import { assert, assertEquals } from "@std/assert";
import { Faulted, HostPort, type MessageClass, type Portable, typeBySignature } from "../../runtime/mod.ts";
import {
  ConnectStream,
  EndOfTransport,
  ListenForStream,
  Listening,
  NotAccepted,
  NotConnected,
  NotListening,
} from "../../net/mod.ts";

interface Known {
  readonly library_types: Readonly<
    Record<string, { members: Record<string, string>; defaults: Record<string, unknown> }>
  >;
  readonly enumerations: Readonly<Record<string, Record<string, number>>>;
}

const known = JSON.parse(await Deno.readTextFile(new URL("../testdata/types.json", import.meta.url))) as Known;
const MODULE = "layer_cake.listen_connect.";

/** Members that cake adds; left out unless set, and ignored by the original. */
const ADDED = ["pace", "stamp", "echo"];

/** The recorded form of a default that is not a structure. */
function tagged(value: unknown, signature: string): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (signature === "address") return { address: String(value).split(",").map(Number) };
  if (signature.endsWith(".EndOfTransport")) return { enum: signature, name: value };
  if (signature === "float8") return { float: Number.isInteger(value) ? `${value}.0` : `${value}` };
  if (typeof value === "number") return { int: `${value}` };
  if (typeof value === "string") return { str: value };
  return undefined;
}

for (const [name, { members, defaults }] of Object.entries(known.library_types)) {
  if (!name.startsWith(MODULE)) continue;
  Deno.test(`${name} has the original's members and defaults`, () => {
    const type = typeBySignature(name) as (Portable<unknown> & { messageClass: MessageClass }) | undefined;
    assert(type !== undefined, "not registered");
    const shapes = type.messageClass.members.filter((shape) => !ADDED.includes(shape.wireName));
    assertEquals(shapes.map((shape) => [shape.wireName, shape.type.signature]), Object.entries(members));
    const made = new type.messageClass() as Record<string, unknown>;
    for (const shape of shapes) {
      const expected = defaults[shape.wireName];
      const actual = tagged(made[shape.name], shape.type.signature);
      if (actual !== undefined) assertEquals(actual, expected, shape.wireName);
      else assert(expected === null || typeof expected === "object", shape.wireName);
    }
  });
}

Deno.test("EndOfTransport has the original's names and numbers", () => {
  assertEquals(Object.fromEntries(EndOfTransport.names), known.enumerations[`${MODULE}EndOfTransport`]);
});

Deno.test("NotListening, NotConnected and NotAccepted are faults, with the original's texts", () => {
  const requestedIpp = new HostPort("127.0.0.1", 5050);
  const notListening = NotListening.of(new ListenForStream({ requestedIpp }), "[Errno 98] Address already in use", 98);
  assert(notListening instanceof Faulted);
  assertEquals(`${notListening}`, 'cannot listen at "127.0.0.1:5050" ([Errno 98] Address already in use)');
  assertEquals(notListening.errorCode, 98);
  const notConnected = NotConnected.of(new ConnectStream({ requestedIpp }), "[Errno 111] Connection refused", 111);
  assert(notConnected instanceof Faulted);
  assertEquals(`${notConnected}`, 'cannot connect to "127.0.0.1:5050" ([Errno 111] Connection refused)');
  const notAccepted = NotAccepted.of(new Listening({ listeningIpp: requestedIpp }), "why");
  assert(notAccepted instanceof Faulted);
  assertEquals(`${notAccepted}`, 'cannot accept at "127.0.0.1:5050" (why)');
});
