// This module performs no I/O.

/**
 * Where to send a message: a value that can be compared with `===`, used as a `Map` key, put in messages and sent
 * anywhere.
 *
 * An address is a path of positive whole numbers, read from the right: the last one is an object of this process, which
 * may be a proxy for another process; what stands before it means something to that process only. Its text is the
 * path with commas, `"5,12"`; programs don't look inside.
 */

declare const brand: unique symbol;

/** Where to send a message. Compared with `===`; see the module's text. */
export type Address = string & { readonly [brand]: "Address" };

/** The address of no actor: what is sent there vanishes. On the wire it is null. */
export const NO_ADDRESS: Address = "0" as Address;

/** The address of an object of this process. */
export function localAddress(id: number): Address {
  return String(id) as Address;
}

/** The path of an address as numbers, local object last. */
export function addressPath(address: Address): number[] {
  return address.split(",").map(Number);
}

/** An address of a path that has at least one number. */
export function addressOf(path: readonly number[]): Address {
  return path.join(",") as Address;
}

/** The part of an address that this process looks up: its last number, as a local address. */
export function lastHop(address: Address): Address {
  const comma = address.lastIndexOf(",");
  return comma < 0 ? address : address.slice(comma + 1) as Address;
}

/** True for an address that lies in another process, behind a proxy of this one. */
export function isRemote(address: Address): boolean {
  return address.includes(",");
}

/** Text for people and logs: the local object as eight hex digits, `<0000000e>`. */
export function addressText(address: Address): string {
  return `<${Number(lastHop(address)).toString(16).padStart(8, "0")}>`;
}
