/**
 * What the platform alone does for the demo: `demo_floor.ts serve <port> <workers>` is an HTTP server of Deno that hands each
 * request to an idle one of so many worker processes over a raw socket, one at a time, as a pool does, and answers with
 * the table that comes back; `demo_floor.ts work <port>` is such a worker. No messages, no actors, no directory.
 */

const HOST = "127.0.0.1";
const LINE_FEED = 0x0a;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Reads lines; each is given to `take`. */
async function readLines(connection: Deno.TcpConn, take: (line: string) => void): Promise<void> {
  const buffer = new Uint8Array(65_536);
  let rest = "";
  for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
    const isWhole = buffer[count - 1] === LINE_FEED;
    const lines = (rest + DECODER.decode(buffer.subarray(0, count))).split("\n");
    rest = isWhole ? "" : lines.at(-1)!;
    for (const line of lines.slice(0, -1)) take(line);
  }
}

/** Makes tables for whoever asks: "2,3" for 3 rows of 2 numbers. */
async function work(port: number): Promise<void> {
  const connection = await Deno.connect({ hostname: HOST, port });
  connection.setNoDelay(true);
  await readLines(connection, (line) => {
    const [x, y] = line.split(",").map(Number) as [number, number];
    const table = Array.from({ length: y }, () => Array.from({ length: x }, () => Math.random()));
    connection.write(ENCODER.encode(`${JSON.stringify(table)}\n`));
  });
}

interface Question {
  readonly text: string;
  readonly resolve: (table: string) => void;
}

/** Hands questions to idle workers. */
class Pool {
  readonly #idle: Deno.TcpConn[] = [];
  readonly #asked = new Map<Deno.TcpConn, Question>();
  readonly #waiting: Question[] = [];

  join(worker: Deno.TcpConn): void {
    worker.setNoDelay(true);
    this.#free(worker);
    readLines(worker, (line) => {
      this.#asked.get(worker)!.resolve(line);
      this.#free(worker);
    });
  }

  ask(text: string): Promise<string> {
    return new Promise((resolve) => {
      const worker = this.#idle.shift();
      if (worker === undefined) this.#waiting.push({ text, resolve });
      else this.#give(worker, { text, resolve });
    });
  }

  #free(worker: Deno.TcpConn): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else this.#give(worker, next);
  }

  #give(worker: Deno.TcpConn, question: Question): void {
    this.#asked.set(worker, question);
    worker.write(ENCODER.encode(`${question.text}\n`));
  }
}

async function serve(port: number, workers: number): Promise<void> {
  const pool = new Pool();
  const door = Deno.listen({ hostname: HOST, port: 0 });
  const children = Array.from({ length: workers }, () => {
    const args = [
      "run",
      "-A",
      "--no-config",
      "--no-lock",
      new URL(import.meta.url).pathname,
      "work",
      `${door.addr.port}`,
    ];
    return new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn();
  });
  Deno.addSignalListener("SIGINT", () => {
    for (const child of children) child.kill("SIGKILL");
    Deno.exit(0);
  });
  for (let i = 0; i < workers; i++) pool.join(await door.accept());
  const headers = { "content-type": "application/json" };
  Deno.serve({ hostname: HOST, port, onListen() {} }, async ({ url }) => {
    const query = new URLSearchParams(url.slice(url.indexOf("?") + 1));
    const table = await pool.ask(`${Number(query.get("x"))},${Number(query.get("y"))}`);
    return new Response(`{"value":["vector<vector<float8>>",${table},[]]}`, { headers });
  });
}

if (import.meta.main) {
  const [part, port, workers] = Deno.args as [string, string, string];
  await (part === "work" ? work(Number(port)) : serve(Number(port), Number(workers)));
}
