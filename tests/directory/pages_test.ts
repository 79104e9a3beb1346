/** Answers in pages: what is asked for and nothing else, everything of it, in turns, whatever comes and goes meanwhile. */

import { assert, assertEquals } from "@std/assert";
import { QUESTION_HOPS_MAX, QUESTIONS_WAITING_MAX } from "../../directory/bounds.ts";
import { QUESTIONS_TIMER } from "../../directory/questions.ts";
import {
  DirectoryCursor,
  DirectoryListing,
  DirectoryPage,
  DirectoryPart,
  type DirectoryPeer,
  GetDirectory,
  ListDirectory,
} from "../../directory/messages.ts";
import { type AddressValue as Address, encodeMessage, HostPort, Ping } from "../../runtime/mod.ts";
import { HOST_AT, Scenario } from "./scenario.ts";
import { type AppObject, Process } from "./simulated_tree.ts";

/** The largest frame. */
const FRAME_BYTES_MAX = 1_048_576;

/** Asks for a part to its end, page by page. */
function pagesOf(process: Process, part: Partial<DirectoryPart>, between: () => void = () => {}): DirectoryListing[] {
  const pages: DirectoryListing[] = [];
  for (let from: DirectoryCursor | null = null;;) {
    const page = process.answer(new GetDirectory({ part: new DirectoryPart({ ...part, from }) }));
    assert(encodeMessage(page).length < 192 * 1024);
    assert(page.page instanceof DirectoryPage);
    pages.push(page);
    from = page.page.next;
    if (from === null) return pages;
    between();
  }
}

function names(pages: readonly DirectoryListing[]): (string | null)[] {
  return pages.flatMap(({ published }) => published.map(({ name }) => name));
}

/** A host with a process that has published many names, and some others. */
function crowd(nameCount: number): { scenario: Scenario; host: Process; p: AppObject; s: AppObject } {
  const scenario = new Scenario();
  const host = scenario.host();
  const [p, s] = [scenario.process("p"), scenario.process("s")];
  for (let at = 0; at < nameCount; at++) p.publish(`svc:${at}`);
  scenario.run(10_000);
  return { scenario, host, p, s };
}

Deno.test("a directory with more listings than a message holds tells the directories below all the same", () => {
  const { host } = crowd(5_000);
  const listing = host.report();
  assertEquals(listing.subDirectory.size, 2);
  assert(listing.published.length > 1_000 && listing.published.length < 5_000);
  assertEquals(listing.page, null, "who does not ask is told what the original tells");
  assert(encodeMessage(listing).length < FRAME_BYTES_MAX);
});

Deno.test("a directory with very many directories below tells as many of them as fit into one message, and all in pages", () => {
  const scenario = new Scenario();
  const host = scenario.host();
  const count = 6_000;
  for (let at = 0; at < count; at++) {
    const ipp = new HostPort("127.0.0.1", 10_000 + at);
    host.handle({ kind: "childAccepted", proxy: `${100_000 + at}` as Address, ipp });
  }
  const all = host.report();
  assert(all.subDirectory.size > 4_000 && all.subDirectory.size < count);
  assert(encodeMessage(all).length < FRAME_BYTES_MAX);
  const pages = pagesOf(host, {});
  assert(pages.length > 3);
  const ports = pages.flatMap(({ subDirectory }) => [...(subDirectory as Map<HostPort, Address>).keys()]);
  assertEquals(ports.map(({ port }) => port), Array.from({ length: count }, (_, at) => 10_000 + at));
});

Deno.test("pages tell every listing of the kinds that are asked for once, and the directories below in the first one", () => {
  const { scenario, host, s } = crowd(3_000);
  s.subscribe("svc:.*");
  scenario.run(30_000);
  const bare = pagesOf(host, {});
  assertEquals([bare.length, bare[0]!.subDirectory.size, bare[0]!.published.length], [1, 2, 0]);
  const published = pagesOf(host, { published: true });
  assert(published.length > 5);
  assertEquals(names(published).sort(), Array.from({ length: 3_000 }, (_, at) => `svc:${at}`).sort());
  assertEquals(published.map(({ subDirectory }) => subDirectory.size).slice(0, 2), [2, 0]);
  const whole = pagesOf(host, { published: true, subscribed: true, routed: true, connected: true });
  assertEquals(names(whole).length, 3_000);
  assertEquals(whole.flatMap(({ subscribed }) => subscribed).length, 1);
  const routed = whole.flatMap((page) => page.routed.map(({ name }) => name));
  assertEquals([routed.length, new Set(routed).size], [3_000, 3_000]);
  const home = pagesOf(s.process, { connected: true });
  const sessions = home.flatMap(({ peer }) => [...(peer as Map<string, DirectoryPeer>).values()])
    .flatMap(({ session }) => session.map(({ name }) => name));
  assertEquals([sessions.length, new Set(sessions).size], [3_000, 3_000]);
  assertEquals(home.every(({ subscribed }) => subscribed.length === 0), true);
});

