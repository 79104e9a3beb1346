/** The addresses of this machine, and which of them it would use towards others. */

import type { InterfaceAddress } from "../world.ts";

/** How long an answer is good for: looking anew for each of a thousand connections would take longer than they do. */
const GOOD_MS = 100;

let last: { readonly at: number; readonly address: string | null } = { at: -Infinity, address: null };

/**
 * The IPv4 address of the interface that has the default route; on a LAN without a router, that of the first interface to a private
 * network.
 *
 * The original asks the system by "connecting" a UDP socket to 192.0.2.123, so that it finds none on such a LAN. Deno's stable
 * API has no datagrams: the routing table tells where Linux shows it; elsewhere the first interface with a usable address.
 *
 * @returns Null where there is none, or only a loopback or link-local address
 */
export function primaryAddress(): string | null {
  const now = performance.now();
  if (now - last.at >= GOOD_MS) last = { at: now, address: findAddress() };
  return last.address;
}

function findAddress(): string | null {
  try {
    const candidates = interfaceAddresses();
    if (Deno.build.os !== "linux") return candidates[0]?.address ?? null;
    return addressTowardsOthers(candidates, Deno.readTextFileSync("/proc/net/route"));
  } catch {
    // No permission, or no such file: the address can't be told.
    return null;
  }
}

/** Bridges of containers and virtual machines lead to nobody else. */
const INNER_INTERFACE = /^(?:docker|br-|veth|virbr)/;
const PRIVATE_ADDRESS = /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./;

/**
 * The address that this machine uses towards others.
 *
 * @param candidates Addresses by which others can reach it.
 * @param table See {@link defaultInterface}.
 */
export function addressTowardsOthers(candidates: readonly InterfaceAddress[], table: string): string | null {
  const route = defaultInterface(table);
  const way = candidates.find(({ name }) => name === route) ??
    candidates.find(({ name, address }) => !INNER_INTERFACE.test(name) && PRIVATE_ADDRESS.test(address));
  return way?.address ?? null;
}

/** The IPv4 addresses by which others can reach this machine. */
export function interfaceAddresses(): InterfaceAddress[] {
  try {
    return Deno.networkInterfaces()
      .filter(({ family, address }) => family === "IPv4" && isUsable(address))
      .map(({ name, address, cidr }) => ({ name, address, prefixBits: Number(cidr.split("/")[1] ?? 32) }));
  } catch {
    // No permission: nothing can be told.
    return [];
  }
}

function isUsable(address: string): boolean {
  return !/^(127|0|169\.254)\./.test(address);
}

/**
 * The interface of the default route, least metric first.
 *
 * @param table The text of `/proc/net/route`: name, destination, gateway, flags, reference count, use, metric, mask
 */
export function defaultInterface(table: string): string | null {
  let best: string | null = null;
  let bestMetric = Infinity;
  for (const line of table.split("\n").slice(1)) {
    const [name = "", destination, , flags = "0", , , metric = "0", mask] = line.trim().split(/\s+/);
    const isUp = (parseInt(flags, 16) & 1) === 1;
    if (!isUp || destination !== "00000000" || mask !== "00000000") continue;
    if (Number(metric) < bestMetric) [best, bestMetric] = [name, Number(metric)];
  }
  return best;
}
