// This module performs no I/O.

/** What the checks make of the network: ports of this machine, station addresses, directories. */

import { DIRECTORY_PORT } from "../../directory/bounds.ts";
import { stationAddress, stationAddresses, subnetStation } from "../../directory/parent_address.ts";
import type { Scope } from "../../runtime/messages/host_port.ts";
import type { InterfaceAddress, PortHolder } from "../../runtime/world.ts";
import { type Check, fail, ok, warn } from "./check.ts";
import type { DirectoryPlace } from "./directory_places.ts";

/** What came of asking a directory. */
export type DirectoryAnswer =
  | {
    readonly kind: "directory";
    readonly scope: Scope | null;
    readonly executable: string;
    /** That of a cake; null for the original, which tells none. */
    readonly version: string | null;
    /** How far its clock is ahead of this machine's, or null. */
    readonly aheadMs: number | null;
  }
  /** Nobody listens there, or it can't be reached. */
  | { readonly kind: "nobody"; readonly why: string }
  /** Somebody listens who is no directory, or one that is encrypted. */
  | { readonly kind: "stranger"; readonly why: string };

/** A place, and what came of asking there. */
export interface AskedPlace {
  readonly place: DirectoryPlace;
  readonly answer: DirectoryAnswer;
}

/** A place as it is written. */
export function placeText({ host, port }: Pick<DirectoryPlace, "host" | "port">): string {
  return `${host}:${port}`;
}

/** A port of this machine that is cake's to use. */
export interface PortFacts {
  readonly host: string;
  readonly port: number;
  /** Whose it is: `the HOST directory`. */
  readonly use: string;
  /** Who holds it: none when it is free; null where it is taken and nobody says by whom. */
  readonly holders: readonly PortHolder[] | null;
  /** What came of asking there, where somebody was asked. */
  readonly answer: DirectoryAnswer | null;
}

/** What is shown of a long command line: its beginning, and its end, which says what the program does. */
const COMMAND_LENGTHS = { head: 40, tail: 60 } as const;

/** Whether a port of cake's is free, or held by who should have it. */
export function portCheck({ host, port, use, holders, answer }: PortFacts): Check {
  const at = `${placeText({ host, port })} for ${use}`;
  if (holders !== null && holders.length === 0) return ok("ports", `${at} is free`);
  const taken = `${at} is taken by ${holdersText(holders)}`;
  if (answer?.kind !== "stranger") return ok("ports", taken);
  return fail(
    "ports",
    `${taken}, which does not answer as a directory`,
    `end that, or let the directory listen elsewhere and tell who looks for it: --directory-at-host, --directory-at-lan`,
  );
}

function holdersText(holders: readonly PortHolder[] | null): string {
  if (holders === null) return "a process that this platform does not name";
  const texts = holders.map(({ pid, command }) => {
    if (pid === null) return "a process of another user, whom only root can see";
    if (command === null || command === "") return `pid ${pid}`;
    return `pid ${pid} (${shortCommand(command)})`;
  });
  return [...new Set(texts)].join(" and ");
}

function shortCommand(command: string): string {
  const { head, tail } = COMMAND_LENGTHS;
  return command.length <= head + tail ? command : `${command.slice(0, head)}...${command.slice(-tail)}`;
}

/** Which addresses of this machine are those of a station, where others look for the LAN directory, and where it looks. */
export function stationCheck(addresses: readonly InterfaceAddress[]): Check {
  if (addresses.length === 0) {
    return warn(
      "station",
      "no network: there is no address by which others reach this machine",
      "connect it; without a network, run, start and host work on this machine alone",
    );
  }
  const stations = addresses.filter(({ address, prefixBits }) =>
    subnetStation(address, prefixBits) === address || stationAddress(address) === address
  );
  if (stations.length > 0) {
    const own = stations.map(interfaceText).join(" and ");
    return ok(
      "station",
      `this machine is the station: ${own}`,
      "cake lan here is found by machines that were told nothing",
    );
  }
  const looks = addresses.map((one) => {
    const where = stationAddresses({ address: one.address, prefixBits: one.prefixBits });
    return where.length === 0
      ? `${interfaceText(one)} is in no private network: no station`
      : `${interfaceText(one)} looks for the LAN directory at ${
        where.map((host) => `${host}:${DIRECTORY_PORT}`).join(", then ")
      }`;
  });
  return ok("station", looks.join("; "));
}

function interfaceText({ name, address, prefixBits }: InterfaceAddress): string {
  return `${name} ${address}/${prefixBits}`;
}

/** Whether a directory answers at one of the places where it is looked for. */
export function directoryCheck(scope: "HOST" | "LAN", asked: readonly AskedPlace[]): Check {
  const check = scope === "HOST" ? "host-directory" : "lan-directory";
  const command = scope === "HOST" ? "cake host" : "cake lan";
  const found = asked.find(({ answer }) => answer.kind === "directory");
  if (found !== undefined && found.answer.kind === "directory") {
    const { answer, place } = found;
    const kind = answer.version === null ? `the original (${answer.executable})` : `cake ${answer.version}`;
    const level = answer.scope ?? "unknown";
    const text = `a ${level} directory answers at ${placeText(place)}: ${kind}`;
    if (level === scope) return ok(check, text);
    // At the station, its port is that of a host directory.
    if (scope === "HOST" && level === "LAN") {
      return ok(check, text, "groups of this machine meet there by names for the LAN, and not by those for the HOST");
    }
    return warn(check, text, `a ${scope} directory was expected there: correct the address, or run ${command} there`);
  }
  const stranger = asked.find(({ answer }) => answer.kind === "stranger");
  if (stranger !== undefined && stranger.answer.kind === "stranger") {
    return warn(
      check,
      `${placeText(stranger.place)} does not answer as a directory (${stranger.answer.why})`,
      "if it is an encrypted directory, ask with --encrypted-process",
    );
  }
  if (asked.length === 0) {
    return ok(check, `no place to look for a ${scope} directory`, "a home names one by --directory-at-lan");
  }
  const places = asked.map(({ place, answer }) =>
    `${placeText(place)}${answer.kind === "nobody" ? ` (${answer.why})` : ""}`
  ).join(", ");
  const text = `no ${scope} directory answers at ${places}`;
  const start = scope === "HOST"
    ? "cake host, or cake service install host, when composites of this machine are to find each other"
    : "cake lan on the station, when machines are to find each other";
  return asked.some(({ place }) => place.isConfigured) ? warn(check, text, start) : ok(check, text, start);
}
