/** Those who come and go: subscribers are dropped and joined again at the stated rate and no faster, whatever the way. */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { LOSS_INTERVAL_MS, LOSSES_AT_ONCE_MAX } from "../../directory/bounds.ts";
import { DirectoryCore } from "../../directory/core.ts";
import { Damper } from "../../directory/home/damper.ts";
import type { DirectoryEvent, Effect } from "../../directory/effects.ts";
import {
  Available,
  ClearSubscriberRoute,
  CloseLoop,
  Dropped,
  LoopClosed,
  LoopOpened,
  OpenLoop,
  RouteOverLoop,
  RouteToAddress,
  Subscribed,
  SubscribeTo,
} from "../../directory/messages.ts";
import { addressOf, type AddressValue as Address, HostPort, Instant, lastHop, type Scope } from "../../runtime/mod.ts";
import { Scenario, sessionOf } from "./scenario.ts";

/** How often a subscriber may be joined at one scope in so much time. */
function joinsMax(milliseconds: number): number {
  return 1 + LOSSES_AT_ONCE_MAX + Math.ceil(milliseconds / LOSS_INTERVAL_MS);
}

Deno.test("Damper: a publisher that comes and goes drops and rejoins its subscribers at the stated rate and no faster", () => {
  const scenario = new Scenario();
  scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  s.subscribe("svc");
  scenario.run(1_000);
  p.publish("svc");
  scenario.run(50);
  for (let at = 0; at < 600; at++) {
    clearAndPublish(p);
    scenario.run(50);
  }
  // Half a minute with twenty lives a second: ten joins in a row, and then one a second.
  assert(s.availableCount <= 1 + 10 + 31, `${s.availableCount} times joined`);
  assertGreater(s.availableCount, 30);
  scenario.run(2_000);
  assertEquals([sessionOf(s)?.publishedId, scenario.tree.problems], [[...p.published.keys()][0], []]);
});

function clearAndPublish(object: ReturnType<Scenario["process"]>): void {
  for (const published of [...object.published.values()]) object.clearPublished(published);
  object.publish("svc", "HOST");
}

Deno.test("Damper: while the nearer one comes and goes the subscriber keeps the one further away, and loses no time with it", () => {
  const scenario = new Scenario();
  const { far, near, s } = scenario.farAndNear();
  far.publish("svc");
  s.subscribe("svc");
  scenario.run(2_000);
  let without = 0;
  for (let at = 0; at < 300; at++) {
    for (const published of [...near.published.values()]) near.clearPublished(published);
    near.publish("svc", "GROUP");
    for (let step = 0; step < 10; step++) {
      scenario.run(10);
      if (sessionOf(s) === null) without += 10;
    }
  }
  assert(s.availableCount <= 2 * (10 + 32), `${s.availableCount} times joined`);
  assert(without < s.availableCount * 20, `without a session for ${without} of 30 000 ms`);
  scenario.run(3_000);
  assertEquals([sessionOf(s)?.scope, scenario.tree.problems], ["GROUP", []]);
});

Deno.test("Damper: those who come and go at a sensible rate are joined at once each time", () => {
  const scenario = new Scenario();
  scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  s.subscribe("svc");
  p.publish("svc");
  scenario.run(1_000);
  for (let at = 0; at < 60; at++) {
    clearAndPublish(p);
    scenario.run(100);
    assert(sessionOf(s) !== null, `life ${at}`);
    scenario.run(1_000);
  }
});

/** A process with a subscriber, below a directory that the test plays, as it plays all publishers: their sessions stay open. */
class Home {
  readonly #core: DirectoryCore;
  readonly #told: (Available | Dropped)[] = [];
  readonly #timers = new Map<string, number>();
  readonly #connected = new Map<number, Address>();
  #now = 0;
  #count = 100;
  #subscribedId = "";
  #routeId: string | null = null;
  /** How long publishers take to answer. */
  answerMs = 0;
  readonly #answers: { readonly at: number; readonly event: DirectoryEvent }[] = [];

