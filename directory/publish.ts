/** What applications call to be found by name, and to find others. Requests go to the directory of their process. */

import type { Actor, AddressValue as Address, Scope } from "../runtime/mod.ts";
import { DIRECTORY } from "./directory.ts";
import {
  ClearPublished,
  ClearSubscribed,
  PublishAs,
  type Published,
  type Subscribed,
  SubscribeTo,
} from "./messages.ts";

/** How far a name reaches, and how its sessions travel. */
export interface PublishOptions {
  /** The widest directory that is to know the name. @default {"HOST"} */
  scope?: Scope;
  /** Whether sessions are encrypted. @default {false} */
  encrypted?: boolean;
}

/** How far to look. */
export interface SubscribeOptions {
  /** The widest directory that is to be asked. @default {"HOST"} */
  scope?: Scope;
}

/**
 * Publishes an actor under a name. It gets `Published`, which says that the directory of its process knows the name, or
 * `NotPublished`. From then on it gets `Delivered` for each subscriber that reaches it, and `Dropped` when that one is gone.
 *
 * @param self The actor; answers and sessions are its own.
 * @param name Any text; what subscribers look for.
 */
export function publish(self: Actor, name: string, options: PublishOptions = {}): void {
  const { scope = "HOST", encrypted = false } = options;
  self.send(new PublishAs({ name, scope, publisherAddress: self.address, encrypted }), directoryOf(self));
}

/**
 * Subscribes an actor to all names that match. It gets `Subscribed` or `NotSubscribed`, and from then on `Available` for
 * each instance that can be reached, and `Dropped` when that one is gone. The nearest instance of a name wins.
 *
 * @param self The actor; answers and sessions are its own.
 * @param search A regular expression that must match the whole name, in the dialect that the original and RE2 share.
 */
export function subscribe(self: Actor, search: string, options: SubscribeOptions = {}): void {
  const { scope = "HOST" } = options;
  self.send(new SubscribeTo({ search, scope, subscriberAddress: self.address }), directoryOf(self));
}

/** Takes back a publication; the actor gets `PublishedCleared`, and `Dropped` for each open session. */
export function clearPublished(self: Actor, published: Published, note: string | null = null): void {
  const { name, scope, publishedId } = published;
  self.send(new ClearPublished({ name, scope, publishedId, note }), directoryOf(self));
}

/** Takes back a subscription; the actor gets `SubscribedCleared`, and `Dropped` for each open session. */
export function clearSubscribed(self: Actor, subscribed: Subscribed, note: string | null = null): void {
  const { search, scope, subscribedId } = subscribed;
  self.send(new ClearSubscribed({ search, scope, subscribedId, note }), directoryOf(self));
}

/**
 * The address of the directory that an actor's process has.
 *
 * @throws {TypeError} When the runtime was made without one.
 */
export function directoryOf(self: Actor): Address {
  const address = self.kernel.find(DIRECTORY);
  if (address === undefined) throw new TypeError("Cannot use the directory: this runtime was made without one");
  return address;
}
