import { assert, assertEquals } from "@std/assert";
import { getLogger, setup } from "@std/log";
import {
  allSinks,
  functionSink,
  Log,
  logLine,
  type LogRecord,
  type LogSample,
  NO_ADDRESS,
  type Routine,
  Runtime,
  sampleSink,
} from "../../runtime/mod.ts";
import { CakeHandler, loggerSink } from "../../runtime/std_log.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { runActor, texts } from "../helpers/run_actor.ts";

Deno.test("Actor.trace() builds no text for a level that is off", async () => {
  let built = 0;
  const text = () => `${++built}`;
  const { records } = await runActor((self) => {
    self.trace(text);
    self.debug(text, { a: 1 });
    self.console(text);
    self.test(false, text);
    self.test(true, text);
    self.warning("seen", { built });
  }, { level: "WARNING" });
  assertEquals(built, 1);
  assertEquals(texts(records), ["1", "seen (built=1)"]);
});

Deno.test("Actor.sample() is a line, and a row of values for those who want it", async () => {
  const simulation = new Simulation({ seed: 1 });
  const lines: string[] = [];
  const rows: LogSample[] = [];
  const all: string[] = [];
  await simulation.execute(simulation.host("alpha"), async (world) => {
    const sink = allSinks(
      functionSink((record) => void lines.push(logLine(record))),
      sampleSink((sample) => void rows.push(sample), "speed"),
      sampleSink(({ series }) => void all.push(series)),
    );
    const runtime = new Runtime(world, { log: new Log("TRACE", sink) });
    await runtime.start(function probe(self: Routine) {
      self.sample("speed", { meters: 5, seconds: 2.5 });
      self.sample("heat", { celsius: 20 });
      self.trace("no sample");
    }).returned;
  });
  assert(lines[1]!.endsWith("probe - speed (meters=5,seconds=2.5)"), lines[1]);
  assertEquals(rows, [{ series: "speed", values: { meters: 5, seconds: 2.5 } }]);
  assertEquals(all, ["speed", "heat"]);
});

Deno.test("logLine() keeps a text of several lines one record, and cuts its time", () => {
  // 59.9996 seconds: rounded it would be a minute later.
  const wall = BigInt(Date.UTC(2026, 0, 2, 3, 4, 59)) * 1000n + 999_600n;
  const line = logLine({ wall, tag: "!", address: NO_ADDRESS, name: "n", text: "one\ntwo\n\nthree" });
  assertEquals(line, "2026-01-02T03:04:59.999 ! <00000000>n - one\n    two\n    \n    three");
});

Deno.test("loggerSink() writes records with a logger of @std/log", () => {
  const got: [string, string, unknown][] = [];
  const take = (level: string) => (text: string, record: unknown) => {
    got.push([level, text, record]);
    return text;
  };
  const logger = { debug: take("debug"), info: take("info"), warn: take("warn"), error: take("error") };
  const log = new Log("DEBUG", loggerSink(logger as never));
  const records = (["!", "?", "=", "^", "+", "~", "&", "_"] as const).map((tag): LogRecord => {
    return { wall: 0n, tag, address: NO_ADDRESS, name: "n", state: tag === "!" ? "ON" : undefined, text: "t" };
  });
  for (const record of records) log.write(record);
  assertEquals(got.map(([level]) => level), ["error", "warn", "warn", "info", "debug", "debug", "debug", "debug"]);
  assertEquals(got[0], ["error", "! <00000000>n[ON] - t", records[0]]);
});

Deno.test("CakeHandler takes what is logged with @std/log to cake's log", () => {
  const records: LogRecord[] = [];
  const log = new Log("CONSOLE", functionSink((record) => void records.push(record)));
  setup({
    handlers: { cake: new CakeHandler("DEBUG", { log, clock: { wall: () => 5n } }) },
    loggers: { app: { level: "DEBUG", handlers: ["cake"] } },
  });
  const logger = getLogger("app");
  logger.debug("too low");
  logger.info("hello");
  logger.error("oh");
  assertEquals(records.map(({ tag, name, text, wall }) => [tag, name, text, wall]), [
    ["^", "app", "hello", 5n],
    ["!", "app", "oh", 5n],
  ]);
});

Deno.test("nothing but its own test loads the bridge to @std/log", async () => {
  const root = new URL("../../", import.meta.url);
  const loaders: string[] = [];
  async function look(folder: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      const path = `${folder}${name}`;
      if (isDirectory) await look(`${path}/`);
      else if (path.endsWith(".ts") && (await Deno.readTextFile(new URL(path, root))).includes('std_log.ts"')) {
        loaders.push(path);
      }
    }
  }
  for (const folder of ["runtime/", "net/", "directory/", "cli/"]) await look(folder);
  assertEquals(loaders, []);
  assert(!(await Deno.readTextFile(new URL("mod.ts", root))).includes("std_log"));
});
