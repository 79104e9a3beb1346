// This module performs no I/O.

/** Where a directory's parent is when nobody says, and how long to wait before connecting again. */

import { Faulted, HostPort, type Network, type Scope } from "../runtime/mod.ts";
import {
  DIRECTORY_PORT,
  RECONNECT_MS_AGAIN,
  RECONNECT_MS_FIRST,
  RECONNECT_MS_MAX,
  RECONNECT_MS_SOON,
  RECONNECT_SOON_ATTEMPTS,
  STATION_NUMBER,
} from "./bounds.ts";

/** Subnets that have hosts of their own, and no more than a private network. */
const PREFIX_BITS_MIN = 8;
const PREFIX_BITS_MAX = 30;

const FOUR_OCTETS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Where an address is reached: on this machine, in a private network, or elsewhere. */
export type Neighbourhood = keyof typeof RECONNECT_MS_MAX;

/** An IPv4 address as a socket of IPv6 tells it. */
const MAPPED_PREFIX = /^::ffff:(?=[\d.]+$)/i;
/** Names that mean this machine wherever they are looked up (RFC 6761), and its IPv6 address. */
const THIS_MACHINE = /^(?:(?:.+\.)?localhost\.?|::1)$/i;
/** Unique local and link-local addresses of IPv6. */
const PRIVATE_IPV6 = /^(?:f[cd][\da-f]{2}|fe[89ab][\da-f]):/i;

/** Names of one part, and those of domains that only networks of one's own have (RFC 6762, 8375, and reserved ones). */
const PRIVATE_NAME = /^[^.:\s]+\.?$|\.(?:local|lan|internal|home\.arpa)\.?$/i;

/** The neighbourhood of a host by its numeric address, or by its name as far as that tells; others count as elsewhere. */
export function neighbourhoodOf(host: string): Neighbourhood {
  if (THIS_MACHINE.test(host)) return "loopback";
  if (PRIVATE_IPV6.test(host) || PRIVATE_NAME.test(host)) return "private";
  const octets = octetsOf(host.replace(MAPPED_PREFIX, ""));
  if (octets === null) return "public";
  const [first, second] = octets;
  if (first === 127) return "loopback";
  const isPrivate = first === 10 || (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168);
  return isPrivate ? "private" : "public";
}

function octetsOf(host: string): [number, number, number, number] | null {
  const parts = FOUR_OCTETS.exec(host)?.slice(1).map(Number);
  return parts !== undefined && parts.every((part) => part <= 255) ? parts as [number, number, number, number] : null;
}

/** The address of this machine's host directory. */
export function hostDirectory(): HostPort {
  return new HostPort("127.0.0.1", DIRECTORY_PORT);
}

/**
 * The places to look for the parent of a directory that was given none, in the order to try them.
 *
 * @param scope The directory's own scope.
 * @param primary The IPv4 address of this machine with the bits of it that name its subnet; null for what is not known.
 */
export function defaultParents(scope: Scope, primary: PrimaryAddress): HostPort[] {
  if (scope === "PROCESS" || scope === "GROUP") return [hostDirectory()];
  if (scope !== "HOST") return [];
  return stationAddresses(primary).map((station) => new HostPort(station, DIRECTORY_PORT));
}

/** The address of a machine towards others. */
export interface PrimaryAddress {
  readonly address: string | null;
  readonly prefixBits: number | null;
}

/**
 * The stations of a machine's network, the nearest first: that of its own subnet, then the one that the original would
 * look for. None outside of private networks, where host 195 is a stranger.
 */
export function stationAddresses({ address, prefixBits }: PrimaryAddress): string[] {
  if (address === null) return [];
  const own = prefixBits === null ? null : subnetStation(address, prefixBits);
  const derived = stationAddress(address);
  return [...new Set([own, derived])].filter((station) => station !== null);
}