  constructor() {
    this.#core = new DirectoryCore({
      address: addressOf([16]),
      scope: "PROCESS",
      connectTo: new HostPort("127.0.0.1", 54195),
      acceptAt: null,
      encrypted: false,
      executable: "x",
      uniqueId: this.#uuid(),
    });
    const subscriberAddress = addressOf([20]);
    this.#handle({ kind: "started" });
    this.#handle({ kind: "parentConnected", proxy: addressOf([30]) });
    const request = new SubscribeTo({ search: "svc", scope: "LAN", subscriberAddress });
    this.#handle({ kind: "received", message: request, from: subscriberAddress });
  }

  #uuid(): string {
    return `00000000-0000-4000-8000-${String(++this.#count).padStart(12, "0")}`;
  }

  #handle(event: DirectoryEvent): void {
    const draw = {
      uuid: () => this.#uuid(),
      float: () => 0.5,
      wall: () => new Instant(BigInt(this.#now)),
      primaryAddress: () => null,
      primaryPrefixBits: () => null,
      waitingBytes: () => 0,
    };
    for (const effect of this.#core.handle(event, this.#now, draw)) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "startTimer":
        this.#timers.set(effect.timer, this.#now + effect.milliseconds);
        break;
      case "cancelTimer":
        this.#timers.delete(effect.timer);
        break;
      case "connectTransport": {
        const proxy = addressOf([++this.#count]);
        this.#connected.set(effect.transport, proxy);
        this.#soon({ kind: "transportConnected", transport: effect.transport, proxy });
        break;
      }
      case "closeTransport":
        this.#connected.delete(effect.transport);
        break;
      case "send":
        this.#sent(effect.message, effect.to);
        break;
    }
  }

  #sent(message: object, to: Address): void {
    if (message instanceof Available || message instanceof Dropped) this.#told.push(message);
    if (message instanceof Subscribed) this.#subscribedId = message.subscribedId!;
    const publisherAddress = `9,${lastHop(to)}` as Address;
    const answer = message instanceof OpenLoop
      ? new LoopOpened({ publisherAddress })
      : message instanceof CloseLoop
      ? new LoopClosed({ publisherAddress })
      : null;
    if (answer !== null) this.#soon({ kind: "received", message: answer, from: to });
  }

  #soon(event: DirectoryEvent): void {
    this.#answers.push({ at: this.#now + this.answerMs, event });
  }

  /** Lets time pass, a millisecond at a time. */
  run(milliseconds: number): void {
    for (const end = this.#now + milliseconds; this.#now < end; this.#now++) {
      while (this.#answers[0] !== undefined && this.#answers[0].at <= this.#now) {
        this.#handle(this.#answers.shift()!.event);
      }
      for (const [timer, at] of [...this.#timers]) {
        if (at > this.#now || this.#timers.get(timer) !== at) continue;
        this.#timers.delete(timer);
        this.#handle({ kind: "timerDue", timer });
      }
    }
  }

  #fromParent(message: object): void {
    this.#handle({ kind: "received", message, from: addressOf([30]) });
  }

  /** The directory tells of the end of the last route. */
  clear(): void {
    if (this.#routeId === null) return;
    this.#fromParent(
      new ClearSubscriberRoute({ subscribedId: this.#subscribedId, name: "svc", routeId: this.#routeId }),
    );
    this.#routeId = null;
  }

  /** The directory tells of a publication that it has not told of before; returns the publication's id. */
  route(scope: Scope): string {
    this.#routeId = this.#uuid();
    const publishedId = this.#uuid();
    const members = { routeId: this.#routeId, subscribedId: this.#subscribedId, publishedId, name: "svc", scope };
    const ipp = new HostPort("127.0.0.1", ++this.#count);
    this.#fromParent(new RouteOverLoop({ ...members, encrypted: false, ipp }));
    return publishedId;
  }

  /** The same for one whose actor is reached over the link to the directory, as in a process with libraries. */
  routeWithin(): void {
    const members = { routeId: this.#uuid(), subscribedId: this.#subscribedId, publishedId: this.#uuid() };
    const publisherAddress = addressOf([++this.#count, 30]);
    const subscriberAddress = addressOf([20]);
    const openedAt = new Instant(BigInt(this.#now));
    this.#fromParent(
      new RouteToAddress({ ...members, name: "svc", scope: "PROCESS", subscriberAddress, publisherAddress, openedAt }),
    );
  }

  joins(scope: Scope): number {
    return this.#told.filter((message) => message instanceof Available && message.scope === scope).length;
  }

  /** What the subscriber has now; there is at most one at any time. */
  get session(): Available | null {
    let session: Available | null = null;
    for (const message of this.#told) {
      assertEquals(session === null, message instanceof Available, "Available and Dropped come in turns");
      session = message instanceof Available ? message : null;
    }
    return session;
  }

  get transports(): number {
    assertEquals(this.#core.counts.transports, this.#connected.size);
    return this.#connected.size;
  }

  get timers(): number {
    return this.#timers.size;
  }
}

/** Transports that are held at the most: what the rate lets begin while one is handed over and kept for a while. */
const HELD_MAX = 1 + LOSSES_AT_ONCE_MAX + 10;

for (const answerMs of [0, 40]) {
  const what = answerMs === 0 ? "publishers that answer at once" : "publishers that are replaced before they answer";
  Deno.test(`Damper: publications that replace one another are joined at the stated rate, their connections staying open: ${what}`, () => {
    const home = new Home();
    home.answerMs = answerMs;
    let latest = home.route("HOST");
    home.run(500);
    const before = home.joins("HOST");
    let [transports, timers, without] = [0, 0, 0];
    for (let at = 0; at < 600; at++) {
      home.clear();
      latest = home.route("HOST");
      home.run(50);
      transports = Math.max(transports, home.transports);
      timers = Math.max(timers, home.timers);
      if (home.session === null) without++;
    }
    assert(home.joins("HOST") - before <= joinsMax(30_000), `${home.joins("HOST")} times joined`);
    if (answerMs === 0) assertGreater(home.joins("HOST"), 30);
    assertEquals(without, 0, "the session before stays until there is another");
    assert(transports <= HELD_MAX && timers <= HELD_MAX + 3, `${transports} transports, ${timers} timers`);
    home.run(10_000);
    assertEquals([home.session?.publishedId, home.transports], [latest, 1]);
  });
}

Deno.test("Damper: a nearer publication is joined at once, and at the stated rate when it comes and goes", () => {
  const home = new Home();
  home.route("HOST");
  home.run(1_000);
  let latest = home.route("GROUP");
  home.run(10);
  assertEquals(home.session?.publishedId, latest);
  for (let at = 0; at < 600; at++) {
    home.clear();
    home.run(25);
    latest = home.route("GROUP");
    home.run(25);
  }
  assert(home.joins("GROUP") <= joinsMax(30_000), `${home.joins("GROUP")} times joined`);
  assertEquals(home.joins("HOST"), 1);
  assertLess(home.transports, HELD_MAX);
  home.run(2_000);
  assertEquals(home.session?.publishedId, latest);
});

Deno.test("Damper: publications within the process that replace one another are joined at the stated rate", () => {
  const home = new Home();
  for (let at = 0; at < 600; at++) {
    home.routeWithin();
    home.run(50);
  }
  assert(home.joins("PROCESS") <= joinsMax(30_000), `${home.joins("PROCESS")} times joined`);
  assertGreater(home.joins("PROCESS"), 30);
});

Deno.test("Damper: as many names as come and go together are held back, and forgotten when they have been quiet", () => {
  const damper = new Damper();
  const names = Array.from({ length: 5_000 }, (_, at) => `work:${at}`);
  let now = 0;
  for (let round = 0; round < 15; round++) {
    for (const name of names) damper.lost(name, "HOST", now);
    now += 50;
  }
  assertEquals(names.filter((name) => damper.waitFor(name, "HOST", now) === 0), []);
  assertEquals(damper.size, names.length);
  now += 60_000;
  for (let at = 0; at < names.length; at++) damper.lost(`other:${at}`, "HOST", now++);
  assertLess(damper.size, 1_100, "those of the last second");
});

Deno.test("Damper: two publishers of a name that are cut off in turns are joined at the stated rate, and nobody is without one", () => {
  const scenario = new Scenario();
  scenario.host();
  const [p, q, s] = [scenario.process("p"), scenario.process("q"), scenario.process("s")];
  for (const publisher of [p, q]) publisher.publish("svc");
  s.subscribe("svc");
  scenario.run(2_000);
  for (let at = 0; at < 100; at++) {
    scenario.tree.cut(at % 2 === 0 ? p.process : q.process);
    scenario.run(400);
    assert(sessionOf(s) !== null, `cut ${at}`);
  }
  assert(s.availableCount <= joinsMax(40_000), `${s.availableCount} times joined`);
  assertGreater(s.availableCount, LOSSES_AT_ONCE_MAX);
  scenario.run(10_000);
  assertEquals([sessionOf(s) === null, s.process.core.counts.transports, scenario.tree.problems], [false, 1, []]);
});
