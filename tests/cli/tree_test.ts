/** Listings of the original's directories, as recorded, shown as the original shows them. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type DirectoryNode, findIdentity } from "../../cli/tree/directory_tree.ts";
import { explain, partialDirectories } from "../../cli/tree/explanation.ts";
import { explanationJson, explanationLines, missingLines } from "../../cli/tree/explanation_text.ts";
import { treeJson } from "../../cli/tree/tree_json.ts";
import { treeLines, type TreeOptions } from "../../cli/tree/tree_lines.ts";
import {
  DirectoryDetails,
  DirectoryListing,
  DirectoryRoute,
  Published,
  RouteInWaiting,
  Subscribed,
} from "../../directory/messages.ts";
import { addressOf, type AddressValue as Address, BookReader, decodeMessage, HostPort } from "../../runtime/mod.ts";
import { type Line, readTranscript } from "../directory/transcript.ts";
import "../../net/mod.ts";

const NOTHING: TreeOptions = {
  isFull: false,
  addresses: false,
  published: false,
  subscribed: false,
  routed: false,
  connected: false,
};
const EVERYTHING: TreeOptions = {
  isFull: false,
  addresses: true,
  published: true,
  subscribed: true,
  routed: true,
  connected: true,
};

function listingOf(line: Line): DirectoryListing {
  const book = new Map((line.addresses?.value ?? []).map(([key, path]) => [key, addressOf(path)] as [string, Address]));
  const { value } = decodeMessage(JSON.stringify(line.body), { addresses: new BookReader(book) });
  assert(value instanceof DirectoryListing);
  return value;
}

/** The tree of the recording: what the asking command got, put together by the order of its questions. */
async function recordedTree(): Promise<DirectoryNode> {
  const answers = (await readTranscript("d13-network-listing"))
    .filter(({ conn, dir, body }) =>
      conn === "cli>host#1" && dir === "<" && body?.value[0] === "layer_cake.object_directory.DirectoryListing"
    ).map(listingOf);
  const next = (at: string | null): DirectoryNode => {
    const listing = answers.shift();
    if (listing === undefined) return { at, listing: "timed out", below: [] };
    const ends = listing.executable === "agent.py" || listing.scope === "HOST" ? [...listing.subDirectory.keys()] : [];
    return { at, listing, below: ends.map((ipp) => next(`${ipp}`)) };
  };
  return next(null);
}

Deno.test("treeLines() shows the recorded tree in the original's form", async () => {
  const tree = await recordedTree();
  assertEquals(treeLines(tree, NOTHING).slice(0, 5), [
    "[HOST] host-cake (540e4147)",
    "+   [GROUP] agent.py (53e0ceaf)",
    "+   +   [PROCESS] agent.py (da7cf125)",
    "+   +   [PROCESS] agent.py (8c3dcd1c)",
    "+   [PROCESS] agent.py (d687f76b)",
  ]);
  const lines = treeLines(tree, EVERYTHING);
  for (
    const line of [
      "[HOST] host-cake (540e4147) (not detected) <C>(not set) <L>127.0.0.2:54195",
      '+   # "svc:net" (63b01e4f) 127.0.0.1:38859',
      '+   ? "svc:.*" (21e5d530)',
      '+   <>" svc:net" (21e5d530 -> 63b01e4f)',
      "+   [GROUP] agent.py (53e0ceaf) (not detected) <C>127.0.0.21:54195 <L>127.0.0.5:54195",
      "+   +   [PROCESS] agent.py (8c3dcd1c) (not detected) <C>127.0.0.32:54195 <L>(not set)",
      '+   +   +   ? "svc:.*" (21e5d530)',
    ]
  ) assert(lines.includes(line), `${line}\n--- not in\n${lines.join("\n")}`);
  const sessions = lines.filter((line) => line.startsWith("+   +   +   +   > "));
  assertEquals(sessions.map((line) => line.replaceAll(/127\.0\.0\.1:\d+/g, "*")), [
    '+   +   +   +   > "svc:net"[GROUP] (* -> *)',
    '+   +   +   +   > "svc:far"[HOST] (* -> *)',
  ]);
  assertMatch(treeLines(tree, { ...NOTHING, isFull: true })[0]!, /^\[HOST\] host-cake \(540e4147-[-0-9a-f]{27}\)$/);
});

