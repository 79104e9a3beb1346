// This module performs no I/O.

/** Where a publication is reached by those who meet it at a directory. */

import { HostPort, type Scope } from "../runtime/mod.ts";
import type { Draw } from "./effects.ts";
import type { Publication } from "./records.ts";

/** Addresses at which a machine reaches itself, and nobody else does. */
const OF_THIS_MACHINE = ["127.0.0.1", "0.0.0.0"];

/**
 * Where a publication is reached by the subscribers that a directory of this scope brings to it. Those of other machines reach one
 * of the LAN directory's own machine at the address that this has at the moment: it may have had none when it was published.
 *
 * @param draw Tells the IPv4 address of this machine towards others; it is asked only where that matters.
 */
export function reachedAt({ ipp }: Publication, scope: Scope, draw: Pick<Draw, "primaryAddress">): HostPort {
  if (!OF_THIS_MACHINE.includes(ipp.host ?? "")) return new HostPort(ipp.host, ipp.port);
  const towardsOthers = scope === "LAN" ? draw.primaryAddress() : null;
  return new HostPort(towardsOthers ?? "127.0.0.1", ipp.port);
}

/**
 * Where this machine reaches what others reach at an address: itself by one that does not change, so that sessions outlast the
 * network.
 */
export function reachedFromHere(ipp: HostPort, draw: Pick<Draw, "primaryAddress">): HostPort {
  const isHere = ipp.host !== "127.0.0.1" && ipp.host === draw.primaryAddress();
  return isHere ? new HostPort("127.0.0.1", ipp.port) : ipp;
}
