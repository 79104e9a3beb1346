/**
 * Real HTTP clients against the demo: `curl` with everything that people send it, then `wrk` for a while through server, pool
 * and eight worker processes. Fails when an answer is wrong, a request fails, or descriptors or actors are left.
 *
 *     deno run -A scripts/http_clients.ts [--seconds 30] [--connections 64]
 *
 * Needs `curl` and `wrk`, and Linux to count descriptors.
 */
// deno-lint-ignore-file no-console

import { parseArgs } from "@std/cli";
import { freePort } from "./free_port.ts";
import { RunningCommand } from "./running_command.ts";

const ROOT = decodeURIComponent(new URL("../", import.meta.url).pathname);
const WORKERS = 8;
/** How long everything may take to be as it was before the load. */
const SETTLE_MS_MAX = 30_000;

/** A request of curl and what it is to give. */
interface CurlCase {
  readonly name: string;
  readonly args: readonly string[];
  /** Found in what curl writes, which ends with the status. */
  readonly expected: RegExp;
}

/** A request as JSON. */
const TABLE = `{"value": {"x": 2, "y": 3}}`;

/** What is asked of the server at a URL. */
function curlCases(url: string): CurlCase[] {
  const json = ["-H", "Content-Type: application/json", "-d"];
  const table = String.raw`\[\[[-\d.e]+,\s*[-\d.e]+\],\s*\[[-\d.e]+,\s*[-\d.e]+\],\s*\[[-\d.e]+,\s*[-\d.e]+\]\]`;
  const ok = new RegExp(`${table}[^]*\n200$`);
  return [
    { name: "a query", args: [`${url}/Xy?x=2&y=3`], expected: ok },
    { name: "a JSON body", args: [...json, TABLE, `${url}/Xy`], expected: ok },
    { name: "a form", args: ["-d", "x=2", "-d", "y=3", `${url}/Xy`], expected: ok },
    {
      name: "a body in chunks",
      args: ["-H", "Transfer-Encoding: chunked", ...json, TABLE, `${url}/Xy`],
      expected: ok,
    },
    {
      name: "a body that is announced",
      args: ["-H", "Expect: 100-continue", ...json, TABLE, `${url}/Xy`],
      expected: ok,
    },
    { name: "HTTP/1.0", args: ["-0", `${url}/Xy?x=2&y=3`], expected: ok },
    {
      name: "HEAD",
      args: ["-I", `${url}/Xy?x=2&y=3`],
      expected: /^HTTP\/1\.1 200[^]*content-length: [1-9][^]*\n200$/i,
    },
    { name: "OPTIONS", args: ["-i", "-X", "OPTIONS", `${url}/Xy`], expected: /^allow: /im },
    {
      name: "two requests on one connection",
      args: ["-v", `${url}/Xy?x=1&y=1`, `${url}/Xy?x=1&y=1`],
      expected: /re-us/i,
    },
    { name: "no such message", args: [`${url}/Nothing`], expected: /\n404$/ },
    { name: "a word for a number", args: [`${url}/Xy?x=two`], expected: /\n400$/ },
    { name: "broken JSON", args: [...json, "{", `${url}/Xy`], expected: /\n400$/ },
  ];
}

/** How a command ended, with both of its outputs. */
async function run(program: string, args: readonly string[], cwd?: string): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], ...(cwd ? { cwd } : {}) })
    .output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stderr) + decoder.decode(stdout) };
}

/** Problems of requests by curl. */
async function runCurl(url: string): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, args, expected } of curlCases(url)) {
    const { text } = await run("curl", ["-s", "-m", "20", "-w", "\n%{http_code}", ...args]);
    if (!expected.test(text)) problems.push(`curl, ${name}: expected ${expected}, got ${text}`);
  }
  return problems;
}

/** What lives in the demo. */
interface Census {
  readonly receivers: number;
  /** By process. */
  readonly descriptors: Readonly<Record<string, number>>;
}