Deno.test("treeLines() and treeJson() show a directory that does not answer, and go on", async () => {
  const tree = await recordedTree();
  const silent: DirectoryNode = { at: "127.0.0.1:5", listing: "timed out", below: [] };
  const holed: DirectoryNode = { ...tree, below: [silent, ...tree.below] };
  assertEquals(treeLines(holed, NOTHING)[1], "+   [?] 127.0.0.1:5 (timed out)");
  const json = treeJson(holed) as { sub_directory: { at: string; fault?: string; unique_id?: string }[] };
  assertEquals(json.sub_directory[0], { at: "127.0.0.1:5", fault: "timed out" });
  assertMatch(json.sub_directory[1]!.unique_id!, /^53e0ceaf/);
});

Deno.test("findIdentity() tells directories from listings and from nothing", async () => {
  const tree = await recordedTree();
  const found = findIdentity(tree, "8c3d");
  assert(found instanceof DirectoryListing);
  assertEquals(found.scope, "PROCESS");
  assertEquals([findIdentity(tree, "63b01e4f"), findIdentity(tree, "zz")], ["listing", null]);
});

Deno.test("explain() says who is joined to whom in the recorded tree", async () => {
  const tree = await recordedTree();
  const text = (word: string) =>
    explain(tree, word).flatMap((one) => explanationLines(one, false))
      .map((line) => line.replaceAll(/127\.0\.0\.1:\d+/g, "*"));
  const seeker = '+   +   ? "svc:.*" (21e5d530) HOST in [PROCESS] agent.py (8c3dcd1c): ';
  assertEquals(text("svc:net"), [
    '"svc:net"',
    "+   # (63b01e4f) HOST * in [PROCESS] agent.py (da7cf125)",
    `${seeker}joined at GROUP (* -> *)`,
  ]);
  assertEquals(text("svc:.*").filter((line) => line.startsWith('"')), ['"svc:far"', '"svc:net"']);
  assertEquals(text("svc:none"), [
    '"svc:none"',
    "+   (not published in the directories that answered)",
    '+   ? "svc:.*" (21e5d530) HOST in [PROCESS] agent.py (8c3dcd1c)',
  ]);
  assertEquals([text("other"), text("(")], [[], []]);
  const [json] = explain(tree, "svc:far").map((one) => explanationJson(one, tree)) as [
    { candidates: { subscribers: { joined: boolean }[] }[] },
  ];
  assertEquals(json.candidates[0]!.subscribers.map(({ joined }) => joined), [true]);
});

Deno.test("explain() says why a candidate is not the one: scope, rival, nearer, unlisted", async () => {
  const tree = await recordedTree();
  const host = tree.listing as DirectoryListing;
  const process = tree.below[1]!.listing as DirectoryListing;
  const add = (publishedId: string, name: string, scope: "GROUP" | "HOST", isAtHost: boolean) => {
    const members = { name, scope, publishedId, encrypted: false, listeningIpp: new HostPort("127.0.0.1", 9) };
    process.published.push(new Published({ ...members, homeAddress: process.directoryAddress! }));
    if (isAtHost) host.published.push(new Published({ ...members, homeAddress: process.directoryAddress! }));
  };
  const uuid = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
  add(uuid("1"), "svc:narrow", "GROUP", false);
  add(uuid("2"), "svc:unlisted", "HOST", false);
  add(uuid("3"), "svc:net", "HOST", true);
  add(uuid("4"), "svc:idle", "HOST", true);
  add(uuid("5"), "svc:far", "HOST", true);
  const subscribedId = host.subscribed[0]!.subscribedId;
  host.routed.push(new DirectoryRoute({ name: "svc:net", subscribedId, publishedId: uuid("3") }));
  host.routed.push(new DirectoryRoute({ name: "svc:idle", subscribedId, publishedId: uuid("4") }));
  const reason = (id: string) => {
    const all = ["svc:narrow", "svc:unlisted", "svc:net", "svc:idle", "svc:far"].flatMap((name) => explain(tree, name));
    const one = all.flatMap(({ candidates }) => candidates).find(({ candidate }) => candidate.id === id);
    return one?.relations[0]?.reason;
  };
  assertEquals(reason(uuid("1")), "published at GROUP, which does not reach [HOST] host-cake (540e4147)");
  assertEquals(reason(uuid("2")), "[HOST] host-cake (540e4147) does not list the name");
  assertEquals(reason(uuid("3")), "(63b01e4f) is nearer, at GROUP");
  assertEquals(reason(uuid("4")), "matched at HOST, but there is no session");
  assertMatch(reason(uuid("5"))!, /^\[HOST\] host-cake \(540e4147\) has another one of that name, \([0-9a-f]{8}\)$/);
});

