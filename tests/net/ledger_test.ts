/** The account of outbound queues: what was accepted is what was written, waits, or was thrown away at the end. */

import { assert, assertEquals } from "@std/assert";
import {
  type AddressValue,
  bind,
  Block,
  castTo,
  HostPort,
  Integer8,
  isBalanced,
  type Ledger,
  Message,
  type Routine,
  Stop,
} from "../../runtime/mod.ts";
import { connect, Connected, listen, Listening } from "../../net/mod.ts";
import { type Arena, simulated } from "./arena.ts";

class Line extends Message({ number: Integer8 }) {}
bind(Line, "net_ledger_test");

interface Pair {
  readonly ledger: () => Ledger;
  /** Sends so many lines to the other end. */
  send(count: number, bytes?: number): void;
  readonly received: () => number;
  close(): void;
}

async function pair(arena: Arena): Promise<Pair> {
  const server = await arena.party();
  const client = await arena.party();
  let received = 0;
  const { promise, resolve } = Promise.withResolvers<HostPort>();
  server.runtime.start(async (self: Routine) => {
    listen(self, new HostPort(server.host, 0));
    while (true) {
      const m = await self.input();
      if (m instanceof Listening) resolve(m.listeningIpp);
      else if (m instanceof Line || m instanceof Uint8Array) received++;
    }
  });
  const at = await promise;
  const { promise: connected, resolve: isConnected } = Promise.withResolvers<[Routine, AddressValue]>();
  client.runtime.start(async (self: Routine) => {
    connect(self, at);
    await self.select(Connected);
    isConnected([self, self.returnAddress]);
    await self.select(Stop);
  });
  const [self, proxy] = await connected;
  return {
    ledger: () => client.runtime.ledger(),
    send: (count, bytes = 0) => {
      for (let number = 0; number < count; number++) {
        self.send(bytes === 0 ? new Line({ number }) : castTo(new Uint8Array(bytes), Block), proxy);
      }
    },
    received: () => received,
    close: () => self.send(new Stop(), proxy),
  };
}

function outbound({ queues }: Ledger) {
  return queues.find((queue) => queue.kind === "outbound");
}

function check(ledger: Ledger): void {
  for (const queue of ledger.queues) assert(isBalanced(queue), JSON.stringify(queue));
  assert(isBalanced(ledger.total), JSON.stringify(ledger.total));
}

Deno.test("Connection counts what waits, what was written, and all of it once it is closed", async () => {
  await simulated(11).run(async (arena) => {
    const { ledger, send, received, close } = await pair(arena);
    const before = outbound(ledger())!.accepted;
    send(500);
    check(ledger());
    const full = outbound(ledger())!;
    // The first has gone out at once.
    assertEquals([full.accepted - before, full.waiting], [500, 499]);
    await arena.pass(1000);
    check(ledger());
    const empty = outbound(ledger())!;
    assertEquals([empty.delivered - before, empty.waiting, received()], [500, 0, 500]);
    close();
    await arena.pass(1000);
    assertEquals(outbound(ledger()), undefined);
    const { total } = ledger();
    check(ledger());
    assert(total.accepted >= 500);
    assertEquals(total.discarded.ended, 0);
  });
});

Deno.test("Connection that overflows counts what it throws away", async () => {
  await simulated(12).run(async (arena) => {
    const { ledger, send } = await pair(arena);
    // More than an outbound queue takes; it ends the connection.
    while (outbound(ledger()) !== undefined) {
      send(50, 500_000);
      check(ledger());
    }
    const { total } = ledger();
    assert(total.discarded.ended > 10, JSON.stringify(total));
    check(ledger());
    await arena.pass(1000);
    check(ledger());
  });
});
