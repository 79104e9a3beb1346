import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  Aborted,
  Ack,
  Faulted,
  Ping,
  RestartPolicy,
  RetryIntervals,
  retryPauses,
  Returned,
  type Routine,
  Stop,
  Supervised,
  T1,
} from "../../runtime/mod.ts";
import { runActor, texts } from "../helpers/run_actor.ts";

const retry = new RetryIntervals({ firstSteps: [1, 2], regularSteps: 8, stepLimit: 6 });

function pausesOf(policy: RestartPolicy, runs: readonly (readonly [start: number, end: number])[]): (number | null)[] {
  return runs.map(([start, end]) => policy.next(end * 1000, start * 1000));
}

Deno.test("RestartPolicy without limits gives the pauses of RetryIntervals, and nothing else", () => {
  const policy = new RestartPolicy(retry, {}, () => 0);
  const long = Array.from({ length: 7 }, (_, i) => [i * 100_000, (i + 1) * 100_000] as const);
  assertEquals(pausesOf(policy, long), [...retryPauses(retry, () => 0), null, null]);
});

Deno.test("RestartPolicy begins anew after a healthy run", () => {
  const policy = new RestartPolicy(retry, { healthySeconds: 60 }, () => 0);
  assertEquals(pausesOf(policy, [[0, 1], [2, 3], [5, 64.9], [70, 130], [131, 132]]), [1, 2, 8, 1, 2]);
});

Deno.test("RestartPolicy refuses more restarts within a time than its limit", () => {
  const limits = { restartsMax: 3, withinSeconds: 10 };
  const policy = new RestartPolicy(retry, limits, () => 0);
  assertEquals(pausesOf(policy, [[0, 1], [2, 3], [5, 6], [7, 10.9]]), [1, 2, 8, null]);
  const slower = new RestartPolicy(retry, limits, () => 0);
  assertEquals(pausesOf(slower, [[0, 1], [2, 3], [5, 6], [7, 11]]), [1, 2, 8, 8]);
});

Deno.test("Supervised makes its child again after a fault, hands messages on, and returns a good end", async () => {
  let lives = 0;
  async function fragile(self: Routine) {
    lives++;
    await self.select(Ping);
    if (lives < 3) throw new Error(`life ${lives}`);
    self.reply(new Ack());
    return new Ack();
  }
  const { records, elapsedMs } = await runActor(async (self) => {
    const supervised = self.create(Supervised, { type: fragile, retry });
    // One for each life; those that come during a pause wait.
    for (const seconds of [0, 0.5, 2]) self.kernel.after(seconds * 1000, () => self.send(new Ping(), supervised));
    await self.select(Ack);
    assertInstanceOf((await self.select(Returned)).message, Ack);
  });
  assertEquals([lives, Math.round(elapsedMs)], [3, 3000]);
  assertEquals(texts(records).filter((text) => text.startsWith("fragile ended")), [
    "fragile ended, next run in 1 seconds (value=object faulted (unhandled exception (life 1)))",
    "fragile ended, next run in 2 seconds (value=object faulted (unhandled exception (life 2)))",
  ]);
});

Deno.test("Supervised gives up with the last fault when restarts are used up", async () => {
  let lives = 0;
  function crash(): void {
    throw new Error(`life ${++lives}`);
  }
  await runActor(async (self) => {
    self.create(Supervised, { type: crash, retry: new RetryIntervals({ firstSteps: [1, 1], stepLimit: 3 }) });
    const { message } = await self.select(Returned);
    assertInstanceOf(message, Faulted);
    assertEquals(message.explanation, "unhandled exception (life 3)");
  }, { level: "NONE" });
});

Deno.test("Supervised stops its child, or its pause, on Stop", async () => {
  async function patient(self: Routine) {
    await self.select(Stop);
    return new Aborted();
  }
  function crash(): void {
    throw new Error("crash");
  }
  const { elapsedMs } = await runActor(async (self) => {
    assertInstanceOf(await self.stop(self.create(Supervised, { type: patient })), Aborted);
    const pausing = self.create(Supervised, { type: crash, retry: new RetryIntervals({ regularSteps: 1000 }) });
    self.start(T1, 5);
    await self.select(T1);
    assertInstanceOf(await self.stop(pausing), Aborted);
  }, { level: "NONE" });
  assertEquals(Math.round(elapsedMs), 5000);
});
