// This module performs no I/O.

/** What members of messages from outside must be. Each check answers what is wrong, or null. */

import { addressPath, type AddressValue as Address, HostPort, lastHop } from "../runtime/mod.ts";
import { ADDRESS_HOPS_MAX, HOST_LENGTH_MAX } from "./bounds.ts";
import { NAME_LENGTH_MAX, SEARCH_LENGTH_MAX } from "./match/search_pattern.ts";
import type { OpenLoop, Published, RouteOverLoop, RouteToAddress, Subscribed } from "./messages.ts";
import { isScope, reachOf } from "./scope.ts";

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PORT_MAX = 65_535;

/** True for the text of a UUID. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value);
}

/** What is wrong with a name, or null. */
export function nameProblem(name: unknown): string | null {
  if (typeof name !== "string" || name === "") return "no name";
  return name.length > NAME_LENGTH_MAX
    ? `name of ${name.length} characters, expected at most ${NAME_LENGTH_MAX}`
    : null;
}

/** True for an address that is reached through this proxy, and is not the proxy alone or absurdly long. */
export function isBehind(address: unknown, proxy: Address): address is Address {
  return typeof address === "string" && isAddress(address) && address.includes(",") &&
    lastHop(address as Address) === proxy;
}

/** True for an address of a sensible length. */
export function isAddress(address: unknown): address is Address {
  if (typeof address !== "string" || address === "" || address === "0") return false;
  return address.length <= ADDRESS_HOPS_MAX * 17 && addressPath(address as Address).length <= ADDRESS_HOPS_MAX;
}

/** True for a host and port that can be connected to. */
export function isReachable(ipp: unknown): ipp is HostPort {
  if (!(ipp instanceof HostPort)) return false;
  return typeof ipp.host === "string" && ipp.host !== "" && ipp.host.length <= HOST_LENGTH_MAX &&
    Number.isInteger(ipp.port) && ipp.port! > 0 && ipp.port! <= PORT_MAX;
}

/** What is wrong with a publication that a child sent, or null. */
export function publishedProblem(message: Published, proxy: Address): string | null {
  const name = nameProblem(message.name);
  if (name !== null) return name;
  if (!isScope(message.scope)) return "no scope";
  if (!isId(message.publishedId)) return "no id";
  if (!isBehind(message.homeAddress, proxy)) return "home address that is not the sender's";
  if (message.encrypted !== null && typeof message.encrypted !== "boolean") return "no encryption flag";
  const needsPort = reachOf(message.scope) < reachOf("PROCESS");
  return needsPort && !isReachable(message.listeningIpp) ? "no listening address" : null;
}

/** What is wrong with a subscription that a child sent, or null. */
export function subscribedProblem(message: Subscribed, proxy: Address): string | null {
  const { search } = message;
  if (typeof search !== "string") return "no search";
  if (search.length > SEARCH_LENGTH_MAX) {
    return `search of ${search.length} characters, expected at most ${SEARCH_LENGTH_MAX}`;
  }
  if (!isScope(message.scope)) return "no scope";
  if (!isId(message.subscribedId)) return "no id";
  return isBehind(message.homeAddress, proxy) ? null : "home address that is not the sender's";
}

/** What is wrong with a route that a directory sent, or null. */
export function routeProblem(message: RouteOverLoop | RouteToAddress): string | null {
  const name = nameProblem(message.name);
  if (name !== null) return name;
  if (!isScope(message.scope)) return "no scope";
  return isId(message.routeId) && isId(message.subscribedId) && isId(message.publishedId) ? null : "no id";
}

/** What is wrong with a request to open or close a session, or null. */
export function loopProblem(message: OpenLoop, proxy: Address): string | null {
  const name = nameProblem(message.name);
  if (name !== null) return name;
  if (!isScope(message.scope)) return "no scope";
  if (!isId(message.routeId) || !isId(message.subscribedId) || !isId(message.publishedId)) return "no id";
  return isBehind(message.subscriberAddress, proxy) ? null : "subscriber's address that is not the sender's";
}
