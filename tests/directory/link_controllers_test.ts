/** The sockets of a directory in a simulated world: every controller ends with what it was made for. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  attachDirectory,
  Available,
  clearPublished,
  clearSubscribed,
  detachDirectory,
  directoryOf,
  Dropped,
  NotPublished,
  publish,
  Published,
  subscribe,
  Subscribed,
} from "../../directory/mod.ts";
import { attachNetwork, prepareEncryption } from "../../net/mod.ts";
import { HostPort, NetworkError, Ping, Runtime, Stop } from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { Member } from "./member.ts";

Deno.test("LinkControllers: a transport that is given up while it connects leaves nothing behind when it is connected after all", async () => {
  const simulation = new Simulation({ seed: 1 });
  new Member(simulation, "host", { scope: "HOST" });
  const [p, s] = [new Member(simulation, "p"), new Member(simulation, "s")];
  await simulation.runFor(2000);
  const before = s.receivers;
  simulation.partition(s.process, p.process, { breakAfterMs: Infinity });
  p.act((self) => publish(self, "svc"));
  s.act((self) => subscribe(self, "svc"));
  await simulation.runFor(1000);
  assert(s.receivers > before, "a transport is being connected");
  s.act((self) => clearSubscribed(self, s.find(Subscribed)));
  await simulation.runFor(1000);
  simulation.healAll();
  await simulation.runFor(20_000);
  assertEquals([s.receivers, attachNetwork(s.runtime).counts.connections], [before, 1]);
});

Deno.test("LinkControllers: a publication that is cleared with sessions open leaves nothing behind at either end", async () => {
  const simulation = new Simulation({ seed: 2 });
  new Member(simulation, "host", { scope: "HOST" });
  const [p, s] = [new Member(simulation, "p"), new Member(simulation, "s")];
  await simulation.runFor(2000);
  const before = [p.receivers, s.receivers];
  p.act((self) => publish(self, "svc"));
  s.act((self) => subscribe(self, "svc"));
  await simulation.runFor(1000);
  s.find(Available);
  p.act((self) => clearPublished(self, p.find(Published)));
  await simulation.runFor(20_000);
  assertEquals([p.receivers, s.receivers], before);
});

Deno.test("LinkControllers: a publication that gets no port leaves nothing behind", async () => {
  const simulation = new Simulation({ seed: 3 });
  const noPorts = () => Promise.reject(new NetworkError("[Errno 24] Too many open files", 24));
  const network = {
    listen: noPorts,
    connect: noPorts,
    primaryAddress: () => null,
    interfaceAddresses: () => [],
    portHolders: noPorts,
  };
  const p = new Member(simulation, "p", { change: { network } });
  await simulation.runFor(2000);
  const before = p.receivers;
  p.act((self) => publish(self, "svc"));
  await simulation.runFor(100);
  assertEquals(p.find(NotPublished).note, "cannot listen");
  assertEquals(p.receivers, before);
});

for (const encrypted of [false, true]) {
  const said = encrypted ? "nothing but its key" : "nothing";
  Deno.test(`LinkControllers: a connection from another machine that says ${said} is closed`, async () => {
    await prepareEncryption();
    const simulation = new Simulation({ seed: 4, network: { breakAfterMs: 5000 } });
    simulation.host("station", { address: "10.0.0.195" });
    const lan = new Member(simulation, "lan", { scope: "LAN", host: "station", encrypted });
    await simulation.runFor(100);
    // It connects, hangs before it says a word, and then its machine loses power.
    const host = new Member(simulation, "host", { scope: "HOST", encrypted });
    const accepted = () => attachNetwork(lan.runtime).transports;
    await simulation.runUntil(() => accepted().some((one) => one.encrypted === encrypted));
    assertEquals(accepted().map(({ framesIn }) => framesIn), [encrypted ? 1 : 0]);
    host.process.freeze();
    await simulation.runFor(1000);
    simulation.host("home").powerOff();
    await simulation.runFor(30_000);
    assertEquals(accepted().length, 1, "nobody can know yet");
    await simulation.runFor(90_000);
    assertEquals([accepted().length, host.process.isAlive], [0, false]);
  });
}

Deno.test("LinkControllers: a port for directories that is taken at first leaves nothing behind of the attempts", async () => {
  const simulation = new Simulation({ seed: 5 });
  const undisturbed = new Member(simulation, "undisturbed", { scope: "HOST", host: "other" });
  const squatter = simulation.host("home").start("squatter", ({ network }) => network.listen("127.0.0.1", 54195));
  await simulation.runFor(10);
  const host = new Member(simulation, "host", { scope: "HOST" });
  await simulation.runFor(2000);
  squatter.crash();
  await simulation.runFor(5000);
  const ports = [host, undisturbed].map(({ runtime }) => attachNetwork(runtime).counts.listeners);
  assertEquals([ports, host.receivers], [[1, 1], undisturbed.receivers]);
});

Deno.test("LinkControllers: a directory that ends leaves no controller of its port and no timer behind", async () => {
  const simulation = new Simulation({ seed: 6 });
  simulation.host("station", { address: "10.0.0.195" });
  const lan = new Member(simulation, "lan", { scope: "LAN", host: "station" });
  new Member(simulation, "host", { scope: "HOST" });
  await simulation.runFor(2000);
  assertEquals(attachNetwork(lan.runtime).counts.connections, 1);
  let hasEnded = false;
  lan.act(async () => {
    await detachDirectory(lan.runtime);
    hasEnded = true;
  });
  await simulation.runUntil(() => hasEnded);
  // What is left is the actor and what stands for its parent.
  assertEquals([lan.runtime.timerCount, lan.receivers], [0, 2]);
});

Deno.test("ObjectDirectory: a timer that was cancelled before its turn is not due, though it has rung already", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const simulation = new Simulation({ seed });
    new Member(simulation, "host", { scope: "HOST" });
    const [p, s] = [new Member(simulation, "p"), new Member(simulation, "s")];
    await simulation.runFor(2000);
    p.act((self) => publish(self, "svc"));
    await simulation.runFor(100);
    s.act((self) => subscribe(self, "svc"));
    // The subscriber stops while it waits for an answer. When it goes on its directory has much to do, and meanwhile there
    // are the answer and its deadline.
    await simulation.runFor(seed * 0.25);
    s.process.freeze();
    s.act((self) => {
      for (let count = 0; count < 4000; count++) self.send(new Ping(), directoryOf(self));
    });
    await simulation.runFor(5000);
    s.process.thaw();
    await simulation.runFor(3000);
    const told = s.received.filter((message) => message instanceof Available || message instanceof Dropped);
    assertEquals(told.map((message) => (message as object).constructor.name), ["Available"], `seed ${seed}`);
  }
});

Deno.test("LinkControllers: a connection that is made while its directory ends is closed", async () => {
  const simulation = new Simulation({ seed: 7 });
  new Member(simulation, "host", { scope: "HOST" });
  await simulation.runFor(1000);
  const p = new Member(simulation, "p");
  // It stops in the same moment in which it begins to connect.
  await simulation.runUntil(() => p.runtime !== undefined);
  p.runtime.send(new Stop(), directoryOf(p.self), p.self.address);
  await simulation.runFor(5000);
  assertEquals(attachNetwork(p.runtime).counts.connections, 0);
});

Deno.test("Network.observe() shows what comes for those of this process, also where it would be passed on to a thread", async () => {
  const simulation = new Simulation({ seed: 13 });
  const host = new Member(simulation, "host", { scope: "HOST" });
  const p = new Member(simulation, "p");
  await simulation.runFor(1000);
  const [connection] = attachNetwork(host.runtime).transports;
  // What stands for an actor of another thread takes frames as they are.
  const taken: string[] = [];
  const thread = {
    deliver: (message: unknown) => void taken.push(`message ${(message as object).constructor.name}`),
    passOn: () => void taken.push("frame"),
  };
  const address = host.runtime.register(thread);
  const ask = async () => {
    host.runtime.send(new Ping(), connection!.proxy, address);
    await simulation.runFor(500);
  };
  await ask();
  const seen: unknown[] = [];
  attachNetwork(host.runtime).observe(connection!.proxy, (message, to) => {
    if (to === address) seen.push((message as object).constructor.name);
  });
  await ask();
  assertEquals([taken, seen], [["frame", "message Ping"], ["Ping"]]);
  p.process.crash();
  await simulation.runFor(500);
  attachNetwork(host.runtime).observe(connection!.proxy, () => {});
});

Deno.test("attachDirectory() refuses addresses where it could never connect or listen", async () => {
  const simulation = new Simulation({ seed: 7 });
  const refusals: string[] = [];
  simulation.host("home").start("p", (world) => {
    const runtime = new Runtime(world);
    for (const settings of [{ connectTo: new HostPort("station") }, { acceptAt: new HostPort("", 5) }]) {
      refusals.push(assertThrows(() => attachDirectory(runtime, settings), RangeError).message);
    }
  });
  await simulation.runFor(10);
  assertEquals(refusals, [
    `directory can't connect to "station:null": no port, expected 1 to 65535`,
    `directory can't listen at ":5": no host`,
  ]);
});
