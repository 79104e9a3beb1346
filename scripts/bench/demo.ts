/** The row for the whole: HTTP requests through a server, its pool and eight worker processes, as `cake run` sets them up. */

import { type Row, runRows } from "./rows.ts";
import { freePort } from "../free_port.ts";

const WORKERS = 8;
const CONNECTIONS = 64;
const WARM_UP_MS = 2000;
const DURATION_MS = 5000;
const READY_MS = 20_000;
const TARGET = "/Xy?x=2&y=2";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Arguments of deno that run cake, or a role, of this checkout. */
function cakeArguments(...args: string[]): string[] {
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  return ["run", "-A", "--quiet", "--config", `${root}deno.json`, ...map, `${root}cli/main.ts`, ...args];
}

function address(port: number, host = "127.0.0.1"): string {
  return JSON.stringify({ host, port });
}

/** Requests a second that a client process with 64 connections gets answered. */
async function load(port: number, durationMs: number): Promise<number> {
  const file = `${root}scripts/bench/http_load.ts`;
  const args = ["run", "-A", "--no-config", file, `${port}`, `${CONNECTIONS}`, `${durationMs}`, TARGET];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (!success) throw new Error("The client failed");
  return Number(new TextDecoder().decode(stdout));
}

/** Waits until a worker answers. */
async function ready(port: number): Promise<void> {
  const end = performance.now() + READY_MS;
  while (performance.now() < end) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${TARGET}`);
      await response.text();
      if (response.ok) return;
    } catch {
      // Nobody listens yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The composite process did not get ready");
}

async function throughPool(): Promise<number> {
  const cwd = await Deno.makeTempDir({ prefix: "cake-bench-" });
  const port = freePort();
  const demo = `${root}tests/demo`;
  const steps = [
    ["create"],
    ["add", `${demo}/test_server_10.ts`, "server", `--server-address=${address(port)}`],
    ["add", `${demo}/test_worker_10.ts`, "worker", `--role-count=${WORKERS}`],
  ];
  for (const step of steps) {
    const { success } = await new Deno.Command(Deno.execPath(), { args: cakeArguments(...step), cwd }).output();
    if (!success) throw new Error(`cake ${step.join(" ")} failed`);
  }
  // Nobody listens there: workers of other composite processes are not to join the pool.
  const args = cakeArguments("run", `--directory-at-host=${address(freePort(), "127.0.0.99")}`);
  const run = new Deno.Command(Deno.execPath(), { args, cwd, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  try {
    await ready(port);
    await load(port, WARM_UP_MS);
    return await load(port, DURATION_MS);
  } finally {
    run.kill("SIGINT");
    await run.status;
    await Deno.remove(cwd, { recursive: true });
  }
}

/** The same work without messages: an HTTP server of the platform in front of as many workers on raw sockets. */
async function barePool(): Promise<number> {
  const port = freePort();
  const file = `${root}scripts/bench/demo_floor.ts`;
  const args = ["run", "-A", "--no-config", "--no-lock", file, "serve", `${port}`, `${WORKERS}`];
  const pool = new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn();
  try {
    await ready(port);
    await load(port, WARM_UP_MS);
    return await load(port, DURATION_MS);
  } finally {
    pool.kill("SIGINT");
    await pool.status;
  }
}

/** The row for the whole. */
export const DEMO_ROWS: readonly Row[] = [{
  name: "HTTP request through server, pool and 8 worker processes, 64 connections",
  unit: "1/s",
  measure: throughPool,
  floor: { name: "bare Deno.serve that hands requests to 8 processes over raw sockets", measure: barePool },
}];

if (import.meta.main) await runRows(DEMO_ROWS);