Deno.test("explain() tells the age of a listing as its home knows it, or at least as others do", async () => {
  const tree = await recordedTree();
  const host = tree.listing as DirectoryListing;
  const [publishedId] = explain(tree, "svc:far").map(({ candidates }) => candidates[0]!.candidate.id);
  const firstLine = () => explanationLines(explain(tree, "svc:far")[0]!, false)[1]!.replace(/127\.0\.0\.1:\d+/, "*");
  const ages = (seconds: number) =>
    new DirectoryDetails({ about: "svc:far", ages: new Map([[publishedId!, seconds]]) });
  assertMatch(firstLine(), /\)$/, "directories of the original don't tell");
  host.details = ages(3725.4);
  assertMatch(firstLine(), /, for 1h2m at least$/);
  assertEquals(explain(tree, "svc:far")[0]!.candidates[0]!.candidate.age, { seconds: 3725.4, isLeast: true });
  const home = explain(tree, "svc:far")[0]!.candidates[0]!.candidate.home.listing;
  home.details = ages(4000);
  assertMatch(firstLine(), /, for 1h6m$/);
  const [json] = explain(tree, "svc:far").map((one) => explanationJson(one, tree)) as [
    { candidates: { age: number }[] },
  ];
  assertEquals(json.candidates[0]!.age, 4000);
  assertEquals(partialDirectories(tree), []);
  host.details.isPartial = true;
  assertEquals(missingLines(tree, "svc:far"), [
    "the directory at 127.0.0.1:50714, below [HOST] host-cake (540e4147), did not answer in time",
    '[HOST] host-cake (540e4147) has more about "svc:far" than it could tell',
  ]);
});

Deno.test("explain() says why a subscriber waits with a route that it would like better", async () => {
  const tree = await recordedTree();
  const [{ candidate, relations }] = explain(tree, "svc:far")[0]!.candidates as [
    ReturnType<typeof explain>[number]["candidates"][number],
  ];
  const [{ subscriber }] = relations as [(typeof relations)[number]];
  const peer = subscriber.home.listing.peer as Map<string, unknown>;
  peer.clear();
  const reason = "comes and goes, to be joined again in 0.7 s";
  const waiting = new RouteInWaiting({
    subscribedId: subscriber.id,
    publishedId: candidate.id,
    name: "svc:far",
    scope: "HOST",
    reason,
  });
  subscriber.home.listing.details = new DirectoryDetails({ about: "svc:far", waiting: [waiting] });
  const [, , line] = explanationLines(explain(tree, "svc:far")[0]!, false);
  assert(line!.endsWith(`not joined: matched at HOST, but ${reason}`), line);
});

/** The recorded tree without what some of its directories answered, by the start of their identities. */
async function silencedTree(...ids: string[]): Promise<DirectoryNode> {
  const silenced = (node: DirectoryNode): DirectoryNode => {
    const { at, listing, below } = node;
    const id = typeof listing === "string" ? "" : listing.uniqueId!;
    if (ids.some((start) => id.startsWith(start))) return { at, listing: "timed out", below: [] };
    return { at, listing, below: below.map(silenced) };
  };
  return silenced(await recordedTree());
}

const [GROUP, PUBLISHER, FAR, SUBSCRIBER] = ["53e0ceaf", "da7cf125", "d687f76b", "8c3dcd1c"] as const;

/** What is said of a name, with each end of a connection as a star. */
function linesOf(tree: DirectoryNode, name: string): string[] {
  return explain(tree, name).flatMap((one) => explanationLines(one, false)).slice(1)
    .map((line) => line.replaceAll(/127\.0\.0\.\d+:\d+/g, "*"));
}

