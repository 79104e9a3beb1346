// This module performs no I/O.

/** Types that travel as text of a form of their own: moments, spans, UUIDs, binary data. */

import { Duration, Instant } from "../types/time.ts";
import { refuse } from "./codec_error.ts";

/** The offset of local time from UTC at a moment (microseconds since 1970), in seconds east. */
export type ZoneOffset = (wall: bigint) => number;

/** Local time that is UTC. */
export const NO_OFFSET: ZoneOffset = () => 0;

const MICROS = 1_000_000n;
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
const MINUTE_SECONDS = 60;
/** Days that a delta may have in the original. */
const DELTA_DAYS_MAX = 999_999_999n;
/** Digits of a count of days or hours; more can't be a number. */
const COUNT_DIGITS_MAX = 300;

// The original's patterns let one line end pass at the end of the text; so do these.
const WORLD =
  /^(\d{1,4})-(\d{1,2})-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?)?(?:([-+])(\d{1,2}):?(\d{1,2}))?)?\n?$/;
const CLOCK = /^(\d{1,4})-(\d{1,2})-(\d{1,2})[tT](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?\n?$/;
const SPAN = /^(-)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d{1,2})m)?(?:(\d{1,2}(?:\.\d+)?)s)?\n?$/;
const DELTA = /^(-)?(?:(\d+):)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?\n?$/;
const UUID_DIGITS = /^[0-9a-fA-F]{32}$/;
/** Length of a UUID in its usual form. */
export const UUID_LENGTH = 36;
const HYPHEN = 0x2d;
/** What may stand at each place of a UUID in its usual form: 1 a hex digit, 2 a hyphen. */
const UUID_PLACES = Uint8Array.from("11111111-1111-1111-1111-111111111111", (place) => place === "1" ? 1 : 2);
/** What a character may be there. */
const UUID_KINDS = new Uint8Array(128);
for (const digit of "0123456789abcdef") UUID_KINDS[digit.charCodeAt(0)] = 1;
UUID_KINDS[HYPHEN] = 2;

/**
 * Writes a moment. An offset to the east is kept; the original misreads those to the west, so these are written in UTC.
 */
export function formatWorld(instant: Instant): string {
  const { offsetSeconds } = instant;
  const eastward = offsetSeconds > 0 && offsetSeconds < DAY_SECONDS && offsetSeconds % MINUTE_SECONDS === 0;
  const local = instant.epochMicroseconds + (eastward ? BigInt(offsetSeconds) * MICROS : 0n);
  const text = formatCalendar(local, 1, 9999);
  return eastward ? `${text}+${formatOffset(offsetSeconds)}` : text;
}

function formatOffset(seconds: number): string {
  return twoDigits(Math.floor(seconds / HOUR_SECONDS)) + twoDigits(Math.floor(seconds / MINUTE_SECONDS) % 60);
}

/** Date and time, years without padding, the fraction without trailing zeros. */
function formatCalendar(micros: bigint, yearMin: number, yearMax: number): string {
  const second = floorDivide(micros, MICROS);
  const fraction = Number(micros - second * MICROS);
  const day = floorDivide(second, BigInt(DAY_SECONDS));
  const time = Number(second - day * BigInt(DAY_SECONDS));
  const date = day > -1_000_000n && day < 4_000_000n ? dateOfDay(Number(day)) : null;
  if (date === null || date.year < yearMin || date.year > yearMax) {
    refuse(`moment outside the years ${yearMin} to ${yearMax}`);
  }
  const hours = twoDigits(Math.floor(time / HOUR_SECONDS));
  const minutes = twoDigits(Math.floor(time / MINUTE_SECONDS) % 60);
  const clock = `${hours}:${minutes}:${twoDigits(time % 60)}${formatFraction(fraction)}`;
  return `${date.year}-${twoDigits(date.month)}-${twoDigits(date.day)}T${clock}`;
}

/** Reads a moment. Without an offset it is UTC; an offset keeps its sign (which the original loses). */
export function parseWorld(text: string): Instant {
  const match = WORLD.exec(text);
  if (match === null) refuse(`cannot read a moment from ${shown(text)}`);
  const [, year, month, day, hour, minute, second, fraction, sign, zoneHours, zoneMinutes] = match;
  inRange("year", Number(year), 1, 9999);
  inRange("month", Number(month), 1, 12);
  inRange("day", Number(day), 1, daysInMonth(Number(year), Number(month)));
  inRange("hour", Number(hour ?? 0), 0, 23);
  inRange("minute", Number(minute ?? 0), 0, 59);
  inRange("second", Number(second ?? 0), 0, 59);
  const offset = Number(zoneHours ?? 0) * HOUR_SECONDS + Number(zoneMinutes ?? 0) * MINUTE_SECONDS;
  inRange("offset", offset, 0, DAY_SECONDS - 1);
  const east = sign === "-" ? -offset : offset;
  const days = dayOfDate(Number(year), Number(month), Number(day));
  const seconds = days * DAY_SECONDS + secondsOf(hour, minute, second) - east;
  return new Instant(BigInt(seconds) * MICROS + microsOf(fraction), east === 0 ? 0 : east);
}

