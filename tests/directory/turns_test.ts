/**
 * Work in turns: what one connection asks for is done in slices, so that others don't wait for it, and in the end it is the same
 * as if it had been done at once.
 */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { LISTINGS_WAITING_PER_CHILD_MAX, MALFORMED_MESSAGES_MAX } from "../../directory/bounds.ts";
import { Chores, TURN_UNITS } from "../../directory/chores.ts";
import { DirectoryCore } from "../../directory/core.ts";
import type { DirectoryEvent, Draw, Effect } from "../../directory/effects.ts";
import { Effort } from "../../directory/match/effort.ts";
import { SearchPattern } from "../../directory/match/search_pattern.ts";
import {
  ClearListings,
  ClearSubscriberRoute,
  Published,
  PublishedDirectory,
  RouteOverLoop,
  Subscribed,
} from "../../directory/messages.ts";
import { type AddressValue as Address, HostPort, Instant, localAddress } from "../../runtime/mod.ts";
import { Seeded } from "./seeded.ts";

const PARENT = localAddress(99);

/** A host directory whose children are made up, with its turns in the hands of the test. */
class Stage {
  readonly random: Seeded;
  readonly core: DirectoryCore;
  /** Pairs of subscription and publication that its children have been told of. */
  readonly routes = new Map<string, string>();
  readonly pairs = new Set<string>();
  /** Where those routes lead, and those that have ended. */
  readonly addresses = new Map<string, string>();
  /** What went to the directory above. */
  readonly told: object[] = [];
  readonly problems: string[] = [];
  isAgainDue = false;
  turns = 0;
  /** Messages to anybody in this turn, and in that with most of them. */
  sent = 0;
  sentMost = 0;
  readonly #draw: Draw;
  /** Names that homes have a route for, each with the subscription. */
  readonly #known = new Set<string>();
  #children = 20;

