// This module performs no I/O.

/** A moment in time, exact to the microsecond, with the zone offset it was written with. */
export class Instant {
  /** Makes a moment. */
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

  /** As a `Date`; microseconds are cut, towards the past. */
  toDate(): Date {
    return new Date(Number(floorDivide(this.epochMicroseconds, 1000n)));
  }

  /**
   * The moment of a `Temporal.Instant` or a `Temporal.ZonedDateTime`, with the offset of the latter; nanoseconds are cut,
   * towards the past.
   */
  static fromTemporal(moment: { readonly epochNanoseconds: bigint; readonly offsetNanoseconds?: number }): Instant {
    return new Instant(floorDivide(moment.epochNanoseconds, 1000n), Math.trunc((moment.offsetNanoseconds ?? 0) / 1e9));
  }

  /** Nanoseconds since 1970-01-01T00:00:00Z, as in `new Temporal.Instant(instant.epochNanoseconds)`. */
  get epochNanoseconds(): bigint {
    return this.epochMicroseconds * 1000n;
  }

  /** True for the same moment, whatever the offsets. */
  equals(other: Instant): boolean {
    return this.epochMicroseconds === other.epochMicroseconds;
  }
}

/** A length of time, exact to the microsecond. */
export class Duration {
  /** Makes a length of time. */
  constructor(
    /** Microseconds; may be negative. */
    readonly microseconds: bigint,
  ) {}

  /**
   * The length of some seconds, rounded to the microsecond.
   *
   * @throws {RangeError} When `seconds` is not finite.
   */
  static fromSeconds(seconds: number): Duration {
    return new Duration(BigInt(Math.round(seconds * 1e6)));
  }

  /** Seconds, with their fraction. */
  toSeconds(): number {
    return Number(this.microseconds) / 1e6;
  }

  /** True for the same length. */
  equals(other: Duration): boolean {
    return this.microseconds === other.microseconds;
  }
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
