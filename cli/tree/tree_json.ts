// This module performs no I/O.

/** The tree of directories as plain JSON values, with everything in it. Names are those of the wire. */

import {
  type DirectoryListing,
  type DirectoryPeer,
  type PeerSession,
  RouteOverLoop,
  RouteToAddress,
} from "../../directory/messages.ts";
import { Connected } from "../../net/messages.ts";
import type { HostPort } from "../../runtime/messages/host_port.ts";
import type { DirectoryNode } from "./directory_tree.ts";

/** A node and all below it. */
export function treeJson(node: DirectoryNode): unknown {
  const { at, listing, below, leftOut = null } = node;
  if (typeof listing === "string") return { at, fault: listing };
  return { at, ...listingJson(listing), left_out: leftOut, sub_directory: below.map(treeJson) };
}

function listingJson(listing: DirectoryListing) {
  const peers = [...(listing.peer as Map<string, DirectoryPeer>).values()];
  return {
    scope: listing.scope,
    executable: listing.executable,
    unique_id: listing.uniqueId,
    primary_ip: listing.primaryIp,
    connect_to_directory: placeJson(listing.connectToDirectory),
    accept_directories_at: placeJson(listing.acceptDirectoriesAt),
    published: listing.published.map(({ name, scope, encrypted, publishedId, listeningIpp }) => ({
      name,
      scope,
      encrypted: encrypted === true,
      published_id: publishedId,
      listening_ipp: placeJson(listeningIpp),
    })),
    subscribed: listing.subscribed.map(({ search, scope, subscribedId }) => ({
      search,
      scope,
      subscribed_id: subscribedId,
    })),
    routed: listing.routed.map(({ name, subscribedId, publishedId }) => ({
      name,
      subscribed_id: subscribedId,
      published_id: publishedId,
    })),
    peer: peers.map(({ search, subscribedId, session }) => ({
      search,
      subscribed_id: subscribedId,
      session: session.map(sessionJson),
    })),
  };
}

function sessionJson({ name, route, status }: PeerSession) {
  if (!(route instanceof RouteOverLoop) && !(route instanceof RouteToAddress)) return { name, route: null };
  const { scope, routeId, publishedId } = route;
  const way = route instanceof RouteOverLoop ? { ipp: placeJson(route.ipp), encrypted: route.encrypted === true } : {};
  const connection = status instanceof Connected ? { opened_ipp: placeJson(status.openedIpp) } : {};
  const isOpen = status instanceof Connected || route instanceof RouteToAddress;
  return {
    name,
    route: { scope, route_id: routeId, published_id: publishedId, ...way },
    open: isOpen,
    ...connection,
    ...(isOpen ? {} : { fault: `${status}` }),
  };
}

function placeJson(ipp: HostPort | null): { host: string; port: number | null } | null {
  return ipp === null || ipp.host === null ? null : { host: ipp.host, port: ipp.port };
}
