// This module performs no I/O.

/** A moment in time, exact to the microsecond, with the zone offset it was written with. */
export class Instant {
  constructor(
    /** Microseconds since 1970-01-01T00:00:00Z. */
    readonly epochMicroseconds: bigint,
    /** Seconds east of UTC, for display only. */
    readonly offsetSeconds = 0,
  ) {}

  /** The moment of a `Date` (milliseconds). */
  static fromDate(date: Date): Instant {
    return new Instant(BigInt(date.getTime()) * 1000n);
  }

  /** As a `Date`; microseconds are cut. */
  toDate(): Date {
    return new Date(Number(this.epochMicroseconds / 1000n));
  }

  /** True for the same moment, whatever the offsets. */
  equals(other: Instant): boolean {
    return this.epochMicroseconds === other.epochMicroseconds;
  }
}

/** A length of time, exact to the microsecond. */
export class Duration {
  constructor(readonly microseconds: bigint) {}

  static fromSeconds(seconds: number): Duration {
    return new Duration(BigInt(Math.round(seconds * 1e6)));
  }

  toSeconds(): number {
    return Number(this.microseconds) / 1e6;
  }

  equals(other: Duration): boolean {
    return this.microseconds === other.microseconds;
  }
}