  constructor(seed: number, turnUnits: number) {
    this.random = new Seeded(seed);
    this.#draw = {
      uuid: () => this.random.uuid(),
      float: () => this.random.float(),
      wall: () => new Instant(0n),
      primaryAddress: () => null,
      primaryPrefixBits: () => null,
      waitingBytes: () => 0,
    };
    this.core = new DirectoryCore({
      address: localAddress(16),
      scope: "HOST",
      connectTo: null,
      acceptAt: null,
      encrypted: false,
      uniqueId: this.random.uuid(),
      executable: "stage",
      turnUnits,
    });
  }

  handle(event: DirectoryEvent): void {
    this.sent = 0;
    for (const effect of this.core.handle(event, 0, this.#draw)) this.#take(effect);
    this.sentMost = Math.max(this.sent, this.sentMost);
  }

  #take(effect: Effect): void {
    if (effect.kind === "again") {
      if (this.isAgainDue) this.problems.push("a turn was asked for twice");
      this.isAgainDue = true;
    }
    if (effect.kind !== "send") return;
    this.sent++;
    const { message, to } = effect;
    if (to === PARENT) this.told.push(message);
    else if (message instanceof RouteOverLoop) {
      const pair = `${message.subscribedId} ${message.publishedId}`;
      if (this.pairs.has(pair)) this.problems.push(`second route of ${pair}`);
      this.pairs.add(pair);
      this.routes.set(message.routeId!, pair);
      this.addresses.set(message.routeId!, `${message.ipp}`);
      // An original home takes no second route for a name before the first one was cleared.
      const known = `${message.subscribedId} ${message.name}`;
      if (this.#known.has(known)) this.problems.push(`a route beside that of ${known}`);
      this.#known.add(known);
    } else if (message instanceof ClearSubscriberRoute) {
      this.#known.delete(`${message.subscribedId} ${message.name}`);
      this.#forget(message.routeId!);
    }
  }

  #forget(routeId: string): void {
    const pair = this.routes.get(routeId);
    if (pair === undefined) this.problems.push("the end of a route that was not told");
    else this.pairs.delete(pair);
    this.routes.delete(routeId);
  }

  /** Gives the turn that was asked for; false when none was. */
  again(): boolean {
    if (!this.isAgainDue) return false;
    this.isAgainDue = false;
    this.turns++;
    this.handle({ kind: "again" });
    return true;
  }

  finish(): void {
    while (this.again());
  }

  child(): Address {
    const proxy = localAddress(++this.#children);
    this.handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", this.#children) });
    return proxy;
  }

  say(proxy: Address, message: object): void {
    this.handle({ kind: "received", message, from: `16,${proxy}` as Address });
  }

  /** A subscription whose connection is closed is told nothing any more. */
  forgetRoutesOf(subscribedId: string): void {
    for (const [id, pair] of this.routes) if (pair.startsWith(subscribedId)) this.#forget(id);
  }

  published(proxy: Address, name: string): Published {
    return new Published({
      name,
      scope: "LAN",
      encrypted: false,
      publishedId: this.random.uuid(),
      listeningIpp: new HostPort("127.0.0.1", 5),
      homeAddress: `16,${proxy}` as Address,
    });
  }

  subscribed(proxy: Address, search: string): Subscribed {
    return new Subscribed({
      search,
      scope: "LAN",
      subscribedId: this.random.uuid(),
      homeAddress: `16,${proxy}` as Address,
    });
  }

  publish(proxy: Address, names: readonly string[]): Published[] {
    const published = names.map((name) => this.published(proxy, name));
    this.say(proxy, new PublishedDirectory({ published, subscribed: [] }));
    return published;
  }

  subscribe(proxy: Address, searches: readonly string[]): Subscribed[] {
    const subscribed = searches.map((search) => this.subscribed(proxy, search));
    this.say(proxy, new PublishedDirectory({ published: [], subscribed }));
    return subscribed;
  }
}

function moved({ name, scope, publishedId }: Published, proxy: Address, port: number): Published {
  const [listeningIpp, homeAddress] = [new HostPort("127.0.0.1", port), `16,${proxy}` as Address];
  return new Published({ name, scope, publishedId, listeningIpp, homeAddress });
}

function numbered(count: number, text: (at: number) => string): string[] {
  return Array.from({ length: count }, (_, at) => text(at));
}

Deno.test("DirectoryCore: a storm of patterns is matched in turns, and who publishes meanwhile is met at once", () => {
  const stage = new Stage(1, TURN_UNITS);
  const [storming, publishing, waiting] = [stage.child(), stage.child(), stage.child()];
  stage.publish(publishing, numbered(5000, (at) => `svc:${at}`));
  const [wish] = stage.subscribe(waiting, ["new:.*"]);
  stage.finish();
  stage.turns = 0;
  // Each has to be tried with every name.
  stage.subscribe(storming, numbered(40, (at) => `[a-z]+:[0-9]*[13579]${at % 10}`));
  assert(stage.isAgainDue);
  for (let count = 0; count < 5; count++) {
    assert(stage.again(), "the storm is not over");
    const published = stage.published(publishing, `new:${count}`);
    stage.say(publishing, published);
    const pair = `${wish!.subscribedId} ${published.publishedId}`;
    assert(stage.pairs.has(pair), "matched in the turn of the event itself");
  }
  stage.finish();
  assertGreater(stage.turns, 40);
  // Names of two digits or more that end with an odd number and the other one: five in a hundred, and four searches each.
  assertEquals([stage.routes.size - 5, stage.problems, stage.core.counts.chores], [40 * 250, [], 0]);
});

/** Listings that are taken or cleared in one turn at the most: what takes a few milliseconds on a small machine. */
const LISTINGS_PER_TURN_MAX = 600;

Deno.test("DirectoryCore: 10 000 patterns of one child are taken in turns of a bounded size, whoever publishes meanwhile is met at once", () => {
  const stage = new Stage(8, TURN_UNITS);
  const [storming, publishing, waiting] = [stage.child(), stage.child(), stage.child()];
  const [wish] = stage.subscribe(waiting, ["new:.*"]);
  const count = () => stage.core.counts.subscriptions;
  let [before, most, published] = [count(), 0, 0];
  const look = () => {
    most = Math.max(most, Math.abs(count() - before));
    before = count();
  };
  const storm = [1, 2].map((half) =>
    numbered(5000, (at) => `svc:${half}:\\d+x${at}`).map((search) => stage.subscribed(storming, search))
  );
  for (const subscribed of storm) {
    stage.say(storming, new PublishedDirectory({ published: [], subscribed }));
    look();
  }
  const publish = () => {
    const listing = stage.published(publishing, `new:${published++}`);
    stage.say(publishing, listing);
    assert(stage.pairs.has(`${wish!.subscribedId} ${listing.publishedId}`), "matched in the turn of the event itself");
    look();
  };
  for (publish(); stage.again(); publish()) look();
  assertEquals([count(), stage.problems], [10_001, []]);
  assertLess(most, LISTINGS_PER_TURN_MAX);
  assertGreater(published, 10_000 / LISTINGS_PER_TURN_MAX);
  // They are cleared in the same way, in one message.
  const ids = storm.flat().map(({ subscribedId }) => subscribedId!);
  most = 0;
  stage.say(storming, new ClearListings({ subscribers: new Set(ids), publishers: new Set() }));
  for (look(), publish(); stage.again(); publish()) look();
  assertEquals([count(), stage.problems], [1, []]);
  assertLess(most, LISTINGS_PER_TURN_MAX);
});

Deno.test("DirectoryCore: a pattern that matches very many names is met and cleared in turns of a bounded size", () => {
  const stage = new Stage(12, TURN_UNITS);
  const [greedy, publishing] = [stage.child(), stage.child()];
  stage.publish(publishing, numbered(10_000, (at) => `svc:${at}`));
  stage.finish();
  const [wish] = stage.subscribe(greedy, [".*"]);
  stage.finish();
  assertEquals(stage.pairs.size, 10_000);
  stage.say(greedy, new ClearListings({ subscribers: new Set([wish!.subscribedId!]), publishers: new Set() }));
  // Some of those names are cleared meanwhile, and new ones are no longer met.
  const [late] = stage.publish(publishing, ["late"]);
  stage.say(publishing, new ClearListings({ subscribers: new Set(), publishers: new Set([late!.publishedId!]) }));
  stage.finish();
  assertEquals([stage.pairs.size, stage.problems, stage.core.counts.chores], [0, [], 0]);
  assertLess(stage.sentMost, LISTINGS_PER_TURN_MAX);
});

Deno.test("DirectoryCore: a name with very many subscribers is cleared in turns of a bounded size, and the next to have it comes after", () => {
  const stage = new Stage(13, TURN_UNITS);
  const [crowd, publishing, rival] = [stage.child(), stage.child(), stage.child()];
  const wishes = stage.subscribe(crowd, numbered(50_000, () => "svc:one"));
  stage.finish();
  const [first] = stage.publish(publishing, ["svc:one"]);
  stage.finish();
  assertEquals(stage.pairs.size, 50_000);
  const [standby] = stage.publish(rival, ["svc:one"]);
  stage.finish();
  stage.sentMost = stage.turns = 0;
  stage.say(publishing, new ClearListings({ subscribers: new Set(), publishers: new Set([first!.publishedId!]) }));
  assert(stage.isAgainDue);
  // Some go meanwhile, one comes, and a name that others have is not held up.
  const gone = wishes.slice(0, 5000).map(({ subscribedId }) => subscribedId!);
  stage.say(crowd, new ClearListings({ subscribers: new Set(gone), publishers: new Set() }));
  const [late, other] = stage.subscribe(rival, ["svc:o.*", "other"]);
  const [quick] = stage.publish(rival, ["other"]);
  for (let count = 0; count < 20; count++) assert(stage.again());
  assert(stage.pairs.has(`${other!.subscribedId} ${quick!.publishedId}`));
  stage.finish();
  const met = [...wishes.slice(5000), late!].map(({ subscribedId }) => `${subscribedId} ${standby!.publishedId}`);
  assertEquals([...stage.pairs].sort(), [...met, `${other!.subscribedId} ${quick!.publishedId}`].sort());
  assertEquals([stage.problems, stage.core.counts.chores], [[], 0]);
  assertLess(stage.sentMost, LISTINGS_PER_TURN_MAX);
  assertGreater(stage.turns, 2 * 45_000 / LISTINGS_PER_TURN_MAX);
});

Deno.test("DirectoryCore: a name with very many subscribers that has a new address is met there in turns of a bounded size", () => {
  const stage = new Stage(14, TURN_UNITS);
  const [crowd, old, young] = [stage.child(), stage.child(), stage.child()];
  stage.subscribe(crowd, numbered(20_000, () => "svc:one"));
  const [first] = stage.publish(old, ["svc:one"]);
  stage.finish();
  const addresses = () => new Set([...stage.routes.keys()].map((id) => stage.addresses.get(id)));
  assertEquals([stage.pairs.size, addresses()], [20_000, new Set(["127.0.0.1:5"])]);
  stage.sentMost = 0;
  // The last one is there before the one before it has been told.
  stage.say(old, moved(first!, old, 6));
  for (let count = 0; count < 20; count++) assert(stage.again());
  stage.say(young, moved(first!, young, 7));
  const [late] = stage.subscribe(young, ["svc:.*"]);
  stage.finish();
  assert(stage.pairs.has(`${late!.subscribedId} ${first!.publishedId}`));
  assertEquals([stage.pairs.size, addresses()], [20_001, new Set(["127.0.0.1:7"])]);
  assertEquals([stage.problems, stage.core.counts.chores], [[], 0]);
  assertLess(stage.sentMost, LISTINGS_PER_TURN_MAX);
});

Deno.test("DirectoryCore: very many names with some subscribers each are cleared in turns of a bounded size, however they go", () => {
  const ways = {
    "cleared": (stage: Stage, proxy: Address, ids: Set<string>) =>
      stage.say(proxy, new ClearListings({ subscribers: new Set(), publishers: ids })),
    "closed": (stage: Stage, proxy: Address) => stage.handle({ kind: "childClosed", proxy }),
  };
  for (const [way, end] of Object.entries(ways)) {
    const stage = new Stage(16, TURN_UNITS);
    const publishing = stage.child();
    const crowd = Array.from({ length: 60 }, () => stage.child());
    for (const child of crowd) stage.subscribe(child, ["svc:.*"]);
    const published = stage.publish(publishing, numbered(1000, (at) => `svc:${at}`));
    stage.finish();
    assertEquals(stage.pairs.size, 60_000, way);
    stage.sentMost = stage.turns = 0;
    end(stage, publishing, new Set(published.map(({ publishedId }) => publishedId!)));
    // Others are met meanwhile, under one of the names, too.
    const heirs = stage.publish(crowd[0]!, ["svc:999", "svc:new"]);
    stage.finish();
    const expected = crowd.length * heirs.length;
    assertEquals([stage.pairs.size, stage.core.counts.chores, stage.problems], [expected, 0, []], way);
    assertLess(stage.sentMost, LISTINGS_PER_TURN_MAX, way);
    assertGreater(stage.turns, 60_000 / LISTINGS_PER_TURN_MAX, way);
  }
});

Deno.test("DirectoryCore: a pattern with very many matches that comes by a new connection is told them again in turns of a bounded size", () => {
  const stage = new Stage(15, TURN_UNITS);
  const [publishing, old, young, youngest] = [stage.child(), stage.child(), stage.child(), stage.child()];
  const published = stage.publish(publishing, numbered(20_000, (at) => `svc:${at}`));
  const [wish] = stage.subscribe(old, [".*"]);
  stage.finish();
  assertEquals(stage.pairs.size, 20_000);
  stage.sentMost = 0;
  const again = (proxy: Address) => {
    const { search, scope, subscribedId } = wish!;
    stage.forgetRoutesOf(subscribedId!);
    stage.say(proxy, new Subscribed({ search, scope, subscribedId, homeAddress: `16,${proxy}` as Address }));
  };
  again(young);
  for (let count = 0; count < 5; count++) assert(stage.again());
  assertGreater(stage.pairs.size, 0);
  again(youngest);
  const gone = published.slice(-50).map(({ publishedId }) => publishedId!);
  stage.say(publishing, new ClearListings({ subscribers: new Set(), publishers: new Set(gone) }));
  stage.finish();
  assertEquals([stage.pairs.size, stage.core.counts.chores], [20_000 - gone.length, 0]);
  assertLess(stage.sentMost, LISTINGS_PER_TURN_MAX);
});

Deno.test("DirectoryCore: names with many subscribers that come and go fast are met once each in the end, whatever the turns", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const stage = new Stage(seed, seed % 3 === 0 ? 2000 : 50 + 100 * (seed % 5));
    const { random } = stage;
    const [crowd, ...publishing] = [stage.child(), stage.child(), stage.child(), stage.child()];
    let wishes = stage.subscribe(crowd!, numbered(300, (at) => `svc:(?:[ab]|${at})`));
    const live: { proxy: Address; listing: Published }[] = [];
    for (let step = 0; step < 140; step++) {
      const act = random.float();
      const [proxy, name] = [random.pick(publishing), `svc:${random.pick(["a", "b"])}`];
      if (act < 0.25) live.push(...stage.publish(proxy, [name]).map((listing) => ({ proxy, listing })));
      else if (act < 0.5 && live.length > 0) {
        const one = live.splice(random.integer(live.length), 1)[0]!;
        const publishers = new Set([one.listing.publishedId!]);
        stage.say(one.proxy, new ClearListings({ subscribers: new Set(), publishers }));
      } else if (act < 0.55) {
        const { subscribedId } = random.pick(wishes);
        wishes = wishes.filter((wish) => wish.subscribedId !== subscribedId);
        stage.say(crowd!, new ClearListings({ subscribers: new Set([subscribedId!]), publishers: new Set() }));
      } else if (act < 0.6) wishes.push(...stage.subscribe(crowd!, ["svc:."]));
      else if (act < 0.66 && live.length > 0) {
        const one = random.pick(live);
        one.listing = moved(one.listing, one.proxy, 5 + random.integer(3));
        stage.say(one.proxy, one.listing);
      } else if (act < 0.69) {
        // A new connection for all that came by another, which is closed before or after.
        const [young, port] = [stage.child(), 5 + random.integer(2)];
        publishing[publishing.indexOf(proxy)] = young;
        const isClosed = random.float() < 0.5;
        if (isClosed) stage.handle({ kind: "childClosed", proxy });
        const moving = live.filter((one) => one.proxy === proxy);
        for (const one of moving) [one.proxy, one.listing] = [young, moved(one.listing, young, port)];
        const published = moving.map(({ listing }) => listing);
        stage.say(young, new PublishedDirectory({ published, subscribed: [] }));
        if (!isClosed) stage.handle({ kind: "childClosed", proxy });
      } else stage.again();
    }
    stage.finish();
    // Of several with a name, the first that was taken is met: that need not be the first that was sent, by another connection.
    const isMet = ({ publishedId }: Published) => stage.pairs.has(`${wishes[0]!.subscribedId} ${publishedId}`);
    const winners = ["svc:a", "svc:b"].map((name) => {
      const named = live.filter(({ listing }) => listing.name === name).map(({ listing }) => listing);
      return named.find(isMet) ?? named[0];
    });
    const expected = winners.filter((winner) => winner !== undefined).flatMap(({ publishedId }) =>
      wishes.map(({ subscribedId }) => `${subscribedId} ${publishedId}`)
    );
    assertEquals(stage.problems, [], `seed ${seed}`);
    assertEquals([...stage.pairs].sort(), expected.sort(), `seed ${seed}`);
    assertEquals(stage.core.counts.chores, 0);
  }
});

