/** Actors of several threads that have to do with each other, for tests. */

import {
  Ack,
  Address,
  Any,
  Available,
  bind,
  Block,
  Boolean,
  castTo,
  Close,
  connect,
  Connected,
  Enquiry,
  Faulted,
  HostPort,
  Integer8,
  Ping,
  Returned,
  type Routine,
  type Settings,
  Stop,
  subscribe,
  Unicode,
} from "@layer-cake/cake";
import { Card, counter, echo, Misdeed } from "./thread_actors.ts";

/** Sends numbered cards without a pause, and returns what the counter says of them. */
export async function sender(self: Routine, { to, count }: Settings<typeof senderSettings>): Promise<unknown> {
  for (let i = 0; i < count; i++) self.send(new Card({ count: i }), to!);
  self.send(new Enquiry(), to!);
  return await self.select(Card);
}
const senderSettings = { to: Address, count: Integer8.default(1) };
bind(sender, import.meta, { settings: senderSettings, thread: "senders" });

/** Asks another one so many times, one after the other, and returns the number of answers. */
export async function asker(self: Routine, { to, count }: Settings<typeof senderSettings>): Promise<number> {
  let answers = 0;
  for (; answers < count; answers++) {
    self.send(new Ping(), to!);
    await self.select(Ack);
  }
  return answers;
}
bind(asker, import.meta, { settings: senderSettings, returns: Integer8, thread: "askers" });

/** Makes counters, each in a thread of its own, and returns how many answered from where they were made. */
export async function founder(self: Routine, { count }: Settings<typeof founderSettings>): Promise<unknown> {
  const children = new Set(Array.from({ length: count }, () => self.create(counter)));
  for (const child of children) {
    for (let i = 0; i < 3; i++) self.send(new Card({ count: i }), child);
    self.send(new Enquiry(), child);
  }
  let right = 0;
  for (let i = 0; i < count; i++) {
    const { count, text } = await self.select(Card);
    if (count === 3 && text === "in order" && children.has(self.returnAddress)) right++;
  }
  for (const child of children) {
    self.send(new Stop(), child);
    await self.select(Returned);
    if (self.returnAddress !== child) return new Faulted("returned from elsewhere", self.returnAddress);
  }
  return castTo(right, Integer8);
}
const founderSettings = { count: Integer8.default(2) };
bind(founder, import.meta, { settings: founderSettings, returns: Any, thread: "founders" });

/**
 * Makes an echo in another thread, which is then brought to its end: tells how many answers came before the news of it,
 * and what the next echo says.
 */
export async function survivor(self: Routine, { kind }: Settings<typeof survivorSettings>): Promise<unknown> {
  const child = self.create(echo);
  for (let i = 0; i < 5; i++) self.send(new Ping(), child);
  self.send(new Misdeed({ kind }), child);
  let answers = 0;
  for (;;) {
    const m = await self.input();
    if (m instanceof Ack) answers++;
    else if (m instanceof Returned) {
      if (self.returnAddress !== child) return new Faulted("returned from elsewhere", self.returnAddress);
      const next = self.create(echo);
      const { text } = await self.ask(new Enquiry(), [Card], next);
      return new Card({ count: answers, text: `${m.message}; ${text}` });
    }
  }
}
const survivorSettings = { kind: Unicode };
bind(survivor, import.meta, { settings: survivorSettings, thread: "survivors" });

/** Makes an echo whenever it is asked to, and passes on what becomes of it. */
export async function breeder(self: Routine): Promise<unknown> {
  for (;;) {
    const m = await self.input();
    if (m instanceof Ping) self.create(echo, { greeting: "bred", friend: self.address });
    else if (m instanceof Card || m instanceof Returned) self.send(m, self.parentAddress);
    else if (m instanceof Stop) return null;
  }
}
bind(breeder, import.meta, { thread: "breeders" });

/** Gives back bytes, and tells whether they came as such. */
export async function mirror(self: Routine): Promise<unknown> {
  for (;;) {
    const m = await self.input();
    if (m instanceof Stop) return null;
    self.reply(m instanceof Uint8Array && self.receivedType === Block ? castTo(m, Block) : new Faulted("no bytes"));
  }
}
bind(mirror, import.meta, { thread: "mirrors" });

/** Passes bytes through a mirror in another thread. */
export async function lamp(self: Routine, { to }: Settings<typeof lampSettings>): Promise<unknown> {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i);
  self.send(castTo(bytes, Block), to!);
  const back = await self.input();
  if (!(back instanceof Uint8Array)) return back;
  return castTo(back.length === bytes.length && back.every((byte, i) => byte === bytes[i]), Boolean);
}
const lampSettings = { to: Address };
bind(lamp, import.meta, { settings: lampSettings, returns: Boolean, thread: "lamps" });

/** Has a connection of its own; tells its proxy, and asks the other end when it is asked. */
export async function linkOwner(self: Routine, { port }: Settings<typeof linkOwnerSettings>): Promise<unknown> {
  connect(self, new HostPort("127.0.0.1", port));
  const connected = await self.select(Connected, Faulted);
  if (!(connected instanceof Connected)) return connected;
  const proxy = self.returnAddress;
  self.send(new Card({ who: proxy }), self.parentAddress);
  for (;;) {
    const m = await self.input();
    if (m instanceof Ping) self.forward(m, proxy, self.returnAddress);
    else if (m instanceof Stop) return null;
    else return new Faulted("unexpected", `${m}`);
  }
}
const linkOwnerSettings = { port: Integer8.default(0) };
bind(linkOwner, import.meta, { settings: linkOwnerSettings, thread: "link-owners" });

/** Ends a connection of the main thread. */
export async function closer(self: Routine, { to }: Settings<typeof lampSettings>): Promise<unknown> {
  self.send(new Close({ note: "said the closer" }), to!);
  await self.select(Stop);
  return null;
}
bind(closer, import.meta, { settings: lampSettings, thread: "closers" });

/** Subscribes to what is published under a name, and says so to its parent. */
export async function subscriber(self: Routine, { search }: Settings<typeof subscriberSettings>): Promise<unknown> {
  subscribe(self, search!, { scope: "PROCESS" });
  for (;;) {
    const m = await self.input();
    if (m instanceof Available) self.send(new Card({ who: m.publisherAddress }), self.parentAddress);
    else if (m instanceof Stop) throw new Error("no more of this");
  }
}
const subscriberSettings = { search: Unicode };
bind(subscriber, import.meta, { settings: subscriberSettings, thread: "subscribers" });

/** Writes a lot to the log without a pause, and a word whenever it is asked to. */
export async function scribe(self: Routine, { count }: Settings<typeof founderSettings>): Promise<unknown> {
  for (let i = 0; i < count; i++) self.console("x".repeat(1_000_000));
  for (;;) {
    const m = await self.input();
    if (m instanceof Stop) return null;
    self.console("here");
    self.reply(new Ack());
  }
}
bind(scribe, import.meta, { settings: founderSettings, thread: "scribes" });
