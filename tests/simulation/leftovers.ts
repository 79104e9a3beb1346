/** What is left over in the processes of a world at rest: each count is what the living justify, and no more. */

import { OWN_ADDRESS_TIMER } from "../../directory/own_address.ts";
import { isWider } from "../../directory/scope.ts";
import { isBalanced } from "../../runtime/mod.ts";
import type { Expectation, Expected, Home, Meeting } from "./expectation.ts";

/** The timer after which routes are forgotten that were not told again: it may run for a while after all is well. */
const STALE_TIMER = "stale";

/** Everything that is left over in a process, and everything that is missing, as text. */
export function leftoversOf(home: Home, expectation: Expectation): string[] {
  const count = new Count(home, expectation);
  count.directory();
  count.network();
  count.runtime();
  count.ledger();
  return count.problems;
}

/** Compares what there is with what there ought to be. */
class Count {
  readonly problems: string[] = [];
  readonly #home: Home;
  readonly #expected: Expected;
  readonly #expectation: Expectation;
  readonly #meetings: readonly Meeting[];

  constructor(home: Home, expectation: Expectation) {
    this.#home = home;
    this.#expectation = expectation;
    this.#expected = expectation.directories.get(home.seat)!;
    this.#meetings = expectation.meetings.get(home.seat)!;
  }

