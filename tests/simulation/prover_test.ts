/** The simulation itself: worlds, courses, what it notices, how it makes a failure smaller. */

import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Available, Dropped } from "../../directory/mod.ts";
import type { Scope } from "../../runtime/mod.ts";
import { prepareEncryption } from "../../net/mod.ts";
import { planOf, playRound } from "./course.ts";
import { describeFailure, describeWorld, faultTable, optionsOf } from "./describe.ts";
import { FAULTS } from "./faults.ts";
import { violations } from "./invariant.ts";
import { Pace } from "./pace.ts";
import { plant, PLANTED_BUGS } from "./planted/bugs.ts";
import { comeToRest } from "./rest.ts";
import { type Case, runCase } from "./run_seed.ts";
import { shapeOf } from "./shape.ts";
import { shrink } from "./shrink.ts";
import { makeVillage, type Village } from "./village.ts";

const SHAPES = Array.from({ length: 4000 }, (_, at) => shapeOf(at + 1));

Deno.test("shapeOf() draws mostly small worlds, and big ones up to the limits", () => {
  const processes = SHAPES.map(({ seats }) => seats.filter(({ scope }) => scope === "PROCESS").length);
  const sorted = processes.toSorted((one, other) => one - other);
  assert(sorted[2000]! >= 2 && sorted[2000]! <= 8, `half of them have up to ${sorted[2000]} processes`);
  assert(sorted[0]! >= 1 && sorted.at(-1)! > 50 && sorted.at(-1)! <= 100, `the largest has ${sorted.at(-1)} processes`);
  const hosts = SHAPES.map(({ seats }) => new Set(seats.map(({ host }) => host)).size);
  assert(Math.min(...hosts) === 1 && Math.max(...hosts) >= 8);
  for (const { seats } of SHAPES) {
    assertEquals(new Set(seats.map(({ host, name }) => `${host} ${name}`)).size, seats.length, "names are given once");
    assert(seats.filter(({ scope }) => scope === "LAN").length <= 1);
    assert(seats.every(({ parent }, index) => parent === null || parent < index), "directories come first");
    const groups = seats.flatMap(({ scope, host }) => scope === "GROUP" ? [host] : []);
    assert(groups.every((host) => groups.filter((other) => other === host).length <= 4));
  }
});

Deno.test("shapeOf() has all scopes, encrypted and not, and those who find their parent by themselves", () => {
  const seats = SHAPES.flatMap((shape) => shape.seats);
  assertEquals(new Set(seats.map(({ scope }) => scope)), new Set(["LAN", "HOST", "GROUP", "PROCESS", "LIBRARY"]));
  const wishes = seats.flatMap(({ program }) => program);
  assertEquals(new Set(wishes.map(({ scope }) => scope)), new Set(["LAN", "HOST", "GROUP", "PROCESS"]));
  for (const isSo of [(seat: typeof seats[number]) => seat.isLazy, (seat: typeof seats[number]) => seat.isEncrypted]) {
    assert(seats.some(isSo) && !seats.every(isSo));
  }
  assert(wishes.some(({ isEncrypted }) => isEncrypted));
});

Deno.test("FAULTS has at least 20 kinds besides what applications do, each with a rate, and all of them happen", () => {
  const faults = FAULTS.filter(({ isUsual }) => isUsual !== true);
  assert(faults.length >= 20);
  assertEquals(new Set(FAULTS.map(({ kind }) => kind)).size, FAULTS.length);
  assert(FAULTS.every(({ rate }) => rate > 0));
  const planned = new Set(
    SHAPES.slice(0, 1500).flatMap((shape) => planOf(shape).flat().map(({ fault }) => fault.kind)),
  );
  assertEquals(FAULTS.filter(({ kind }) => !planned.has(kind)), []);
  assertEquals(faultTable().length, FAULTS.length);
});

Deno.test("runCase() gives the same history for the same seed, and another for another, encrypted and not", async () => {
  await prepareEncryption();
  const encrypted = SHAPES.find(({ seats }) => seats.length < 12 && seats.every(({ isEncrypted }) => isEncrypted))!;
  for (const seed of [7, encrypted.seed]) {
    const [one, same, other] = [await runCase({ seed }), await runCase({ seed }), await runCase({ seed: seed + 1 })];
    assertEquals([one.digest, one.events, one.history], [same.digest, same.events, same.history]);
    assertNotEquals(one.digest, other.digest);
  }
});

/** A world at rest in which there are sessions. */
async function busyVillage(): Promise<Village> {
  for (let seed = 3;; seed++) {
    const village = makeVillage(seed);
    const since = await playRound(village, planOf(village.shape)[0]!.slice(0, 8), () => true);
    assertEquals((await comeToRest(village, since)).problems, []);
    const isBusy = village.seats.some(({ tenant }) => tenant?.witnesses.some(({ sessions }) => sessions.size > 1));
    if (isBusy) return village;
  }
}

