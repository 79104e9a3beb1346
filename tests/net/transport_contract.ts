/** What every transport of connections promises, besides what every way between actors does. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  Ack,
  type AddressValue,
  Anything,
  Block,
  castTo,
  Discover,
  Enquiry,
  Faulted,
  HostPort,
  Integer8,
  Nak,
  Ping,
  type Routine,
  Stop,
} from "../../runtime/mod.ts";
import {
  Accepted,
  Close,
  Closed,
  connect,
  Connected,
  detachNetwork,
  listen,
  Listening,
  NotConnected,
  NotListening,
  stopListening,
} from "../../net/mod.ts";
import { answer, helper, Letter } from "../testdata/threads/answerer.ts";
import { type Arena, type ArenaKind, type Party, until } from "./arena.ts";
import { ask, MESSAGE_SCENARIOS } from "./message_contract.ts";

/** How scenarios listen and connect. */
export interface Mode {
  readonly encrypted: boolean;
}

/** A listening party. */
interface Server {
  readonly at: HostPort;
  readonly lid: string;
  /** What it received, connection notices included. */
  readonly seen: unknown[];
  /** The address of its actor. */
  readonly address: AddressValue;
}

/** Starts an actor that listens and answers. */
function serve(party: Party, { encrypted }: Mode): Promise<Server> {
  const { promise, resolve } = Promise.withResolvers<Server>();
  const seen: unknown[] = [];
  party.runtime.start(async (self: Routine) => {
    const child = self.create(helper);
    const lid = listen(self, new HostPort(party.host, 0), { encrypted });
    for (;;) {
      const m = await self.input();
      seen.push(m);
      if (m instanceof Listening) resolve({ at: m.listeningIpp, lid, seen, address: self.address });
      else if (m instanceof Stop) stopListening(self, lid);
      else if (m instanceof Accepted || m instanceof Closed || m instanceof Discover || m instanceof Faulted) continue;
      else answer(self, m, child);
    }
  });
  return promise;
}

async function join(self: Routine, at: HostPort, { encrypted }: Mode): Promise<AddressValue> {
  connect(self, at, { encrypted });
  const connected = await self.select(Connected, NotConnected);
  assert(connected instanceof Connected, `${connected}`);
  assertStrictEquals(connected.proxyAddress, self.returnAddress);
  return self.returnAddress;
}

