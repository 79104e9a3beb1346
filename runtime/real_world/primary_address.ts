/** The addresses of this machine, and which of them it would use towards others. */

import type { InterfaceAddress } from "../world.ts";

/**
 * The IPv4 address of the interface that has the default route.
 *
 * The original asks the system by "connecting" a UDP socket to 192.0.2.123. Deno's stable API has no datagrams, so
 * the routing table tells where Linux shows it; elsewhere the first interface with a usable address.
 *
 * @returns Null where there is no route, or only a loopback or link-local address
 */
export function primaryAddress(): string | null {
  try {
    const candidates = Deno.networkInterfaces()
      .filter(({ family, address }) => family === "IPv4" && isUsable(address));
    if (Deno.build.os !== "linux") return candidates[0]?.address ?? null;
    const route = defaultInterface(Deno.readTextFileSync("/proc/net/route"));
    return candidates.find(({ name }) => name === route)?.address ?? null;
  } catch {
    // No permission, or no such file: the address can't be told.
    return null;
  }
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
