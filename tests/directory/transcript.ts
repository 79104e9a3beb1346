/**
 * Recorded conversations of the original's directories, read back: what one directory was told, and what it said. Members
 * stay as they are on the wire; addresses are given as paths.
 */

import {
  addressPath,
  type AddressValue as Address,
  HostPort,
  Instant,
  lastHop,
  MessageBase,
  type MessageClass,
  typeBySignature,
} from "../../runtime/mod.ts";

const MODULE = "layer_cake.object_directory.";

/** One line of a recording. */
export interface Line {
  readonly t: number;
  readonly note?: string;
  readonly conn?: string;
  readonly dir?: ">" | "<";
  readonly event?: "open" | "close" | "refused";
  readonly header?: { readonly value: { readonly to_address: number[]; readonly return_address: number[] } };
  readonly body?: { readonly value: readonly [string, Record<string, unknown>, unknown[]] };
  readonly addresses?: { readonly value: readonly (readonly [string, number[]])[] };
  readonly agent?: string;
  readonly self?: number[];
  readonly received?: { readonly value: readonly [string, Record<string, unknown>, unknown[]] };
  readonly from?: number[];
}

/** The lines of a recording. */
export async function readTranscript(name: string): Promise<Line[]> {
  const text = await Deno.readTextFile(new URL(`../testdata/directory/${name}.jsonl`, import.meta.url));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as Line);
}

/** The names of all recordings, sorted. */
export async function transcriptNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../testdata/directory/", import.meta.url))) {
    if (/^d\d\d-.*\.jsonl$/.test(name)) names.push(name.replace(/\.jsonl$/, ""));
  }
  return names.sort();
}

/** The class of a message without its module, or null for messages of other modules. */
export function kindOf(line: Line): string | null {
  const name = line.body?.value[0];
  return name?.startsWith(MODULE) ? name.slice(MODULE.length) : null;
}

/** The message of a frame as the receiver sees it, whose proxy of the connection is `proxy`. */
export function messageOf(line: Line, proxy: Address): object {
  const [name, members] = line.body!.value;
  const book = new Map((line.addresses?.value ?? []).map(([key, path]) => [key, arrived(path, proxy)]));
  return decoded(classOf(name), members, (key) => book.get(key) ?? null);
}

/** A path of the wire as the receiver sees it. */
export function arrived(path: readonly number[], proxy: Address): Address {
  const hops = path.at(-1) === 0 ? path.slice(0, -1) : [...path, Number(proxy)];
  return hops.join(",") as Address;
}

/** The class that a wire name stands for. */
export function classOf(name: string): MessageClass {
  const type = typeBySignature(name) as { readonly messageClass?: MessageClass } | undefined;
  if (type?.messageClass === undefined) throw new Error(`unknown type "${name}"`);
  return type.messageClass;
}

/** A message of plain members. */
export function decoded(
  type: MessageClass,
  members: Record<string, unknown>,
  addressOf: (key: string) => Address | null,
): object {
  const init: Record<string, unknown> = {};
  for (const { name, wireName, type: { kind, ...rest } } of type.members) {
    const value = members[wireName];
    if (value === undefined || value === null) continue;
    const element = (rest as { element?: { messageClass?: MessageClass } }).element?.messageClass;
    if (kind === "address") init[name] = addressOf(value as string);
    else if (kind === "set") init[name] = new Set(value as string[]);
    else if (kind === "message") {
      const { host, port } = value as { host: string | null; port: number | null };
      init[name] = new HostPort(host, port);
    } else if (kind === "vector" && element !== undefined) {
      init[name] = (value as Record<string, unknown>[]).map((item) => decoded(element, item, addressOf));
    } else init[name] = kind === "world" ? new Instant(0n) : value;
  }
  return new type(init as never);
}

/** Members of a recorded message as plain values, addresses as paths. */
export function plainOfLine(line: Line): Record<string, unknown> {
  const book = new Map(line.addresses?.value ?? []);
  const resolve = (value: unknown): unknown => {
    if (typeof value === "string") return book.get(value) ?? value;
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, resolve(held)]));
  };
  return resolve(line.body!.value[1]) as Record<string, unknown>;
}

/** Members of a message as plain values, addresses as they go out over the connection with this proxy. */
export function plainOf(value: unknown, proxy: Address): unknown {
  if (Array.isArray(value)) return value.map((item) => plainOf(item, proxy));
  if (value instanceof Set) return [...value];
  if (!(value instanceof MessageBase)) return value;
  const held = value as unknown as Record<string, unknown>;
  const type = value.constructor as unknown as MessageClass;
  return Object.fromEntries(type.members.map(({ name, wireName, type: { kind } }) => {
    const member = held[name];
    if (kind === "address" && typeof member === "string") return [wireName, leaving(member as Address, proxy)];
    return [wireName, plainOf(member, proxy)];
  }));
}

function leaving(address: Address, proxy: Address): number[] {
  const path = addressPath(address);
  return lastHop(address) === proxy ? [...path.slice(0, -1), 0] : path;
}
