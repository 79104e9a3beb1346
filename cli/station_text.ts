// This module performs no I/O.

/** Which station addresses a LAN directory answers to: where machines look for it that were told nothing. */

import { DIRECTORY_PORT } from "../directory/bounds.ts";
import { stationAddress, subnetStation } from "../directory/parent_address.ts";
import type { HostPort } from "../runtime/messages/host_port.ts";
import type { InterfaceAddress } from "../runtime/world.ts";

/** A line about stations, and whether it is bad news. */
export interface StationLine {
  readonly text: string;
  readonly isWarning: boolean;
}

/** What a LAN directory says when it listens. */
export function stationLines(listening: HostPort, addresses: readonly InterfaceAddress[]): StationLine[] {
  const { host, port } = listening;
  const answering = addresses.filter(({ address }) => host === "0.0.0.0" || host === "::" || host === address);
  const roles = port === DIRECTORY_PORT ? answering.flatMap(rolesOf) : [];
  if (roles.length > 0) {
    return roles.map((role) => ({ text: `Answers to the station address ${role}`, isWarning: false }));
  }
  const expected = [...new Set(addresses.flatMap(stationsOf))].map((station) => `${station}:${DIRECTORY_PORT}`);
  const where = expected.length === 0 ? "" : `: others look at ${expected.join(" and ")}`;
  return [{
    text: `Not on a station address${where}; tell each host with --directory-at-lan where this directory is`,
    isWarning: true,
  }];
}

/** The stations that an address is, and whose. */
function rolesOf({ address, prefixBits }: InterfaceAddress): string[] {
  const roles: string[] = [];
  if (subnetStation(address, prefixBits) === address) roles.push(`${address}, of its own subnet /${prefixBits}`);
  if (stationAddress(address) === address) {
    roles.push(`${address}, of all machines that derive it as the original does`);
  }
  return roles;
}

/** Where a machine with that address looks. */
function stationsOf({ address, prefixBits }: InterfaceAddress): string[] {
  return [subnetStation(address, prefixBits), stationAddress(address)].filter((station) => station !== null);
}
