/** `cake network`, `cake ping` and `cake why`, over real processes. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort, hostPort, runCake, type RunningCommand, startCake, startRole } from "../helpers/cake_command.ts";
import { expected, normalized, recordings } from "../helpers/replay.ts";

const PEERS = decodeURIComponent(new URL("../../scripts/lan/peers/", import.meta.url).pathname);

/** What differs from run to run in listings. */
function masked(text: string): string {
  return normalized(text, "<PROJECT>").replaceAll(/\([0-9a-f]{8}\)/g, "(<ID8>)")
    .replaceAll(/\([0-9a-f]{8} -> [0-9a-f]{8}\)/g, "(<ID8> -> <ID8>)")
    .replaceAll(/127\.0\.0\.1:\d+/g, "<LOOPBACK>")
    .replaceAll(/(?<=\] \w[\w.-]* \(<ID8>\) )(\d+\.\d+\.\d+\.\d+|\(not detected\))/g, "<PRIMARY>");
}

/** A host directory, a directory of a group's scope below it, and programs that meet there. */
class Village implements AsyncDisposable {
  readonly #running: RunningCommand[] = [];
  readonly host = freePort();
  readonly group = freePort();
  readonly folder = Deno.makeTempDirSync({ prefix: "cake-test-" });

  async start(): Promise<this> {
    const host = this.add(startCake(this.folder, "host", `--directory-at-host=${hostPort(this.host)}`, "-dl=CONSOLE"));
    await host.seen(/Listening at/);
    const group = this.publisher("group:own", "PROCESS", [
      "--directory-scope=GROUP",
      `--accept-directories-at=${hostPort(this.group)}`,
      `--connect-to-directory=${hostPort(this.host)}`,
      "--debug-level=TRACE",
    ]);
    await group.seen(/Listening on/);
    return this;
  }

  add(command: RunningCommand): RunningCommand {
    this.#running.push(command);
    return command;
  }

  publisher(name: string, scope: string, args: readonly string[]): RunningCommand {
    return this.add(startRole(`${PEERS}publisher.ts`, this.folder, `--name=${name}`, `--scope=${scope}`, ...args));
  }

  subscriber(search: string, scope: string, args: readonly string[]): RunningCommand {
    return this.add(startRole(`${PEERS}subscriber.ts`, this.folder, `--search=${search}`, `--scope=${scope}`, ...args));
  }

