import { assertEquals } from "@std/assert";
import * as forms from "../../runtime/codec/text_forms.ts";
import { Duration, Instant } from "../../runtime/types/time.ts";
import { refusal } from "../helpers/refusal.ts";

Deno.test("formatWorld() keeps an offset to the east and writes one to the west in UTC", () => {
  const moment = BigInt(Date.UTC(2021, 6, 1, 3, 2, 1)) * 1000n + 250_000n;
  assertEquals(forms.formatWorld(new Instant(moment)), "2021-07-01T03:02:01.25");
  assertEquals(forms.formatWorld(new Instant(moment, 19_800)), "2021-07-01T08:32:01.25+0530");
  assertEquals(forms.formatWorld(new Instant(moment, -19_800)), "2021-07-01T03:02:01.25");
  assertEquals(forms.formatWorld(new Instant(moment, 3607)), "2021-07-01T03:02:01.25", "seconds can't be read there");
});

Deno.test("parseWorld() honours the sign of an offset", () => {
  const utc = forms.parseWorld("2021-07-01T03:02:01").epochMicroseconds;
  const east = forms.parseWorld("2021-07-01T03:02:01+0530");
  const west = forms.parseWorld("2021-07-01T03:02:01-05:30");
  assertEquals([utc - east.epochMicroseconds, east.offsetSeconds], [19_800_000_000n, 19_800]);
  assertEquals([utc - west.epochMicroseconds, west.offsetSeconds], [-19_800_000_000n, -19_800]);
});

Deno.test("formatWorld() and parseWorld() agree with the platform's calendar from year 1 to 9999", () => {
  for (let ms = -62_135_596_800_000; ms < Date.UTC(9999, 11, 31); ms += 86_400_000 * 97 + 12_345) {
    const date = new Date(ms);
    const [, year, rest] = /^(\d+)(-.*)\.\d{3}Z$/.exec(date.toISOString())!;
    const instant = Instant.fromDate(date);
    const text = forms.formatWorld(instant);
    assertEquals(text.replace(/\.\d+$/, ""), Number(year) + rest!);
    assertEquals(forms.parseWorld(text).epochMicroseconds, instant.epochMicroseconds);
  }
});

Deno.test("parseWorld() refuses dates that don't exist, and formatWorld() years beyond four digits", () => {
  for (
    const text of [
      "2021-02-29",
      "2100-02-29",
      "2021-04-31",
      "0-01-01",
      "2021-01-01T24:00",
      "2021-01-01T00:00:60",
      "2021-01-01T00+2400",
    ]
  ) {
    refusal(() => forms.parseWorld(text));
  }
  assertEquals(forms.parseWorld("2000-02-29").epochMicroseconds, BigInt(Date.UTC(2000, 1, 29)) * 1000n);
  refusal(() => forms.formatWorld(new Instant(253_402_300_800_000_000n)));
  refusal(() => forms.formatWorld(new Instant(-62_135_596_800_000_001n)));
  refusal(() => forms.formatWorld(new Instant(10n ** 40n)));
});

Deno.test("formatClock() and parseClock() go by the offset of the moment", () => {
  /** Two hours from the epoch's second day on, one before. */
  const zone = (wall: bigint) => wall >= 86_400_000_000n ? 7200 : 3600;
  assertEquals(forms.formatClock(0, zone), "1970-01-01T01:00:00");
  assertEquals(forms.formatClock(86_400.5, zone), "1970-01-02T02:00:00.5");
  assertEquals(forms.parseClock("1970-01-01T01:00:00", zone), 0);
  assertEquals(forms.parseClock("1970-01-02T02:00:00.5", zone), 86_400.5);
  assertEquals(forms.parseClock("2021-13-45T25:61:61", forms.NO_OFFSET), 1_644_890_521);
});