Deno.test("explain() does not know the sessions of a subscriber whose directory did not answer", async () => {
  const tree = await silencedTree(SUBSCRIBER);
  const seeker = '+   +   ? "svc:.*" (21e5d530) HOST in [?] * below [GROUP] agent.py (53e0ceaf): session unknown: ';
  assertEquals(linesOf(tree, "svc:net"), [
    "+   # (63b01e4f) HOST * in [PROCESS] agent.py (da7cf125)",
    `${seeker}its directory did not answer; matched at GROUP`,
  ]);
  assertMatch(linesOf(tree, "svc:far")[1]!, /its directory did not answer; matched at HOST$/);
  const json = explanationJson(explain(tree, "svc:net")[0]!, tree) as {
    candidates: { home: object | null; subscribers: Record<string, unknown>[] }[];
    silent: { at: string; above: Record<string, unknown> }[];
  };
  const [{ home, subscribers: [subscriber] }] = json.candidates as [(typeof json.candidates)[number]];
  assertEquals([home === null, subscriber!.joined, subscriber!.home, subscriber!.age_is_least], [
    false,
    null,
    null,
    false,
  ]);
  assertEquals((subscriber!.below as Record<string, unknown>).scope, "GROUP");
  assertEquals(
    (subscriber!.below as Record<string, unknown>).at,
    json.silent.find(({ above }) => above.scope === "GROUP")!.at,
  );
  assertEquals(json.silent.map(({ above }) => above.scope).sort(), ["GROUP", "HOST"]);
});

Deno.test("explain() does not take the lowest directory that answered for the home of a publication", async () => {
  const tree = await silencedTree(FAR);
  const host = tree.listing as DirectoryListing;
  const [id] = explain(tree, "svc:far").map(({ candidates }) => candidates[0]!.candidate.id);
  host.details = new DirectoryDetails({ about: "svc:far", ages: new Map([[id!, 61]]) });
  const [candidate, relation] = linesOf(tree, "svc:far");
  assertMatch(candidate!, /HOST \* in \[\?\] \* below \[HOST\] host-cake \(540e4147\), for 1m1s at least$/);
  assertMatch(relation!, /: joined at HOST \(\* -> \*\)$/, "the subscriber's directory knows");
});

Deno.test("explain() says nothing of two that are in a directory that did not answer, or could not tell all", async () => {
  const tree = await silencedTree(GROUP);
  const [candidate, relation] = linesOf(tree, "svc:net");
  assertEquals(candidate, "+   # (63b01e4f) HOST * in [?] * below [HOST] host-cake (540e4147)");
  assertMatch(relation!, /: session unknown: both are in a directory that did not answer$/);

  const whole = await recordedTree();
  const listingAt = (id: string) =>
    [whole, ...whole.below, ...whole.below.flatMap(({ below }) => below)].map(({ listing }) => listing)
      .find((listing) => listing instanceof DirectoryListing && listing.uniqueId!.startsWith(id)) as DirectoryListing;
  const partial = new DirectoryDetails({ about: "svc:net", isPartial: true });
  const subscriber = listingAt(SUBSCRIBER);
  (subscriber.peer as Map<string, unknown>).clear();
  subscriber.details = partial;
  assertMatch(linesOf(whole, "svc:net")[1]!, /its directory could not tell all that it knows; matched at GROUP$/);
  const group = listingAt(GROUP);
  group.published.length = 0;
  group.details = partial;
  assertMatch(linesOf(whole, "svc:net")[1]!, /\(53e0ceaf\) could not tell all that it knows$/);
  group.details = null;
  assertMatch(linesOf(whole, "svc:net")[1]!, /: not joined: .* \(53e0ceaf\) does not list the name$/);
  assertEquals(listingAt(PUBLISHER).scope, "PROCESS");
});

Deno.test("explain() says of a search that can't be used that it matches nothing, and of a match that there is none", async () => {
  const tree = await recordedTree();
  const host = tree.listing as DirectoryListing;
  const [known] = host.subscribed as [Subscribed];
  const search = "svc:(?=x)";
  host.subscribed.push(
    new Subscribed({
      search,
      scope: "HOST",
      subscribedId: "99999999-0000-4000-8000-000000000000",
      homeAddress: known.homeAddress,
    }),
  );
  assertMatch(linesOf(tree, search)[2]!, /^\+ {3}\? "svc:\(\?=x\)" \(99999999\) HOST in .*: matches nothing: .+/);
  const { unserved } = explanationJson(explain(tree, search)[0]!, tree) as {
    unserved: { problem: string | null }[];
  };
  assertEquals(unserved.map(({ problem }) => problem === null), [true, false]);

  const subscriber = explain(tree, "svc:far")[0]!.candidates[0]!.relations[0]!.subscriber;
  (subscriber.home.listing.peer as Map<string, unknown>).clear();
  host.routed.length = 0;
  assertMatch(linesOf(tree, "svc:far")[1]!, /: not joined: \[HOST\] host-cake \(540e4147\) has not matched them$/);
});
