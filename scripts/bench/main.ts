/**
 * Runs the benchmarks, each part in a process of its own so that one leaves nothing to the next, and prints a JSON line for
 * each row: median, least and most of several measurements, the floor measured in the same run, and the ratio to it.
 *
 *     deno task bench [part ...]
 */
// deno-lint-ignore-file no-console

/** Parts by name, in the order in which they run. */
const PARTS = ["local", "codec", "transport", "threads", "http", "demo", "directory_match"];

async function main(chosen: string[]): Promise<number> {
  const unknown = chosen.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) {
    console.error(`Cannot run "${unknown.join('", "')}": there are ${PARTS.join(", ")}`);
    return 2;
  }
  const { deno, v8 } = Deno.version;
  const cores = navigator.hardwareConcurrency;
  console.error(`Deno ${deno}, V8 ${v8}, ${Deno.build.target}, ${cores} cores`);
  const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  for (const part of chosen.length > 0 ? chosen : PARTS) {
    const args = ["run", "-A", "--quiet", "--config", `${root}deno.json`, ...map, `${root}scripts/bench/${part}.ts`];
    const { success } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn().status;
    if (!success) return 1;
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
