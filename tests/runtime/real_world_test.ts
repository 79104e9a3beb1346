/** The real world: sockets on loopback, files, locks between processes, children and signals. */

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { FileError, NetworkError } from "../../runtime/world.ts";
import type { ByteStream, Network, World } from "../../runtime/world.ts";
import { realWorld } from "../../runtime/real_world.ts";
import { writeAll } from "../../runtime/real_world/environment.ts";
import { errnoOf } from "../../runtime/real_world/errno.ts";
import { realNetwork } from "../../runtime/real_world/network.ts";
import { openRecordLocks } from "../../runtime/real_world/record_lock.ts";
import { addressTowardsOthers, defaultInterface } from "../../runtime/real_world/primary_address.ts";
import { signalNumber } from "../../runtime/real_world/signal_number.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";
import { testFiles } from "./files_contract.ts";

const world = realWorld();

// libc is loaded once and stays; loaded here, it is no leak of the test that happens to come first.
const HAS_RECORD_LOCKS = openRecordLocks() !== null;
await world.files.lockHolder(await Deno.makeTempFile({ prefix: "cake-lock-" }));
const REAL_WORLD = new URL("../../runtime/real_world.ts", import.meta.url).href;
const CONFIGURATION = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);

Deno.test("Clock.after() is never early, and a cancelled alarm never rings", async () => {
  const { clock } = world;
  for (const delay of [0, 0.3, 1.7, 5]) {
    const start = clock.now();
    await new Promise<void>((resolve) => void clock.after(delay, resolve));
    assert(clock.now() - start >= delay);
  }
  let rang = false;
  const cancel = clock.after(0, () => rang = true);
  const far = clock.after(2 ** 40, () => rang = true);
  cancel();
  cancel();
  far();
  await new Promise<void>((resolve) => void clock.after(3, resolve));
  assert(!rang);
  assertThrows(() => clock.after(NaN, () => {}), RangeError);
});

Deno.test("Clock.wall() has microseconds and agrees with the platform", () => {
  const { clock } = world;
  const difference = Number(clock.wall() / 1000n) - Date.now();
  assert(Math.abs(difference) < 1000, `${difference} ms`);
  assertEquals(clock.zoneOffset(clock.wall()), -60 * new Date().getTimezoneOffset());
});

Deno.test("Clock.soon() lets input and output proceed", async () => {
  const { clock, network } = world;
  let isSpinning = true;
  const spin = (): void => {
    if (isSpinning) clock.soon(spin);
  };
  clock.soon(spin);
  const [near, far, listener] = await connectPair(network, "127.0.0.1");
  await near.write(Uint8Array.of(1));
  assertEquals(await far.read(new Uint8Array(9)), 1);
  isSpinning = false;
  closeAll(near, far, listener);
});

Deno.test("Clock.soon() keeps its order, and lets input and output proceed every few tasks, however long each takes", async () => {
  const { clock, network } = world;
  let tasks = 0;
  let isOver = false;
  const order: number[] = [];
  const spin = (): void => {
    if (isOver) return;
    const at = ++tasks;
    clock.soon(() => order.push(at, at));
    clock.soon(spin);
    for (const begun = clock.now(); clock.now() - begun < 3;);
    order.push(at);
  };
  const [near, far, listener] = await connectPair(network, "127.0.0.1");
  clock.soon(spin);
  const echoes: number[] = [];
  for (let echo = 0; echo < 8; echo++) {
    const begun = tasks;
    const [toFar, toNear] = [far.read(new Uint8Array(9)), near.read(new Uint8Array(9))];
    await near.write(Uint8Array.of(1));
    await toFar;
    await far.write(Uint8Array.of(2));
    await toNear;
    echoes.push(tasks - begun);
  }
  isOver = true;
  await new Promise<void>((resolve) => clock.soon(resolve));
  closeAll(near, far, listener);
  // The platform itself looks once in 61 tasks, and an echo takes two looks.
  assert(Math.max(...echoes) < 30, `${echoes}`);
  assertEquals(order.length, 3 * tasks);
  assertEquals(order, order.toSorted((a, b) => a - b));
});

