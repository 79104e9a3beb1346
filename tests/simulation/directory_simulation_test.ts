/**
 * Directories under simulation: after any sequence of crashes, restarts, partitions, frozen processes and lost connections,
 * once the network is quiet, every subscriber is connected to exactly the nearest live instance of every name it
 * matches, every Available has at most one open session, each Dropped pairs with one Available, and nothing is left over.
 *
 * A failure names its seed; `CAKE_SEED=N` runs that one alone, `deno task simulate --seed=N` shows what happened in it, and
 * `deno task simulate --seeds=N` runs more of them.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Available } from "../../directory/mod.ts";
import { violations } from "./invariant.ts";
import { play, runSeed, type VillageName } from "./run_seed.ts";
import { hostVillage } from "./village.ts";

/** Seeds of a normal run. */
const SEEDS = { host: 200, lan: 40 } as const;

async function failures(village: VillageName): Promise<string[]> {
  const single = Deno.env.get("CAKE_SEED");
  const seeds = single === undefined ? Array.from({ length: SEEDS[village] }, (_, at) => 1 + at) : [Number(single)];
  const failed: string[] = [];
  for (const seed of seeds) {
    const { problems } = await runSeed(seed, { village });
    if (problems.length > 0) {
      failed.push(`seed ${seed} --village=${village}\n${problems.join("\n")}`);
    }
  }
  return failed;
}

Deno.test("directories of a host with two groups connect everybody to the nearest instance, from any seed", async () => {
  assertEquals((await failures("host")).join("\n"), "");
});

Deno.test("directories of a LAN with two hosts connect everybody to the nearest instance, from any seed", async () => {
  assertEquals((await failures("lan")).join("\n"), "");
});

Deno.test("runSeed() gives the same history for the same seed, and another for another", async () => {
  for (const village of ["host", "lan"] as const) {
    const [one, same, other] = [
      await runSeed(7, { village, steps: 60 }),
      await runSeed(7, { village, steps: 60 }),
      await runSeed(8, { village, steps: 60 }),
    ];
    assertEquals([one.digest, one.events, one.history], [same.digest, same.events, same.history]);
    assertNotEquals(one.digest, other.digest);
  }
});

Deno.test("violations() finds a session that is missing, one too many, a wrong one, and what is left over", async () => {
  const village = hostVillage(3);
  assertEquals(await play(village, 30), []);
  assertEquals(violations(village), []);
  const witnesses = village.seats.flatMap(({ tenant }) => tenant?.witnesses ?? []);
  const busy = witnesses.find(({ sessions }) => sessions.size > 0)!;
  const [key, session] = [...busy.sessions][0]!;
  const found = (text: string) => assert(violations(village).some((problem) => problem.includes(text)), text);

  busy.sessions.delete(key);
  found("no session with");
  busy.sessions.set(key, session).set("other", session);
  found("that should not be");
  busy.sessions.delete("other");
  const { publishedId, scope } = session;
  busy.sessions.set(key, new Available({ ...session, publishedId: session.subscribedId }));
  found(`not ${publishedId} at ${scope}`);
  busy.sessions.set(key, session);

  const publisher = witnesses.find(({ published }) => published.size > 0)!;
  const [id, listing] = [...publisher.published][0]!;
  publisher.published.delete(id);
  found("is left over");
  publisher.published.set(id, listing);
  const { runtime } = village.seats[0]!.tenant!;
  const leak = runtime.register({ deliver() {} });
  found("receivers too many");
  runtime.unregister(leak);
  assertEquals(violations(village), []);
});