/** Host 195 of the subnet's first block; null where the subnet is too small to have it. */
export function subnetStation(address: string, prefixBits: number): string | null {
  const octets = octetsOf(address);
  const isSubnet = prefixBits >= PREFIX_BITS_MIN && prefixBits <= PREFIX_BITS_MAX;
  if (octets === null || !isSubnet || neighbourhoodOf(address) !== "private") return null;
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - prefixBits);
  const first = Math.floor(number / size) * size;
  const station = Math.floor(first / 256) * 256 + STATION_NUMBER;
  if (station <= first || station >= first + size - 1) return null;
  return [24, 16, 8, 0].map((shift) => Math.floor(station / 2 ** shift) % 256).join(".");
}

/** The station of a private network, as the original finds it: the network's first block, host 195. */
export function stationAddress(primaryAddress: string): string | null {
  const octets = octetsOf(primaryAddress);
  if (octets === null || neighbourhoodOf(primaryAddress) !== "private") return null;
  switch (octets[0]) {
    case 10:
      return `10.0.0.${STATION_NUMBER}`;
    case 172:
      return `172.16.0.${STATION_NUMBER}`;
    default:
      return `192.168.0.${STATION_NUMBER}`;
  }
}

/** What the wait before an attempt to connect to a parent depends on. */
export interface ParentWait {
  /** Where the parent is, as far as that is known. */
  readonly neighbourhood: Neighbourhood;
  /** How many attempts have failed in a row. */
  readonly attempts: number;
  /** True for a parent that was found there, and has not failed often since: it comes back, so nobody else is bothered. */
  readonly isFound: boolean;
}

/**
 * How long to wait before the next attempt: doubling from a short wait up to a second or so, for a minute or two, and then up to the
 * original's; each drawn anew between 60 and 109 percent, so that the children of a directory that was restarted don't all
 * come at once. Strangers who were never found are called at longer intervals from the beginning.
 *
 * @param random A float in [0, 1).
 * @returns Milliseconds.
 */
export function reconnectDelay({ neighbourhood, attempts, isFound }: ParentWait, random: number): number {
  const first = isFound ? RECONNECT_MS_AGAIN : RECONNECT_MS_FIRST[neighbourhood];
  const soon = Math.min(RECONNECT_MS_SOON[neighbourhood], first * 2 ** Math.min(attempts, 20));
  const doublings = Math.min(Math.max(0, attempts - RECONNECT_SOON_ATTEMPTS), 20);
  const base = Math.min(RECONNECT_MS_MAX[neighbourhood], soon * 2 ** doublings);
  return Math.round(base * (0.6 + 0.49 * random));
}

/** The longest that an original, or this one, waits before it connects to a host there again. */
export function longestReconnect(neighbourhood: Neighbourhood): number {
  return RECONNECT_MS_MAX[neighbourhood] * 1.1;
}

/** The address of all interfaces of a machine. */
const EVERYWHERE = "0.0.0.0";

/** What tells which addresses are those of this machine. */
type OwnInterfaces = Pick<Network, "interfaceAddresses">;

/** Where a directory listens and where the one above it is, as far as that was given. */
export interface DirectoryPlaces {
  readonly acceptAt?: HostPort | null;
  readonly connectTo?: HostPort | null;
}

/**
 * The fault of a directory that would be its own parent, or null.
 *
 * @param network That of this machine.
 */
export function ownParentFault({ acceptAt, connectTo }: DirectoryPlaces, network: OwnInterfaces): Faulted | null {
  const [here, above] = [acceptAt?.host ?? null, connectTo?.host ?? null];
  if (here === null || above === null || acceptAt!.port !== connectTo!.port || acceptAt!.port === 0) return null;
  const isOwn = () =>
    neighbourhoodOf(above) === "loopback" || network.interfaceAddresses().some(({ address }) => address === above);
  if (here !== above && !(here === EVERYWHERE && isOwn())) return null;
  const why = `the directory above is at "${connectTo}", which is this one: give it an address of its own`;
  return new Faulted(`cannot listen at "${acceptAt}"`, why);
}
