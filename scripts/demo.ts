/**
 * Shows a composite process at work: one server and eight workers, as a user would set them up.
 *
 *     deno task demo [--port=5050] [arguments of cake run ...]
 *
 * The home folder is made in a temporary folder and removed at the end. Ctrl-C ends everything.
 */
// deno-lint-ignore-file no-console

const root = decodeURIComponent(new URL("../", import.meta.url).pathname);
const importMap = Deno.env.get("CAKE_IMPORT_MAP");
const cake = [
  "run",
  "-A",
  "--quiet",
  "--config",
  `${root}deno.json`,
  ...(importMap ? ["--import-map", importMap] : []),
  `${root}cli/main.ts`,
];

const WORKERS = 8;

async function main(args: string[]): Promise<number> {
  const port = args.find((arg) => arg.startsWith("--port="))?.slice("--port=".length) ?? "5050";
  const runArguments = args.filter((arg) => !arg.startsWith("--port="));
  if (!runArguments.some((arg) => arg.startsWith("--debug-level"))) runArguments.push("--debug-level=CONSOLE");
  const folder = await Deno.makeTempDir({ prefix: "cake-demo-" });
  try {
    const demo = `${root}tests/demo`;
    const address = JSON.stringify({ host: "127.0.0.1", port: Number(port) });
    const steps = [
      ["create"],
      ["add", `${demo}/test_server_10.ts`, "server", `--server-address=${address}`],
      ["add", `${demo}/test_worker_10.ts`, "worker", `--role-count=${WORKERS}`],
      ["list", "--long-listing"],
    ];
    for (const step of steps) {
      console.error(`$ cake ${step.join(" ")}`);
      const code = await run(step, folder);
      if (code !== 0) return code;
    }
    console.error(`$ cake run ${runArguments.join(" ")}`);
    const ended = new AbortController();
    const hint = sayWhatToTry(`http://127.0.0.1:${port}/Xy?x=2&y=2`, ended.signal);
    const code = await run(["run", ...runArguments], folder);
    ended.abort();
    await hint;
    return code;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Says which URL to try, once there is an answer: before that it would scroll away behind the start of the roles. */
async function sayWhatToTry(url: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      const response = await fetch(url, { signal: ended });
      await response.body?.cancel();
      if (response.ok) {
        console.error(`\n  Try, in another terminal:  curl -s '${url}'\n  Ctrl-C ends the demo.\n`);
        return;
      }
    } catch {
      // Nobody listens yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Runs one cake command with this process's streams; a signal that is sent to this process alone is passed on. */
async function run(args: string[], folder: string): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args: [...cake, ...args], cwd: folder }).spawn();
  const isTerminal = Deno.stdin.isTerminal();
  const onInterrupt = () => {
    // A terminal interrupts every process in it; twice would be once too often.
    if (!isTerminal) pass(child, "SIGINT");
  };
  const onTerminate = () => pass(child, "SIGTERM");
  Deno.addSignalListener("SIGINT", onInterrupt);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onTerminate);
  const status = await child.status;
  Deno.removeSignalListener("SIGINT", onInterrupt);
  if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", onTerminate);
  return status.code;
}

function pass(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
