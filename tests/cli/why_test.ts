/** `cake why` for every way in which two can be joined or not, in a simulated world. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { publish, subscribe } from "../../directory/mod.ts";
import type { Scope } from "../../runtime/mod.ts";
import { Member, type MemberOptions } from "../directory/member.ts";
import { type SimulatedCake, simulatedCake } from "../helpers/simulated_cake.ts";

/** A machine with a host directory, and processes that meet there. */
class Bench {
  readonly #command: SimulatedCake = simulatedCake();

  get simulation() {
    return this.#command.simulation;
  }

  /** Starts the directory of the machine. */
  async host(...args: string[]): Promise<this> {
    this.#command.start("host", ...args);
    await this.simulation.runFor(500);
    return this;
  }

  async member(name: string, options: MemberOptions = {}): Promise<Member> {
    const member = new Member(this.simulation, name, { host: "alpha", ...options });
    await this.simulation.runFor(200);
    return member;
  }

  async publisher(name: string, scope: Scope = "HOST", options: MemberOptions = {}): Promise<Member> {
    const member = await this.member(`p-${name}-${++this.#count}`, options);
    member.act((self) => publish(self, name, { scope }));
    await this.simulation.runFor(500);
    return member;
  }

  async subscriber(search: string, scope: Scope = "HOST", options: MemberOptions = {}): Promise<Member> {
    const member = await this.member(`s-${++this.#count}`, options);
    member.act((self) => subscribe(self, search, { scope }));
    await this.simulation.runFor(500);
    return member;
  }

  #count = 0;

  /** What is said of a name, without what differs from run to run. */
  async why(...words: string[]): Promise<{ lines: string[]; errors: string }> {
    const [output, errors] = await this.#command.cake("why", ...words);
    return { lines: masked(output).trimEnd().split("\n"), errors: masked(errors) };
  }

  async json(word: string) {
    const [output] = await this.#command.cake("why", word, "--json");
    return JSON.parse(output);
  }
}

function masked(text: string): string {
  return text.replaceAll(/\([0-9a-f]{8}\)/g, "(<ID>)").replaceAll(/\d+\.\d+\.\d+\.\d+:\d+/g, "*");
}

Deno.test("cake why tells what it can't know while processes are frozen", async () => {
  const bench = await new Bench().host();
  const publisher = await bench.publisher("svc:a");
  const subscriber = await bench.subscriber("svc:.*");
  const joined = await bench.why("svc:a");
  assertEquals(joined.errors, "");
  assertMatch(joined.lines[2]!, /: joined at HOST \(\* -> \*\)$/);

  subscriber.process.freeze();
  publisher.process.freeze();
  const { lines, errors } = await bench.why("svc:a");
  const lost = "cake: the directory at *, below [HOST] host-cake (<ID>), did not answer in time\n";
  const place = "in [?] * below [HOST] host-cake (<ID>)";
  assertEquals(errors, lost.repeat(2));
  assert(lines[1]!.startsWith(`+   # (<ID>) HOST * ${place}, for `) && lines[1]!.endsWith(" at least"), lines[1]);
  assertEquals(lines.slice(2), [
    `+   +   ? "svc:.*" (<ID>) HOST ${place}: session unknown: its directory did not answer; matched at HOST`,
  ]);
  const [{ candidates: [candidate], silent }] = await bench.json("svc:a");
  assertEquals([candidate.home, candidate.age_is_least, candidate.subscribers[0].joined], [null, true, null]);
  assertEquals(silent.map(({ above }: { above: { scope: string } }) => above.scope), ["HOST", "HOST"]);
  assertEquals(
    (await bench.why("nosuch:x")).errors,
    `${lost.repeat(2)}cake: cannot explain "nosuch:x" (not present in the directories that answered)\n`,
  );
});
