/** Programs of the tutorial that compute in threads, in real processes. */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { freePort, hostPort, programs, startRole } from "../helpers/cake_command.ts";

const DEMO = decodeURIComponent(new URL("../demo/multithreading", import.meta.url).pathname);

for (
  const [file, actor, threads, lines] of [
    ["test_server_2.ts", "texture", 4, /\+ <[0-9a-f]{8}>texture@texture-\d+ - Created/g],
    ["test_server_4.ts", "worker", 8, /\+ <[0-9a-f]{8}>worker@worker-\d+ - Created/g],
  ] as const
) {
  Deno.test(`multithreading/${file} computes in ${threads} threads, and ends with all of them`, async () => {
    const port = freePort();
    const running = startRole(`${DEMO}/${file}`, DEMO, `--server-address=${hostPort(port)}`, "--debug-level=OBJECT");
    await running.seen(/Received Listening/);
    const sizes = Array.from({ length: 4 }, (_, i) => i + 1);
    const tables = await Promise.all(sizes.map(async (size) => {
      const response = await fetch(`http://127.0.0.1:${port}/Xy?x=${size}&y=50`);
      return JSON.parse(await response.text()).value[1] as number[][];
    }));
    tables.forEach((table, i) => assertEquals([table.length, table[0]!.length], [50, sizes[i]]));
    await running.seen(new RegExp(`<[0-9a-f]{8}>${actor}@${actor}-`), threads);
    running.signal("SIGINT");
    const { code, err } = await running.outcome();
    assertEquals(code, 71);
    const names = new Set(err.match(lines));
    assertEquals(names.size, threads);
    assertMatch(err, /\.ts: aborted \(user or software interrupt\)\n/);
    assert(!/Error:/.test(err), err);
  });
}

/** Put into a function of the tutorial: it returns only if another one runs it at the same time. Nobody lets go meanwhile. */
const MEETING = `
function meet(): void {
  const folder = new URL("./meeting/", import.meta.url);
  Deno.writeTextFileSync(new URL(crypto.randomUUID(), folder), "");
  const end = Date.now() + 120_000;
  while ([...Deno.readDirSync(folder)].length < 2) if (Date.now() > end) throw new Error("nobody else came");
}
`;

for (const number of [2, 4]) {
  Deno.test(`multithreading/test_server_${number}.ts answers two requests at the same time, neither of which pauses`, async () => {
    await using copy = await programs("multithreading");
    const file = `${copy.path}/test_function_${number}.ts`;
    const source = await Deno.readTextFile(file);
    const patched = source.replace("  return Array.from", "  meet();\n  return Array.from") + MEETING;
    assertNotEquals(patched, source + MEETING);
    await Deno.writeTextFile(file, patched);
    await Deno.mkdir(`${copy.path}/meeting`);
    const port = freePort();
    const server = `${copy.path}/test_server_${number}.ts`;
    const running = startRole(server, copy.path, `--server-address=${hostPort(port)}`, "--debug-level=OBJECT");
    await running.seen(/Received Listening/);
    const requests = Array.from({ length: 2 }, () => fetch(`http://127.0.0.1:${port}/Xy?x=3&y=4`));
    for (const response of await Promise.all(requests)) {
      const table = JSON.parse(await response.text()).value[1] as number[][];
      assertEquals([response.status, table.length, table[0]?.length], [200, 4, 3]);
    }
    running.signal("SIGINT");
    assertEquals((await running.outcome()).code, 71);
  });
}
