/** `cake why` for every way in which two can be joined or not, in a simulated world. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { attachDirectory, clearPublished, publish, Published, subscribe } from "../../directory/mod.ts";
import { prepareEncryption } from "../../net/mod.ts";
import { HostPort, Runtime, type Scope } from "../../runtime/mod.ts";
import type { SimulatedProcess } from "../../runtime/simulation/mod.ts";
import { Member, type MemberOptions } from "../directory/member.ts";
import { type SimulatedCake, simulatedCake } from "../helpers/simulated_cake.ts";

// Loading it takes real time, which virtual time does not wait for.
await prepareEncryption();

/** How a member publishes. */
interface PublisherOptions extends MemberOptions {
  readonly isSecret?: boolean;
}

/** A machine with a host directory, and processes that meet there. */
class Bench {
  readonly #command: SimulatedCake = simulatedCake();
  #count = 0;
  #host: SimulatedProcess | null = null;

  get simulation() {
    return this.#command.simulation;
  }

  /** Starts the directory of the machine. */
  async host(...args: string[]): Promise<this> {
    this.#host = this.#command.start("host", ...args);
    await this.simulation.runFor(500);
    return this;
  }

  freezeHost(): void {
    this.#host?.freeze();
  }

  async member(name: string, options: MemberOptions = {}): Promise<Member> {
    const member = new Member(this.simulation, name, { host: "alpha", ...options });
    await this.simulation.runFor(200);
    return member;
  }

  /** Starts the directory of a group, and says how to get into it. */
  async group(port: number): Promise<MemberOptions> {
    const at = new HostPort("127.0.0.1", port);
    this.simulation.host("alpha").start(`group-${port}`, (world) => {
      const connectTo = new HostPort("127.0.0.1", 54195);
      attachDirectory(new Runtime(world), { scope: "GROUP", acceptAt: at, connectTo, executable: "group-cake" });
    });
    await this.simulation.runFor(200);
    return { connectTo: at };
  }

  async publisher(name: string, scope: Scope = "HOST", options: PublisherOptions = {}): Promise<Member> {
    const member = await this.member(`p-${++this.#count}`, options);
    const { isSecret = false } = options;
    member.act((self) => publish(self, name, { scope, encrypted: isSecret }));
    await this.simulation.runFor(500);
    return member;
  }

  async subscriber(search: string, scope: Scope = "HOST", options: MemberOptions = {}): Promise<Member> {
    const member = await this.member(`s-${++this.#count}`, options);
    member.act((self) => subscribe(self, search, { scope }));
    await this.simulation.runFor(500);
    return member;
  }

  /** What is said of a name, without what differs from run to run. */
  async why(...words: string[]): Promise<{ lines: string[]; errors: string }> {
    const [output, errors] = await this.#command.cake("why", ...words);
    return { lines: masked(output).trimEnd().split("\n"), errors: masked(errors) };
  }

