/** Hazards of the original's object model, by their numbers in the notes on it, each with the better behaviour. */

import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import {
  Aborted,
  Ack,
  type AddressValue,
  Any,
  bind,
  Busy,
  Cast,
  castBack,
  castTo,
  Faulted,
  File,
  Folder,
  Integer8,
  Message,
  Nak,
  ObjectSpool,
  on,
  Ping,
  realWorld,
  Returned,
  type Routine,
  Runtime,
  save,
  Start,
  StateMachine,
  Stop,
  TextValueError,
  TimedOut,
  Unicode,
  Utility,
  valueFromText,
} from "../../runtime/mod.ts";
import { SpoolCore } from "../../runtime/spool/spool_core.ts";
import { runActor, texts } from "../helpers/run_actor.ts";

class Job extends Message({ number: Integer8.default(0) }) {}
bind(Job, "hazards_test");

Deno.test("H1: a file is replaced as a whole, and a failure leaves the old content", async () => {
  const { files } = realWorld();
  const folder = await files.makeTemporaryFolder("hazards-");
  const runtime = new Runtime(realWorld());
  const file = new File(runtime, `${folder}/value`, Unicode);
  await file.store("old");
  await file.store(5 as unknown as string).then(() => assert(false), () => {});
  assertEquals(await file.recover(), "old");
  assertEquals(await files.list(folder), ["value.json"]);
  await files.remove(folder);
});

Deno.test("H11: erasing never follows a link", async () => {
  const { files } = realWorld();
  const root = await files.makeTemporaryFolder("hazards-");
  await files.makeFolder(`${root}/outside`);
  await files.writeTextAtomic(`${root}/outside/kept`, "1");
  await files.makeFolder(`${root}/folder/below`);
  await Deno.symlink(`${root}/outside`, `${root}/folder/below/link`);
  const folder = new Folder(new Runtime(realWorld()), `${root}/folder`);
  assert(await folder.erase("below"));
  assertEquals(await files.readText(`${root}/outside/kept`), "1");
  await files.remove(root);
});

Deno.test("H16: a value of any type can be an argument, in both forms; nonsense is refused", () => {
  for (const text of ['["unicode","x",[]]', '{"value":["unicode","x",[]]}']) {
    const value = valueFromText("thing", text, Any);
    assertInstanceOf(value, Cast);
    assertEquals(castBack(value), "x");
  }
  for (const text of ["x", "xy", '"x"', "[]", '["unicode"]', "5", "{}", ""]) {
    assertThrows(() => valueFromText("thing", text, Any), TextValueError, "thing");
  }
});

Deno.test("H17: select drops with a line in the log, and its time ends it", async () => {
  const { records, elapsedMs } = await runActor(async (self) => {
    self.send(new Nak(), self.address);
    assertInstanceOf(await self.select([Ack], { seconds: 3 }), TimedOut);
  });
  assertEquals(Math.round(elapsedMs), 3000);
  assertMatch(texts(records).join(), /^Dropped Nak from <[0-9a-f]{8}>$/);
});

interface Tally {
  readonly taken: number[];
}

class Patient extends StateMachine<"waiting" | "taking"> {
  readonly #tally: Tally;

  constructor(tally: Tally) {
    super("waiting");
    this.#tally = tally;
  }

  take({ number }: Job): "taking" {
    this.#tally.taken.push(number);
    return "taking";
  }
}
bind(Patient, "hazards_test", {
  table: {
    waiting: [on(Start, () => "waiting"), save(Job), on(Nak, () => "waiting"), on(Ack, () => "taking")],
    taking: [on(Job, (self, job) => self.take(job)), on(Stop, (self) => self.complete())],
  },
});

