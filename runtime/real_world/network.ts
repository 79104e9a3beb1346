/** TCP over Deno's sockets. */

import type { ByteStream, Endpoint, Network, StreamListener } from "../world.ts";
import { errnoName, platformNetworkError, toNetworkError } from "./platform_error.ts";
import { portHolders } from "./port_holders.ts";
import { interfaceAddresses, primaryAddress } from "./primary_address.ts";

/** How long a connect may take. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Makes the network of the real world. Small writes go out at once (TCP_NODELAY).
 *
 * @param connectTimeoutMs How long a connect may take.
 */
export function realNetwork(connectTimeoutMs = CONNECT_TIMEOUT_MS): Network {
  return {
    listen,
    connect: (host, port) => connect(host, port, connectTimeoutMs),
    primaryAddress,
    interfaceAddresses,
    portHolders,
  };
}

// deno-lint-ignore require-await -- a promise by contract: errors must arrive as rejections
async function listen(host: string, port: number): Promise<StreamListener> {
  try {
    return new RealListener(Deno.listen({ hostname: host, port, transport: "tcp" }));
  } catch (error) {
    throw toNetworkError(error);
  }
}

async function connect(host: string, port: number, timeoutMs: number): Promise<ByteStream> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), timeoutMs);
  try {
    return new RealStream(await Deno.connect({ hostname: host, port, transport: "tcp", signal: giveUp.signal }));
  } catch (error) {
    if (giveUp.signal.aborted) throw platformNetworkError("ETIMEDOUT", { cause: error });
    throw toNetworkError(error);
  } finally {
    clearTimeout(timer);
  }
}

/** A connected socket. */
class RealStream implements ByteStream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Deno.TcpConn;
  #closed = false;
  #unwritten: Uint8Array | null = null;

  constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
    this.local = endpoint(socket.localAddr);
    this.remote = endpoint(socket.remoteAddr);
    socket.setNoDelay(true);
  }

  // No async functions here: what each of them adds is felt in every message.

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#socket.read(buffer).then(undefined, this.#readFailed);
  }

  readonly #readFailed = (error: unknown): null => {
    if (this.#closed) return null;
    throw toNetworkError(error);
  };

  write(bytes: Uint8Array): Promise<void> {
    this.#unwritten = bytes;
    return this.#socket.write(bytes).then(this.#written, this.#writeFailed);
  }

  readonly #written = (count: number): Promise<void> | undefined => {
    const bytes = this.#unwritten!;
    if (count < bytes.length) return this.write(bytes.subarray(count));
    this.#unwritten = null;
    return undefined;
  };

  readonly #writeFailed = (error: unknown): never => {
    if (this.#closed) throw platformNetworkError("EBADF", { cause: error });
    throw toNetworkError(error);
  };

  async closeWrite(): Promise<void> {
    try {
      await this.#socket.closeWrite();
    } catch (error) {
      // The other end has gone already: there is nobody left to tell.
      if (this.#closed || errnoName(error) === "ENOTCONN") return;
      throw toNetworkError(error);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

/** An open port. */
class RealListener implements StreamListener {
  readonly local: Endpoint;
  readonly #socket: Deno.TcpListener;
  #closed = false;

  constructor(socket: Deno.TcpListener) {
    this.#socket = socket;
    this.local = endpoint(socket.addr);
  }

  async accept(): Promise<ByteStream | null> {
    if (this.#closed) return null;
    try {
      const socket = await this.#socket.accept();
      try {
        return new RealStream(socket);
      } catch (error) {
        socket.close();
        throw error;
      }
    } catch (error) {
      if (this.#closed) return null;
      throw toNetworkError(error);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

function endpoint(address: Deno.Addr): Endpoint {
  if (address.transport !== "tcp") throw new TypeError(`Cannot use a socket of transport "${address.transport}"`);
  return { host: address.hostname, port: address.port };
}
