/** One process of a live check, made by cake; `peer.py` is the same of the original. Tells what happened on stdout. */

import { createHash } from "node:crypto";
import * as cake from "@layer-cake/cake";
import { Digest, Letter, piece, PIECE_BYTES, PIECES, PIECES_AT_ONCE } from "./live_api.ts";

const BLOCK = cake.defType(cake.Block);
/** An answer that takes longer has failed. */
const ANSWER_SECONDS = 60;

const settings = {
  part: cake.typeOf(cake.Unicode).default("serve"),
  port: cake.typeOf(cake.Integer8).default(0),
  encrypted: cake.typeOf(cake.Integer8).default(0),
  seconds: cake.typeOf(cake.Integer8).default(0),
};

type Settings = cake.Settings<typeof settings>;

function tell(event: Record<string, unknown>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
}

function options({ encrypted }: Settings): { readonly encrypted: boolean } {
  return { encrypted: encrypted === 1 };
}

async function helper(self: cake.Routine) {
  while (true) {
    const m = await self.input();
    if (m instanceof cake.Stop) return new cake.Aborted();
    if (m instanceof cake.Ping) self.reply(new cake.Nak());
    else if (m instanceof Letter) self.send(new cake.Ack(), m.who!);
  }
}
cake.bind(helper, import.meta);

async function serve(self: cake.Routine, given: Settings) {
  const found = self.create(helper);
  cake.listen(self, new cake.HostPort("127.0.0.1", given.port), options(given));
  let hash = createHash("sha256");
  let pieces = 0, size = 0;
  while (true) {
    const m = await self.input();
    if (m instanceof cake.Stop) return new cake.Aborted();
    if (m instanceof cake.Listening) tell({ port: m.listeningIpp.port });
    else if (m instanceof cake.Closed) tell({ closed: m.reason, note: m.note });
    else if (m instanceof cake.Ping) self.reply(new cake.Ack());
    else if (m instanceof Uint8Array) {
      hash.update(m);
      pieces++;
      size += m.length;
    } else if (m instanceof cake.Enquiry) {
      self.reply(new Digest({ pieces, size, sha256: hash.digest("hex") }));
      hash = createHash("sha256");
      pieces = size = 0;
    } else if (m instanceof cake.Discover) self.reply(new Letter({ text: "helper", who: found }));
  }
}

async function join(self: cake.Routine, given: Settings, keepAlive = false): Promise<cake.Address> {
  cake.connect(self, new cake.HostPort("127.0.0.1", given.port), { ...options(given), keepAlive });
  const connected = await self.select(cake.Connected, cake.NotConnected);
  if (connected instanceof cake.NotConnected) throw new Error(`${connected}`);
  return self.returnAddress;
}

async function expect<T>(self: cake.Routine, type: abstract new (...args: never) => T): Promise<T> {
  const m = await self.select([type as never, cake.Closed], { seconds: ANSWER_SECONDS }) as unknown;
  if (!(m instanceof type)) throw new Error(`no ${type.name}, but ${m}`);
  return m;
}

async function middle(self: cake.Routine, given: Settings) {
  const proxy = await join(self, given);
  self.send(new cake.Discover(), proxy);
  const { who } = await expect(self, Letter);
  cake.listen(self, new cake.HostPort("127.0.0.1", 0), options(given));
  while (true) {
    const m = await self.input();
    if (m instanceof cake.Stop) return new cake.Aborted();
    if (m instanceof cake.Listening) tell({ port: m.listeningIpp.port });
    else if (m instanceof cake.Enquiry) self.reply(new Letter({ text: "far helper", who }));
    else if (m instanceof cake.Discover) self.reply(new Letter({ text: "far", who: proxy }));
  }
}

async function near(self: cake.Routine, given: Settings) {
  const proxy = await join(self, given);
  self.send(new cake.Enquiry(), proxy);
  const found = await expect(self, Letter);
  self.send(new cake.Ping(), found.who!);
  await expect(self, cake.Nak);
  if (self.returnAddress !== found.who) throw new Error(`answer from ${self.returnAddress}, asked ${found.who}`);
  self.send(new Letter({ text: "here", who: self.address }), found.who!);
  await expect(self, cake.Ack);
  self.send(new cake.Discover(), proxy);
  const far = await expect(self, Letter);
  self.send(new cake.Ping(), far.who!);
  await expect(self, cake.Ack);
  return { addresses: "work" };
}

async function stay(self: cake.Routine, given: Settings) {
  const proxy = await join(self, given, true);
  const start = performance.now();
  const m = await self.select([cake.Closed], { seconds: given.seconds });
  const seconds = Math.round((performance.now() - start) / 1000);
  if (m instanceof cake.Closed) throw new Error(`closed after ${seconds} s (${m.reason}, ${m.note})`);
  self.send(new cake.Ping(), proxy);
  await expect(self, cake.Ack);
  return { seconds };
}

async function blocks(self: cake.Routine, given: Settings) {
  const proxy = await join(self, given);
  const hash = createHash("sha256");
  for (let number = 0; number < PIECES; number++) {
    const bytes = piece(number);
    hash.update(bytes);
    self.send(cake.castTo(bytes, BLOCK), proxy);
    if (number % PIECES_AT_ONCE !== 0) continue;
    self.send(new cake.Ping(), proxy);
    await expect(self, cake.Ack);
  }
  self.send(new cake.Enquiry(), proxy);
  const { pieces, size, sha256 } = await expect(self, Digest);
  const isWhole = pieces === PIECES && size === PIECES * PIECE_BYTES && sha256 === hash.digest("hex");
  if (!isWhole) throw new Error(`${pieces} pieces, ${size} bytes, ${sha256}`);
  return { pieces, size };
}

/** Plays a part. */
export async function peer(self: cake.Routine, given: Settings) {
  switch (given.part) {
    case "serve":
      return await serve(self, given);
    case "middle":
      return await middle(self, given);
  }
  const part = { near, stay, blocks }[given.part];
  if (part === undefined) return new cake.Faulted(`no part ${given.part}`);
  try {
    tell({ ok: true, ...await part(self, given) });
  } catch (error) {
    tell({ ok: false, error: `${error}` });
  }
  return null;
}
cake.bind(peer, import.meta, { settings });
cake.create(peer, import.meta);
