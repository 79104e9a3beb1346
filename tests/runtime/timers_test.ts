import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Returned, type Routine, T1 } from "../../runtime/mod.ts";
import { SeededRandom } from "../../runtime/simulation/mod.ts";
import { type Timer, TimerQueue } from "../../runtime/timers.ts";
import { runActor } from "../helpers/run_actor.ts";

/** What is done with a queue: start something, take it back, or let time pass. */
type Step =
  | { readonly do: "add"; readonly after: number }
  | { readonly do: "cancel"; readonly which: number }
  | { readonly do: "pass"; readonly time: number };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), after: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), which: fc.nat(500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.integer({ min: 0, max: 30 }) }) },
);

/** The same as a list that is sorted anew each time. */
class Model {
  #waiting: { readonly due: number; readonly id: number }[] = [];

  add(due: number, id: number): void {
    this.#waiting.push({ due, id });
    this.#waiting.sort((a, b) => a.due - b.due || a.id - b.id);
  }

  cancel(id: number): void {
    this.#waiting = this.#waiting.filter((timer) => timer.id !== id);
  }

  get next(): number | null {
    return this.#waiting[0]?.due ?? null;
  }

  take(now: number): number[] {
    const due = this.#waiting.filter((timer) => timer.due <= now);
    this.#waiting = this.#waiting.slice(due.length);
    return due.map(({ id }) => id);
  }
}

Deno.test("TimerQueue does what a sorted list does, whatever is started and taken back", () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 600, size: "max" }), (steps) => {
      const queue = new TimerQueue();
      const model = new Model();
      const timers: Timer[] = [];
      const rung: number[] = [];
      let now = 0;
      for (const step of steps) {
        if (step.do === "add") {
          const id = timers.length;
          timers.push(queue.add(now + step.after, () => rung.push(id)));
          model.add(now + step.after, id);
        } else if (step.do === "cancel") {
          const timer = timers[step.which];
          if (timer !== undefined) queue.cancel(timer);
          model.cancel(step.which);
        } else {
          now += step.time;
          rung.length = 0;
          for (let expire = queue.take(now); expire !== null; expire = queue.take(now)) expire();
          assertEquals(rung, model.take(now));
        }
        assertEquals(queue.next, model.next);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("TimerQueue holds few of those that were taken back, and gives its memory back", () => {
  const queue = new TimerQueue();
  const random = new SeededRandom("timers");
  const timers: Timer[] = [];
  for (let i = 0; i < 20_000; i++) timers.push(queue.add(random.float() * 1000, () => {}));
  for (let i = 0; i < 19_990; i++) queue.cancel(timers[i]!);
  assert(queue.length <= 64 + 10, `${queue.length}`);
  let count = 0;
  for (let last = 0; queue.next !== null; count++) {
    assert(queue.next >= last);
    last = queue.next;
    queue.take(Infinity);
  }
  assertEquals(count, 10);
});

Deno.test("timers that are due at once leave messages their turn", async () => {
  const count = 20_000;
  await runActor(async (self) => {
    const { clock } = self.kernel.world;
    let most = 0;
    let rung = 0;
    let before = 0;
    let isOver = false;
    function look(): void {
      most = Math.max(most, rung - before);
      before = rung;
      if (!isOver) clock.soon(look);
    }
    const due = clock.now() + 1000;
    const { promise, resolve } = Promise.withResolvers<void>();
    for (let i = 0; i < count; i++) {
      self.kernel.after(due - clock.now(), () => {
        if (++rung === count) resolve();
        if (rung === 1) look();
      });
    }
    await promise;
    isOver = true;
    assert(most > 0 && most <= 1024, `${most}`);
  });
});

Deno.test("100 000 actors with a timer each are told once, none early", async () => {
  const count = 100_000;
  let early = 0;
  const { value } = await runActor(async (self) => {
    const { clock, random } = self.kernel.world;
    for (let i = 0; i < count; i++) {
      self.create(async (self: Routine) => {
        const seconds = random.float() * 5;
        const due = clock.now() + seconds * 1000;
        self.start(T1, seconds);
        await self.select(T1);
        if (clock.now() < due) early++;
      });
    }
    let ends = 0;
    while (ends < count) if (await self.input() instanceof Returned) ends++;
    return null;
  }, { strict: false });
  assertEquals([early, value], [0, null]);
});

Deno.test("a time that is not a number is refused where it is given", async () => {
  await runActor((self) => {
    assertThrows(() => self.start(T1, NaN), RangeError, "its time is not a number");
    // Nothing is left behind by that.
    self.start(T1, 1);
    self.cancel(T1);
  });
});