Deno.test("DirectoryCore: what a child says while its listings are being taken waits for them, and goes with it", () => {
  const stage = new Stage(9, TURN_UNITS);
  const [child, other] = [stage.child(), stage.child()];
  const published = stage.publish(child, numbered(3000, (at) => `svc:${at}`));
  assertLess(stage.core.counts.publications, 1000);
  // Its last listing is cleared before it is taken.
  const last = published.at(-1)!.publishedId!;
  stage.say(child, new ClearListings({ subscribers: new Set(), publishers: new Set([last]) }));
  const late = stage.published(child, "late");
  stage.say(child, late);
  stage.subscribe(other, ["late", "svc:2999"]);
  stage.finish();
  assertEquals([stage.core.counts.publications, stage.pairs.size], [3000, 1]);
  stage.publish(child, numbered(3000, (at) => `more:${at}`));
  stage.handle({ kind: "childClosed", proxy: child });
  stage.finish();
  const { publications, chores } = stage.core.counts;
  assertEquals([publications, chores, stage.problems], [0, 0, []]);
});

Deno.test("DirectoryCore: a child that sends faster than its listings can be taken has as many taken at once", () => {
  const stage = new Stage(10, TURN_UNITS);
  const child = stage.child();
  for (let round = 0; round < 10; round++) stage.publish(child, numbered(4000, (at) => `svc:${round}:${at}`));
  // Nobody else had a turn, and no more than the bound wait.
  assertGreater(stage.core.counts.publications, 40_000 - LISTINGS_WAITING_PER_CHILD_MAX - 1);
  assertLess(stage.core.counts.publications, 40_000 - LISTINGS_WAITING_PER_CHILD_MAX + 5000);
  stage.finish();
  assertEquals([stage.core.counts.publications, stage.core.counts.chores], [40_000, 0]);
});