type Scenario = (arena: Arena, mode: Mode) => Promise<void>;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async "passes messages on over a process in the middle"(arena, mode) {
    const [a, m, b] = [await arena.party(), await arena.party(), await arena.party()];
    const server = await serve(b, mode);
    const { promise: middle, resolve } = Promise.withResolvers<HostPort>();
    m.runtime.start(async (self: Routine) => {
      const proxy = await join(self, server.at, mode);
      const far = await ask(self, new Enquiry(), proxy) as Letter;
      listen(self, new HostPort(m.host, 0), mode);
      for (;;) {
        const message = await self.input();
        if (message instanceof Listening) resolve(message.listeningIpp);
        else if (message instanceof Enquiry) self.reply(new Letter({ who: far.who }));
        else if (message instanceof Discover) self.reply(new Letter({ who: proxy }));
      }
    });
    const at = await middle;
    await a.act(async (self) => {
      const proxy = await join(self, at, mode);
      const { who } = await ask(self, new Enquiry(), proxy) as Letter;
      assert(await ask(self, new Ping(), who) instanceof Nak);
      assertStrictEquals(self.returnAddress, who, "an answer comes from where the question went");
      const block = new Uint8Array(100_000).map((_, index) => index * 7);
      assertEquals(await ask(self, castTo(block, Block), who), block);
      const letter = await ask(self, new Letter({ text: "ü", who: self.address }), who) as Letter;
      assertEquals([letter.text, letter.who], ["ü", self.address]);
      // The middle's own proxy stands for the listener behind it.
      const proxyThere = await ask(self, new Discover(), proxy) as Letter;
      assert(await ask(self, new Ping(), proxyThere.who) instanceof Ack);
    });
  },

  async "sends what was sent before a Close, and tells both ends"(arena, mode) {
    const [a, b] = [await arena.party(), await arena.party()];
    const server = await serve(b, mode);
    const count = 2000;
    const closed = await a.act(async (self) => {
      const proxy = await join(self, server.at, mode);
      for (let i = 0; i < count; i++) self.send(new Discover(), proxy);
      self.send(new Close({ note: "enough", message: new Nak() }), proxy);
      self.send(new Ping(), proxy);
      const closed = await self.select(Closed);
      assertStrictEquals(self.returnAddress, proxy);
      return closed;
    });
    assertEquals([closed.reason, closed.note, closed.message], ["ON_REQUEST", "enough", new Nak()]);
    await until(arena, () => server.seen.at(-1) instanceof Closed);
    const theirs = server.seen.at(-1);
    assert(theirs instanceof Closed);
    assertEquals(theirs.reason, "ABANDONED_BY_REMOTE");
    assertEquals(server.seen.filter((seen) => seen instanceof Discover).length, count);
    assert(!server.seen.some((seen) => seen instanceof Ping));
  },

  async "takes Stop as a command, whatever lies behind the proxy"(arena, mode) {
    const [a, b] = [await arena.party(), await arena.party()];
    const server = await serve(b, mode);
    await a.act(async (self) => {
      const proxy = await join(self, server.at, mode);
      const { who } = await ask(self, new Enquiry(), proxy) as Letter;
      self.send(new Stop(), who!);
      assertEquals((await self.select(Closed)).reason, "ON_REQUEST");
      const again = await join(self, server.at, mode);
      const found = await ask(self, new Enquiry(), again) as Letter;
      assert(await ask(self, new Ping(), found.who) instanceof Nak);
    });
    assert(!server.seen.some((seen) => seen instanceof Stop));
  },

  async "closes for a message that can't be encoded, after those before it"(arena, mode) {
    const [a, b] = [await arena.party(), await arena.party()];
    const server = await serve(b, mode);
    await a.act(async (self) => {
      const proxy = await join(self, server.at, mode);
      self.send(new Discover(), proxy);
      self.send(castTo("text" as never, Integer8), proxy);
      const closed = await self.select(Closed);
      assertEquals(closed.reason, "OUTBOUND_STREAMING");
      assert(closed.note!.includes("cannot encode"), closed.note!);
    });
    assert(a.records.some((record) => record.tag === "!" && record.text.includes("cannot encode")));
    await until(arena, () => server.seen.some((seen) => seen instanceof Discover));
  },

  async "carries the largest block, and refuses one that no frame holds"(arena, mode) {
    const [a, b] = [await arena.party(), await arena.party()];
    const server = await serve(b, mode);
    await a.act(async (self) => {
      const proxy = await join(self, server.at, mode);
      const large = new Uint8Array(1_048_000).fill(9);
      assertEquals((await ask(self, castTo(large, Block), proxy) as Uint8Array).length, large.length);
      self.send(castTo(new Uint8Array(1_048_576), Block), proxy);
      assertEquals((await self.select(Closed)).reason, "OUTBOUND_STREAMING");
    });
  },

  async "tells why listening and connecting failed"(arena, mode) {
    const a = await arena.party();
    const server = await serve(a, mode);
    await a.act(async (self) => {
      listen(self, server.at, mode);
      const not = await self.select(NotListening);
      assertEquals(`${not}`, `cannot listen at "${server.at}" ([Errno 98] Address already in use)`);
      assertEquals(not.errorCode, 98);
      const lid = listen(self, new HostPort(a.host, 0), mode);
      const { listeningIpp } = await self.select(Listening);
      stopListening(self, lid);
      assertEquals((await self.select(NotListening)).request.lid, lid);
      await arena.pass(50);
      connect(self, listeningIpp, mode);
      const refused = await self.select(NotConnected);
      assertEquals(`${refused}`, `cannot connect to "${listeningIpp}" ([Errno 111] Connection refused)`);
      assertEquals(refused.errorCode, 111);
      stopListening(self, lid);
      assert(`${await self.select(NotListening)}`.includes(`no such entry "${lid}"`));
    });
  },

  async "keeps connections when their port closes"(arena, mode) {
    const [a, b] = [await arena.party(), await arena.party()];
    const server = await serve(b, mode);
    await a.act(async (self) => {
      const proxy = await join(self, server.at, mode);
      // A Stop that arrives is a message, and this server closes its port for it.
      self.send(new Anything({ thing: new Stop() }), proxy);
      await self.input();
      b.runtime.send(new Stop(), server.address, self.address);
      for (let i = 0; i < 3; i++) assert(await ask(self, new Ping(), proxy) instanceof Ack);
      assert(server.seen.some((seen) => seen instanceof NotListening));
    });
  },

  async "ends everything on detach, after what was sent"(arena, mode) {
    const [a, b] = [await arena.party(), await arena.party()];
    const server = await serve(b, mode);
    const reasons = await a.act(async (self) => {
      const proxy = await join(self, server.at, mode);
      for (let i = 0; i < 100; i++) self.send(new Discover(), proxy);
      await detachNetwork(a.runtime);
      const closed = await self.select(Closed);
      connect(self, server.at, mode);
      const refused = await self.select(NotConnected);
      return [closed.reason, refused.explanation];
    });
    assertEquals(reasons, ["ON_REQUEST", "sockets shutting down"]);
    await until(arena, () => server.seen.at(-1) instanceof Closed);
    assertEquals(server.seen.filter((seen) => seen instanceof Discover).length, 100);
    assertEquals((server.seen.at(-1) as Closed).reason, "ABANDONED_BY_REMOTE");
  },
};

/** Runs all of it. */
export function testTransport(kind: ArenaKind, mode: Mode): void {
  const way = `${kind.name}${mode.encrypted ? ", encrypted" : ""}`;
  for (const [promise, scenario] of Object.entries(MESSAGE_SCENARIOS)) {
    Deno.test(`transport over ${way} ${promise}`, () =>
      kind.run(async (arena) => {
        const [a, b] = [await arena.party(), await arena.party()];
        const server = await serve(b, mode);
        await a.act(async (self) => await scenario(self, await join(self, server.at, mode)));
      }));
  }
  for (const [promise, scenario] of Object.entries(SCENARIOS)) {
    Deno.test(`transport over ${way} ${promise}`, () => kind.run((arena) => scenario(arena, mode)));
  }
}
