import { assertEquals } from "@std/assert";
import { Duration, Instant } from "../../runtime/types/time.ts";

Deno.test("Instant goes to Date and back, microseconds cut towards the past", () => {
  const date = new Date(Date.UTC(2021, 6, 1, 3, 2, 1, 250));
  assertEquals(Instant.fromDate(date).toDate(), date);
  assertEquals(new Instant(1_500n).toDate().getTime(), 1);
  assertEquals(new Instant(-1n).toDate().getTime(), -1);
  assertEquals(new Instant(-1000n).toDate().getTime(), -1);
});

Deno.test("Instant goes to what Temporal has and back", () => {
  const instant = Instant.fromTemporal({ epochNanoseconds: 1_625_108_521_123_456_789n });
  assertEquals(instant, new Instant(1_625_108_521_123_456n));
  assertEquals(instant.epochNanoseconds, 1_625_108_521_123_456_000n);
  const zoned = Instant.fromTemporal({ epochNanoseconds: -1n, offsetNanoseconds: 7200e9 });
  assertEquals(zoned, new Instant(-1n, 7200));
  if (typeof Temporal !== "undefined") {
    const moment = Temporal.Instant.from("2021-07-01T03:02:01.123456Z");
    assertEquals(new Temporal.Instant(Instant.fromTemporal(moment).epochNanoseconds).equals(moment), true);
  }
});

Deno.test("Instant.equals() compares moments, Duration.equals() lengths", () => {
  assertEquals(new Instant(1n, 3600).equals(new Instant(1n)), true);
  assertEquals(new Instant(1n).equals(new Instant(2n)), false);
  assertEquals(Duration.fromSeconds(1.5).equals(new Duration(1_500_000n)), true);
  assertEquals(new Duration(-1n).toSeconds(), -0.000001);
});
