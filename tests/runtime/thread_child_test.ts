/** Threads that stand for processes: their streams, signals, locks and ends. */

import { assertEquals, assertRejects } from "@std/assert";
import { type ChildProcess, realWorld } from "../../runtime/mod.ts";

const PROGRAM = new URL("../testdata/threads/process.ts", import.meta.url).href;

interface Started {
  readonly child: ChildProcess;
  /** Resolves when it has written so to stderr. */
  said(word: string): Promise<void>;
}

function start(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Started {
  let text = "";
  let look = () => {};
  const child = realWorld().processes.spawnThread({
    program: PROGRAM,
    module: PROGRAM,
    arguments: argv,
    name: "role",
    environment,
    onError: (bytes) => {
      text += new TextDecoder().decode(bytes);
      look();
    },
  });
  return {
    child,
    said: (word) =>
      new Promise((resolve) => {
        look = () => text.includes(word) && resolve();
        look();
      }),
  };
}

async function outcome({ child }: Started, limit = 1000): Promise<[string, number]> {
  const [{ bytes }, { code }] = await Promise.all([child.output(limit), child.status]);
  return [new TextDecoder().decode(bytes), code];
}

Deno.test("spawnThread() gives a thread its command line, variables and streams, and takes its status", async () => {
  const echo = start(["echo", "a b", "--c=d"], { CAKE_TEST_VARIABLE: "mine" });
  assertEquals(await outcome(echo), ["a b|--c=d|mine\n", 0]);
  await echo.said("an error");
  const bounded = start(["echo", "x".repeat(5000)]);
  const { bytes, truncated } = await bounded.child.output(100);
  assertEquals([bytes.length, truncated], [100, true]);
  for (const [how, code] of [["Deno.exit", 3], ["process.exit", 4], ["world.exit", 5], ["close", 0], ["throw", 1]]) {
    assertEquals((await outcome(start(["end", `${how}`])))[1], code, `${how}`);
  }
});

Deno.test("spawnThread() delivers signals to those who listen, ends others, and kills a loop without end", async () => {
  const listening = start(["listen"]);
  await listening.said("listening");
  listening.child.signal("SIGINT");
  await listening.said("SIGINT");
  listening.child.signal("SIGTERM");
  assertEquals((await outcome(listening))[1], -15);
  const looping = start(["loop"]);
  await looping.said("looping");
  looping.child.signal("SIGINT");
  looping.child.signal("SIGTERM");
  looping.child.signal("SIGKILL");
  assertEquals((await outcome(looping))[1], -9);
  looping.child.signal("SIGINT");
});

Deno.test({
  name: "locks of threads are held by the process: none is lost by a look, and each goes with its thread",
  // libc is opened once and stays open.
  sanitizeResources: false,
  fn: testLocks,
});

async function testLocks(): Promise<void> {
  const { files, processes } = realWorld();
  const folder = await files.makeTemporaryFolder("cake-thread-locks-");
  const [one, two] = [`${folder}/one`, `${folder}/two`];
  const first = start(["lock", one]);
  await first.said("locked");
  const second = start(["lock", two, one]);
  // It also looks at the lock of the first, which would drop it in a thread that opens files by itself.
  await second.said(`held by ${processes.pid}`);
  await second.said("locked");
  assertEquals(await holderFromOutside(one), processes.pid);
  assertEquals(await files.lock(one), null);
  const refused = start(["lock", one]);
  await refused.said("refused");
  refused.child.signal("SIGKILL");
  await refused.child.status;
  first.child.signal("SIGKILL");
  await first.child.status;
  assertEquals([await holderFromOutside(one), await holderFromOutside(two)], [null, processes.pid]);
  second.child.signal("SIGTERM");
  await second.child.status;
  assertEquals(await holderFromOutside(two), null);
  await files.remove(folder);
  await assertRejects(() => files.readText(one));
}

/** Who holds a lock, as another process sees it. */
async function holderFromOutside(path: string): Promise<number | null> {
  const map = Deno.env.get("CAKE_IMPORT_MAP");
  const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);
  const flags = ["-A", "--quiet", "--no-lock", "--config", config, ...map ? ["--import-map", map] : []];
  const script = decodeURIComponent(new URL("../testdata/threads/process.ts", import.meta.url).pathname);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, script, "holder", path],
    stdin: "null",
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
