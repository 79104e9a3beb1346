import { assert, assertEquals } from "@std/assert";
import { DETECT_SECONDS, Keeper } from "../../net/keep_alive.ts";
import { KeepAlive, StillThere } from "../../net/messages.ts";
import { address } from "./session_harness.ts";

const PROXY = address("19"), PEER = address("20,19");

Deno.test("Keeper as a connector asks for silence of 23.75 to 26 seconds at first and gives up 3 seconds later", () => {
  const asked = Array.from({ length: 10 }, (_, draw) => {
    const step = new Keeper(PROXY, () => draw).begin(0);
    assert(step.message instanceof KeepAlive);
    assertEquals(step.to, PROXY);
    assertEquals(step.waitMs, (step.message.seconds! + 3) * 1000);
    return step.message.seconds;
  });
  assertEquals(asked, [23.75, 24, 24.25, 24.5, 24.75, 25, 25.25, 25.5, 25.75, 26]);
  const keeper = new Keeper(PROXY, () => 0);
  keeper.begin(0);
  assertEquals(keeper.expire(26_750, 0), { isStale: true });
});

Deno.test("Keeper asks an original for silence of 57.0 to 62.4 seconds after the first", () => {
  const asked = Array.from({ length: 10 }, (_, draw) => {
    const keeper = new Keeper(PROXY, () => draw);
    keeper.begin(0);
    keeper.heard(new StillThere({ seconds: 60 }), PEER, 25_000);
    return (keeper.expire(85_000, 25_000).message as StillThere).seconds;
  });
  assertEquals(asked, [57, 57.6, 58.2, 58.8, 59.4, 60, 60.6, 61.2, 61.8, 62.4]);
});

Deno.test("Keeper keeps the original's pace with an original", () => {
  const keeper = new Keeper(PROXY, () => 5);
  keeper.begin(0);
  assertEquals(keeper.heard(new StillThere({ seconds: 57.6 }), PEER, 60_000), { waitMs: 57_600 });
  const step = keeper.expire(117_600, 60_000);
  assertEquals(step, { message: new StillThere({ seconds: 60 }), to: PEER, waitMs: 65_000 });
  assertEquals((step.message as StillThere).pace, null);
  assertEquals(keeper.expire(182_600, 182_000), { isStale: true });
});

Deno.test("Keeper as an acceptor is silent for as long as it was asked", () => {
  const keeper = new Keeper(PEER, () => 0);
  assertEquals(keeper.observe(new KeepAlive({ seconds: 0.5 }), 0), { waitMs: 500 });
  assertEquals(keeper.expire(500, 0), { message: new StillThere({ seconds: 57 }), to: PEER, waitMs: 62_000 });
});

Deno.test("Keeper ignores a sign of life that it did not wait for", () => {
  const keeper = new Keeper(PEER, () => 0);
  keeper.observe(new KeepAlive({ seconds: 60 }), 0);
  assertEquals(keeper.heard(new StillThere({ seconds: 1 }), PEER, 1000), {});
});

Deno.test("Keeper bounds absurd silences", () => {
  const keeper = new Keeper(PEER, () => 0);
  assertEquals(keeper.observe(new KeepAlive({ seconds: 1e300 }), 0), { waitMs: 3_600_000 });
  assertEquals(new Keeper(PEER, () => 0).observe(new KeepAlive({ seconds: -5 }), 0), { waitMs: 0 });
  assertEquals(new Keeper(PEER, () => 0).observe(new KeepAlive({ seconds: NaN }), 0), { waitMs: 0 });
});

/** Two keepers of cake, and a link between them that ends. */
function pairUntil(end: number, sleep: { from: number; to: number } | null = null): number {
  const a = new Keeper(PROXY, () => 0), b = new Keeper(PROXY, () => 0);
  let now = 0;
  const due = new Map<Keeper, number>();
  const arrivals = new Map<Keeper, number>([[a, 0], [b, 0]]);
  const take = (keeper: Keeper, step: ReturnType<Keeper["begin"]>): boolean => {
    if (step.isStale) return true;
    if (step.waitMs !== undefined) due.set(keeper, now + step.waitMs);
    const other = keeper === a ? b : a;
    if (step.message === undefined || now >= end) return false;
    arrivals.set(other, now);
    return take(
      other,
      step.message instanceof KeepAlive ? other.observe(step.message, now) : other.heard(step.message, PEER, now),
    );
  };
  take(a, a.begin(0));
  for (let steps = 0; steps < 10_000; steps++) {
    const [keeper, at] = [...due].sort((x, y) => x[1] - y[1])[0]!;
    now = at;
    if (sleep !== null && keeper === a && now >= sleep.from && now < sleep.to) now = sleep.to;
    due.delete(keeper);
    if (take(keeper, keeper.expire(now, arrivals.get(keeper)!))) return now;
    if (now > 100_000) return Infinity;
  }
  return Infinity;
}

Deno.test("Keeper notices the end of a link to another cake within the time of detection", () => {
  for (let end = 5000; end < 7000; end += 37) {
    const noticed = pairUntil(end);
    assert(noticed > end, "not before");
    assert(noticed - end <= DETECT_SECONDS * 1000, `not later than promised: ${noticed - end} ms`);
  }
});

Deno.test("Keeper does not give up a link that lives", () => {
  assertEquals(pairUntil(Infinity), Infinity);
});

Deno.test("Keeper that was asleep doubts itself first", () => {
  const keeper = new Keeper(PROXY, () => 0);
  keeper.begin(0);
  keeper.heard(new StillThere({ seconds: 1, pace: 1 }), PEER, 10);
  const late = keeper.expire(60_000, 10);
  assert(late.isStale === undefined && late.message instanceof StillThere);
  // Nothing came although it ran on time: it is the other end.
  for (const now of [60_750, 61_500, 62_250]) assertEquals(keeper.expire(now, 10).isStale, undefined);
  assertEquals(keeper.expire(63_000, 10), { isStale: true });
});

Deno.test("Keeper and Keeper agree on the shorter pace", () => {
  const quick = new Keeper(PROXY, () => 0, 0.5), slow = new Keeper(PROXY, () => 0, 60);
  const asked = quick.begin(0).message as KeepAlive;
  assertEquals(asked.pace, 0.125);
  const answer = slow.observe(asked, 0);
  assertEquals([(answer.message as StillThere).pace, answer.waitMs], [0.125, 125]);
  assertEquals(quick.heard(answer.message as StillThere, PEER, 1).waitMs, 125);
  const other = new Keeper(PROXY, () => 0, 60);
  assertEquals(other.observe(new KeepAlive({ seconds: 57, pace: 1e9 }), 0).waitMs, 15_000);
  assertEquals(new Keeper(PROXY, () => 0, 60).observe(new KeepAlive({ seconds: 57, pace: 0 }), 0).waitMs, 15_000);
});
