/**
 * The rows of the benchmark that NATS has an equivalent of, in the same run as cake's: two processes that talk by way of a
 * server on loopback. Speaks the protocol directly, so that no client library costs anything.
 *
 *     deno run -A nats.ts REPEAT        starts nats-server and the other process, prints a JSON line for each row
 */

import { freePort } from "../../free_port.ts";
import { runRows } from "../rows.ts";

const ONE_AT_A_TIME = 5000;
const OUTSTANDING = 100;
const PIPELINED = 50_000;
const ONE_WAY = 200_000;
const NOTE = "x".repeat(50);
const READY_TRIES = 200;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What came for a subscription. */
type Take = (subject: string, reply: string | null) => void;

/** One connection to the server. */
class Nats {
  readonly #connection: Deno.TcpConn;
  #waiting = "";
  #isWriting = false;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    connection.setNoDelay(true);
    this.write('CONNECT {"verbose":false,"pedantic":false}\r\n');
  }

  /** Gathers what is written until the last write is done. */
  write(text: string): void {
    this.#waiting += text;
    if (!this.#isWriting) this.#flush();
  }

  async #flush(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting !== "") {
      const bytes = encoder.encode(this.#waiting);
      this.#waiting = "";
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    }
    this.#isWriting = false;
  }

  publish(subject: string, reply: string, payload: string): void {
    this.write(`PUB ${subject} ${reply}${reply === "" ? "" : " "}${payload.length}\r\n${payload}\r\n`);
  }

  /** Reads until the connection ends. Payloads are ASCII here, so that characters are bytes. */
  async read(take: Take): Promise<void> {
    const buffer = new Uint8Array(1 << 20);
    let text = "";
    for (let length = await this.#next(buffer); length !== null; length = await this.#next(buffer)) {
      text += decoder.decode(buffer.subarray(0, length));
      let at = 0;
      for (;;) {
        const end = text.indexOf("\r\n", at);
        if (end < 0) break;
        const words = text.slice(at, end).split(" ");
        if (words[0] === "MSG") {
          const next = end + 2 + Number(words.at(-1)) + 2;
          if (next > text.length) break;
          at = next;
          take(words[1]!, words.length === 5 ? words[3]! : null);
          continue;
        }
        if (words[0] === "PING") this.write("PONG\r\n");
        if (words[0] === "-ERR") throw new Error(words.join(" "));
        at = end + 2;
      }
      text = text.slice(at);
    }
  }

  async #next(buffer: Uint8Array): Promise<number | null> {
    return await this.#connection.read(buffer).catch(() => null);
  }

  close(): void {
    this.#connection.close();
  }
}

async function open(port: number): Promise<Nats> {
  for (let tries = 0;; tries++) {
    try {
      return new Nats(await Deno.connect({ hostname: "127.0.0.1", port }));
    } catch (error) {
      if (tries === READY_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function serve(port: number): Promise<void> {
  const nats = await open(port);
  nats.write("SUB ping 1\r\nSUB note 2\r\nSUB tally 3\r\n");
  let count = 0;
  await nats.read((subject, reply) => {
    if (subject === "ping") nats.publish(reply!, "", "ack");
    else if (subject === "note") count++;
    else nats.publish(`${reply}.${count}`, "", "");
  });
}

async function measure(port: number, repeat: number): Promise<void> {
  const nats = await open(port);
  nats.write("SUB me 1\r\nSUB me.* 2\r\n");
  let arrived: Take = () => {};
  const reading = nats.read((subject, reply) => arrived(subject, reply));
  const answer = () => new Promise<string>((resolve) => arrived = resolve);
  const tally = async () => {
    const answered = answer();
    nats.publish("tally", "me", "");
    return Number((await answered).split(".")[1]);
  };
  // The other process has subscribed once it answers.
  for (;;) {
    const answered = answer();
    nats.publish("ping", "me", "");
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), 50));
    if (await Promise.race([answered, late]) !== null) break;
  }

  const oneAtATime = async () => {
    const start = performance.now();
    for (let i = 0; i < ONE_AT_A_TIME; i++) {
      const answered = answer();
      nats.publish("ping", "me", "");
      await answered;
    }
    return 1000 * ONE_AT_A_TIME / (performance.now() - start);
  };
  const outstanding = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let sent = 0, done = 0;
    const start = performance.now();
    arrived = () => {
      if (++done === PIPELINED) resolve();
      if (sent++ < PIPELINED) nats.publish("ping", "me", "");
    };
    for (; sent < OUTSTANDING; sent++) nats.publish("ping", "me", "");
    await promise;
    return 1000 * PIPELINED / (performance.now() - start);
  };
  const oneWay = async () => {
    const before = await tally();
    const start = performance.now();
    for (let i = 0; i < ONE_WAY; i++) nats.publish("note", "", NOTE);
    // Nothing is lost as long as the server keeps it: the tally stands behind all of it.
    const count = await tally() - before;
    if (count !== ONE_WAY) throw new Error(`${ONE_WAY} were sent, ${count} have arrived`);
    return 1000 * ONE_WAY / (performance.now() - start);
  };
  await runRows([
    { name: "transport: request and reply, one at a time", unit: "1/s", measure: oneAtATime },
    { name: "transport: request and reply, 100 outstanding", unit: "1/s", measure: outstanding },
    { name: "transport: one way, 100 bytes", unit: "1/s", measure: oneWay },
  ], { repeat });
  nats.close();
  await reading;
}

async function main(repeat: number): Promise<void> {
  const port = freePort();
  const server = new Deno.Command("nats-server", {
    args: ["--addr", "127.0.0.1", "--port", `${port}`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const args = ["run", "-A", "--no-config", new URL(import.meta.url).pathname, "serve", `${port}`];
  const other = new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn();
  try {
    await measure(port, repeat);
  } finally {
    other.kill("SIGKILL");
    server.kill("SIGTERM");
    await Promise.all([other.status, server.status]);
  }
}

if (import.meta.main) {
  const [word, port] = Deno.args;
  await (word === "serve" ? serve(Number(port)) : main(Number(word ?? 3)));
}
