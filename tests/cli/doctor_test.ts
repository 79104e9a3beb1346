/** What `cake doctor` makes of what it finds, and the command itself: simulated, and on this machine. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Check } from "../../cli/doctor/check.ts";
import { checkLines } from "../../cli/doctor/check_lines.ts";
import { type DirectoryPlace, directoryPlaces } from "../../cli/doctor/directory_places.ts";
import { homeChecks, type HomeFacts } from "../../cli/doctor/home_check.ts";
import {
  clockCheck,
  type ClockFacts,
  foldersCheck,
  libcOf,
  locksCheck,
  modulesCheck,
  platformCheck,
} from "../../cli/doctor/machine_checks.ts";
import { type DirectoryAnswer, directoryCheck, portCheck, stationCheck } from "../../cli/doctor/network_checks.ts";
import { COMMANDS, VERSION } from "../../cli/mod.ts";
import { prepareEncryption } from "../../net/mod.ts";
import { HostPort, type PortHolder } from "../../runtime/mod.ts";
import { HOME, simulatedCake } from "../helpers/simulated_cake.ts";
import { freePort, hostPort, runCake, startCake } from "../helpers/cake_command.ts";

function short({ verdict, finding }: Check): string {
  return `${verdict}: ${finding}`;
}

Deno.test("libcOf() tells glibc and musl apart by what is mapped into the process", () => {
  assertEquals(libcOf("7f0-7f1 r-xp 0 08:01 12  /usr/lib/x86_64-linux-gnu/libc.so.6\n"), "glibc");
  assertEquals(libcOf("7f0-7f1 r-xp 0 08:01 12  /lib/libc-2.31.so\n"), "glibc");
  assertEquals(libcOf("7f0-7f1 r-xp 0 08:01 12  /lib/ld-musl-x86_64.so.1\n"), "musl");
  assertEquals([libcOf(""), libcOf("/usr/lib/libcrypto.so.3\n")], [null, null]);
});

Deno.test("platformCheck() refuses 32-bit boards and other C libraries, and says what there is to do", () => {
  const check = (platform: string, architecture: string, libc: "glibc" | "musl" | null = null) => {
    const { verdict, finding, advice } = platformCheck({ platform, architecture, libc });
    assertEquals(advice === null, verdict === "ok");
    return `${verdict}: ${finding}`;
  };
  assertEquals(check("linux", "aarch64", "glibc"), "ok: Linux on aarch64, glibc");
  assertEquals(check("darwin", "aarch64"), "ok: macOS on aarch64");
  assertEquals(check("linux", "arm"), "fail: Linux on arm: cake needs a 64-bit system on x86-64 or arm64");
  assertMatch(check("linux", "x86_64", "musl"), /^fail: Linux on x86_64, musl: cake needs glibc/);
  assertMatch(check("windows", "x86_64"), /^warn: Windows/);
  assertMatch(check("freebsd", "x86_64"), /^warn: freebsd on x86_64, which nobody has tried/);
});

Deno.test("foldersCheck() and locksCheck() say what can't be kept", () => {
  const cache = { use: "the cache", path: "/c", problem: null };
  assertEquals(short(foldersCheck("/home/me", [cache])), "ok: /c can be written");
  assertEquals(short(foldersCheck(null, [cache])), "warn: HOME is not set; /c can be written");
  assertEquals(short(foldersCheck(null, [{ ...cache, path: null }])), "warn: no place for the cache");
  const refused = foldersCheck("/home/me", [{ ...cache, problem: 'Cannot write "/c/x": Permission denied' }]);
  assertEquals(short(refused), 'warn: the cache: Cannot write "/c/x": Permission denied');
  assertStringIncludes(refused.advice ?? "", "/c writable");
  assertEquals([locksCheck("record").verdict, locksCheck("file").verdict], ["ok", "warn"]);
});

Deno.test("modulesCheck() tells modules that run, run slowly, fail, and don't end", () => {
  assertEquals(short(modulesCheck({ kind: "ran", seconds: 0.254 })), "ok: a module of TypeScript ran in 0.25 s");
  assert(modulesCheck({ kind: "ran", seconds: 3 }).advice !== null);
  assertEquals(modulesCheck({ kind: "failed", why: "no" }).verdict, "fail");
  assertEquals(modulesCheck({ kind: "late", seconds: 5 }).verdict, "warn");
});

Deno.test("clockCheck() knows clocks that are behind, jump, have gone back, or differ from others", () => {
  const day = (text: string) => BigInt(Date.parse(text)) * 1000n;
  const facts: ClockFacts = {
    wall: day("2027-03-01T12:00:00Z"),
    made: day("2026-11-22"),
    placed: null,
    jumpMs: 3,
    recorded: null,
    peers: [],
  };
  const check = (change: Partial<ClockFacts>) => short(clockCheck({ ...facts, ...change }));
  assertEquals(check({}), "ok: 2027-03-01T12:00:00Z");
  assertMatch(check({ wall: day("1970-01-01T00:03:00Z") }), /^fail: 1970-01-01T00:03:00Z is before this cake was made/);
  assertMatch(check({ placed: day("2027-04-01") }), /^fail: 2027-03-01T12:00:00Z is before this cake was put in place/);
  assertMatch(check({ jumpMs: -4_200 }), /^warn: jumped back by 4.2 s/);
  assertMatch(check({ recorded: day("2027-03-01T12:30:00Z") }), /^warn: .*the clock has gone back$/);
  assertEquals(check({ recorded: day("2027-03-01T12:00:30Z") }), "ok: 2027-03-01T12:00:00Z", "a moment may be rounded");
  const peer = (aheadMs: number) => check({ peers: [{ who: "10.0.0.195:54195", aheadMs }] });
  assertEquals(peer(-900), "ok: 2027-03-01T12:00:00Z, as 10.0.0.195:54195 has it");
  assertEquals(peer(61_000), "warn: 2027-03-01T12:00:00Z is 61 s behind 10.0.0.195:54195");
  assertEquals(peer(-7_000), "warn: 2027-03-01T12:00:00Z is 7 s ahead of 10.0.0.195:54195");
});

const STRANGER: DirectoryAnswer = { kind: "stranger", why: "no listing within 2 s" };
const NOBODY: DirectoryAnswer = { kind: "nobody", why: "Connection refused" };

function directory(scope: "HOST" | "LAN" | "GROUP", version: string | null): DirectoryAnswer {
  return { kind: "directory", scope, executable: "host-cake", version, aheadMs: null };
}

Deno.test("portCheck() says who holds a port, and whether it should", () => {
  const port = { host: "127.0.0.1", port: 54195, use: "the HOST directory" };
  const holder = { address: "0.0.0.0", port: 54195, pid: 12, command: "nginx" };
  const check = (holders: readonly PortHolder[] | null, answer: DirectoryAnswer | null) =>
    short(portCheck({ ...port, holders, answer }));
  assertEquals(check([], NOBODY), "ok: 127.0.0.1:54195 for the HOST directory is free");
  assertEquals(
    check([holder], directory("HOST", "1.0.0")),
    "ok: 127.0.0.1:54195 for the HOST directory is taken by pid 12 (nginx)",
  );
  assertEquals(
    check([holder], STRANGER),
    "fail: 127.0.0.1:54195 for the HOST directory is taken by pid 12 (nginx), which does not answer as a directory",
  );
  assertMatch(check([{ ...holder, pid: null, command: null }], STRANGER), /a process of another user/);
  assertMatch(check(null, STRANGER), /a process that this platform does not name/);
  const long = check([{ ...holder, command: `/usr/bin/deno ${"x".repeat(200)} host` }], null);
  assert(long.length < 200, long);
  assertMatch(long, /\(\/usr\/bin\/deno x+\.\.\.x+ host\)$/);
});

Deno.test("stationCheck() tells the station itself from those that look for it", () => {
  const at = (address: string, prefixBits: number) => short(stationCheck([{ name: "eth0", address, prefixBits }]));
  assertEquals(at("192.168.7.195", 24), "ok: this machine is the station: eth0 192.168.7.195/24");
  assertEquals(at("192.168.0.195", 16), "ok: this machine is the station: eth0 192.168.0.195/16");
  assertEquals(
    at("192.168.7.20", 24),
    "ok: eth0 192.168.7.20/24 looks for the LAN directory at 192.168.7.195:54195, then 192.168.0.195:54195",
  );
  assertEquals(at("203.0.113.9", 24), "ok: eth0 203.0.113.9/24 is in no private network: no station");
  assertEquals(stationCheck([]).verdict, "warn");
});

Deno.test("directoryPlaces() are those that were named, or those where one looks that was told nothing", () => {
  const told = { given: null, atHost: null, atLan: null, primary: { address: "192.168.7.20", prefixBits: 24 } };
  const text = (places: readonly DirectoryPlace[]) =>
    places.map(({ host, port, isConfigured }) => `${host}:${port}${isConfigured ? " named" : ""}`);
  const all = (change: object) => {
    const { host, lan } = directoryPlaces({ ...told, ...change });
    return [text(host), text(lan)];
  };
  assertEquals(all({}), [["127.0.0.1:54195"], ["192.168.7.195:54195", "192.168.0.195:54195"]]);
  assertEquals(all({ primary: { address: null, prefixBits: null } }), [["127.0.0.1:54195"], []]);
  const given = { given: new HostPort("a", 1), atHost: new HostPort("b", null), atLan: new HostPort("c", 3) };
  assertEquals(all(given), [["a:1 named", "b:54195 named"], ["c:3 named"]]);
  assertEquals(all({ given: new HostPort() })[0], ["127.0.0.1:54195"]);
});

Deno.test("directoryCheck() tells which directory answers, and minds one that was named and does not", () => {
  const place: DirectoryPlace = { host: "10.0.0.195", port: 54195, isConfigured: false };
  const check = (answer: DirectoryAnswer, isConfigured = false, scope: "HOST" | "LAN" = "LAN") =>
    short(directoryCheck(scope, [{ place: { ...place, isConfigured }, answer }]));
  assertEquals(check(directory("LAN", "1.2.0")), "ok: a LAN directory answers at 10.0.0.195:54195: cake 1.2.0");
  assertEquals(
    check(directory("LAN", null)),
    "ok: a LAN directory answers at 10.0.0.195:54195: the original (host-cake)",
  );
  assertEquals(check(directory("HOST", "1.2.0")), "warn: a HOST directory answers at 10.0.0.195:54195: cake 1.2.0");
  assertMatch(
    check(directory("LAN", "1.2.0"), false, "HOST"),
    /^ok/,
    "hosts without a HOST directory use that of the LAN",
  );
  assertEquals(check(NOBODY), "ok: no LAN directory answers at 10.0.0.195:54195 (Connection refused)");
  assertMatch(check(NOBODY, true), /^warn: no LAN directory answers/);
  assertMatch(check(STRANGER), /^warn: 10.0.0.195:54195 does not answer as a directory/);
  assertEquals(directoryCheck("LAN", []).verdict, "ok");
});

Deno.test("homeChecks() tells damage, what is read-only, orphans, and what was left behind", () => {
  const home: HomeFacts = {
    path: "/h",
    roles: ["web"],
    damage: [],
    holders: new Map(),
    isGroupOpen: false,
    leftOver: [],
    problem: null,
  };
  const checks = (change: Partial<HomeFacts>) => homeChecks({ ...home, ...change }, "/h").map(short);
  assertEquals(homeChecks(null, "/h").map(short), ["ok: none at /h"]);
  assertEquals(checks({}), ["ok: /h: 1 role, nothing running"]);
  const holders = new Map([["group", 7], ["web", 8]]);
  assertEquals(checks({ holders }), ["ok: /h: 1 role, the group runs as pid 7, with 1 of its roles"]);
  const alone = new Map([["web", 8]]);
  assertEquals(checks({ holders: alone }), ["ok: /h: 1 role, web runs as pid 8"], "the original's command holds it");
  assertEquals(checks({ holders: alone, isGroupOpen: true }), ["warn: roles run without their group: web (pid 8)"]);
  assertEquals(checks({ damage: ["cannot read x"], problem: "Cannot write", leftOver: ["old-a-00000000"], holders }), [
    "fail: cannot read x",
    "fail: Cannot write",
    "warn: commands that were cut off left old-a-00000000",
    "ok: the group runs as pid 7, with 1 of its roles",
  ]);
});

Deno.test("checkLines() puts advice below what it is about, and counts", () => {
  const checks: Check[] = [
    { check: "clock", verdict: "warn", finding: "late", advice: "set it" },
    { check: "home", verdict: "fail", finding: "gone", advice: null },
  ];
  const lines = ["warn  clock  late", "             set it", "fail  home   gone", "", "1 check failed, 1 warning"];
  assertEquals(checkLines(checks, (text) => text), lines);
  assertEquals(checkLines([{ ...checks[1]!, verdict: "ok" }], (text) => text).at(-1), "All is well");
});

/** One check of each name, as `verdict: finding`. */
function byName(text: string): Record<string, string> {
  return Object.fromEntries((JSON.parse(text) as Check[]).map((check) => [check.check, short(check)]));
}

