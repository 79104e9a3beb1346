/** Python values in the form that a TypeScript program would give them to the codec. */

import { addressOf } from "../../runtime/address.ts";
import { wholeNumber } from "../../runtime/codec/json_reader.ts";
import { Cast } from "../../runtime/types/cast.ts";
import type { MessageClass } from "../../runtime/types/message.ts";
import {
  type ListType,
  type MapType,
  type PointerType,
  type Portable,
  type SetType,
  UserDefined,
} from "../../runtime/types/portable.ts";
import { registeredSignatures, typeBySignature } from "../../runtime/types/registry.ts";
import { parseSignature } from "../../runtime/types/signature.ts";
import { Duration, Instant } from "../../runtime/types/time.ts";
import { WordFloat } from "../../runtime/types/word.ts";
import type { PythonValue } from "./python_value.ts";

/** Says that the text doesn't tell enough of the value, or that TypeScript has no such value. */
export const NOT_EXPRESSIBLE: unique symbol = Symbol("not expressible");

/** A value of a class that exists in Python only. */
class Foreign {
  constructor(readonly what: string) {}
}

class NotExpressible extends Error {}

/** The value in TypeScript, or {@link NOT_EXPRESSIBLE}. */
export function fromPython(python: PythonValue, type: Portable<unknown>): unknown {
  try {
    return convert(python, type);
  } catch (error) {
    if (error instanceof NotExpressible) return NOT_EXPRESSIBLE;
    throw error;
  }
}

const FLOATS: ReadonlySet<string> = new Set(["float4", "float8", "clock", "span"]);

function convert(python: PythonValue, type: Portable<unknown>): unknown {
  if (type.kind === "pointer" && python.kind !== "none") return convert(python, (type as PointerType<unknown>).target);
  switch (python.kind) {
    case "none":
      return null;
    case "bool":
      return python.value;
    case "int":
      // A whole number for a float has a form of its own only as a bigint.
      return FLOATS.has(type.kind) ? python.value : wholeNumber(python.value);
    case "float":
      // A float that is whole has a form of its own only as a word.
      return FLOATS.has(type.kind) ? python.value : new WordFloat(python.value);
    case "str":
      return python.value;
    case "bytes":
      return type.kind === "block" ? new Foreign("bytes") : python.value;
    case "list":
      return convertList(python.items, type);
    case "tuple":
      return convertTuple(python.items, type);
    case "set":
      return new Set(python.items.map((item) => convert(item, (type as SetType<unknown>).element)));
    case "dict":
      return convertDictionary(python.items, type);
    case "call":
      return convertCall(python, type);
    case "angle":
      return convertAngle(python.text, type);
  }
}

function convertList(items: readonly PythonValue[], type: Portable<unknown>): unknown {
  const element = (type as ListType<unknown>).element ?? type;
  return items.map((item) => convert(item, element));
}

function convertTuple(items: readonly PythonValue[], type: Portable<unknown>): unknown {
  if (type.kind === "address" || type.kind === "target") {
    return addressOf(items.map((item) => item.kind === "int" ? Number(item.value) : unclear()));
  }
  const [value, as] = items;
  if (type.kind !== "any" || value === undefined || as === undefined || items.length !== 2) return new Foreign("tuple");
  const asType = as.kind === "angle" ? parseSignature(signatureOf(as.text)) : undefined;
  return asType === undefined ? unclear() : new Cast(convert(value, asType), asType);
}

/** Types print as their signature, or as `<layer_cake.virtual_memory.Integer8 object>`. */
function signatureOf(text: string): string {
  return /\.(\w+) object$/.exec(text)?.[1]?.toLowerCase() ?? text;
}

function convertDictionary(items: readonly (readonly [PythonValue, PythonValue])[], type: Portable<unknown>): unknown {
  const { key = type, value = type } = type as Partial<MapType<unknown, unknown>>;
  return new Map(items.map(([k, v]) => [convert(k, key), convert(v, value)]));
}

function convertCall(call: PythonValue & { kind: "call" }, type: Portable<unknown>): unknown {
  const [first] = call.items;
  switch (call.name) {
    case "UUID":
      return first?.kind === "str" ? first.value : unclear();
    case "bytearray":
      return first?.kind === "bytes" ? first.value : unclear();
    case "set":
      return new Set();
    case "deque":
      return type.kind === "deque" && first?.kind === "list" ? convertList(first.items, type) : new Foreign("deque");
    case "datetime.datetime":
      return convertMoment(call);
    case "datetime.timedelta":
      return convertLength(call);
  }
  return convertMessage(call);
}

function whole(value: PythonValue | undefined): number {
  if (value === undefined) return 0;
  return value.kind === "int" ? Number(value.value) : unclear();
}

function convertMoment(call: PythonValue & { kind: "call" }): unknown {
  const zone = call.named.get("tzinfo");
  if (zone === undefined) return new Foreign("naive datetime");
  const [year, month, day, hour, minute, second, micros] = [0, 1, 2, 3, 4, 5, 6].map((i) => whole(call.items[i]));
  const local = new Date(Date.UTC(2000, month! - 1, day, hour, minute, second));
  local.setUTCFullYear(year!);
  if (local.getUTCDate() !== day) unclear();
  const offset = zoneSeconds(zone);
  return new Instant(BigInt(local.getTime()) * 1000n + BigInt(micros!) - BigInt(offset) * 1_000_000n, offset);
}

function zoneSeconds(zone: PythonValue): number {
  if (zone.kind === "angle" && zone.text === "datetime.timezone.utc") return 0;
  const [shift] = zone.kind === "call" ? zone.items : [];
  if (shift?.kind !== "call") return unclear();
  return whole(shift.named.get("days")) * 86_400 + whole(shift.named.get("seconds"));
}

function convertLength(call: PythonValue & { kind: "call" }): Duration {
  const seconds = whole(call.items[0] ?? call.named.get("days")) * 86_400 + whole(call.named.get("seconds"));
  return new Duration(BigInt(seconds) * 1_000_000n + BigInt(whole(call.named.get("microseconds"))));
}

/** Python prints classes without their module. */
function convertMessage(call: PythonValue & { kind: "call" }): unknown {
  const names = registeredSignatures().filter((signature) => signature.endsWith(`.${call.name}`));
  const type = names.length === 1 ? typeBySignature(names[0]!) : undefined;
  if (!(type instanceof UserDefined) || call.items.length > 0) return unclear();
  const messageClass = type.messageClass as MessageClass;
  const message = new messageClass() as Record<string, unknown>;
  for (const member of messageClass.members) {
    const given = call.named.get(member.wireName);
    if (given !== undefined) message[member.name] = convert(given, member.type);
  }
  return message;
}

function convertAngle(text: string, type: Portable<unknown>): unknown {
  const name = /^\w+\.(\w+): /.exec(text)?.[1];
  if (name !== undefined) return name;
  const className = /^class '([\w.]+)'$/.exec(text)?.[1];
  const known = className === undefined ? undefined : typeBySignature(className);
  if (known instanceof UserDefined) return known.messageClass;
  if (type.kind === "type") return new Foreign(text);
  return unclear();
}

function unclear(): never {
  throw new NotExpressible();
}
