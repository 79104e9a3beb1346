// This module performs no I/O.

/** What is done with addresses. What an address is stands with its type, in `types/portable.ts`. */

import type { Address } from "./types/portable.ts";

export type { Address };

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

const COMMA = 0x2c;
const ZERO = 0x30;

/**
 * The number that {@linkcode lastHop} stands for: NaN for what is none, 0 for nothing, and nobody has either. Tables of those who come
 * and go have such numbers for keys: V8 makes a text that is new unique before it looks for it in a map, which takes longer
 * than all else that is done with an address.
 */
export function lastNumber(address: Address): number {
  let number = 0;
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    const digit = code - ZERO;
    if (digit >= 0 && digit <= 9) number = number * 10 + digit;
    else if (code === COMMA) number = 0;
    else return NaN;
  }
  return number;
}

/** True for an address that lies in another process, behind a proxy of this one. */
export function isRemote(address: Address): boolean {
  return address.includes(",");
}

/** Text for people and logs: the local object as eight hex digits, `<0000000e>`. */
export function addressText(address: Address): string {
  return `<${Number(lastHop(address)).toString(16).padStart(8, "0")}>`;
}
