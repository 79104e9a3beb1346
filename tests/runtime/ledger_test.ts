import { assert, assertEquals } from "@std/assert";
import {
  Ack,
  type AddressValue,
  bind,
  isBalanced,
  type Kernel,
  type Ledger,
  Nak,
  on,
  Ping,
  Returned,
  type Routine,
  save,
  Start,
  Stateless,
  StateMachine,
  Stop,
} from "../../runtime/mod.ts";
import { SeededRandom } from "../../runtime/simulation/mod.ts";
import { runActor } from "../helpers/run_actor.ts";

/** Messages that a machine handled; counted apart from the ledger. */
const handled = { machine: 0 };

class Handler extends Stateless {}
bind(Handler, "ledger_test", {
  table: {
    always: [
      on(Start, () => void handled.machine++),
      on(Ping, () => void handled.machine++),
      on(Stop, (self) => {
        handled.machine++;
        self.complete();
      }),
    ],
  },
});

class Saver extends StateMachine<"shut" | "open"> {
  constructor() {
    super("shut");
  }
}
bind(Saver, "ledger_test", {
  table: {
    shut: [on(Start, () => "shut"), save(Ping), on(Ack, () => "open"), on(Stop, (self) => self.complete())],
    open: [on(Ping, () => "open"), on(Nak, () => "shut"), on(Stop, (self) => self.complete())],
  },
});

function check(ledger: Ledger): void {
  for (const queue of ledger.queues) assert(isBalanced(queue), JSON.stringify(queue));
  assert(isBalanced(ledger.total), JSON.stringify(ledger.total));
}

function accountOf(kernel: Kernel, address: AddressValue) {
  return kernel.ledger().queues.find((queue) => queue.address === address);
}

Deno.test("the ledger counts what each actor got", async () => {
  await runActor(async (self) => {
    const idle = self.create(async function idle(self: Routine) {
      await self.select(Stop);
    });
    for (let i = 0; i < 5; i++) self.send(new Ack(), idle);
    const waiting = accountOf(self.kernel, idle);
    assertEquals(waiting, {
      kind: "mailbox",
      address: idle,
      name: "idle",
      accepted: 5,
      delivered: 0,
      waiting: 5,
      discarded: { full: 0, ended: 0, aside: 0 },
    });
    await self.stop(idle);
    assertEquals(accountOf(self.kernel, idle), undefined);
    const { total } = self.kernel.ledger();
    assertEquals(total.accepted, 7);
    assertEquals([total.delivered, total.waiting], [7, 0]);
  }, { level: "NONE" });
});

Deno.test("the ledger agrees under random load, at every moment", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = new SeededRandom(`ledger ${seed}`);
    handled.machine = 0;
    let sent = 0;
    let taken = 0;
    let made = 0;
    let machines = 0;
    const { runtime } = await runActor(async (self) => {
      const living: AddressValue[] = [];
      const gone: AddressValue[] = [];
      async function taker(self: Routine) {
        while (true) {
          const m = await self.input();
          taken++;
          if (m instanceof Stop) return;
          if (random.integer(50) === 0) self.save();
          if (random.integer(200) === 0) throw new Error("crash");
        }
      }
      for (let round = 0; round < 60; round++) {
        for (let i = random.integer(4); i > 0; i--) {
          made++;
          const isRoutine = random.integer(2) === 0;
          if (!isRoutine) machines++;
          living.push(isRoutine ? self.create(taker) : self.create(random.integer(2) === 0 ? Handler : Saver));
        }
        for (let i = random.integer(40); i > 0 && living.length > 0; i--) {
          const to = living[random.integer(living.length)]!;
          const burst = random.integer(200) === 0 ? 17_000 : 1 + random.integer(20);
          for (let k = 0; k < burst; k++, sent++) self.send(random.integer(9) === 0 ? new Ack() : new Ping(), to);
        }
        if (random.integer(3) === 0 && living.length > 0) {
          const [address] = living.splice(random.integer(living.length), 1);
          gone.push(address!);
          self.send(new Stop(), address!);
          sent++;
        }
        if (gone.length > 0) {
          self.send(new Ping(), gone[random.integer(gone.length)]!);
          sent++;
        }
        check(self.kernel.ledger());
        if (random.integer(2) === 0) await self.select([Returned], { seconds: random.float() / 100 });
        check(self.kernel.ledger());
      }
      await self.select([Stop], { seconds: 1, saving: [Returned] });
      // All has come to rest. What was sent: by this loop, `Start` to each machine, `Returned` of each that ended.
      const { queues, total, undeliverable } = self.kernel.ledger();
      const ended = made - (queues.length - 1);
      assert(ended > 0 && made > ended, `${ended} of ${made}`);
      assertEquals(total.accepted + total.discarded.full + undeliverable, sent + machines + ended);
      assert(total.delivered >= taken + handled.machine, `${total.delivered} of ${taken} + ${handled.machine}`);
    }, { level: "NONE", strict: false });
    check(runtime.ledger());
    assertEquals(
      runtime.counts.discarded,
      runtime.ledger().total.discarded.full + runtime.ledger().total.discarded.aside,
    );
  }
});
