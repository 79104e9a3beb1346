// This module performs no I/O.

/** Lengths of time as people read them: the two largest units, or seconds with one digit behind the point. */

const SECOND_US = 1_000_000n;
const MINUTE_US = 60n * SECOND_US;
const HOUR_US = 60n * MINUTE_US;
const DAY_US = 24n * HOUR_US;

/** A length of time: `7d3h`, `6h21m`, `8m59.0s`, `5s`. What is less than the last unit is cut. */
export function shortSpan(microseconds: bigint): string {
  if (microseconds < 0n) return `-${shortSpan(-microseconds)}`;
  const days = microseconds / DAY_US;
  const hours = microseconds % DAY_US / HOUR_US;
  const minutes = microseconds % HOUR_US / MINUTE_US;
  if (days > 0n) return hours > 0n ? `${days}d${hours}h` : `${days}d`;
  if (hours > 0n) return minutes > 0n ? `${hours}h${minutes}m` : `${hours}h`;
  const rest = microseconds % MINUTE_US;
  const seconds = rest / SECOND_US;
  const fraction = rest % SECOND_US;
  if (minutes > 0n && rest === 0n) return `${minutes}m`;
  const tenths = fraction === 0n ? "" : `.${fraction / (SECOND_US / 10n)}`;
  return `${minutes > 0n ? `${minutes}m` : ""}${seconds}${tenths}s`;
}