function inRange(what: string, value: number, low: number, high: number): void {
  if (value < low || value > high) refuse(`${what} must be in ${low}..${high}`);
}

/** Writes seconds since 1970 as local date and time. */
export function formatClock(seconds: number, zoneOffset: ZoneOffset): string {
  if (!(seconds >= 0) || Object.is(seconds, -0) || seconds > 253_402_300_800) {
    refuse(`a clock of ${seconds} seconds can't be written`);
  }
  const micros = BigInt(fixedSix(seconds).replace(".", ""));
  return formatCalendar(micros + BigInt(zoneOffset(micros)) * MICROS, 1, 9999);
}

/** Reads local date and time as seconds since 1970; fields beyond their range roll over. */
export function parseClock(text: string, zoneOffset: ZoneOffset): number {
  const match = CLOCK.exec(text);
  if (match === null) refuse(`cannot read a clock from ${shown(text)}`);
  const [, year, month, day, hour, minute, second, fraction] = match;
  const days = dayOfDate(Number(year), 1, 1) + monthShift(Number(year), Number(month)) + Number(day) - 1;
  const local = days * DAY_SECONDS + secondsOf(hour, minute, second);
  const whole = local - offsetAt(local, zoneOffset);
  if (fraction === undefined) return whole;
  return whole < 0 ? whole - Number(fraction) : whole + Number(fraction);
}

/** Days from the first of January to the first of a month, which may lie in another year. */
function monthShift(year: number, month: number): number {
  const years = Math.floor((month - 1) / 12);
  return dayOfDate(year + years, month - years * 12, 1) - dayOfDate(year, 1, 1);
}

/** The offset in force at a local time: two steps settle it except inside a change of the clocks. */
function offsetAt(local: number, zoneOffset: ZoneOffset): number {
  const guess = zoneOffset(BigInt(local) * MICROS);
  return zoneOffset(BigInt(local - guess) * MICROS);
}

/** Writes seconds as `1d1h1m1.5s`, rounded to microseconds first. */
export function formatSpan(seconds: number): string {
  if (!Number.isFinite(seconds)) refuse(`a span of ${seconds} seconds can't be written`);
  const size = Math.abs(seconds);
  const [whole = "0", fraction = ""] = size < 2 ** 53 ? fixedSix(size).split(".") : [BigInt(size).toString()];
  const total = BigInt(whole);
  const micros = Number(fraction);
  const time = Number(total % BigInt(DAY_SECONDS));
  let text = total >= BigInt(DAY_SECONDS) ? `${total / BigInt(DAY_SECONDS)}d` : "";
  const hours = Math.floor(time / HOUR_SECONDS), minutes = Math.floor(time / MINUTE_SECONDS) % 60;
  if (hours > 0) text += `${hours}h`;
  if (minutes > 0) text += `${minutes}m`;
  if (time % 60 > 0 || micros > 0) text += `${time % 60}${formatFraction(micros)}s`;
  if (text === "") return "0s";
  return seconds < 0 ? `-${text}` : text;
}

/** Reads `1d1h1m1.5s`, every part optional but one. */
export function parseSpan(text: string): number {
  const match = text === "" ? null : SPAN.exec(text);
  if (match === null) refuse(`cannot read a span from ${shown(text)}`);
  const [, sign, days, hours, minutes, seconds] = match;
  const whole = countOf(days) * BigInt(DAY_SECONDS) + countOf(hours) * BigInt(HOUR_SECONDS) +
    countOf(minutes) * BigInt(MINUTE_SECONDS);
  const total = Number(whole) + Number(seconds ?? 0);
  if (!Number.isFinite(total)) refuse("span too long");
  return sign === "-" ? -total : total;
}

/** Writes a length of time as `D:HH:MM:SS`; with a fraction, seconds lose their padding. */
export function formatDelta(duration: Duration): string {
  const { microseconds } = duration;
  const size = microseconds < 0n ? -microseconds : microseconds;
  const second = size / MICROS;
  const micros = Number(size % MICROS);
  const day = second / BigInt(DAY_SECONDS);
  if (day > DELTA_DAYS_MAX) refuse(`a delta of ${day} days can't be written`);
  const time = Number(second % BigInt(DAY_SECONDS));
  const seconds = micros === 0 ? twoDigits(time % 60) : `${time % 60}${formatFraction(micros)}`;
  const hours = twoDigits(Math.floor(time / HOUR_SECONDS)), minutes = twoDigits(Math.floor(time / MINUTE_SECONDS) % 60);
  return `${microseconds < 0n ? "-" : ""}${day > 0n ? `${day}:` : ""}${hours}:${minutes}:${seconds}`;
}