  /** `found` is `least`, or something between that and `most`. */
  #expect(what: string, found: number, least: number, most: number = least): void {
    if (found >= least && found <= most) return;
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    this.problems.push(`${this.#home.seat.name}: ${found} ${what}, not ${wanted}`);
  }

  directory(): void {
    const { seat, tenant } = this.#home;
    const { publications, subscriptions, upward } = this.#expected;
    const { directoryCounts: counts, directoryTimers } = tenant;
    const hasParent = this.#hasParent(this.#home);
    this.#expect("publications", counts.publications, publications.length);
    this.#expect("subscriptions", counts.subscriptions, subscriptions.length);
    this.#expect("searches", counts.searches, new Set(subscriptions.map(({ search }) => search)).size);
    this.#expect("children", counts.children, this.#linkedChildren);
    this.#expect("known", counts.known, hasParent ? upward.publications.length + upward.subscriptions.length : 0);
    this.#expect("chores", counts.chores, 0);
    this.#expect("pairings", counts.pairings, this.#meetings.length);
    // A directory further up than the next that has lost its memory leaves routes that nobody clears. They are found out when
    // they are tried, and while there is a session nearer by they are not.
    const routes = this.#expectation.routes.get(seat)!;
    this.#expect("routes", counts.routes, routes, seat.chain.length > 2 ? Infinity : routes);
    const over = this.#meetings.filter(isOverTransport);
    // Subscribers of a process may share transports, but no transport has two sessions of one of them.
    this.#expect("transports", counts.transports, publicationCount(over), over.length);
    const visits = this.#visitsOverTransports();
    this.#expect("peers", counts.peers, publicationCount(visits), visits.length);
    const isSearching = seat.parent === null && seat.scope !== "LAN";
    const isWatched = this.#hasPublicationsOfItsMachine;
    const ofAddress = directoryTimers.filter((timer) => timer === OWN_ADDRESS_TIMER);
    this.#expect("timers for its address", ofAddress.length, isWatched ? 1 : 0);
    const timers = directoryTimers.filter((timer) =>
      timer !== STALE_TIMER && timer !== OWN_ADDRESS_TIMER && !(isSearching && timer === "reconnect")
    );
    if (timers.length > 0) this.problems.push(`${seat.name}: timers ${timers.join(", ")} of the directory`);
  }

  /** The LAN directory looks at its machine's address while it has publications of that to tell of. */
  get #hasPublicationsOfItsMachine(): boolean {
    const { seat } = this.#home;
    if (seat.scope !== "LAN") return false;
    const neighbours = [...this.#expectation.directories.values()].filter(({ home }) =>
      home.seat.parent === seat && home.seat.host === seat.host
    );
    return neighbours.some(({ upward }) => upward.publications.some(({ scope }) => scope === "LAN"));
  }

  network(): void {
    const { seat, tenant } = this.#home;
    const { connections, listeners } = tenant.networkCounts;
    const isProcess = seat.isHome;
    const publications = this.#expected.publications.filter(({ publishedId, scope }) =>
      isProcess && this.#expected.own.has(publishedId!) && isWider(scope!, "PROCESS")
    );
    const ports = publications.length + (seat.acceptAt === null ? 0 : 1);
    this.#expect("ports", listeners, ports);
    this.#expect("connections", connections, this.#connections);
    const { resources } = seat.process;
    this.#expect("open ports of its system", resources.listeners, ports);
    // One more is on its way while the parent is looked for where none is.
    this.#expect("open connections of its system", resources.streams, connections, connections + this.#searching);
    // The kernel has one for its next timer, which may have been cancelled meanwhile.
    this.#expect("alarms", resources.alarms, tenant.runtime.timerCount > 0 ? 1 : 0, 1);
  }

  get #searching(): number {
    const { seat } = this.#home;
    return seat.parent === null && seat.scope === "HOST" ? 1 : 0;
  }

  get #connections(): number {
    const { directoryCounts: { children, peers, transports } } = this.#home.tenant;
    return children + peers + transports + (this.#hasParent(this.#home) ? 1 : 0);
  }

  runtime(): void {
    const { tenant } = this.#home;
    const { networkCounts: { listeners, connections }, directoryCounts: { transports }, runtime } = tenant;
    // The directory and the actors, with what stands for their parents.
    const actors = 2 * (1 + tenant.witnesses.length);
    // A controller for each port, and for each connection at the end that connected.
    const controllers = listeners + transports + (this.#hasParent(this.#home) ? 1 : 0);
    // Connections between addresses of machines are watched from both ends.
    const keepers = tenant.transports.filter(({ remote }) => !remote.host!.startsWith("127.")).length;
    const receivers = actors + connections + controllers + keepers;
    this.#expect("receivers", runtime.receiverCount, receivers, receivers + this.#searching);
  }

  ledger(): void {
    const { seat, tenant } = this.#home;
    const { queues, total } = tenant.runtime.ledger();
    for (const queue of [...queues, { ...total, name: "the whole process" }]) {
      if (!isBalanced(queue)) this.problems.push(`${seat.name}: the account of ${queue.name} does not agree`);
    }
    this.#expect("messages waiting", queues.reduce((sum, { waiting }) => sum + waiting, 0), 0);
    this.#expect("messages discarded by full queues", total.discarded.full, 0);
  }

  get #linkedChildren(): number {
    const homes = [...this.#expectation.directories.values()].map(({ home }) => home);
    return homes.filter((home) => home.seat.parent === this.#home.seat && this.#hasParent(home)).length;
  }

  /** True where a directory has, or has to have, a link to the one above. */
  #hasParent({ seat, listing }: Home): boolean {
    if (seat.parent === null || !this.#expectation.directories.has(seat.parent)) return false;
    // Who was not told where to look, looks when a listing needs it; whether one has needed it is for the directory to say.
    const knownParent = listing.connectToDirectory?.host ?? null;
    if (!seat.shape.isLazy || knownParent !== null) return true;
    const { upward } = this.#expectation.directories.get(seat)!;
    return upward.publications.length + upward.subscriptions.length > 0;
  }

  /** Sessions of others with the publications of this process, over transports. */
  #visitsOverTransports(): Meeting[] {
    const { own } = this.#expected;
    return [...this.#expectation.meetings.values()].flat().filter((meeting) =>
      own.has(meeting.publishedId) && isOverTransport(meeting)
    );
  }
}

function isOverTransport({ scope }: Meeting): boolean {
  return isWider(scope, "PROCESS");
}

function publicationCount(meetings: readonly Meeting[]): number {
  return new Set(meetings.map(({ publishedId }) => publishedId)).size;
}
