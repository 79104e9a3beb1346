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

  constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
    this.local = endpoint(socket.localAddr);
    this.remote = endpoint(socket.remoteAddr);
    socket.setNoDelay(true);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => this.readThen(buffer, resolve, reject));
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => this.writeThen(bytes, resolve, reject));
  }

  // No async functions here: what each of them adds is felt in every message.

  readThen(buffer: Uint8Array, done: (count: number | null) => void, failed: (error: unknown) => void): void {
    this.#socket.read(buffer).then(done, (error: unknown) => {
      if (this.#closed) done(null);
      else failed(toNetworkError(error));
    });
  }

  writeThen(bytes: Uint8Array, done: () => void, failed: (error: unknown) => void): void {
    this.#socket.write(bytes).then(
      (count) => {
        if (count < bytes.length) this.writeThen(bytes.subarray(count), done, failed);
        else done();
      },
      (error: unknown) =>
        failed(this.#closed ? platformNetworkError("EBADF", { cause: error }) : toNetworkError(error)),
    );
  }

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
