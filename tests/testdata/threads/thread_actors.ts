/** Actors that live in threads, for tests. */

import {
  Ack,
  Address,
  Any,
  bind,
  connect,
  Connected,
  Enquiry,
  Faulted,
  Float8,
  HostPort,
  Integer8,
  listen,
  Listening,
  Message,
  Nak,
  on,
  Ping,
  publish,
  Published,
  Returned,
  type Routine,
  type Settings,
  Start,
  Stateless,
  Stop,
  T1,
  Unicode,
  Utility,
  VectorOf,
} from "@layer-cake/cake";

/** Carries an address and a number. */
export class Card extends Message({ who: Address, count: Integer8, text: Unicode }) {}
bind(Card, import.meta);

/** Tells an actor of a thread to do something that ends it. */
export class Misdeed extends Message({ kind: Unicode }) {}
bind(Misdeed, import.meta);

const echoSettings = { greeting: Unicode.default("hello"), friend: Address, table: VectorOf(VectorOf(Float8)) };

/** Answers; goes wrong when told to. */
export async function echo(
  self: Routine,
  { greeting, friend, table }: Settings<typeof echoSettings>,
): Promise<unknown> {
  self.console(`Here I am: ${greeting}`);
  if (friend !== null) self.send(new Card({ who: self.address, text: greeting, count: table.length }), friend);
  for (;;) {
    const m = await self.input();
    if (m instanceof Ping) self.reply(new Ack());
    else if (m instanceof Enquiry) self.reply(new Card({ who: self.address, text: greeting }));
    else if (m instanceof Card) {
      if (m.who !== null) self.send(new Ack(), m.who);
      self.reply(m);
    } else if (m instanceof Misdeed) misbehave(m.kind!);
    else if (m instanceof Stop) return new Card({ text: greeting });
  }
}
bind(echo, import.meta, { settings: echoSettings, thread: "echoes" });

function misbehave(kind: string): void {
  if (kind === "throw") throw new Error("misdeed");
  else if (kind === "reject") Promise.reject(new Error("left alone"));
  else if (kind === "outside") {
    queueMicrotask(() => {
      throw new Error("out of control");
    });
  } else if (kind === "exit") Deno.exit(3);
  else if (kind === "close") close();
  else if (kind === "spin") { for (;;) { /* Until somebody ends this thread. */ } }
}

/** Counts what it gets, and answers with the counts when asked. */
export async function counter(self: Routine): Promise<number> {
  let count = 0, isInOrder = true;
  for (;;) {
    const m = await self.input();
    if (m instanceof Card) isInOrder &&= m.count === count++;
    else if (m instanceof Enquiry) self.reply(new Card({ count, text: isInOrder ? "in order" : "out of order" }));
    else if (m instanceof Stop) return count;
  }
}
bind(counter, import.meta, { returns: Integer8, thread: true });

/** Computes for so many milliseconds without a pause, then returns how long it took. */
export function cruncher(_self: Routine, { milliseconds }: Settings<typeof cruncherSettings>): number {
  const start = performance.now();
  let x = 0.5;
  while (performance.now() - start < milliseconds) for (let i = 0; i < 1000; i++) x = 3.9 * x * (1 - x);
  return performance.now() - start;
}
const cruncherSettings = { milliseconds: Integer8.default(100) };
bind(cruncher, import.meta, { settings: cruncherSettings, returns: Float8, thread: true });