Deno.test("cake doctor names the directory that answers, the group that runs, and the fields of its help", async () => {
  const { cake, start, simulation, host } = simulatedCake({ environment: { HOME: "/project" } });
  host.adjustWall(700 * 24 * 3600 * 1000);
  await cake("create");
  for (const name of ["a", "b"]) await cake("add", "/bin/idle", name);
  const directory = start("host");
  await simulation.runFor(1000);
  const group = start("run");
  await simulation.runFor(5000);
  const [text, errors] = await cake("doctor", "--json");
  assertEquals(errors, "");
  const fields = COMMANDS.find(({ name }) => name === "doctor")!.json!.fields.map(([field]) => field);
  for (const check of JSON.parse(text)) assertEquals(Object.keys(check), fields);
  const checks = byName(text);
  assertMatch(checks["host-directory"] ?? "", /^ok: a HOST directory answers at 127.0.0.1:54195: cake \d+\.\d+\.\d+$/);
  assertMatch(checks.home ?? "", /^ok: .*: 2 roles, the group runs as pid \d+, with 2 of its roles$/);
  assertMatch(checks.clock ?? "", /^ok/);
  assertMatch(checks.ports ?? "", /^ok: 127.0.0.1:\d+ for the GROUP directory of the home is taken by pid \d+/);
  assertEquals(checks.folders, "ok: /project/.cache/cake/modules can be written");
  const before = host.disk.list("/project");
  await cake("doctor");
  assertEquals(host.disk.list("/project"), before, "nothing is left behind");
  for (const process of [group, directory]) process.signal("SIGINT");
  await simulation.runUntil(() => !group.isAlive && !directory.isAlive);
});

