/** The way to HTTP: loaded at the first use, as most processes never need it. */

import type { AddressValue as Address, HostPort, Kernel } from "../runtime/mod.ts";
import { NetworkError } from "../runtime/mod.ts";
import type { ConnectStream, ListenForStream } from "./messages.ts";

/** An open port, whatever is spoken there. */
export interface Port {
  readonly listening: HostPort;
  close(): void;
}

/** What is told of the connections of an HTTP port. */
export interface HttpPortEvents {
  readonly opened: (peer: { readonly remote: HostPort }) => void;
  readonly closed: (peer: { readonly remote: HostPort }) => void;
}

/** Opens a port where requests become messages for the controller. Throws {@link NetworkError}. */
export async function openHttpPort(
  kernel: Kernel,
  request: ListenForStream,
  controller: Address,
  events: HttpPortEvents,
): Promise<Port> {
  const { openHttpListener } = await import("./http/server.ts");
  try {
    return await openHttpListener(kernel, request, controller, events);
  } catch (error) {
    // The form of the URI is none.
    if (error instanceof TypeError) throw new NetworkError(error.message, 0, { cause: error });
    throw error;
  }
}

/** Connects to an HTTP server; messages sent to the connection become requests. Throws {@link NetworkError}. */
export function openHttpConnection(_kernel: Kernel, _request: ConnectStream, _controller: Address): Promise<void> {
  return Promise.reject(new NetworkError("no HTTP client yet"));
}