Deno.test("Random draws within bounds", () => {
  const { random } = world;
  for (let count = 0; count < 1000; count++) {
    const [float, integer] = [random.float(), random.integer(3)];
    assert(float >= 0 && float < 1 && [0, 1, 2].includes(integer));
  }
  assertMatch(random.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert(random.bytes(200_000).subarray(-100).some((byte) => byte !== 0));
  assertThrows(() => random.integer(0), RangeError);
});

async function connectPair(network: Network, host: string): Promise<[ByteStream, ByteStream, { close(): void }]> {
  const listener = await network.listen(host, 0);
  const [near, far] = await Promise.all([network.connect(host, listener.local.port), listener.accept()]);
  assert(far !== null);
  assertEquals([near.remote.port, near.local], [listener.local.port, far.remote]);
  return [near, far, listener];
}

function closeAll(...open: readonly { close(): void }[]): void {
  for (const each of open) each.close();
}

Deno.test("Network carries an echo, larger than any buffer, by address and by name", async () => {
  for (const host of ["127.0.0.1", "localhost", "::1"]) {
    const [near, far, listener] = await connectPair(world.network, host);
    // More than the system's buffers hold, so that a single write of the platform is a partial one.
    const sent = world.random.bytes(host === "::1" ? 100_000 : 12_000_000);
    const echo = (async () => {
      const buffer = new Uint8Array(10_000);
      for (let count = await far.read(buffer); count !== null; count = await far.read(buffer)) {
        await far.write(buffer.subarray(0, count));
      }
      await far.closeWrite();
    })();
    const writing = near.write(sent).then(() => near.closeWrite());
    const received = new Uint8Array(sent.length);
    let at = 0;
    for (let count = await near.read(received); count !== null; count = await near.read(received.subarray(at))) {
      at += count;
      if (at === received.length) break;
    }
    await Promise.all([writing, echo]);
    assertEquals(await near.read(new Uint8Array(1)), null);
    assert(received.every((byte, index) => byte === sent[index]));
    closeAll(near, far, listener);
  }
});

Deno.test("ByteStream.close() ends a pending read; StreamListener.close() a pending accept", async () => {
  const [near, far, listener] = await connectPair(world.network, "127.0.0.1");
  const read = near.read(new Uint8Array(1));
  closeAll(near, near);
  assertEquals(await read, null);
  assertEquals(await near.read(new Uint8Array(1)), null);
  const error = await assertRejects(() => near.write(Uint8Array.of(1)), NetworkError);
  assertEquals(error.message, "[Errno 9] Bad file descriptor");
  await near.closeWrite();
  assertEquals(await far.read(new Uint8Array(1)), null);
  closeAll(far, listener, listener);
  const other = await world.network.listen("127.0.0.1", 0);
  const accept = other.accept();
  other.close();
  assertEquals([await accept, await other.accept()], [null, null]);
});

/** Failures that both worlds must tell in the same words. */
async function failures({ network }: World, port: number): Promise<[string, number][]> {
  const listener = await network.listen("127.0.0.1", port);
  const attempts = [
    () => network.listen("127.0.0.1", listener.local.port),
    () => network.listen("0.0.0.0", listener.local.port),
    () => network.listen("192.0.2.77", 0),
    () => network.connect("no.such.name.invalid", 1),
    () => network.listen("127.0.0.1", 70_000),
    () => network.connect("127.0.0.1", 70_000),
  ];
  const errors: [string, number][] = [];
  for (const attempt of attempts) {
    const error = await assertRejects(attempt, NetworkError);
    errors.push([error.message, error.errorCode]);
  }
  listener.close();
  const refused = await assertRejects(() => network.connect("127.0.0.1", listener.local.port), NetworkError);
  return [...errors, [refused.message, refused.errorCode]];
}

Deno.test({
  name: "Network fails with the texts of the original, in both worlds",
  // The simulated world has Linux's numbers.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const real = await failures(world, 0);
    const simulation = new Simulation({ seed: 1 });
    const simulated = await simulation.execute(simulation.host("alpha"), (inside) => failures(inside, 0));
    assertEquals(real, simulated);
    assertEquals(real[0], ["[Errno 98] Address already in use", 98]);
    assertEquals(real.at(-1), ["[Errno 111] Connection refused", 111]);
  },
});

