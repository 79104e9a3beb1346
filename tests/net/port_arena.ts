/** Parties joined by message ports, as threads are, instead of sockets. */

import {
  type ByteStream,
  type Network,
  NetworkError,
  realWorld,
  type StreamListener,
  type World,
} from "../../runtime/mod.ts";
import { detachNetwork } from "../../net/mod.ts";
import { type BytePort, PortStream } from "../../runtime/port_stream.ts";
import { type ArenaKind, type Party, partyOf } from "./arena.ts";

const HOST = "ports";
const IN_USE = "[Errno 98] Address already in use";
const REFUSED = "[Errno 111] Connection refused";

class PortListener implements StreamListener {
  readonly local;
  readonly #onClose: () => void;
  #accepted: ByteStream[] = [];
  #waiting: ((stream: ByteStream | null) => void) | null = null;
  #isClosed = false;

  constructor(port: number, onClose: () => void) {
    this.local = { host: HOST, port };
    this.#onClose = onClose;
  }

  take(stream: ByteStream): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) this.#accepted.push(stream);
    else waiting(stream);
  }

  accept(): Promise<ByteStream | null> {
    const stream = this.#accepted.shift();
    if (stream !== undefined || this.#isClosed) return Promise.resolve(stream ?? null);
    return new Promise((resolve) => void (this.#waiting = resolve));
  }

  close(): void {
    this.#isClosed = true;
    this.#onClose();
    this.#waiting?.(null);
  }
}

/** A network within one program, of message ports. */
function portNetwork(): Network {
  const listeners = new Map<number, PortListener>();
  let lastPort = 1000;
  return {
    listen(host, asked) {
      const port = asked === 0 ? ++lastPort : asked;
      if (listeners.has(port)) return Promise.reject(new NetworkError(IN_USE, 98));
      const listener = new PortListener(port, () => void listeners.delete(port));
      listeners.set(port, listener);
      void host;
      return Promise.resolve(listener);
    },
    connect(_host, port) {
      const listener = listeners.get(port);
      if (listener === undefined) return Promise.reject(new NetworkError(REFUSED, 111));
      const { port1, port2 } = new MessageChannel();
      listener.take(new PortStream(bytePort(port2), { local: HOST, remote: HOST }));
      return Promise.resolve(new PortStream(bytePort(port1), { local: HOST, remote: HOST }));
    },
    primaryAddress: () => null,
    interfaceAddresses: () => [],
  };
}

function bytePort(port: MessagePort): BytePort {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    listen(take) {
      port.onmessage = ({ data }) => take(data);
    },
    close: () => port.close(),
  };
}

/** Real message ports. */
export const PORTS: ArenaKind = {
  name: "message ports",
  async run(scenario) {
    const parties: Party[] = [];
    const network = portNetwork();
    const world: World = { ...realWorld(), network };
    try {
      await scenario({
        party(options = {}) {
          const party = partyOf(world, HOST, options);
          parties.push(party);
          return Promise.resolve(party);
        },
        pass: (milliseconds) => new Promise((resolve) => void world.clock.after(milliseconds, resolve)),
        stranger: Promise.resolve(world),
      });
    } finally {
      for (const { runtime } of parties) {
        await detachNetwork(runtime);
        runtime.close();
      }
    }
  },
};