  /** Runs a command below the host's directory. */
  cake(...args: string[]) {
    return runCake(this.folder, ...args, `--connect-to-directory=${hostPort(this.host)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const command of this.#running.reverse()) {
      command.signal("SIGINT");
      await command.outcome();
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

function at(port: number): string[] {
  return [`--connect-to-directory=${hostPort(port)}`];
}

/** A recorded outcome of the original, for programs of cake. */
function recorded(id: string) {
  const recording = recordings("network", "ping").find((one) => one.id === id);
  assert(recording !== undefined, id);
  const { stdout, stderr, exit } = expected(recording);
  return { out: stdout.replaceAll("layer-cake", "cake").replaceAll("cake host", "host-cake"), err: stderr, code: exit };
}

Deno.test("cake network replays network-host; cake ping replays ping-host and ping-none (scenario 61)", async () => {
  await using village = new Village();
  const host = village.add(
    startCake(village.folder, "host", `--directory-at-host=${hostPort(village.host)}`, "-dl=CONSOLE"),
  );
  await host.seen(/Listening at/);
  const { code, out, err } = await village.cake("network");
  assertEquals({ code, out: masked(out), err }, recorded("network-host"));

  const [, id = ""] = /^\[HOST\] host-cake \((\w+)\)/.exec(out) ?? [];
  const pinged = await village.cake("ping", id, "--ping-count=2");
  assertEquals({ ...pinged, out: pinged.out.replaceAll(/\d+\.\d+s/g, "<SPAN>") }, recorded("ping-host"));
  assertEquals(await village.cake("ping"), recorded("ping-none"));
  assertEquals(await village.cake("ping", "nosuch"), {
    code: 71,
    out: "",
    err: 'cake: cannot ping "nosuch" (not present in directory)\n',
  });
});

Deno.test("cake network replays network-none: with nothing above it shows itself (scenario 62)", async () => {
  const folder = await Deno.makeTempDir({ prefix: "cake-test-" });
  const { code, out, err } = await runCake(folder, "network", ...at(freePort()));
  assertEquals({ code, out: masked(out), err }, recorded("network-none"));
  // The original never answers this one.
  const narrow = await runCake(folder, "network", "--open-scope=PROCESS");
  assertEquals({ ...narrow, out: masked(narrow.out) }, { code: 0, out: "[PROCESS] cake (<ID8>)\n", err: "" });
  await Deno.remove(folder);
});

Deno.test("cake network shows the tree, lists and addresses as the original; cake why says who is joined to whom (scenarios 60 and 61)", async () => {
  await using village = await new Village().start();
  const near = village.publisher("svc:net", "HOST", at(village.group));
  await near.seen(/published/);
  const far = village.publisher("svc:net", "HOST", at(village.host));
  await far.seen(/published/);
  const other = village.publisher("svc:far", "HOST", at(village.host));
  await other.seen(/published/);
  const narrow = village.publisher("svc:own", "GROUP", at(village.host));
  await narrow.seen(/published/);
  const subscriber = village.subscriber("svc:.*", "HOST", at(village.group));
  await subscriber.seen(/available svc:net GROUP/);
  await subscriber.seen(/available svc:far HOST/);
  await subscriber.seen(/answered/, 2);

  const full = await village.cake(
    "network",
    "--directory-addresses",
    "--list-published",
    "--list-subscribed",
    "--list-routed",
    "--list-connected",
  );
  assertEquals([full.code, full.err], [0, ""]);
  const lines = masked(full.out).trimEnd().split("\n");
  for (
    const line of [
      "[HOST] host-cake (<ID8>) <PRIMARY> <C>(not set) <L><LOOPBACK>",
      '+   # "svc:net" (<ID8>) <LOOPBACK>',
      '+   ? "svc:.*" (<ID8>)',
      '+   <>" svc:far" (<ID8> -> <ID8>)',
      "+   [GROUP] publisher.ts (<ID8>) <PRIMARY> <C><LOOPBACK> <L><LOOPBACK>",
      '+   +   # "group:own" (<ID8>)',
      "+   +   [PROCESS] subscriber.ts (<ID8>) <PRIMARY> <C><LOOPBACK> <L>(not set)",
      '+   +   +   ? "svc:.*" (<ID8>)',
      '+   +   +   +   > "svc:net"[GROUP] (<LOOPBACK> -> <LOOPBACK>)',
      '+   +   +   +   > "svc:far"[HOST] (<LOOPBACK> -> <LOOPBACK>)',
      "+   [PROCESS] cake (<ID8>) <PRIMARY> <C><LOOPBACK> <L>(not set)",
    ]
  ) assert(lines.includes(line), `${line}\n--- not in\n${full.out}`);
  assertEquals(lines.filter((line) => line.startsWith("+   [PROCESS] publisher.ts")).length, 3);

  const [, publishedId = ""] = /# "svc:far" \((\w+)\)/.exec(full.out) ?? [];
  const refused = await village.cake("ping", publishedId);
  assertEquals(refused.err, `cake: cannot ping "${publishedId}" (not a directory node)\n`);
  const [, deepId = ""] = /\[PROCESS\] subscriber\.ts \((\w+)\)/.exec(full.out) ?? [];
  assertMatch((await village.cake("ping", deepId, "--ping-count=1")).out, /^\[0\] \.\.\. 0\.\d+s\n$/);

  const tree = JSON.parse((await village.cake("network", "--json")).out);
  assertEquals([tree.scope, tree.executable, tree.sub_directory.length], ["HOST", "host-cake", 5]);
  const group = tree.sub_directory.find((one: { scope: string }) => one.scope === "GROUP");
  const home = group.sub_directory.find((one: { executable: string }) => one.executable === "subscriber.ts");
  assertEquals(home.peer[0].session.map((one: { name: string; open: boolean }) => [one.name, one.open]).sort(), [
    ["svc:far", true],
    ["svc:net", true],
  ]);

  const why = await village.cake("why", "svc:.*");
  assertEquals([why.code, why.err], [0, ""]);
  const said = masked(why.out);
  const seeker = '+   +   ? "svc:.*" (<ID8>) HOST in [PROCESS] subscriber.ts (<ID8>): ';
  for (
    const [name, text] of [
      ["svc:far", "joined at HOST (<LOOPBACK> -> <LOOPBACK>)"],
      ["svc:net", "joined at GROUP (<LOOPBACK> -> <LOOPBACK>)"],
      ["svc:net", "not joined: [HOST] host-cake (<ID8>) has another one of that name, (<ID8>)"],
      ["svc:own", "not joined: published at GROUP, which does not reach [HOST] host-cake (<ID8>)"],
    ] as const
  ) {
    const part = said.split(/^(?=")/m).find((one) => one.startsWith(`"${name}"`)) ?? "";
    assert(part.split("\n").includes(`${seeker}${text}`), `${name} ${text}\n--- not in\n${said}`);
  }
  assertEquals(said.match(/^\+ {3}# .*, for [\dms]+$/gm)?.length, 4, said);
  const one = JSON.parse((await village.cake("why", "svc:far", "--json")).out);
  assertEquals([one[0].name, one[0].candidates[0].subscribers[0].joined], ["svc:far", true]);
  const { age, age_is_least } = one[0].candidates[0];
  assert(age > 0 && age_is_least === false, `${age}`);
  assertEquals(
    (await village.cake("why", "nosuch:x")).err,
    'cake: cannot explain "nosuch:x" (not present in directory)\n',
  );
});
