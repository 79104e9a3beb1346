// This module performs no I/O.

/**
 * Who publishes and who subscribes, as far as one directory knows.
 *
 * A name has one instance at each scope, as in the original: the first to come is the one that subscribers meet. What
 * becomes of the others depends on who can do something about it:
 *
 * - Within a process the second request is refused at once, with `NotPublished`. Both were made by the same program, which can
 *   be told in the same moment, and two actors of one name in one program are a mistake. That holds, too, for a name that a
 *   library of the process has, which the original does not answer at all.
 * - In a group, at a host and in the LAN the later ones stand by. Their publishers have had `Published` long before anybody here
 *   knew of the clash, and a name that is taken now may be free in a second: a service that is restarted is often
 *   there again before the end of its forerunner has been noticed. A refusal would leave it unlisted for as long as it lives,
 *   as with the original. So its home gets the original's `Advisory`, subscribers of its own process and group
 *   meet it all the same, and when the first one goes the next in order is listed, matched and passed up, and only then.
 *
 * Names of different scopes are not rivals on the way up: see {@link Listings.stepsOf}.
 */

import type { AddressValue as Address, Scope } from "../runtime/mod.ts";
import type { Steps } from "./chores.ts";
import { NameIndex } from "./match/name_index.ts";
import { SearchIndex } from "./match/search_index.ts";
import type { Effort } from "./match/effort.ts";
import { ExpressionShelf } from "./match/expressions.ts";
import type { SearchError } from "./match/search_error.ts";
import { compileSearch, type SearchPattern } from "./match/search_pattern.ts";
import type { Child, Publication, Subscription } from "./records.ts";
import { isWider } from "./scope.ts";

/** All publications of one name. */
interface Claim {
  readonly name: string;
  /** The first to come. */
  winner: Publication;
  /** Those that came later, in their order; null where there are none, as for most names. */
  standby: Set<Publication> | null;
  /**
   * Those that the directory above is told of: the first of those wide enough, and each later one that reaches further than
   * all before it. So a name of a near scope never hides the same name of a wider one.
   */
  steps: readonly Publication[];
}

const NO_STEPS: readonly Publication[] = [];

/** What is listed in one directory. */
export class Listings {
  readonly publications = new Map<string, Publication>();
  readonly subscriptions = new Map<string, Subscription>();
  /** How many publications and subscriptions have gone. */
  readonly lostCounts = { publications: 0, subscriptions: 0 };
  readonly #claims = new NameIndex<Claim>();
  readonly #searches = new SearchIndex<Subscription>();
  readonly #expressions = new ExpressionShelf();
  /** Listings that reach further than this directory. */
  #widerCount = 0;

  /** @param scope The directory's own scope; what reaches further is for the directory above as well. */
  constructor(readonly scope: Scope) {}

  /** How many different searches are in use. */
  get searchCount(): number {
    return this.#searches.size;
  }

  /** True while something is listed that is for the directory above as well. */
  get isForAbove(): boolean {
    return this.#widerCount > 0;
  }

  /** The publication that subscribers of a name meet here. */
  winnerOf(name: string): Publication | undefined {
    return this.#claims.get(name)?.winner;
  }

  /** All publications of a name, in the order of arrival. */
  claimantsOf(name: string): readonly Publication[] {
    const claim = this.#claims.get(name);
    return claim === undefined ? [] : [claim.winner, ...claim.standby ?? []];
  }

  /** Finds the names that a search matches, step by step. */
  namesFor(pattern: SearchPattern, effort: Effort, found: (name: string) => void): Steps {
    return this.#claims.matching(pattern, effort, ({ name }) => found(name));
  }

  /** Subscriptions with this very search that can be used. */
  subscriptionsWith(search: string): Iterable<Subscription> {
    return this.#searches.valuesOf(search);
  }

  /** Publications of a name that the directory above is to know, in the order to tell it. */
  stepsOf(name: string): readonly Publication[] {
    return this.#claims.get(name)?.steps ?? NO_STEPS;
  }