/** A machine; says something when its timer rings. */
export class Clockwork extends Stateless {
  #rings = 0;
  readonly #listener;
  constructor({ listener }: Settings<typeof clockworkSettings>) {
    super();
    this.#listener = listener;
  }
  begin_(): void {
    this.start(T1, 0.005);
  }
  ring(): void {
    this.send(new Card({ count: ++this.#rings, who: this.address }), this.#listener!);
    if (this.#rings < 3) this.start(T1, 0.005);
    else this.complete(new Ack());
  }
}
const clockworkSettings = { listener: Address };
bind(Clockwork, import.meta, {
  settings: clockworkSettings,
  thread: "echoes",
  table: { always: [on(Start, (self) => self.begin_()), on(T1, (self) => self.ring())] },
});

/** Publishes itself, and answers. */
export async function publisher(self: Routine, { name }: Settings<typeof publisherSettings>): Promise<unknown> {
  publish(self, name!, { scope: "HOST" });
  const published = await self.input();
  if (!(published instanceof Published)) return published;
  for (;;) {
    const m = await self.input();
    if (m instanceof Ping) self.reply(new Ack());
    else if (m instanceof Card) self.reply(m);
    else if (m instanceof Misdeed) misbehave(m.kind!);
    else if (m instanceof Stop) return null;
  }
}
const publisherSettings = { name: Unicode };
bind(publisher, import.meta, { settings: publisherSettings, thread: "publishers" });

/** Makes an echo in another thread, talks with it, and returns what that one returned. */
export async function creator(self: Routine): Promise<unknown> {
  const child = self.create(echo, { greeting: "from afar" });
  const answers: unknown[] = [];
  for (let count = 0; count < 10; count++) self.send(new Card({ count }), child);
  for (let count = 0; count < 10; count++) {
    const m = await self.input();
    if (!(m instanceof Card) || m.count !== count) return new Faulted("out of order", `${m}`);
    if (self.returnAddress !== child) return new Faulted("answered from elsewhere", self.returnAddress);
    answers.push(m);
  }
  self.send(new Stop(), child);
  const returned = await self.select(Returned);
  if (self.returnAddress !== child) return new Faulted("returned from elsewhere", self.returnAddress);
  return returned.message;
}
bind(creator, import.meta, { returns: Any, thread: "creators" });

/** Makes an echo of its own thread, which stays there. */
export async function neighbour(self: Routine): Promise<unknown> {
  const local = self.create(() => null);
  await self.select(Returned);
  const child = self.create(echo, { greeting: "next door" });
  self.send(new Stop(), child);
  await self.select(Returned);
  // Addresses are given one after the other.
  return new Card({ text: Number(child) === Number(local) + 1 ? "here" : "elsewhere" });
}
bind(neighbour, import.meta, { thread: "echoes" });

/** Has a port of its own. */
export async function portOwner(self: Routine): Promise<unknown> {
  listen(self, new HostPort("127.0.0.1", 0));
  for (;;) {
    const m = await self.input();
    if (m instanceof Listening) {
      self.send(new Card({ count: m.listeningIpp.port, who: self.address }), self.parentAddress);
    } else if (m instanceof Ping) self.reply(new Ack());
    else if (m instanceof Stop) return null;
  }
}
bind(portOwner, import.meta, { thread: "ports" });

/** Returns what no frame can carry. */
export function unsendable(): unknown {
  return { anything: () => 1 };
}
bind(unsendable, import.meta, { thread: "echoes" });

/** Connects, and asks whoever is there. */
export async function caller(self: Routine, { port }: Settings<typeof callerSettings>): Promise<unknown> {
  connect(self, new HostPort("127.0.0.1", port));
  const connected = await self.select(Connected, Faulted);
  if (!(connected instanceof Connected)) return connected;
  return await self.ask(new Ping(), [Ack, Nak], self.returnAddress);
}
const callerSettings = { port: Integer8 };
bind(caller, import.meta, { settings: callerSettings, thread: "ports" });

/** Bound in a module that is not there. */
export async function misbound(self: Routine): Promise<void> {
  await self.input();
}
bind(misbound, { url: new URL("./nowhere.ts", import.meta.url).href }, { thread: "echoes" });

/** Returns what it has not declared. */
export function liar(): unknown {
  return "seven";
}
bind(liar, import.meta, { returns: Integer8, thread: "echoes" });

/** Has a program that holds a pipe open until it ends. */
export async function pipeHolder(self: Routine, { pipe }: Settings<typeof pipeHolderSettings>): Promise<unknown> {
  self.create(Utility, { name: "sh", arguments: ["-c", 'exec sleep 600 > "$0"', pipe ?? ""] });
  return (await self.select(Returned)).message;
}
const pipeHolderSettings = { pipe: Unicode };
bind(pipeHolder, import.meta, { settings: pipeHolderSettings, thread: "pipes" });
