/** A nearer instance returns: its subscribers change over without losing a request. In the simulated world, with real actors. */

import { assert, assertEquals, assertGreater, assertInstanceOf } from "@std/assert";
import { attachDirectory, Available, Delivered, Dropped, publish, Published, subscribe } from "../../directory/mod.ts";
import {
  Ack,
  Enquiry,
  HostPort,
  JoinSpool,
  LeaveSpool,
  ObjectSpool,
  type Routine,
  Runtime,
  type Scope,
  T1,
} from "../../runtime/mod.ts";
import { type SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";
import { HANDOVER_MS } from "../../directory/bounds.ts";
import { received, Scenario, sessionOf } from "./scenario.ts";

const HOST_AT = new HostPort("127.0.0.1", 54195);
const GROUP_AT = new HostPort("127.0.0.1", 6000);

/** Starts a process with a directory, and a main actor where one is given. */
function start(
  simulation: Simulation,
  name: string,
  options: { scope?: Scope; connectTo?: HostPort; acceptAt?: HostPort },
  main?: (self: Routine) => Promise<unknown>,
): SimulatedProcess {
  return simulation.host("home").start(name, (world) => {
    const runtime = new Runtime(world, { strict: true });
    attachDirectory(runtime, options);
    if (main !== undefined) runtime.start(main);
  });
}

/** Answers each request after a while, one after the other. */
function publisher(name: string, scope: Scope, seconds: number) {
  return async (self: Routine) => {
    publish(self, name, { scope });
    while (true) {
      const message = await self.input();
      if (!(message instanceof Enquiry)) continue;
      const asker = self.returnAddress;
      self.start(T1, seconds);
      await self.select([T1], { saving: [Enquiry, Delivered, Dropped, Published] });
      self.send(new Ack(), asker);
    }
  };
}

/** Counts what became of requests. */
interface Count {
  sent: number;
  answered: number;
  failed: string[];
  told: string[];
}

/** Asks whoever is available, every few milliseconds. */
function asker(name: string, everyMs: number, count: Count) {
  return async (self: Routine) => {
    subscribe(self, name, { scope: "HOST" });
    const publishers = new Set<Routine["address"]>();
    const tick = () => {
      self.kernel.after(everyMs, tick);
      const [first] = publishers;
      if (first === undefined) return;
      count.sent++;
      self.ask(new Enquiry(), first, { timeout: 5 }).then((answer) => {
        if (answer instanceof Ack) count.answered++;
        else count.failed.push(`${answer}`);
      });
    };
    tick();
    while (true) {
      const message = await self.input();
      if (message instanceof Available) {
        publishers.add(message.publisherAddress!);
        count.told.push(`Available ${message.scope}`);
      } else if (message instanceof Dropped) {
        publishers.delete(message.remoteAddress!);
        count.told.push(`Dropped ${message.scope}`);
      }
    }
  };
}

/** A pool of whoever is available, and clients that keep it busy. */
function poolKeeper(search: string, clients: number, count: Count) {
  return async (self: Routine) => {
    const pool = self.create(ObjectSpool, { responsiveness: null });
    subscribe(self, search, { scope: "HOST" });
    const client = async () => {
      while (true) {
        count.sent++;
        const answer = await self.ask(new Enquiry(), pool, { timeout: 20 });
        if (answer instanceof Ack) count.answered++;
        else count.failed.push(`${answer}`);
      }
    };
    let isAsked = false;
    while (true) {
      const message = await self.input();
      if (message instanceof Available) {
        self.send(new JoinSpool(message.publisherAddress), pool);
        count.told.push(`Available ${message.scope}`);
        if (!isAsked) { for (let at = 0; at < clients; at++) client(); }
        isAsked = true;
      } else if (message instanceof Dropped) {
        self.send(new LeaveSpool(message.remoteAddress), pool);
        count.told.push(`Dropped ${message.scope}`);
      }
    }
  };
}

function village(seed: number): Simulation {
  const simulation = new Simulation({ seed });
  start(simulation, "host", { scope: "HOST", acceptAt: HOST_AT });
  start(simulation, "group", { scope: "GROUP", acceptAt: GROUP_AT, connectTo: HOST_AT });
  return simulation;
}

const UPGRADES = 5;

Deno.test("handover: requests under way to the publisher further away are answered when the nearer one returns", async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const simulation = village(seed);
    const count: Count = { sent: 0, answered: 0, failed: [], told: [] };
    start(simulation, "far", { connectTo: HOST_AT }, publisher("svc", "HOST", 0.003));
    start(simulation, "asker", { connectTo: GROUP_AT }, asker("svc", 5, count));
    await simulation.runFor(2000);
    for (let upgrade = 0; upgrade < UPGRADES; upgrade++) {
      const near = start(simulation, `near${upgrade}`, { connectTo: GROUP_AT }, publisher("svc", "GROUP", 0.003));
      const failed = count.failed.length;
      await simulation.runFor(3000);
      assertEquals(count.failed.length, failed, `upgrade ${upgrade} of seed ${seed}: ${count.failed}`);
      near.crash();
      await simulation.runFor(10_000);
    }
    const cycle = ["Dropped HOST", "Available GROUP", "Dropped GROUP", "Available HOST"];
    assertEquals(count.told, ["Available HOST", ...Array.from({ length: UPGRADES }, () => cycle).flat()]);
    assertGreater(count.answered, 10_000);
  }
});

