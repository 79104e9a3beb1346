/** The way to HTTP: loaded at the first use, as most processes never need it. */

import { type AddressValue as Address, type Kernel, NetworkError } from "../runtime/mod.ts";
import type { HttpClientConnection, HttpConnectionOptions } from "./http/client.ts";
import type { HttpListener, HttpListenerOptions } from "./http/server.ts";
import type { ConnectStream, ListenForStream } from "./messages.ts";

/** What HTTP is, once it is loaded. */
interface Http {
  readonly server: typeof import("./http/server.ts");
  readonly client: typeof import("./http/client.ts");
}

let http: Http | null = null;

/** Loads what HTTP needs. Afterwards nothing is loaded when HTTP is used: simulations need that. */
export async function prepareHttp(): Promise<void> {
  if (http !== null) return;
  http = { server: await import("./http/server.ts"), client: await import("./http/client.ts") };
}

/** Opens a port where requests become messages for the controller. Throws {@link NetworkError}. */
export async function openHttpPort(
  kernel: Kernel,
  request: ListenForStream,
  controller: Address,
  options: HttpListenerOptions,
): Promise<HttpListener> {
  if (http === null) await prepareHttp();
  try {
    return await http!.server.openHttpListener(kernel, request, controller, options);
  } catch (error) {
    // The form of the URI is none.
    if (error instanceof TypeError) throw new NetworkError(error.message, 0, { cause: error });
    throw error;
  }
}

/** Connects to an HTTP server; messages sent to the connection become requests. Throws {@link NetworkError}. */
export async function openHttpClient(
  kernel: Kernel,
  request: ConnectStream,
  controller: Address,
  options: HttpConnectionOptions,
): Promise<HttpClientConnection> {
  if (http === null) await prepareHttp();
  return await http!.client.openHttpConnection(kernel, request, controller, options);
}