Deno.test("H18: saved messages keep their order, however often they are saved", async () => {
  const tally: Tally = { taken: [] };
  await runActor(async (self) => {
    const patient = self.create(Patient, tally);
    for (let number = 0; number < 5; number++) self.send(new Job({ number }), patient);
    for (let round = 0; round < 20; round++) self.send(new Nak(), patient);
    self.send(new Ack(), patient);
    await self.stop(patient);

    const seen: number[] = [];
    const routine = self.create(async (self: Routine) => {
      let rounds = 0;
      while (rounds < 20) {
        const m = await self.input();
        if (m instanceof Job) self.save();
        else rounds++;
      }
      while (seen.length < 5) {
        const m = await self.input();
        if (m instanceof Job) seen.push(m.number);
      }
    });
    for (let number = 0; number < 5; number++) self.send(new Job({ number }), routine);
    for (let round = 0; round < 25; round++) self.send(new Nak(), routine);
    await self.select(Returned);
    assertEquals(seen, [0, 1, 2, 3, 4]);
  });
  assertEquals(tally.taken, [0, 1, 2, 3, 4]);
});

Deno.test("H19: a dead worker gets no further request", async () => {
  let lives = 0;
  async function mortal(self: Routine) {
    const life = ++lives;
    while (true) {
      const m = await self.select(Job, Ping, Stop);
      if (m instanceof Stop) return new Aborted();
      // The first one dies idle.
      if (m instanceof Ping && life === 1) return new Faulted("gone");
      self.reply(castTo(life, Integer8));
    }
  }
  await runActor(async (self) => {
    const spool = self.create(ObjectSpool, { worker: mortal, objectCount: 1, standDown: 2 });
    assertInstanceOf(await self.ask(new Ping(), spool), Faulted);
    for (let i = 0; i < 10; i++) assertEquals(castBack(await self.ask(new Job(), spool, { timeout: 20 })), 2);
  }, { level: "NONE" });
});

Deno.test("H19: a worker that leaves during a request does not come back with it", () => {
  const core = new SpoolCore({ sizeOfQueue: null, responsiveness: null, busyPassRate: 10, external: true });
  const [worker, client] = ["1", "9"] as [AddressValue, AddressValue];
  core.joined(worker);
  core.request(new Job(), client, 0);
  const [effect] = core.left(worker);
  assert(effect?.do === "answer" && effect.message instanceof Aborted);
  core.answered(1, new Ack(), 1);
  assertEquals(core.idle, 0);
});

Deno.test("H19: a queued request that is refused as busy does not keep the rest waiting", () => {
  const core = new SpoolCore({ sizeOfQueue: null, responsiveness: 1, busyPassRate: 3, external: true });
  const client = "9" as AddressValue;
  core.joined("1" as AddressValue);
  for (let i = 0; i < 8; i++) core.request(new Job({ number: i }), client, 0);
  // The answer took five seconds: the pool is busy now.
  const outcomes: string[] = [];
  for (let id = 1; id <= 8; id++) {
    for (const effect of core.answered(id, null, id * 5000)) {
      if (effect.do === "assign") outcomes.push(`${effect.request.id}`);
      else if (effect.do === "answer" && effect.message instanceof Busy) outcomes.push("busy");
    }
  }
  assertEquals(outcomes, ["busy", "busy", "4", "busy", "busy", "7", "busy"]);
  assertEquals([core.waiting, core.idle], [0, 1]);
});

Deno.test("H19: requests that wait when the pool stops get Aborted", async () => {
  async function slow(self: Routine) {
    while (true) if (await self.select(Job, Stop) instanceof Stop) return new Aborted();
  }
  await runActor(async (self) => {
    const spool = self.create(ObjectSpool, { worker: slow, objectCount: 1, responsiveness: null });
    const asked = [1, 2, 3].map((number) => self.ask(new Job({ number }), spool));
    await self.select([Ack], { seconds: 1 });
    self.send(new Stop(), spool);
    for (const answer of await Promise.all(asked)) assertInstanceOf(answer, Aborted);
  });
});

Deno.test("H20: text for stdin is delivered", async () => {
  const runtime = new Runtime(realWorld());
  const utility = { name: "tr", arguments: ["a-z", "A-Z"], stdin: "shout", stdout: "text" as const };
  assertEquals(castBack(await runtime.start(Utility, utility).returned), "SHOUT");
  runtime.close();
});
