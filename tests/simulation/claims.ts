// This module performs no I/O.

/** The names that the actors of one process have asked for and hold, so that a refusal without a reason is noticed. */

/** How long after a name was given up a refusal because of it may still be read, in virtual milliseconds. */
const GRACE_MS = 50;
/** The same for the names of an actor that has ended: its directory takes them back one after the other. */
const ENDED_GRACE_MS = 1_000;

interface Claim {
  /** Requests without an answer. */
  pending: number;
  /** Publications that are confirmed and not cleared. */
  held: number;
  /** Until when they may still be in the way of others. */
  busyUntil: number;
}

/** The names of one process. */
export class Claims {
  readonly #now: () => number;
  readonly #byName = new Map<string, Claim>();

  /** @param now Virtual milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  #claimOf(name: string): Claim {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const claim: Claim = { pending: 0, held: 0, busyUntil: -Infinity };
    this.#byName.set(name, claim);
    return claim;
  }

  /** Somebody asks for the name. */
  ask(name: string): void {
    this.#claimOf(name).pending++;
  }

  /** Somebody has got it. */
  take(name: string): void {
    const claim = this.#claimOf(name);
    claim.pending--;
    claim.held++;
  }

  /** Somebody has given it up. */
  giveUp(name: string): void {
    const claim = this.#claimOf(name);
    claim.held--;
    claim.busyUntil = Math.max(claim.busyUntil, this.#now() + GRACE_MS);
  }

  /** An actor has ended that had asked for these names, as often as they are there, and had got those. */
  end(asked: readonly string[], got: readonly string[]): void {
    for (const name of [...asked, ...got]) this.#claimOf(name).busyUntil = this.#now() + ENDED_GRACE_MS;
    for (const name of asked) this.#claimOf(name).pending--;
    for (const name of got) this.#claimOf(name).held--;
  }

  /** Somebody was refused; false if nobody else has the name, or has asked for it, or had it just now. */
  refuse(name: string): boolean {
    const claim = this.#claimOf(name);
    claim.pending--;
    return claim.pending + claim.held > 0 || this.#now() <= claim.busyUntil;
  }
}
