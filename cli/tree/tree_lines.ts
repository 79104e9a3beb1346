// This module performs no I/O.

/** The tree of directories as lines for people, in the form of the original. */

import type { DirectoryListing, DirectoryPeer, PeerSession } from "../../directory/messages.ts";
import { RouteOverLoop, RouteToAddress } from "../../directory/messages.ts";
import { Connected } from "../../net/messages.ts";
import type { HostPort } from "../../runtime/messages/host_port.ts";
import { Faulted } from "../../runtime/messages/faults.ts";
import { directoryLabel, type DirectoryNode, identity } from "./directory_tree.ts";

/** What to show besides the directories themselves. */
export interface TreeOptions {
  readonly isFull: boolean;
  readonly addresses: boolean;
  readonly published: boolean;
  readonly subscribed: boolean;
  readonly routed: boolean;
  readonly connected: boolean;
}

/** What stands in front of a line, once for each level. */
const LEVEL = "+   ";

/** A line at a level. */
export function atLevel(level: number, text: string): string {
  return `${LEVEL.repeat(level)}${text}`;
}

/** A node and all below it. */
export function treeLines(node: DirectoryNode, options: TreeOptions, level = 0): string[] {
  const { listing } = node;
  if (typeof listing === "string") return [atLevel(level, `[?] ${node.at} (${listing})`)];
  const own = listingLines(listing, options).map(([more, text]) => atLevel(level + more, text));
  return [...own, ...node.below.flatMap((below) => treeLines(below, options, level + 1))];
}

type Line = readonly [level: number, text: string];

function listingLines(listing: DirectoryListing, options: TreeOptions): Line[] {
  const { isFull } = options;
  const id = (value: string | null) => identity(value, isFull);
  const lines: Line[] = [[0, headLine(listing, options)]];
  if (options.published) {
    for (const { name, publishedId, listeningIpp } of listing.published) {
      lines.push([1, `# "${name}" (${id(publishedId)})${isSet(listeningIpp) ? ` ${listeningIpp}` : ""}`]);
    }
  }
  if (options.subscribed) {
    for (const { search, subscribedId } of listing.subscribed) lines.push([1, `? "${search}" (${id(subscribedId)})`]);
  }
  if (options.routed) {
    for (const { name, subscribedId, publishedId } of listing.routed) {
      // The blank is where the original has it.
      lines.push([1, `<>" ${name}" (${id(subscribedId)} -> ${id(publishedId)})`]);
    }
  }
  if (options.connected) {
    for (const peer of (listing.peer as Map<string, DirectoryPeer>).values()) {
      lines.push([1, `? "${peer.search}" (${id(peer.subscribedId)})`]);
      for (const session of peer.session) lines.push([2, sessionLine(session, isFull)]);
    }
  }
  return lines;
}

function headLine(listing: DirectoryListing, { isFull, addresses }: TreeOptions): string {
  const label = directoryLabel(listing, isFull);
  if (!addresses) return label;
  const { primaryIp, connectToDirectory, acceptDirectoriesAt } = listing;
  return `${label} ${primaryIp ?? "(not detected)"} <C>${shown(connectToDirectory)} <L>${shown(acceptDirectoriesAt)}`;
}

function isSet(ipp: HostPort | null): ipp is HostPort {
  return ipp !== null && ipp.host !== null;
}

function shown(ipp: HostPort | null): string {
  return isSet(ipp) ? `${ipp}` : "(not set)";
}

function sessionLine({ name, route, status }: PeerSession, isFull: boolean): string {
  if (route instanceof RouteOverLoop) {
    const label = `"${name}"[${route.scope}]`;
    if (status instanceof Connected) return `> ${label} (${connectionText(status)})`;
    if (status instanceof Faulted) return `${label} ${route.ipp} (${status})`;
    return `> ${label} ${route.ipp} (unexpected "${typeText(status)}")`;
  }
  if (route instanceof RouteToAddress) {
    const [subscriber, publisher] = [identity(route.subscribedId, isFull), identity(route.publishedId, isFull)];
    return `> "${name}"[${route.scope}] (${subscriber} -> ${publisher})`;
  }
  return `> "${name}" (no active route)`;
}

/** Both ends of a connection, this one first. */
export function connectionText({ openedIpp, request }: Connected): string {
  return `${openedIpp} -> ${request?.requestedIpp}`;
}

function typeText(value: unknown): string {
  return value === null || value === undefined ? "null" : value.constructor.name;
}
