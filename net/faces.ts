/** What actors call. */

import type { Actor, HostPort, MessageClass, ReForm } from "../runtime/mod.ts";
import { ConnectStream, ListenForStream } from "./messages.ts";
import { attachNetwork } from "./network_service.ts";

/** What `listen` takes besides the address. */
export interface ListenOptions {
  /** Refuses connections that don't exchange keys. @default {false} */
  readonly encrypted?: boolean;
  /** Makes it an HTTP server for these messages. */
  readonly httpServer?: readonly MessageClass[];
  /** Makes it an HTTP server for URIs of this form. */
  readonly uriForm?: ReForm | null;
  /** Gives other HTTP requests to the controller as they are, as `HttpRequest`; else they get 404. @default {false} */
  readonly defaultToRequest?: boolean;
}

/** What `connect` takes besides the address. */
export interface ConnectOptions {
  /** Exchanges keys first. @default {false} */
  readonly encrypted?: boolean;
  /** Notices when the other end is gone without a word. @default {false} */
  readonly keepAlive?: boolean;
  /** Makes it an HTTP client; the leading part of request URIs. */
  readonly httpClient?: string | null;
  /** The HTTP server is a layer-cake. @default {false} */
  readonly layerCakeJson?: boolean;
}

/**
 * Opens a port for connections. The actor gets `Listening` or `NotListening`; then, for each connection, `Accepted` and in
 * the end `Closed`, whose return address is the proxy: the address of whoever is at the other end.
 *
 * @param at Port 0 asks for any free port; `Listening` tells which.
 * @returns What {@link stopListening} takes.
 * @example
 * ```ts
 * import { Accepted, Ack, HostPort, listen, Ping, type Routine } from "@layer-cake/cake";
 * async function server(self: Routine) {
 *   listen(self, new HostPort("127.0.0.1", 5050));
 *   while (true) {
 *     const m = await self.input();
 *     if (m instanceof Accepted) self.console("accepted");
 *     else if (m instanceof Ping) self.reply(new Ack());
 *   }
 * }
 * console.assert(server.length === 1);
 * ```
 */
export function listen(self: Actor, at: HostPort, options: ListenOptions = {}): string {
  const lid = self.kernel.world.random.uuid();
  const request = new ListenForStream({
    lid,
    requestedIpp: at,
    encrypted: options.encrypted ?? false,
    httpServer: [...options.httpServer ?? []],
    uriForm: options.uriForm ?? null,
    defaultToRequest: options.defaultToRequest ?? false,
  });
  attachNetwork(self.kernel).listen(request, self.address);
  return lid;
}

/**
 * Connects to a port. The actor gets `Connected` or `NotConnected`, and in the end `Closed`. The return address of
 * `Connected` and `Closed` is the proxy: what is sent there goes to whoever listens.
 */
export function connect(self: Actor, to: HostPort, options: ConnectOptions = {}): void {
  const request = new ConnectStream({
    requestedIpp: to,
    encrypted: options.encrypted ?? false,
    keepAlive: options.keepAlive ?? false,
    httpClient: options.httpClient ?? null,
    layerCakeJson: options.layerCakeJson ?? false,
  });
  attachNetwork(self.kernel).connect(request, self.address);
}

/**
 * Closes a port. Connections live on. The actor that asked for the port gets `NotListening`.
 *
 * @param lid What {@link listen} returned.
 */
export function stopListening(self: Actor, lid: string): void {
  attachNetwork(self.kernel).stopListening(lid, self.address);
}
