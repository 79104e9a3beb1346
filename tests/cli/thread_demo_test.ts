/** Programs of the tutorial that compute in threads, in real processes. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort, hostPort, startRole } from "../helpers/cake_command.ts";

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