Deno.test("listings that stay are on some page, whatever goes between the pages", () => {
  const { scenario, host, p } = crowd(3_000);
  const all = [...p.published.values()];
  let gone = 0;
  // The first ones, which have been told, as those behind them move forward.
  const pages = pagesOf(host, { published: true }, () => {
    for (const published of all.slice(gone, gone += 100)) p.clearPublished(published);
    p.publish(`new:${gone}`);
    scenario.run();
  });
  assert(gone >= 500);
  const told = new Set(names(pages));
  assertEquals(all.slice(gone).filter(({ name }) => !told.has(name)), []);
});

Deno.test("listings are found by what their ids begin with, and no others are told", () => {
  const { scenario, host, p, s } = crowd(3_000);
  s.subscribe("nobody");
  scenario.run();
  const { publishedId, name } = [...p.published.values()][2_900]!;
  const find = (identity: string) => pagesOf(host, { published: true, subscribed: true, identity });
  assertEquals(names(find(publishedId!.slice(0, 13))), [name]);
  const subscribedId = [...s.subscribed.keys()][0]!;
  const [page] = find(subscribedId);
  assertEquals([page!.subscribed.length, page!.published.length, page!.subDirectory.size], [1, 0, 2]);
  assertEquals(names(find("no id")), []);
});

Deno.test("a page is asked for with numbers that nobody was told: the answer is an empty page, or the first", () => {
  const { host } = crowd(10);
  const askFrom = (from: Partial<DirectoryCursor>) => {
    const part = new DirectoryPart({ published: true, from: new DirectoryCursor(from) });
    return names([host.answer(new GetDirectory({ part }))]).length;
  };
  assertEquals(askFrom({ section: 1, told: 1e15 }), 0);
  assertEquals(askFrom({ section: 99 }), 0);
  assertEquals(askFrom({ section: 1, told: -5, lost: -5 }), 10);
  assertEquals(askFrom({ section: 1, told: 4, lost: 1e15 }), 6);
  assertEquals(askFrom({ section: 1, told: 4n as unknown as number }), 6);
});

Deno.test("the topmost directory answers ListDirectory with the part that is asked for", () => {
  const { scenario, s } = crowd(20);
  s.ask(new ListDirectory({ part: new DirectoryPart() }));
  scenario.run();
  assertEquals([s.listing?.scope, s.listing?.published.length, s.listing?.subDirectory.size], ["HOST", 0, 2]);
  s.ask(new ListDirectory());
  scenario.run();
  assertEquals([s.listing?.page, s.listing?.published.length], [null, 20]);
});

/** Asks a directory over a connection, as its transport would; gives what it says in each of its turns until all is answered. */
function turnsOf(host: Process, from: Address, question: object, count: number): object[][] {
  const turns: object[][] = [];
  const take = (event: Parameters<Process["core"]["handle"]>[0]) => {
    const effects = host.core.handle(event, host.tree.now, host.draw);
    turns.push(effects.flatMap((effect) => effect.kind === "send" ? [effect.message] : []));
    return effects.some(({ kind }) => kind === "again");
  };
  let isAgain = false;
  for (let at = 0; at < count; at++) isAgain = take({ kind: "received", message: question, from }) || isAgain;
  while (isAgain) isAgain = take({ kind: "again" });
  return turns;
}

Deno.test("questions are answered in turns, all of them, and others are answered meanwhile", () => {
  const { host } = crowd(5_000);
  for (const proxy of ["9001", "9002"]) {
    host.handle({ kind: "childAccepted", proxy: proxy as Address, ipp: new HostPort("127.0.0.1", Number(proxy)) });
  }
  for (const question of [new GetDirectory(), new GetDirectory({ about: "svc:.*" })]) {
    const turns = turnsOf(host, "16,9001" as Address, question, 200);
    assertEquals(turns.flat().length, 200);
    assert(
      Math.max(...turns.map((turn) => turn.length)) <= 1,
      "an answer of many listings is the work of a turn, or more",
    );
  }
  // Another one asks while the questions of the first wait.
  const handle = (event: Parameters<Process["core"]["handle"]>[0]) =>
    host.core.handle(event, host.tree.now, host.draw).flatMap((effect) => effect.kind === "send" ? [effect.to] : []);
  for (let at = 0; at < 200; at++) {
    handle({ kind: "received", message: new GetDirectory(), from: "16,9001" as Address });
  }
  const pinged = handle({ kind: "received", message: new Ping(), from: "16,9002" as Address });
  assertEquals(pinged, ["16,9002"]);
  handle({ kind: "received", message: new GetDirectory(), from: "16,9002" as Address });
  const order: Address[] = [];
  while (!order.includes("16,9002" as Address)) order.push(...handle({ kind: "again" }));
  assert(order.length <= 3, `${order.length} answers before that of the other one`);
  handle({ kind: "childClosed", proxy: "9001" as Address });
  assertEquals(host.core.counts.chores, 0, "nobody is left to be answered");
});

