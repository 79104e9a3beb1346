// This module performs no I/O.

/** Settings that are network addresses: one that can never be listened at, or connected to, is refused at the start. */

import { HostPort } from "../messages/host_port.ts";
import { ArgumentError, dashed, type Settings } from "./arguments.ts";
import { textFromValue } from "./text_value.ts";

/** What an address is for: a listener may ask for any free port with 0, who connects has to know it. */
export type AddressUse = "listen" | "connect";

/** Settings that are addresses, by wire name. */
export type AddressUses = Readonly<Record<string, AddressUse>>;

/** Length of a host name or numeric address. */
const HOST_LENGTH_MAX = 255;
const PORT_MAX = 65_535;
/** Names, IPv4 addresses, and IPv6 addresses, which have two colons at least; names are for the platform to judge. */
const HOST = /^(?:[^\s:/\\"'@]+|\[?[\da-f]*:[\da-f.]*:[\da-f:.]*(?:%[^\s/]+)?\]?)$/i;

/** What is wrong with an address for this use, or null. One without host and port is none, and right. */
export function addressProblem({ host, port }: HostPort, use: AddressUse): string | null {
  if (host === null && port === null) return null;
  if (host === null || host === "") return "no host";
  if (host.length > HOST_LENGTH_MAX) return `host of ${host.length} characters, expected at most ${HOST_LENGTH_MAX}`;
  if (!HOST.test(host)) return `"${host}" is no name or address of a host`;
  const least = use === "listen" ? 0 : 1;
  if (port === null) return `no port, expected ${least} to ${PORT_MAX}`;
  if (Number.isInteger(port) && port >= least && port <= PORT_MAX) return null;
  return `port ${port}, expected ${least} to ${PORT_MAX}`;
}

/**
 * Refuses addresses that can't be used.
 *
 * @throws {ArgumentError} Naming the setting and its value.
 */
export function refuseBadAddresses(settings: Settings, uses: AddressUses): void {
  for (const [wireName, use] of Object.entries(uses)) {
    const address = settings.get(wireName);
    if (!(address instanceof HostPort)) continue;
    const problem = addressProblem(address, use);
    if (problem === null) continue;
    const value = textFromValue(address, HostPort.portable);
    throw new ArgumentError(`cannot use --${dashed(wireName)}=${value} (${problem})`);
  }
}