async function countDescriptors(pid: number): Promise<number> {
  let count = 0;
  for await (const _ of Deno.readDir(`/proc/${pid}/fd`)) count++;
  return count;
}

/** Everything below a process, with itself. */
async function family(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    const parent = /.*\) \S (\d+) /s.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

async function census(watch: string, pid: number): Promise<Census> {
  const answer = await (await fetch(`${watch}/Receivers?count=0`)).text();
  const count = Number(/"count":\s*(\d+)/.exec(answer)?.[1]);
  if (!(count > 0)) throw new Error(`Cannot count receivers: ${answer}`);
  const pids = await family(pid);
  const counts = await Promise.all(pids.map(async (pid) => [`${pid}`, await countDescriptors(pid)] as const));
  return { receivers: count, descriptors: Object.fromEntries(counts) };
}

/** What lives there, once it gets no less any more. */
async function settled(take: () => Promise<Census>): Promise<Census> {
  for (let before = await take();;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const after = await take();
    if (after.receivers >= before.receivers) return after;
    before = after;
  }
}

/** What there is more of than before; looks until there is nothing, or patience is over. */
async function leftSince(before: Census, take: () => Promise<Census>): Promise<string[]> {
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const after = await take();
    const left: string[] = [];
    if (after.receivers > before.receivers) {
      left.push(`${after.receivers - before.receivers} actors or connections left`);
    }
    for (const [pid, count] of Object.entries(after.descriptors)) {
      const was = before.descriptors[pid];
      if (was === undefined) left.push(`process ${pid} is new`);
      else if (count > was) left.push(`${count - was} descriptors of process ${pid} left`);
    }
    if (Object.keys(after.descriptors).length < Object.keys(before.descriptors).length) {
      left.push("a process has ended");
    }
    if (left.length === 0 || performance.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function main(args: readonly string[]): Promise<number> {
  const { seconds, connections } = parseArgs([...args], {
    string: ["seconds", "connections"],
    default: { seconds: "30", connections: "64" },
  });
  const folder = await Deno.makeTempDir({ prefix: "cake-http-" });
  const [port, watchPort] = [freePort(), freePort()];
  const [url, watch] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${watchPort}`];
  const at = (port: number) => JSON.stringify({ host: "127.0.0.1", port });
  const cake = `${ROOT}scripts/cake`;
  const server = `${ROOT}scripts/http_clients/watched_server.ts`;
  for (
    const words of [
      ["create"],
      ["add", server, "server", `--server-address=${at(port)}`, `--watch-address=${at(watchPort)}`],
      ["add", `${ROOT}tests/demo/test_worker_10.ts`, "worker", `--role-count=${WORKERS}`],
    ]
  ) {
    const { code, text } = await run(cake, words, folder);
    if (code !== 0) throw new Error(`cake ${words.join(" ")}: ${text}`);
  }
  const command = new Deno.Command(cake, { args: ["run", "--plain"], cwd: folder, stdout: "piped", stderr: "piped" });
  const running = new RunningCommand(command.spawn());
  const problems: string[] = [];
  try {
    await answers(`${url}/Xy?x=1&y=1`);
    problems.push(...await runCurl(url));
    // What is made at the first load and kept, is no leak: connections to workers, and what the platform keeps.
    await run("wrk", ["-t1", `-c${connections}`, "-d1s", `${url}/Xy?x=2&y=2`]);
    const before = await settled(() => census(watch, running.pid));
    const { text } = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", `${url}/Xy?x=2&y=2`]);
    console.log(text.trim());
    if (/Socket errors|Non-2xx/.test(text) || !/[1-9]\d* requests in/.test(text)) problems.push("wrk met errors");
    problems.push(...await leftSince(before, () => census(watch, running.pid)));
    console.log(JSON.stringify({ before, after: await census(watch, running.pid) }));
  } finally {
    running.signal("SIGINT");
    await running.outcome();
    await Deno.remove(folder, { recursive: true });
  }
  for (const problem of problems) console.log(problem);
  console.log(`${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