Deno.test({
  name: "Network.connect() gives up where nobody answers",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // Connections that nobody accepts fill the queue; the kernel is silent to further ones.
    const options = { hostname: "127.0.0.1", port: 0, tcpBacklog: 1 };
    using listener = Deno.listen(options);
    const { port } = listener.addr;
    const network = realNetwork(100);
    const waiting: ByteStream[] = [];
    const error = await assertRejects(async () => {
      while (waiting.length < 100) waiting.push(await network.connect("127.0.0.1", port));
    }, NetworkError);
    assertEquals([error.message, error.errorCode], ["[Errno 110] Connection timed out", 110]);
    for (const stream of waiting) stream.close();
  },
});

Deno.test("Network.primaryAddress() is an address of this machine or null", () => {
  const address = world.network.primaryAddress();
  assert(address === null || Deno.networkInterfaces().some((each) => each.address === address));
  const head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n";
  const route = (name: string, destination: string, flags: string, metric: number, mask: string): string =>
    [name, destination, "010200C0", flags, 0, 0, metric, mask, 0, 0, 0].join("\t") + "\n";
  const wifi = route("wlan0", "00000000", "0003", 600, "00000000");
  const wire = route("eth0", "00000000", "0003", 100, "00000000");
  const down = route("eth1", "00000000", "0002", 1, "00000000");
  const local = route("docker0", "000011AC", "0001", 0, "0000FFFF");
  assertEquals(defaultInterface(head + wifi + local + wire + down), "eth0");
  assertEquals(defaultInterface(head + local), null);
  const at = (name: string, address: string) => ({ name, address, prefixBits: 24 });
  const bridge = at("docker0", "172.17.0.1");
  const [open, first, other] = [at("eth7", "192.0.2.5"), at("wlan0", "192.168.0.7"), at("eth0", "10.0.0.7")];
  assertEquals(addressTowardsOthers([bridge, open, first, other], head + wifi + wire), "10.0.0.7");
  assertEquals(
    addressTowardsOthers([bridge, open, first, other], head + local),
    "192.168.0.7",
    "a LAN without a router",
  );
  assertEquals(addressTowardsOthers([bridge, open], head + local), null);
  assertEquals(
    addressTowardsOthers([bridge, open], head + route("eth7", "00000000", "0003", 1, "00000000")),
    "192.0.2.5",
  );
});

Deno.test("FileSystem keeps the contract", async () => {
  await testFiles(world.files);
});

Deno.test({
  name: "FileSystem.remove() and info() never follow links",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { files } = world;
    const folder = await files.makeTemporaryFolder("links-");
    await files.makeFolder(`${folder}/target`);
    await files.writeTextAtomic(`${folder}/target/kept`, "kept");
    await files.makeFolder(`${folder}/tree`);
    await Deno.symlink(`${folder}/target`, `${folder}/tree/link`);
    await Deno.symlink(`${folder}/target`, `${folder}/link`);
    await Deno.symlink(`${folder}/nothing`, `${folder}/dangling`);
    for (const name of ["link", "dangling"]) {
      assertEquals((await files.info(`${folder}/${name}`))?.kind, "link");
      await files.remove(`${folder}/${name}`);
      assertEquals(await files.info(`${folder}/${name}`), null);
    }
    await files.remove(`${folder}/tree`);
    assertEquals(await files.readText(`${folder}/target/kept`), "kept");
    await files.remove(folder);
  },
});

Deno.test({
  name: "FileSystem.writeTextAtomic() keeps the mode, and the old content when it fails",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { files } = world;
    const folder = await files.makeTemporaryFolder("atomic-");
    await files.writeTextAtomic(`${folder}/f`, "old");
    await Deno.chmod(`${folder}/f`, 0o600);
    await files.writeTextAtomic(`${folder}/f`, "new");
    assertEquals((await files.info(`${folder}/f`))!.mode! & 0o777, 0o600);
    await files.makeFolder(`${folder}/folder/sub`);
    await assertRejects(() => files.writeTextAtomic(`${folder}/folder`, "x"), FileError);
    assertEquals(await files.list(folder), ["f", "folder"]);
    await files.remove(folder);
  },
});