Deno.test("questions that wait are bounded for each connection, and the log says what was not answered", () => {
  const { host } = crowd(5_000);
  host.handle({ kind: "childAccepted", proxy: "9001" as Address, ipp: new HostPort("127.0.0.1", 9001) });
  const logs: string[] = [];
  let answers = 0;
  const handle = (event: Parameters<Process["core"]["handle"]>[0]): boolean => {
    let isAgain = false;
    for (const effect of host.core.handle(event, host.tree.now, host.draw)) {
      if (effect.kind === "log") logs.push(effect.text);
      else if (effect.kind === "send") answers++;
      else if (effect.kind === "again") isAgain = true;
    }
    return isAgain;
  };
  const part = new DirectoryPart({ published: true });
  const ask = () => handle({ kind: "received", message: new GetDirectory({ part }), from: "16,9001" as Address });
  for (let at = 0; at < QUESTIONS_WAITING_MAX + 50; at++) ask();
  while (handle({ kind: "again" }));
  assertEquals(answers, QUESTIONS_WAITING_MAX);
  assertEquals(logs, [
    `Refuses questions from 16,9001: ${QUESTIONS_WAITING_MAX} wait for answers`,
    "Refused 50 questions from 9001",
  ]);
  ask();
  while (handle({ kind: "again" }));
  assertEquals(answers, QUESTIONS_WAITING_MAX + 1, "afterwards it is answered as ever");
});

Deno.test("who reads no answers gets no further ones until he does, and then all of them", () => {
  const { scenario, host } = crowd(100);
  const proxy = "9001" as Address;
  host.handle({ kind: "childAccepted", proxy, ipp: new HostPort("127.0.0.1", 9001) });
  let answers = 0;
  let timers = 0;
  const handle = (event: Parameters<Process["core"]["handle"]>[0]): boolean => {
    const effects = host.core.handle(event, host.tree.now, host.draw);
    for (const effect of effects) {
      if (effect.kind === "send" && effect.message instanceof DirectoryListing) answers++;
      else if (effect.kind === "startTimer" && effect.timer === QUESTIONS_TIMER) timers++;
    }
    return effects.some(({ kind }) => kind === "again");
  };
  const look = () => {
    for (let isAgain = handle({ kind: "timerDue", timer: QUESTIONS_TIMER }); isAgain;) {
      isAgain = handle({ kind: "again" });
    }
  };
  host.slowReaders.add(proxy);
  for (let at = 0; at < 20; at++) handle({ kind: "received", message: new GetDirectory(), from: "16,9001" as Address });
  for (let at = 0; at < 5; at++) look();
  assertEquals([answers, timers, host.core.counts.chores], [0, 6, 0], "nothing is done while it waits");
  host.slowReaders.delete(proxy);
  look();
  assertEquals([answers, timers], [20, 6]);
  host.slowReaders.add(proxy);
  handle({ kind: "received", message: new GetDirectory(), from: "16,9001" as Address });
  handle({ kind: "childClosed", proxy });
  look();
  assertEquals([answers, timers], [20, 7], "a connection that has ended is not looked at again");
  scenario.run();
});

Deno.test("ListDirectory among directories that are above one another is answered, and the log says so once", () => {
  const scenario = new Scenario();
  const ring = (at: number, above: number) =>
    new Process(scenario.tree, `ring ${at}`, "10.0.0.1", {
      scope: "HOST",
      acceptAt: new HostPort("127.0.0.1", at),
      connectTo: new HostPort("127.0.0.1", above),
    });
  const [one, other] = [ring(HOST_AT.port!, 7000), ring(7000, HOST_AT.port!)];
  scenario.run(10_000);
  const object = scenario.process("cli");
  scenario.run();
  const logs = () => [...one.logs, ...other.logs].filter((line) => line.includes("circle"));
  for (let at = 1; at <= 3; at++) {
    object.listing = null;
    object.ask(new ListDirectory());
    scenario.run();
    assertEquals(object.listing!.scope, "HOST");
  }
  assertEquals(logs().length, 1);
  const hops = object.listing!.directoryAddress!.split(",").length;
  assert(hops > 2 && hops <= QUESTION_HOPS_MAX + 2, `${hops} hops`);
});