/** Reads `D:HH:MM:SS`. */
export function parseDelta(text: string): Duration {
  const match = DELTA.exec(text);
  if (match === null) refuse(`cannot read a delta from ${shown(text)}`);
  const [, sign, days, hours, minutes, seconds, fraction] = match;
  const day = countOf(days);
  if (day > DELTA_DAYS_MAX) refuse("delta too long");
  const whole = day * BigInt(DAY_SECONDS) + BigInt(secondsOf(hours, minutes, seconds));
  const size = whole * MICROS + microsOf(fraction);
  return new Duration(sign === "-" ? -size : size);
}

/** A UUID in lower-case hyphenated form, from any usual spelling. */
export function parseUuid(text: string): string {
  if (text.length === UUID_LENGTH && isUsualUuid(text, 0)) return text;
  if (text.length > 64) refuse("cannot read a UUID from a long text");
  const digits = text.replaceAll("urn:", "").replaceAll("uuid:", "").replace(/^[{}]+|[{}]+$/g, "").replaceAll("-", "");
  if (!UUID_DIGITS.test(digits)) refuse(`cannot read a UUID from ${shown(text)}`);
  const d = digits.toLowerCase();
  return `${d.slice(0, 8)}-${d.slice(8, 12)}-${d.slice(12, 16)}-${d.slice(16, 20)}-${d.slice(20)}`;
}

/** True where a UUID in its usual form starts: lower case, with hyphens. */
export function isUsualUuid(text: string, at: number): boolean {
  for (let i = 0; i < UUID_LENGTH; i++) {
    if (UUID_KINDS[text.charCodeAt(at + i)] !== UUID_PLACES[i]) return false;
  }
  return true;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_VALUE = new Int8Array(128).fill(-1);
for (let i = 0; i < BASE64.length; i++) BASE64_VALUE[BASE64.charCodeAt(i)] = i;
const EQUALS = 0x3d;

/** Standard base64 with padding. */
export function formatBlock(bytes: Uint8Array): string {
  let text = "";
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const bits = bytes[i]! << 16 | bytes[i + 1]! << 8 | bytes[i + 2]!;
    text += BASE64[bits >> 18]! + BASE64[bits >> 12 & 63]! + BASE64[bits >> 6 & 63]! + BASE64[bits & 63]!;
  }
  if (i + 1 === bytes.length) {
    text += BASE64[bytes[i]! >> 2]! + BASE64[bytes[i]! << 4 & 63]! + "==";
  } else if (i + 2 === bytes.length) {
    const bits = bytes[i]! << 8 | bytes[i + 1]!;
    text += BASE64[bits >> 10]! + BASE64[bits >> 4 & 63]! + BASE64[bits << 2 & 63]! + "=";
  }
  return text;
}

/**
 * Reads base64 as leniently as the original: characters outside the alphabet are skipped, and what follows the padding
 * is ignored; missing padding is refused.
 */
export function parseBlock(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(text.length * 3 / 4) + 3);
  let length = 0, held = 0, count = 0, padding = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) refuse("a block holds ASCII characters only");
    if (code === EQUALS) {
      if (count >= 2 && count + ++padding >= 4) return bytes.slice(0, length);
      continue;
    }
    const value = BASE64_VALUE[code]!;
    if (value < 0) continue;
    padding = 0;
    if (count > 0) bytes[length++] = held << 2 * count | value >> 6 - 2 * count;
    held = value & (1 << 6 - 2 * count) - 1;
    count = (count + 1) % 4;
    if (count === 0) held = 0;
  }
  if (count === 1) refuse("block with an impossible count of characters");
  if (count !== 0) refuse("block without its padding");
  return bytes.slice(0, length);
}

/** Bytes as text, one character for each. */
export function formatOctets(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** Text of characters up to U+00FF as bytes. */
export function parseOctets(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) refuse("character beyond U+00FF in a text of octets");
    bytes[i] = code;
  }
  return bytes;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? text.slice(0, 40) + "…" : text);
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

function formatFraction(micros: number): string {
  return micros === 0 ? "" : "." + String(micros).padStart(6, "0").replace(/0+$/, "");
}

function microsOf(fraction: string | undefined): bigint {
  return fraction === undefined ? 0n : BigInt(fraction.padEnd(6, "0"));
}

function secondsOf(hours = "0", minutes = "0", seconds = "0"): number {
  return Number(hours) * HOUR_SECONDS + Number(minutes) * MINUTE_SECONDS + Number(seconds);
}

function countOf(digits = "0"): bigint {
  if (digits.length > COUNT_DIGITS_MAX) refuse(`count of ${digits.length} digits`);
  return BigInt(digits);
}

/** Six decimals, ties to even: what C's `%f` gives. For values from 0 to 2^53. */
function fixedSix(value: number): string {
  // Only odd multiples of 1/128 lie exactly between two texts; there toFixed takes the larger.
  if (Number.isInteger(value * 128) && !Number.isInteger(value * 64)) {
    const below = value.toFixed(7).slice(0, -1);
    if (Number(below.at(-1)) % 2 === 0) return below;
  }
  return value.toFixed(6);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : MONTH_DAYS[month - 1]!;
}

/** Days since 1970-01-01 of a date, counting in years that start in March. */
function dayOfDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day since 1970-01-01. */
function dateOfDay(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 };
}