  /** Adds a publication; true when it is the one that subscribers of its name meet here. */
  addPublication(publication: Publication): boolean {
    this.publications.set(publication.id, publication);
    if (isWider(publication.scope, this.scope)) this.#widerCount++;
    publication.owner?.publications.add(publication);
    const claim = this.#claims.get(publication.name);
    if (claim === undefined) {
      const steps = isWider(publication.scope, this.scope) ? [publication] : NO_STEPS;
      this.#claims.add({ name: publication.name, winner: publication, standby: null, steps });
      return true;
    }
    claim.standby ??= new Set();
    claim.standby.add(publication);
    if (isStep(publication, claim.steps, this.scope)) claim.steps = [...claim.steps, publication];
    return false;
  }

  /** Removes a publication; returns the one that takes its place, if it was the one that subscribers meet. */
  removePublication(publication: Publication): Publication | null {
    if (this.publications.delete(publication.id)) {
      this.lostCounts.publications++;
      if (isWider(publication.scope, this.scope)) this.#widerCount--;
    }
    publication.owner?.publications.delete(publication);
    const claim = this.#claims.get(publication.name);
    if (claim === undefined) return null;
    const isWinner = claim.winner === publication;
    const [first] = claim.standby ?? [];
    if (isWinner && first === undefined) {
      this.#claims.delete(publication.name);
      return null;
    }
    if (isWinner) claim.winner = first!;
    claim.standby?.delete(isWinner ? first! : publication);
    if (claim.standby?.size === 0) claim.standby = null;
    if (claim.steps.includes(publication)) claim.steps = this.#stepsAmong(claim);
    return isWinner ? claim.winner : null;
  }

  #stepsAmong({ winner, standby }: Claim): Publication[] {
    const steps: Publication[] = [];
    for (const publication of [winner, ...standby ?? []]) {
      if (isStep(publication, steps, this.scope)) steps.push(publication);
    }
    return steps;
  }

  /** A search made ready, or why it can't be used. A search in use is not compiled again. */
  patternOf(search: string): SearchPattern | SearchError {
    return this.#searches.patternOf(search) ?? compileSearch(search, this.#expressions);
  }

  addSubscription(subscription: Subscription): void {
    this.subscriptions.set(subscription.id, subscription);
    if (isWider(subscription.scope, this.scope)) this.#widerCount++;
    subscription.owner?.subscriptions.add(subscription);
    if (subscription.pattern !== null) this.#searches.add(subscription.pattern, subscription);
  }

  removeSubscription(subscription: Subscription): void {
    if (this.subscriptions.delete(subscription.id)) {
      this.lostCounts.subscriptions++;
      if (isWider(subscription.scope, this.scope)) this.#widerCount--;
    }
    subscription.owner?.subscriptions.delete(subscription);
    this.#searches.delete(subscription.search, subscription);
  }

  /** Finds subscriptions with a search that matches the name, step by step. */
  subscriptionsFor(name: string, effort: Effort, found: (subscription: Subscription) => void): Steps {
    return this.#searches.matching(name, effort, found);
  }

  /** Finds the publications that a subscription meets here, step by step. */
  *publicationsFor({ pattern }: Subscription, effort: Effort, found: (publication: Publication) => void): Steps {
    if (pattern !== null) yield* this.#claims.matching(pattern, effort, ({ winner }) => found(winner));
  }

  /** Gives a listing to a newer connection, by which its home is reached from now on. */
  move(listing: Publication | Subscription, owner: Child, home: Address): void {
    if ("name" in listing) {
      listing.owner?.publications.delete(listing);
      owner.publications.add(listing);
    } else {
      listing.owner?.subscriptions.delete(listing);
      owner.subscriptions.add(listing);
    }
    listing.owner = owner;
    listing.home = home;
  }
}

/** True for a publication that the directory above does not know the like of, with these told before. */
function isStep(publication: Publication, steps: readonly Publication[], scope: Scope): boolean {
  const last = steps.at(-1);
  return isWider(publication.scope, last === undefined ? scope : last.scope);
}
