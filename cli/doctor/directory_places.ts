// This module performs no I/O.

/** Where directories are looked for. */

import { DIRECTORY_PORT } from "../../directory/bounds.ts";
import { type PrimaryAddress, stationAddresses } from "../../directory/parent_address.ts";
import type { HostPort } from "../../runtime/messages/host_port.ts";

/** A place where a directory of this machine or another is, or is looked for. */
export interface DirectoryPlace {
  readonly host: string;
  readonly port: number;
  /** Named by the home or the command line, rather than the place where one looks that was told nothing. */
  readonly isConfigured: boolean;
}

/** The places of each kind of directory, the first to be tried first. */
export interface DirectoryPlaces {
  readonly host: readonly DirectoryPlace[];
  readonly lan: readonly DirectoryPlace[];
}

/** What was said about places; null where nothing was. */
export interface GivenPlaces {
  /** By the command line. */
  readonly given: HostPort | null;
  /** By the settings of the group. */
  readonly atHost: HostPort | null;
  readonly atLan: HostPort | null;
  /** The address of this machine, by which it finds its station. */
  readonly primary: PrimaryAddress;
}

/** As somebody said, or as one looks that was told nothing. */
export function directoryPlaces({ given, atHost, atLan, primary }: GivenPlaces): DirectoryPlaces {
  const host = [given, atHost].flatMap(configured);
  const lan = configured(atLan);
  return {
    host: host.length > 0 ? host : [assumed("127.0.0.1")],
    lan: lan.length > 0 ? lan : stationAddresses(primary).map(assumed),
  };
}

function configured(at: HostPort | null): DirectoryPlace[] {
  if (at === null || at.host === null) return [];
  return [{ host: at.host, port: at.port ?? DIRECTORY_PORT, isConfigured: true }];
}

function assumed(host: string): DirectoryPlace {
  return { host, port: DIRECTORY_PORT, isConfigured: false };
}