Deno.test("DirectoryCore: a connection that makes no sense amid a long message is closed, and nothing of it stays", () => {
  const stage = new Stage(11, TURN_UNITS);
  const child = stage.child();
  for (let round = 0; round < MALFORMED_MESSAGES_MAX; round++) {
    const published = Array.from({ length: 500 }, (_, at) => stage.published(child, `svc:${round}:${at}`));
    published.push(new Published({ ...published[0]!, name: null }));
    stage.say(child, new PublishedDirectory({ published, subscribed: [] }));
  }
  assertGreater(stage.core.counts.publications, 0);
  stage.finish();
  const { publications, children, chores } = stage.core.counts;
  assertEquals([publications, children, chores], [0, 0, 0]);
});

Deno.test("DirectoryCore: two storms share the turns, and the light one is over first", () => {
  const stage = new Stage(2, TURN_UNITS);
  const [heavy, light, publishing] = [stage.child(), stage.child(), stage.child()];
  stage.publish(publishing, numbered(3000, (at) => `svc:${at}`));
  stage.finish();
  stage.subscribe(heavy, numbered(200, (at) => `[a-z]+:[0-9]*x${at}?y?`));
  const [wish] = stage.subscribe(light, ["[a-z]+:299[0-9]"]);
  const found = () => [...stage.pairs].filter((pair) => pair.startsWith(wish!.subscribedId!)).length;
  let turns = 0;
  while (found() < 10 && stage.again()) turns++;
  assertLess(turns, 20);
  stage.turns = 0;
  stage.finish();
  assertGreater(stage.turns, 10 * turns, "the heavy one goes on for long");
  assertEquals([found(), stage.problems], [10, []]);
});

