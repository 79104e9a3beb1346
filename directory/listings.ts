// This module performs no I/O.

/** Who publishes and who subscribes, as far as one directory knows. */

import type { AddressValue as Address, Scope } from "../runtime/mod.ts";
import { NameIndex } from "./match/name_index.ts";
import { SearchIndex } from "./match/search_index.ts";
import type { SearchError } from "./match/search_error.ts";
import { compileSearch, type SearchPattern } from "./match/search_pattern.ts";
import type { Child, Publication, Subscription } from "./records.ts";
import { isWider } from "./scope.ts";

/** All publications of one name. */
interface Claim {
  readonly name: string;
  /** In the order of arrival. */
  readonly publications: Set<Publication>;
  winner: Publication;
  /**
   * Those that the directory above is told of: the first of those wide enough, and each later one that reaches further than
   * all before it. So a name of a near scope never hides the same name of a wider one.
   */
  steps: Publication[];
}

/** What is listed in one directory. */
export class Listings {
  readonly publications = new Map<string, Publication>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly #claims = new NameIndex<Claim>();
  readonly #searches = new SearchIndex<Subscription>();

  /** @param scope The directory's own scope; what reaches further is for the directory above as well. */
  constructor(readonly scope: Scope) {}

  /** How many different searches are in use. */
  get searchCount(): number {
    return this.#searches.size;
  }

  /** The publication that subscribers of a name meet here. */
  winnerOf(name: string): Publication | undefined {
    return this.#claims.get(name)?.winner;
  }

  /** Publications of a name that the directory above is to know, in the order to tell it. */
  stepsOf(name: string): readonly Publication[] {
    return this.#claims.get(name)?.steps ?? [];
  }

  /** Adds a publication; true when it is the one that subscribers of its name meet here. */
  addPublication(publication: Publication): boolean {
    this.publications.set(publication.id, publication);
    publication.owner?.publications.add(publication);
    const claim = this.#claims.get(publication.name);
    if (claim === undefined) {
      const publications = new Set([publication]);
      const steps = isWider(publication.scope, this.scope) ? [publication] : [];
      this.#claims.add({ name: publication.name, publications, winner: publication, steps });
      return true;
    }
    claim.publications.add(publication);
    if (isStep(publication, claim.steps, this.scope)) claim.steps.push(publication);
    return false;
  }

  /** Removes a publication; returns the one that takes its place, if it was the one that subscribers meet. */
  removePublication(publication: Publication): Publication | null {
    this.publications.delete(publication.id);
    publication.owner?.publications.delete(publication);
    const claim = this.#claims.get(publication.name);
    if (claim === undefined || !claim.publications.delete(publication)) return null;
    const [first] = claim.publications;
    if (first === undefined) {
      this.#claims.delete(publication.name);
      return null;
    }
    if (claim.steps.includes(publication)) claim.steps = this.#stepsAmong(claim.publications);
    if (claim.winner !== publication) return null;
    claim.winner = first;
    return first;
  }

  #stepsAmong(publications: Iterable<Publication>): Publication[] {
    const steps: Publication[] = [];
    for (const publication of publications) if (isStep(publication, steps, this.scope)) steps.push(publication);
    return steps;
  }

  /** A search made ready, or why it can't be used. A search in use is not compiled again. */
  patternOf(search: string): SearchPattern | SearchError {
    return this.#searches.patternOf(search) ?? compileSearch(search);
  }

  addSubscription(subscription: Subscription): void {
    this.subscriptions.set(subscription.id, subscription);
    subscription.owner?.subscriptions.add(subscription);
    if (subscription.pattern !== null) this.#searches.add(subscription.pattern, subscription);
  }

  removeSubscription(subscription: Subscription): void {
    this.subscriptions.delete(subscription.id);
    subscription.owner?.subscriptions.delete(subscription);
    this.#searches.delete(subscription.search, subscription);
  }

  /** Subscriptions with a search that matches the name. */
  subscriptionsFor(name: string): Subscription[] {
    return this.#searches.matching(name);
  }

  /** The publications that a subscription meets here. */
  publicationsFor(subscription: Subscription): Publication[] {
    if (subscription.pattern === null) return [];
    return this.#claims.matching(subscription.pattern).map((claim) => claim.winner);
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