/** A process of its own that does something with a world and speaks in lines; ends when told on stdin. */
async function startCompanion(code: string): Promise<{ line(): Promise<string>; end(): Promise<void>; pid: number }> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(script, `import { realWorld } from "${REAL_WORLD}";\nconst world = realWorld();\n${code}\n`);
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : ["--config", CONFIGURATION];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", ...map, script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    pid: child.pid,
    async line() {
      while (!text.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`The companion ended after "${text}"`);
        text += value;
      }
      const line = text.slice(0, text.indexOf("\n"));
      text = text.slice(line.length + 1);
      return line;
    },
    async end() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
      await Deno.remove(script);
    },
  };
}

const LOCKER = (path: string): string => `
const release = await world.files.lock(${JSON.stringify(path)});
world.environment.writeOutput((release === null ? "refused" : "locked") + "\\n");
await Deno.stdin.read(new Uint8Array(1));`;

Deno.test("FileSystem.lock() excludes another process, lockHolder() names it, and its end frees the lock", async () => {
  const { files } = world;
  const folder = await files.makeTemporaryFolder("lock-");
  const path = `${folder}/head`;
  const companion = await startCompanion(LOCKER(path));
  assertEquals(await companion.line(), "locked");
  assertEquals(await files.lock(path), null);
  assertEquals(await files.lockHolder(path), !HAS_RECORD_LOCKS ? 0 : companion.pid);
  assertEquals(await files.lock(path), null, "looking changes nothing");
  await companion.end();
  assertEquals(await files.lockHolder(path), null);
  const release = await files.lock(path);
  assert(release !== null);
  // Neither looking at the lock nor a refused second try may drop it.
  assertEquals([await files.lockHolder(path), await files.lock(path)], [Deno.pid, null]);
  const second = await startCompanion(LOCKER(path));
  assertEquals(await second.line(), "refused");
  await second.end();
  release();
  await files.remove(folder);
});

Deno.test({
  name: "FileSystem.lock() is the lock that the original takes",
  ignore: Deno.build.os === "windows" || !HAS_RECORD_LOCKS || !hasPython(),
  async fn() {
    const { files } = world;
    const folder = await files.makeTemporaryFolder("lock-");
    const path = `${folder}/head`;
    const tryLock = (): string => {
      const code = "import fcntl,sys\nf=open(sys.argv[1],'w')\n" +
        "try:\n fcntl.lockf(f,fcntl.LOCK_EX|fcntl.LOCK_NB);print('locked')\nexcept OSError:\n print('refused')";
      const { stdout } = new Deno.Command("python3", { args: ["-c", code, path] }).outputSync();
      return new TextDecoder().decode(stdout).trim();
    };
    const release = await files.lock(path);
    assert(release !== null);
    assertEquals(tryLock(), "refused");
    if (Deno.build.os === "linux") {
      const { stdout } = new Deno.Command("ls", { args: ["-l", "/proc/self/fd"] }).outputSync();
      assert(!new TextDecoder().decode(stdout).includes(path), "children don't inherit the descriptor");
    }
    release();
    assertEquals(tryLock(), "locked");
    await files.remove(folder);
  },
});