Deno.test("DirectoryCore: the listings of a connection that is closed are cleared in turns", () => {
  const stage = new Stage(3, TURN_UNITS);
  const [going, staying] = [stage.child(), stage.child()];
  stage.publish(going, numbered(4000, (at) => `svc:${at}`));
  stage.subscribe(staying, ["svc:.*"]);
  stage.finish();
  assertEquals(stage.routes.size, 4000);
  stage.handle({ kind: "childClosed", proxy: going });
  assert(stage.isAgainDue);
  // What is still to be cleared is not met any more.
  const before = stage.routes.size;
  assertGreater(before, 2000);
  stage.subscribe(staying, ["svc:3.*"]);
  const [heir] = stage.publish(staying, ["svc:3999"]);
  stage.finish();
  const [wide, narrow] = stage.routes.values();
  assertEquals(stage.routes.size, 2);
  for (const pair of [wide, narrow]) assert(pair!.endsWith(heir!.publishedId!));
  const { publications, subscriptions, chores } = stage.core.counts;
  assertEquals([publications, subscriptions, chores, stage.problems], [1, 2, 0, []]);
});

Deno.test("DirectoryCore: listings that come again by a newer connection survive the end of the old one, however long that takes", () => {
  const stage = new Stage(4, 50);
  const old = stage.child();
  const names = numbered(300, (at) => `svc:${at}`);
  const published = stage.publish(old, names);
  stage.finish();
  stage.handle({ kind: "childClosed", proxy: old });
  const young = stage.child();
  const homeAddress = `16,${young}` as Address;
  const again = published.map(({ name, scope, publishedId }) =>
    new Published({ name, scope, publishedId, listeningIpp: new HostPort("127.0.0.1", 5), homeAddress })
  );
  stage.say(young, new PublishedDirectory({ published: again, subscribed: [] }));
  stage.finish();
  assertEquals([stage.core.counts.publications, stage.problems], [300, []]);
});

