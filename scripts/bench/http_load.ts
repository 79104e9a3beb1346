/**
 * A client that keeps connections busy: `http_load.ts <port> <connections> <milliseconds> <path>`, in a process of its own.
 * Prints how many answers a second it got; every one must be 200.
 */
// deno-lint-ignore-file no-console

const [port, connections, milliseconds] = Deno.args.slice(0, 3).map(Number) as [number, number, number];
const request = new TextEncoder().encode(
  `GET ${Deno.args[3]} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`,
);
const OK = "HTTP/1.1 200 OK\r\n";
let answers = 0;
let end = Infinity;

async function keepBusy(): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  while (performance.now() < end) {
    await connection.write(request);
    let text = "";
    do {
      const count = await connection.read(buffer);
      if (count === null) throw new Error("the server closed the connection");
      text += decoder.decode(buffer.subarray(0, count));
    } while (text.length < length(text));
    if (!text.startsWith(OK)) throw new Error(`unexpected answer ${text.slice(0, 200)}`);
    answers++;
  }
  connection.close();
}

function length(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return Infinity;
  return head + 4 + Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
}

const WARM_UP_MS = 500;
const working = Array.from({ length: connections }, keepBusy);
await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
const before = answers;
const start = performance.now();
end = start + milliseconds;
await Promise.all(working);
console.log((answers - before) / (performance.now() - start) * 1000);
Deno.exit(0);