Deno.test("violations() finds a session that is missing, one too many, a wrong one, lost words, and what is left over", async () => {
  await prepareEncryption();
  const village = await busyVillage();
  assertEquals(violations(village), []);
  const witnesses = village.seats.flatMap(({ tenant }) => tenant?.witnesses ?? []);
  const busy = witnesses.find(({ sessions }) => sessions.size > 1)!;
  const [key, session] = [...busy.sessions][0]!;
  const found = (text: string) => assert(violations(village).some((problem) => problem.includes(text)), text);

  busy.sessions.delete(key);
  found("no session with");
  busy.sessions.set(key, session).set("other", session);
  found("that should not be");
  busy.sessions.delete("other");
  const { publishedId, scope, subscribedId } = session.available;
  busy.sessions.set(key, { ...session, available: new Available({ ...session.available, publishedId: subscribedId }) });
  found(`not ${publishedId} at ${scope}`);
  busy.sessions.set(key, { ...session, said: session.said + 1 });
  found("which answered");
  busy.sessions.set(key, session);

  const publisher = witnesses.find(({ visits }) => visits.size > 0)!;
  const [visitKey, visit] = [...publisher.visits][0]!;
  publisher.visits.delete(visitKey);
  found("end of session at the publisher");
  publisher.visits.set(visitKey, { ...visit, told: visit.told + 1 });
  found("of which");
  publisher.visits.set(visitKey, visit);

  const owner = witnesses.find(({ published }) => published.size > 0)!;
  const [id, listing] = [...owner.published][0]!;
  owner.published.delete(id);
  found("is left over");
  owner.published.set(id, listing);
  const { tenant, process } = village.seats.find(({ isHome, tenant }) => isHome && tenant !== null)!;
  const leak = tenant!.runtime.register({ deliver() {} });
  found("receivers, not");
  tenant!.runtime.unregister(leak);
  const cancel = process.world.clock.after(1e6, () => {});
  process.world.clock.after(1e6, () => {});
  found("alarms, not");
  cancel();
});

Deno.test("Pace notices sessions that begin too often, but for those that were left for a nearer one", () => {
  let now = 0;
  const pace = new Pace(() => now);
  const session = (scope: Scope) => ({ name: "svc", scope, subscribedId: "00000000-0000-4000-8000-000000000000" });
  const lives = (scope: Scope, everyMs: number, times: number): boolean[] =>
    Array.from({ length: times }, () => {
      const isRight = pace.joined(new Available(session(scope)));
      now += everyMs;
      pace.dropped(new Dropped(session(scope)));
      return isRight;
    });
  assert(lives("HOST", 1_000, 100).every((isRight) => isRight));
  assertEquals(lives("LAN", 100, 20).indexOf(false), 13);
  now += 60_000;
  assert(lives("HOST", 10, 10).every((isRight) => isRight));
  for (let time = 0; time < 10; time++) {
    assert(pace.joined(new Available(session("HOST"))));
    pace.dropped(new Dropped(session("HOST")));
    assert(lives("GROUP", 10, 1)[0]);
  }
  assert(!lives("HOST", 10, 10).every((isRight) => isRight));
});

Deno.test("shrink() leaves out what a failure does not need", async () => {
  const seed = SHAPES.find((shape) => shape.seats.length > 10 && planOf(shape).flat().length > 20)!.seed;
  const tried: Case[] = [];
  // Fails while steps 5 and 17 are played and seat 3 is there.
  const isFailing = (what: Case) => {
    tried.push(what);
    const isPlayed = (index: number) => what.only?.has(index) ?? true;
    return Promise.resolve(isPlayed(5) && isPlayed(17) && !what.without?.has(3));
  };
  const smallest = await shrink({ seed }, isFailing);
  assertEquals([...smallest.only!], [5, 17]);
  assertEquals(smallest.without!.size, shapeOf(seed).seats.length - 1);
  assert(!smallest.without!.has(3) && tried.length < 200);
  assert(optionsOf(smallest).startsWith(`--seed=${seed} --only=5,17 --without=`));
});

Deno.test("describeFailure() says what is left of a failure, and how to run it again", () => {
  const { seats, seed } = SHAPES.find(({ seats }) => seats.length === 5)!;
  assertEquals(describeWorld(seed).length, 5);
  assertEquals(describeWorld(seed, new Set([0])).length, seats[0]!.scope === "HOST" ? 0 : 5 - branchOf(seed, 0));
  const result = { problems: ["one", "two", "three"], digest: "", events: 0, history: [], sessionsMs: 0, restMs: 0 };
  const lines = describeFailure({ seed, only: new Set([0]) }, result, 2);
  assert(lines[0]!.endsWith(`5 of 5 seats: --seed=${seed} --only=0`), lines[0]);
  assertEquals(lines.slice(-3), ["  one", "  two", "  and 1 more"]);
});

function branchOf(seed: number, root: number): number {
  const { seats } = shapeOf(seed);
  const isBelow = (index: number | null): boolean =>
    index === root || (index !== null && isBelow(seats[index]!.parent));
  return [...seats.keys()].filter(isBelow).length;
}

Deno.test("a case without some of its steps and seats leaves the others as they are", async () => {
  await prepareEncryption();
  const { seed, seats } = SHAPES.find((shape) => shape.seats.length > 6 && planOf(shape).flat().length > 10)!;
  const last = seats.length - 1;
  const { history } = await runCase({ seed, without: new Set([last]), only: new Set([0, 3]) });
  assertEquals(history.filter((line) => line.includes(`/${seats[last]!.name} `)), []);
  assert(history.some((line) => line.includes(`/${seats[0]!.name} `)));
  const steps = history.flatMap((line) => / script step (\d+):/.exec(line)?.[1] ?? []);
  assertEquals(steps, ["0", "3"]);
});

Deno.test("every planted bug has its place in the sources", async () => {
  assert(PLANTED_BUGS.length >= 20);
  assertEquals(new Set(PLANTED_BUGS.map(({ name }) => name)).size, PLANTED_BUGS.length);
  for (const bug of PLANTED_BUGS) {
    const source = await Deno.readTextFile(new URL(`../../${bug.file}`, import.meta.url));
    assertNotEquals(plant(source, bug), source);
    assertThrows(() => plant(source + source, bug), RangeError, "2 times");
    assertThrows(() => plant("", bug), RangeError, "0 times");
  }
});