Deno.test("cake doctor asks an encrypted directory as the home says, and tells one that it can't talk to", async () => {
  await prepareEncryption();
  const { cake, start, simulation } = simulatedCake();
  const directory = start("host", "--encrypted-directory");
  await simulation.runFor(1000);
  const found = async () => byName((await cake("doctor", "--json"))[0])["host-directory"] ?? "";
  assertMatch(await found(), /^warn: 127.0.0.1:54195 does not answer as a directory/);
  await cake("create", "--encrypted-directory");
  assertMatch(await found(), /^ok: a HOST directory answers at 127.0.0.1:54195: cake/);
  directory.signal("SIGINT");
  await simulation.runUntil(() => !directory.isAlive);
});

Deno.test("cake doctor finds orphans, damage and a clock that has gone back, and changes nothing", async () => {
  const { cake, start, simulation, host } = simulatedCake();
  await cake("create");
  for (const name of ["a", "b"]) await cake("add", "/bin/idle", name);
  const group = start("run", "--keep-logs");
  await simulation.runFor(5000);
  group.crash();
  const orphan = host.start("orphan", (world) => void world.files.lock(`${HOME}/role/a/lock/head`));
  host.disk.writeText(`${HOME}/role/b/settings.json`, "{", 0);
  host.adjustWall(-24 * 3600 * 1000);
  const [text, , status] = await cake("doctor");
  assertEquals(status, 71);
  assertMatch(text, /^fail {2}home +cannot read ".*\/b\/settings.json"/m);
  assertMatch(text, /^warn {2}home +roles run without their group: a \(pid \d+\)$/m);
  assertEquals(host.disk.readText(`${HOME}/role/b/settings.json`), "{");
  orphan.crash();
});

