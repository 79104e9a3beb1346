/** What Deno's sockets do without messages: the floor of the rows between processes. */

/** The ports of the other process. */
export interface RawPorts {
  /** Gives back what it gets. */
  readonly echo: number;
  /** Takes everything, and answers with one byte for each {@link SINK_BYTES}. */
  readonly sink: number;
}

/** Bytes of a reader. */
const READ_BYTES = 65_536;
/** Bytes that a sink acknowledges at once. */
const SINK_BYTES = 1_048_576;
/** Acknowledgements that may be missing. */
const SINK_AHEAD = 8;

/** Opens both ports. */
export function serveRaw(): RawPorts {
  return { echo: serve(echo), sink: serve(sink) };
}

function serve(take: (connection: Deno.TcpConn) => Promise<void>): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) void take(connection);
  })();
  return listener.addr.port;
}

async function echo(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const buffer = new Uint8Array(READ_BYTES);
  for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
    await writeAll(connection, buffer.subarray(0, count));
  }
}

async function sink(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const buffer = new Uint8Array(READ_BYTES);
  const receipt = new Uint8Array(1);
  let got = 0;
  for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
    for (got += count; got >= SINK_BYTES; got -= SINK_BYTES) await connection.write(receipt);
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(at === 0 ? bytes : bytes.subarray(at));
}

async function connect(port: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  return connection;
}

/** A connection to an echo. */
export class RawEcho {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(READ_BYTES);

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Sends requests of a size one after the other, each when the one before is back. Returns how many it was a second. */
  async requests(bytes: number, total: number): Promise<number> {
    const connection = this.#connection;
    const request = new Uint8Array(bytes);
    const start = performance.now();
    for (let i = 0; i < total; i++) {
      await writeAll(connection, request);
      for (let got = 0; got < bytes;) got += await connection.read(this.#buffer) ?? NaN;
    }
    return 1000 * total / (performance.now() - start);
  }
}

/** Runs something with a connection to the echo. */
export async function withRaw(ports: RawPorts, run: (raw: RawEcho) => Promise<void>): Promise<void> {
  const connection = await connect(ports.echo);
  try {
    await run(new RawEcho(connection));
  } finally {
    connection.close();
  }
}

/** Megabytes a second that go one way, so many bytes in one write. */
export async function rawSink(ports: RawPorts, bytes: number, seconds: number): Promise<number> {
  const connection = await connect(ports.sink);
  const piece = new Uint8Array(bytes).fill(7);
  const receipts = new Uint8Array(SINK_AHEAD);
  const start = performance.now();
  let sent = 0, received = 0;
  while (performance.now() - start < 1000 * seconds) {
    for (let i = 0; i < SINK_BYTES; i += bytes) await writeAll(connection, piece);
    sent++;
    while (sent - received >= SINK_AHEAD) received += await connection.read(receipts) ?? NaN;
  }
  while (received < sent) received += await connection.read(receipts) ?? NaN;
  const rate = sent * SINK_BYTES / 1000 / (performance.now() - start);
  connection.close();
  return rate;
}
