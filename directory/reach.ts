// This module performs no I/O.

/** Where a publication is reached by those who meet it at a directory. */

import { HostPort, type Scope } from "../runtime/mod.ts";
import type { Draw } from "./effects.ts";
import type { Publication, Subscription } from "./records.ts";

const THIS_MACHINE = "127.0.0.1";
/** Addresses at which a machine reaches itself, and nobody else does. */
const OF_THIS_MACHINE = [THIS_MACHINE, "0.0.0.0"];

/** Tells the IPv4 address of this machine towards others; it is asked only where that matters. */
type AddressTeller = Pick<Draw, "primaryAddress">;

/** True for a place that only this machine itself reaches by that address. */
export function isOfThisMachine({ host }: HostPort): boolean {
  return OF_THIS_MACHINE.includes(host ?? "");
}

/**
 * Where subscribers reach a publication: those of other machines reach one of the LAN directory's own machine at the address that
 * this has at the moment.
 *
 * @param subscription Who is to reach it; null for anybody.
 * @param scope The directory's own scope.
 * @returns Null where they don't reach it, since this machine has no address.
 */
export function reachedAt(
  { ipp }: Publication,
  subscription: Subscription | null,
  { scope, draw }: { scope: Scope; draw: AddressTeller },
): HostPort | null {
  if (!isOfThisMachine(ipp)) return new HostPort(ipp.host, ipp.port);
  const isNear = scope !== "LAN" ||
    (subscription !== null && (subscription.owner === null || isOfThisMachine(subscription.owner.ipp)));
  const host = isNear ? THIS_MACHINE : draw.primaryAddress();
  return host === null ? null : new HostPort(host, ipp.port);
}

/**
 * Where this machine reaches what others reach at an address: itself by one that does not change, so that sessions outlast the
 * network.
 */
export function reachedFromHere(ipp: HostPort, draw: AddressTeller): HostPort {
  const isHere = !isOfThisMachine(ipp) && ipp.host === draw.primaryAddress();
  return isHere ? new HostPort(THIS_MACHINE, ipp.port) : ipp;
}