Deno.test("handover: a pool keeps answering when its workers return nearer, with no failed request", async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const simulation = village(seed);
    const count: Count = { sent: 0, answered: 0, failed: [], told: [] };
    for (const name of ["work:1", "work:2"]) {
      start(simulation, `far ${name}`, { connectTo: HOST_AT }, publisher(name, "HOST", 0.02));
    }
    start(simulation, "keeper", { connectTo: GROUP_AT }, poolKeeper("work:.*", 6, count));
    await simulation.runFor(2000);
    for (const name of ["work:1", "work:2"]) {
      start(simulation, `near ${name}`, { connectTo: GROUP_AT }, publisher(name, "GROUP", 0.02));
      await simulation.runFor(1500);
    }
    await simulation.runFor(10_000);
    assertEquals(count.told.slice(2), ["Dropped HOST", "Available GROUP", "Dropped HOST", "Available GROUP"]);
    assertEquals(count.failed, [], `seed ${seed}`);
    assertGreater(count.answered, 800);
  }
});

Deno.test("ObjectSpool: a worker whose connection ends after it has left fails its request at once", async () => {
  const simulation = village(1);
  const count: Count = { sent: 0, answered: 0, failed: [], told: [] };
  const far = start(simulation, "far", { connectTo: HOST_AT }, publisher("svc", "HOST", 60));
  start(simulation, "keeper", { connectTo: GROUP_AT }, poolKeeper("svc", 1, count));
  await simulation.runFor(2000);
  start(simulation, "near", { connectTo: GROUP_AT }, publisher("svc", "GROUP", 0.02));
  await simulation.runFor(2000);
  assertEquals([count.sent, count.failed], [1, []]);
  far.crash();
  await simulation.runFor(1000);
  assertEquals(count.failed.length, 1);
  assertGreater(count.answered, 5);
});

Deno.test("SubscriberHome: the nearer session is open before the other is left, which stays for what is under way", () => {
  const scenario = new Scenario();
  const { far, near, s } = scenario.farAndNear();
  far.publish("svc");
  s.subscribe("svc");
  scenario.run(2_000);
  near.publish("svc", "GROUP");
  while (sessionOf(s)?.scope === "HOST") {
    scenario.run(1);
    // At no moment is there no session.
    assert(sessionOf(s) !== null);
  }
  assertEquals(near.delivered.size, 1);
  assertEquals(s.kinds().slice(-2), ["Dropped", "Available"]);
  scenario.run(HANDOVER_MS / 2);
  assertEquals(far.delivered.size, 1, "what is sent over the old session still arrives");
  scenario.run(HANDOVER_MS);
  assertEquals([far.delivered.size, received(far, Dropped).scope], [0, "HOST"]);
  scenario.run(9_000);
  assertEquals([s.process.core.counts.transports, scenario.tree.problems], [1, []]);
});

Deno.test("SubscriberHome: a publisher further away that is frozen does not hold up the change to a nearer one", () => {
  const scenario = new Scenario();
  const { far, near, s } = scenario.farAndNear();
  far.publish("svc");
  s.subscribe("svc");
  scenario.run(2_000);
  far.process.freeze();
  near.publish("svc", "GROUP");
  scenario.run(200);
  assertEquals(sessionOf(s)?.scope, "GROUP");
  scenario.run(20_000);
  far.process.thaw();
  scenario.run(20_000);
  assertEquals([far.delivered.size, s.process.core.counts.transports, scenario.tree.problems], [0, 1, []]);
});

Deno.test("SubscriberHome: a nearer publisher that has failed before does not keep others waiting when the session is lost", () => {
  const scenario = new Scenario();
  scenario.lan();
  scenario.host("10.0.0.1", new HostPort("10.0.0.195", 54195));
  scenario.host("10.0.0.2", new HostPort("10.0.0.195", 54195));
  scenario.group(6000);
  const wide = scenario.process("wide", { machine: "10.0.0.2" });
  const [far, near] = [scenario.process("far"), scenario.process("near", scenario.in(6000))];
  const s = scenario.process("s", scenario.in(6000));
  wide.publish("svc", "LAN");
  scenario.run(2_000);
  far.publish("svc", "HOST");
  s.subscribe("svc", "LAN");
  scenario.run(2_000);
  near.process.freeze();
  near.publish("svc", "GROUP");
  near.process.thaw();
  scenario.run(5);
  near.process.freeze();
  // It is tried again and again; in the middle of that the session at the host is lost.
  for (let round = 0; round < 20; round++) {
    scenario.run(731);
    assertEquals(sessionOf(s)?.scope, "HOST");
  }
  far.process.kill();
  scenario.run(100);
  assertEquals(sessionOf(s)?.scope, "LAN");
  assertInstanceOf(s.received.at(-1), Available);
});