Deno.test("cake doctor, really: a module runs, a stranger at a port is named, and so is a directory", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-test-" }));
  const stranger = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = stranger.addr as Deno.NetAddr;
  try {
    const created = await runCake(folder, "create", `--directory-at-host=${hostPort(port)}`);
    assertEquals([created.code, created.err], [0, ""]);
    const taken = await runCake(folder, "doctor", "--json");
    const checks = byName(taken.out);
    assertEquals([taken.code, taken.err], [71, ""]);
    assertMatch(checks.platform ?? "", /^ok/);
    assertMatch(checks.modules ?? "", /^ok: a module of TypeScript ran/);
    const holder = Deno.build.os === "linux" ? `taken by pid ${Deno.pid} \\(.*deno` : "taken by";
    assertMatch(checks.ports ?? "", new RegExp(`^fail: 127.0.0.1:${port} .* ${holder}`));
    assertMatch(checks["host-directory"] ?? "", /^warn: .* does not answer as a directory/);
    const ownPort = freePort();
    const host = startCake(folder, "host", `--directory-at-host=${hostPort(ownPort)}`, "--debug-level=CONSOLE");
    await host.seen(/Listening at/);
    const found = await runCake(folder, "doctor", "--json", `--connect-to-directory=${hostPort(ownPort)}`);
    const line = `ok: a HOST directory answers at 127.0.0.1:${ownPort}: cake ${VERSION}`;
    assertEquals(byName(found.out)["host-directory"], line);
    host.signal("SIGINT");
    await host.outcome();
  } finally {
    stranger.close();
    await Deno.remove(folder, { recursive: true });
  }
});