Deno.test("formatClock() rounds to microseconds with ties to even, and refuses what can't be read again", () => {
  assertEquals(forms.formatClock(0.0078125, forms.NO_OFFSET), "1970-01-01T00:00:00.007812");
  assertEquals(forms.formatClock(0.0234375, forms.NO_OFFSET), "1970-01-01T00:00:00.023438");
  assertEquals(forms.formatClock(1.9999999, forms.NO_OFFSET), "1970-01-01T00:00:02");
  for (const value of [-1, -0, NaN, Infinity, 1e15]) refusal(() => forms.formatClock(value, forms.NO_OFFSET));
});

Deno.test("formatSpan() rounds first, so that it never writes a bare point", () => {
  const cases: [number, string][] = [[59.9999999, "1m"], [0.0000001, "0s"], [-1e-9, "0s"], [3599.9999999, "1h"], [
    1e300,
    `${BigInt(1e300) / 86400n}d`,
  ]];
  for (const [value, text] of cases) assertEquals(forms.formatSpan(value).slice(0, text.length), text);
  for (const value of [0, 0.5, 61.25, -90061.5, 86_400, 1e9, 0.000001]) {
    assertEquals(forms.parseSpan(forms.formatSpan(value)), value);
  }
  refusal(() => forms.formatSpan(Infinity));
});

Deno.test("parseSpan() reads a lone sign as minus zero, and refuses numbers beyond all measure", () => {
  assertEquals(forms.parseSpan("-"), -0);
  refusal(() => forms.parseSpan("9".repeat(400) + "d"));
  refusal(() => forms.parseSpan("9".repeat(299) + "d".repeat(1) + "9".repeat(299) + "h1s2"));
});

Deno.test("formatDelta() and parseDelta() are exact for very long spans", () => {
  for (const micros of [0n, 1n, -1n, 5_500_000n, 86_400_000_000n, -999_999_999n * 86_400_000_000n, 59_999_999n]) {
    assertEquals(forms.parseDelta(forms.formatDelta(new Duration(micros))).microseconds, micros);
  }
  assertEquals(forms.formatDelta(new Duration(5_500_000n)), "00:00:5.5");
  refusal(() => forms.formatDelta(new Duration(1_000_000_000n * 86_400_000_000n)));
  refusal(() => forms.parseDelta("1000000000:00:00:00"));
});

Deno.test("parseUuid() takes every usual spelling and no other", () => {
  const usual = "0123abcd-4567-489a-bcde-f0123456789a";
  for (const text of [usual, usual.toUpperCase(), `{${usual}}`, `urn:uuid:${usual}`, usual.replaceAll("-", "")]) {
    assertEquals(forms.parseUuid(text), usual);
  }
  for (const text of ["", usual.slice(1), usual + "0", usual.replace("a", "g"), " " + usual, "x".repeat(100_000)]) {
    refusal(() => forms.parseUuid(text));
  }
  assertEquals(forms.isUsualUuid(usual, 0), true);
  for (const text of [usual.toUpperCase(), usual.replace("-", "0"), usual.slice(1)]) {
    assertEquals(forms.isUsualUuid(text, 0), false);
  }
});

Deno.test("formatBlock() and parseBlock() are base64 at every length", () => {
  for (let length = 0; length < 40; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 37 + length & 255);
    const text = forms.formatBlock(bytes);
    assertEquals(text, btoa(String.fromCharCode(...bytes)));
    assertEquals(forms.parseBlock(text), bytes);
  }
});

Deno.test("parseBlock() is as lenient as the original", () => {
  const text = (encoded: string) => new TextDecoder().decode(forms.parseBlock(encoded));
  assertEquals([text(" a\nGk= "), text("-_-_YQ=="), text("YQ==YQ=="), text("Y=Q=="), text("=YWJj")], [
    "hi",
    "a",
    "a",
    "a",
    "abc",
  ]);
  for (const encoded of ["YQ", "YQ=", "Y", "YWJjZ", "é"]) {
    refusal(() => forms.parseBlock(encoded));
  }
});

Deno.test("formatOctets() and parseOctets() give one character for each byte", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assertEquals(forms.parseOctets(forms.formatOctets(bytes)), bytes);
  refusal(() => forms.parseOctets("\u0100"));
});