function hasPython(): boolean {
  try {
    return new Deno.Command("python3", { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "Processes.spawn() captures output, bounded, and reports status and signals",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { processes } = world;
    const run = async (script: string, limit: number): Promise<[string, boolean, number]> => {
      const child = processes.spawn({ executable: "sh", arguments: ["-c", script], environment: { WORD: "hi" } });
      const { bytes, truncated } = await child.output(limit);
      return [new TextDecoder().decode(bytes), truncated, (await child.status).code];
    };
    assertEquals(await run("echo $WORD; exit 7", 100), ["hi\n", false, 7]);
    assertEquals(await run("printf 123456", 4), ["1234", true, 0]);
    assertEquals(await run("printf 1234", 4), ["1234", false, 0]);
    const [kept, truncated] = await run("head -c 5000000 /dev/zero", 10);
    assertEquals([kept.length, truncated], [10, true]);
    assertEquals(await run("kill -KILL $$", 10), ["", false, -9]);
    const child = processes.spawn({ executable: "cat", arguments: ["/dev/zero"], folder: "/" });
    const output = child.output(1);
    assert(processes.signal(child.pid, "SIGTERM"));
    assertEquals([(await child.status).code, (await output).bytes.length <= 1], [-15, true]);
    child.signal("SIGTERM");
    const error = assertThrows(() => processes.spawn({ executable: "/no/such", arguments: [] }), FileError);
    assertEquals([error.reason, error.message], ["not found", 'Cannot start "/no/such": No such file or directory']);
    const lost = { executable: "sh", arguments: [], folder: "/no/folder" };
    assertThrows(() => processes.spawn(lost), FileError, 'Cannot start in "/no/folder": No such file or directory');
    assertThrows(() => processes.spawn({ executable: "no-such-program", arguments: [] }), FileError, "No such file");
  },
});

Deno.test({
  name: "Processes.spawn() passes stderr on, all of it before the status",
  ignore: Deno.build.os === "windows",
  async fn() {
    let heard = "";
    const child = world.processes.spawn({
      executable: "sh",
      arguments: ["-c", "echo one >&2; echo two >&2; exit 3"],
      onError: (bytes) => heard += new TextDecoder().decode(bytes),
    });
    await child.output(0);
    assertEquals([(await child.status).code, heard], [3, "one\ntwo\n"]);
  },
});

Deno.test({
  name: "Processes.onSignal() hears signals until cancelled",
  ignore: Deno.build.os === "windows",
  async fn() {
    const companion = await startCompanion(`
const cancel = world.processes.onSignal("SIGTERM", () => {
  world.environment.writeOutput("heard\\n");
  cancel();
  cancel();
});
world.environment.writeOutput([world.processes.pid, world.processes.parentPid].join(" ") + "\\n");
await Deno.stdin.read(new Uint8Array(1));`);
    assertEquals(await companion.line(), `${companion.pid} ${Deno.pid}`);
    assert(world.processes.signal(companion.pid, "SIGTERM"));
    assertEquals(await companion.line(), "heard");
    await companion.end();
    assertEquals(world.processes.signal(companion.pid, "SIGTERM"), false);
    assertEquals(world.processes.pid, Deno.pid);
    assert(!world.processes.self.compiled);
  },
});

Deno.test({
  name: "Environment writes completely, and survives a reader that has gone",
  ignore: Deno.build.os === "windows",
  async fn() {
    const companion = await startCompanion(`
world.environment.writeOutput("x".repeat(300000) + "\\n");
await Deno.stdin.read(new Uint8Array(1));
for (let count = 0; count < 100; count++) world.environment.writeOutput("y".repeat(10000));
Deno.exit(0);`);
    assertEquals((await companion.line()).length, 300_000);
    // Cancels the reading end before it tells the companion to go on.
    await companion.end();
  },
});

Deno.test("writeAll() goes on after short writes and full pipes, and gives up on a closed one", () => {
  const written: number[] = [];
  let calls = 0;
  writeAll({
    writeSync(bytes) {
      if (++calls === 2) throw new Deno.errors.WouldBlock("full");
      const count = Math.min(3, bytes.length);
      written.push(...bytes.subarray(0, count));
      return count;
    },
  }, "ten bytes!");
  assertEquals(new TextDecoder().decode(Uint8Array.from(written)), "ten bytes!");
  writeAll({
    writeSync() {
      throw new Deno.errors.BrokenPipe("gone");
    },
  }, "lost");
});

Deno.test("Environment.variable() reads the environment", () => {
  Deno.env.set("CAKE_REAL_WORLD_TEST", "1");
  assertEquals(world.environment.variable("CAKE_REAL_WORLD_TEST"), "1");
  Deno.env.delete("CAKE_REAL_WORLD_TEST");
  assertEquals(world.environment.variable("CAKE_REAL_WORLD_TEST"), undefined);
});

Deno.test("errnoOf() and signalNumber() know what platforms number differently", () => {
  assertEquals(errnoOf("EADDRINUSE"), [98, "Address already in use"]);
  assertEquals(errnoOf("EADDRINUSE", "darwin")[0], 48);
  assertEquals([signalNumber("SIGBUS"), signalNumber("SIGBUS", true), signalNumber("SIGNONE")], [7, 10, null]);
});