Deno.test("DirectoryCore: listings that come again while their old connection is being cleared are matched and told above", () => {
  const stage = new Stage(7, 50);
  const [old, other] = [stage.child(), stage.child()];
  const published = stage.publish(old, numbered(300, (at) => `svc:${at}`));
  const subscribed = stage.subscribe(old, numbered(300, (at) => `name:${at}`));
  stage.finish();
  stage.handle({ kind: "childClosed", proxy: old });
  assert(stage.isAgainDue, "it takes more than a turn");
  // What comes now meets nothing of the closed connection, and a directory above is told of nothing of it.
  stage.subscribe(other, ["svc:299"]);
  stage.publish(other, ["name:299"]);
  stage.handle({ kind: "parentConnected", proxy: PARENT });
  assertEquals(stage.pairs.size, 0);
  const young = stage.child();
  const homeAddress = `16,${young}` as Address;
  const listeningIpp = new HostPort("127.0.0.1", 5);
  const [last] = published.slice(-1).map(({ name, scope, publishedId }) =>
    new Published({ name, scope, publishedId, listeningIpp, homeAddress })
  );
  const [search] = subscribed.slice(-1).map(({ search, scope, subscribedId }) =>
    new Subscribed({ search, scope, subscribedId, homeAddress })
  );
  stage.say(young, new PublishedDirectory({ published: [last!], subscribed: [search!] }));
  stage.finish();
  assertEquals([stage.pairs.size, stage.core.counts.known, stage.problems], [2, 4, []]);
});

