/** Private libraries on the side of the actor that stands for the process; the directory is played by the test. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Aborted,
  Ack,
  type AddressValue,
  Faulted,
  HostPort,
  LIBRARY_CONNECTOR,
  type LibraryConnector,
  Nak,
  ObjectSpool,
  Ping,
  ProcessObject,
  Returned,
  type Routine,
  Runtime,
  Stop,
  T1,
} from "../../runtime/mod.ts";
import { type SimulatedHost, type SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";

interface Play {
  readonly host: SimulatedHost;
  /** The children, in order of their start. */
  readonly children: SimulatedProcess[];
  /** Says that the main object of a role is there, or gone. */
  readonly tell: (roleName: string, main: AddressValue | null) => void;
  readonly watched: string[];
}

async function play(main: (self: Routine, play: Play) => Promise<unknown>): Promise<void> {
  const simulation = new Simulation({ seed: 9 });
  const host = simulation.host("alpha");
  const children: SimulatedProcess[] = [];
  host.install("/bin/worker", ({ processes }, process) => {
    children.push(process);
    processes.onSignal("SIGINT", () => processes.exit(71));
  });
  host.disk.makeFolder("/bin", 0);
  host.disk.writeText("/bin/worker", "", 0);
  const failures: unknown[] = [];
  await simulation.execute(host, async (world) => {
    const runtime = new Runtime(world, { strict: true });
    const listeners = new Map<string, (main: AddressValue | null) => void>();
    const watched: string[] = [];
    const connector: LibraryConnector = {
      accepting: () => Promise.resolve(new HostPort("127.0.0.1", 4000)),
      watch: (_kernel, roleName, listener) => {
        watched.push(roleName);
        listeners.set(roleName, listener);
        return () => listeners.delete(roleName);
      },
    };
    runtime.provide(LIBRARY_CONNECTOR, connector);
    const tell: Play["tell"] = (roleName, main) => listeners.get(roleName)?.(main);
    await runtime.start(async (self) => {
      await main(self, { host, children, tell, watched }).catch((error) => failures.push(error));
    }).returned;
  });
  if (failures.length > 0) throw failures[0];
}

const REQUEST = { role: "/bin/worker", homePath: "/home", entryPoint: [Ping] };

/** Plays the main object of a library. */
async function mainObject(self: Routine): Promise<void> {
  while (true) {
    await self.select(Ping);
    self.reply(new Ack());
  }
}

async function pause(self: Routine, seconds: number): Promise<void> {
  self.start(T1, seconds);
  await self.select([T1], { saving: [Ack, Returned, Faulted] });
}

Deno.test("ProcessObject holds messages until its library is there, and hands them on in order", async () => {
  await play(async (self, { tell, children }) => {
    const order: number[] = [];
    const remote = self.create(async (self: Routine) => {
      for (let i = 1;; i++) {
        const m = await self.select(Ping, Nak);
        order.push(m instanceof Ping ? i : -i);
        self.reply(new Ack());
      }
    });
    const library = self.create(ProcessObject, { ...REQUEST, roleName: "lib" });
    self.send(new Ping(), library);
    self.send(new Nak(), library);
    await pause(self, 1);
    assertEquals(order, []);
    const args = children[0]!.arguments;
    assertEquals(args.slice(0, 3), [
      "--directory-scope=LIBRARY",
      '--connect-to-directory={"host": "127.0.0.1", "port": 4000}',
      "--encrypted-process=false",
    ]);
    assert(args.includes("--role-name=lib"), args.join(" "));
    tell("lib", remote);
    for (let i = 0; i < 2; i++) {
      await self.select(Ack);
      assertEquals(self.returnAddress, remote, "the answer comes directly");
    }
    self.send(new Ping(), library);
    await self.select(Ack);
    assertEquals(order, [1, -2, 3]);
  });
});

Deno.test("ProcessObject: libraries of one role name each have their own process (scenario 59)", async () => {
  await play(async (self, { tell, children, watched }) => {
    const create = () => self.create(ProcessObject, { ...REQUEST, roleName: "lib" });
    const [one, other] = [create(), create()];
    await pause(self, 1);
    assertEquals(watched, ["lib", "lib-2"]);
    const named = children.map(({ arguments: args }) => args.find((arg) => arg.startsWith("--role-name=")));
    assertEquals(named, ["--role-name=lib", "--role-name=lib-2"]);
    const mains = [self.create(mainObject), self.create(mainObject)];
    tell("lib", mains[0]!);
    tell("lib-2", mains[1]!);
    for (const [at, library] of [one, other].entries()) {
      self.send(new Ping(), library);
      await self.select(Ack);
      assertEquals(self.returnAddress, mains[at], "each talks to its own");
    }
    // The name is free again once its library has ended.
    children[0]!.exit(0);
    await self.select(Returned);
    create();
    await pause(self, 1);
    assertEquals(watched.at(-1), "lib");
  });
});

Deno.test("ProcessObject holds messages again while its library is cut off", async () => {
  await play(async (self, { tell }) => {
    const remote = self.create(mainObject);
    const library = self.create(ProcessObject, { ...REQUEST, roleName: "lib" });
    await pause(self, 1);
    tell("lib", remote);
    tell("lib", null);
    self.send(new Ping(), library);
    assertEquals(String(await self.select([Ack], { seconds: 5 })), 'timed out ("T1" exceeded)');
    tell("lib", remote);
    assertInstanceOf(await self.select(Ack), Ack);
  });
});

Deno.test("ProcessObject tells those who wait for a library that ends", async () => {
  await play(async (self, { children }) => {
    const library = self.create(ProcessObject, { ...REQUEST, roleName: "lib" });
    const asked = self.ask(new Ping(), library);
    await pause(self, 1);
    children[0]!.crash();
    assertEquals(String(await asked), "library ended (before it took the message)");
    const { message } = await self.select(Returned);
    assertEquals(String(message), 'non-standard process exit - code=-9, output=<empty>, page="<empty>..."');
  });
});

Deno.test("ProcessObject without a directory says that it can't run a library", async () => {
  await play(async (self) => {
    const runtime = new Runtime(self.kernel.world);
    const value = await runtime.start(ProcessObject, { ...REQUEST, roleName: "lib" }).returned;
    assertEquals(String(value), "cannot execute /bin/worker (no directory for a library)");
  });
});

Deno.test("ObjectSpool of processes: roles by number, and a killed worker's client gets a fault at once", async () => {
  await play(async (self, { children, tell, watched }) => {
    const settings = {
      worker: ProcessObject,
      workerSettings: REQUEST,
      objectCount: 2,
      roleName: "w-{i}",
      standDown: 10,
    };
    const spool = self.create(ObjectSpool, settings);
    await pause(self, 1);
    assertEquals(watched.toSorted(), ["w-0", "w-1"]);
    const silent = self.create(async (self: Routine) => void await self.select(Stop));
    tell("w-0", silent);
    tell("w-1", silent);
    const { clock } = self.kernel.world;
    const start = clock.now();
    const asked = self.ask(new Ping(), spool);
    await pause(self, 0.5);
    // The one that was idle longest has it.
    children.find((child) => child.arguments.includes("--role-name=w-0"))!.crash();
    assertInstanceOf(await asked, Faulted);
    assert(clock.now() - start < 600, `${clock.now() - start}`);
    // It is made again, under its own name.
    await pause(self, 13);
    assertEquals(watched.slice(2), ["w-0"]);
    assertInstanceOf(await self.stop(spool), Aborted);
    assertEquals(children.map((child) => child.isAlive), [false, false, false]);
  });
});