  /** What is said of the subscribers of each candidate of one name, in order. */
  async verdicts(name: string): Promise<string[]> {
    const { lines, errors } = await this.why(name);
    assertEquals([lines[0], errors], [`"${name}"`, ""]);
    return lines.slice(1).map((line) => line.replace(/^.* cake \(<ID>\)(: |, )/, "").replace(/^for .*/, "#"));
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

Deno.test("cake why says at which scope two are joined, what stands by, and what does not reach far enough", async () => {
  const bench = new Bench();
  bench.simulation.host("station", { address: "10.0.0.195" });
  new Member(bench.simulation, "lan", { scope: "LAN", host: "station" });
  await bench.host();
  new Member(bench.simulation, "other host", { scope: "HOST", host: "beta" });
  const group = await bench.group(6001);

  const both = await bench.publisher("own:a", "PROCESS");
  both.act((self) => subscribe(self, "own:.*", { scope: "PROCESS" }));
  await bench.simulation.runFor(500);
  assertEquals(await bench.verdicts("own:a"), ["#", "joined at PROCESS (in one process)"]);

  await bench.publisher("svc:a", "LAN", { host: "beta" });
  await bench.subscriber("svc:.*", "LAN", group);
  const joined = (scope: string) => `joined at ${scope} (* -> *)`;
  assertEquals(await bench.verdicts("svc:a"), ["#", joined("LAN")]);
  assertEquals((await bench.json("svc:a"))[0].candidates[0].listening_ipp.host, "10.0.0.2");
  await bench.publisher("svc:a", "HOST");
  await bench.simulation.runFor(1000);
  const farther = (scope: string) => `not joined: (<ID>) is nearer, at ${scope}`;
  assertEquals(await bench.verdicts("svc:a"), ["#", farther("HOST"), "#", joined("HOST")]);
  await bench.publisher("svc:a", "GROUP", group);
  await bench.publisher("svc:a", "HOST");
  await bench.simulation.runFor(1000);
  const rival = "not joined: [HOST] host-cake (<ID>) has another one of that name, (<ID>)";
  const verdicts = await bench.verdicts("svc:a");
  assertEquals(
    verdicts.filter((one) => one !== "#").sort(),
    [
      joined("GROUP"),
      farther("GROUP"),
      farther("GROUP"),
      rival,
    ].sort(),
  );

  await bench.publisher("grp:a", "GROUP", group);
  await bench.subscriber("grp:a", "HOST");
  assertEquals(await bench.verdicts("grp:a"), [
    "#",
    "not joined: published at GROUP, which does not reach [HOST] host-cake (<ID>)",
  ]);
  await bench.publisher("near:a", "HOST");
  await bench.subscriber("near:a", "GROUP", group);
  assertEquals(await bench.verdicts("near:a"), [
    "#",
    "not joined: subscribed at GROUP, which does not reach [HOST] host-cake (<ID>)",
  ]);
});

Deno.test("cake why says what is encrypted, what comes and goes, and that nobody publishes", async () => {
  const bench = await new Bench().host();
  await bench.publisher("svc:a", "HOST", { isSecret: true });
  await bench.subscriber("svc:a");
  await bench.simulation.runFor(1000);
  const { lines } = await bench.why("svc:a");
  assertMatch(lines[1]!, /^\+ {3}# \(<ID>\) HOST \* encrypted in \[PROCESS\] cake \(<ID>\), for \ds$/);
  assertMatch(lines[2]!, /: joined at HOST \(\* -> \*, encrypted\)$/);
  assertEquals((await bench.json("svc:a"))[0].candidates[0].encrypted, true);

  const restless = await bench.publisher("damp:a");
  await bench.subscriber("damp:.*");
  for (let count = 0; count < 30; count++) {
    restless.act((self) => clearPublished(self, restless.find(Published)));
    await bench.simulation.runFor(60);
    restless.act((self) => publish(self, "damp:a"));
    await bench.simulation.runFor(60);
  }
  assertMatch(
    (await bench.verdicts("damp:a"))[1]!,
    /^not joined: matched at HOST, but comes and goes, to be joined again/,
  );

  await bench.subscriber("alone:.*");
  assertEquals((await bench.why("alone:a")).lines, [
    '"alone:a"',
    "+   (not published)",
    '+   ? "alone:.*" (<ID>) HOST in [PROCESS] cake (<ID>)',
  ]);
  const refused = await bench.why("svc:(");
  assertMatch(
    refused.errors,
    /^cake: cannot explain "svc:\(" \(not present in directory; as a search it is refused: .+\)\n$/,
  );
  assertEquals((await bench.why("")).errors, "cake: cannot explain (no name specified)\n");
});

Deno.test("cake why says that no directory above was reached, or that the topmost does not answer", async () => {
  const bench = new Bench();
  const alone = await bench.why("svc:a");
  assertEquals(
    alone.errors,
    "cake: [PROCESS] cake (<ID>) is not connected to a directory above it at *\n" +
      'cake: cannot explain "svc:a" (not present in the directories that answered)\n',
  );
  await bench.host('--directory-at-lan={"host": "10.0.0.195", "port": 54195}');
  await bench.publisher("svc:a");
  const { errors } = await bench.why("svc:a");
  assertEquals(errors, "cake: [HOST] host-cake (<ID>) is not connected to a directory above it at *\n");
  assertEquals((await bench.json("svc:a"))[0].lost.at, "10.0.0.195:54195");
  bench.freezeHost();
  assertEquals(
    (await bench.why("svc:a")).errors,
    'cake: cannot explain "svc:a" (the topmost directory did not answer in time)\n',
  );
});