Deno.test("DirectoryCore: a directory above that comes back is told everything once, in turns, and of changes meanwhile", () => {
  const stage = new Stage(5, TURN_UNITS);
  const child = stage.child();
  const published = stage.publish(child, numbered(6000, (at) => `svc:${at}`));
  stage.subscribe(child, numbered(2000, (at) => `other:${at}`));
  stage.finish();
  stage.handle({ kind: "parentConnected", proxy: PARENT });
  assert(stage.isAgainDue, "it takes more than a turn");
  const { publishedId: first } = published[0]!;
  const { publishedId: last } = published.at(-1)!;
  stage.say(child, new ClearListings({ subscribers: new Set(), publishers: new Set([first!, last!]) }));
  const [late] = stage.publish(child, ["late"]);
  stage.finish();
  const known = new Map<string, number>();
  for (const message of stage.told) {
    if (message instanceof ClearListings) { for (const id of message.publishers) known.delete(id); }
    if (!(message instanceof PublishedDirectory)) continue;
    for (const { publishedId: id } of message.published) known.set(id!, (known.get(id!) ?? 0) + 1);
    for (const { subscribedId: id } of message.subscribed) known.set(id!, (known.get(id!) ?? 0) + 1);
  }
  assertEquals([known.size, stage.core.counts.known], [6000 - 2 + 2000 + 1, 6000 - 2 + 2000 + 1]);
  assertEquals([...known.values()].filter((count) => count !== 1), []);
  assert(known.has(late!.publishedId!) && !known.has(first!) && !known.has(last!));
});

Deno.test("Upward: a listing that has changed and is cleared before that could be told is cleared above", () => {
  const stage = new Stage(6, TURN_UNITS);
  const child = stage.child();
  const [first, ...others] = stage.publish(child, numbered(3000, (at) => `svc:${at}`));
  stage.finish();
  stage.handle({ kind: "parentConnected", proxy: PARENT });
  stage.finish();
  assertEquals(stage.core.counts.known, 3000);
  // All of them have new ports, which takes several turns to tell; the last is cleared before its turn has come.
  const moved = [first!, ...others].map(({ name, scope, publishedId, homeAddress }) =>
    new Published({ name, scope, publishedId, homeAddress, listeningIpp: new HostPort("127.0.0.1", 6) })
  );
  stage.told.length = 0;
  stage.say(child, new PublishedDirectory({ published: moved, subscribed: [] }));
  assert(stage.isAgainDue, "there is more to tell");
  const id = others.at(-1)!.publishedId!;
  stage.say(child, new ClearListings({ subscribers: new Set(), publishers: new Set([id]) }));
  stage.finish();
  const cleared = stage.told.flatMap((message) => message instanceof ClearListings ? [...message.publishers] : []);
  const told = stage.told.flatMap((message) => message instanceof PublishedDirectory ? message.published : []);
  assertEquals([cleared, told.some(({ publishedId }) => publishedId === id)], [[id], false]);
  assertEquals(stage.core.counts.known, 2999);
});

Deno.test("DirectoryCore: matching in turns finds each pair once, whatever comes and goes meanwhile", () => {
  const searches = ["a:.*", "b:[0-3]+", ".*:1", "a:1", "[ab]:\\d", "(?:a|b):[1-9]*", "c.*", ".*"];
  for (let seed = 1; seed <= 120; seed++) {
    const stage = new Stage(seed, seed % 4 === 0 ? 400 : 1 + seed % 7);
    const { random } = stage;
    const live = new Map<string, { proxy: Address; listing: Published | Subscribed }>();
    const subscribed = new Map<string, Address>();
    let children = [stage.child(), stage.child(), stage.child()];
    for (let step = 0; step < 150; step++) {
      const proxy = random.pick(children);
      const act = random.float();
      if (act < 0.3) {
        const name = `${random.pick(["a", "b", "c"])}:${random.integer(40)}`;
        if ([...live.values()].some(({ listing }) => "name" in listing && listing.name === name)) continue;
        const [listing] = stage.publish(proxy, [name]);
        live.set(listing!.publishedId!, { proxy, listing: listing! });
      } else if (act < 0.5) {
        const [listing] = stage.subscribe(proxy, [random.pick(searches)]);
        live.set(listing!.subscribedId!, { proxy, listing: listing! });
        subscribed.set(listing!.subscribedId!, proxy);
      } else if (act < 0.7 && live.size > 0) {
        const [id, { proxy: owner, listing }] = random.pick([...live]);
        const [publishers, subscribers] = "name" in listing ? [[id], []] : [[], [id]];
        stage.say(owner, new ClearListings({ publishers: new Set(publishers), subscribers: new Set(subscribers) }));
        live.delete(id);
      } else if (act < 0.73) {
        stage.handle({ kind: "childClosed", proxy });
        for (const [id, { proxy: owner }] of [...live]) if (owner === proxy) live.delete(id);
        for (const [id, owner] of subscribed) if (owner === proxy) stage.forgetRoutesOf(id);
        children = [...children.filter((other) => other !== proxy), stage.child()];
      } else stage.again();
    }
    stage.finish();
    const expected: string[] = [];
    for (const { listing: subscribed } of live.values()) {
      if (!("search" in subscribed)) continue;
      const pattern = new SearchPattern(subscribed.search!);
      for (const { listing: published } of live.values()) {
        if (!("name" in published) || !pattern.matches(published.name!)) continue;
        expected.push(`${subscribed.subscribedId} ${published.publishedId}`);
      }
    }
    assertEquals(stage.problems, [], `seed ${seed}`);
    assertEquals([...stage.pairs].sort(), expected.sort(), `seed ${seed}`);
    assertEquals(stage.core.counts.chores, 0);
  }
});

Deno.test("Chores: lanes get the same, work that is taken back is not done, and a turn is bounded", () => {
  const chores = new Chores(1000);
  const done = new Map<string, number>();
  function* steps(lane: string, count: number) {
    for (let at = 0; at < count; at++) {
      done.set(lane, (done.get(lane) ?? 0) + 1);
      chores.effort.spend(10);
      if (chores.effort.isSpent) yield;
    }
  }
  const draw = {} as Draw;
  chores.beginTurn({ now: 0, draw });
  const first = chores.begin("one", steps("one", 1000));
  chores.begin("two", steps("two", 1000));
  assertEquals([done.get("one"), done.get("two")], [100, undefined]);
  for (let turn = 0; turn < 4; turn++) {
    chores.beginTurn({ now: 0, draw });
    chores.work();
  }
  assertLess(Math.abs(done.get("one")! - 100 - done.get("two")!), 30);
  const before = done.get("one")!;
  chores.cancel(first!);
  for (let turn = 0; chores.isWaiting; turn++) {
    assertLess(turn, 12);
    chores.beginTurn({ now: 0, draw });
    chores.work();
  }
  assertEquals([done.get("one"), done.get("two"), chores.size], [before, 1000, 0]);
});

Deno.test("SearchPattern: what it costs is counted, and a name without the literal parts costs next to nothing", () => {
  const effort = new Effort(1000);
  const pattern = new SearchPattern("svc:[0-9]+:end[a-z]*x");
  for (let at = 0; at < 100; at++) assert(!pattern.matches(`svc:${at}:other`, effort));
  assertEquals(effort.left, 900);
  assert(pattern.matches("svc:1:endabcx", effort));
  const first = 900 - effort.left;
  assert(pattern.matches("svc:1:endabcx", effort));
  assertGreater(first, 20 * (900 - first - effort.left), "compiling costs more than testing");
});
