/** Archives of homes: what is in them, what becomes of them elsewhere, and what is refused. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { packTar, type TarEntry, unpackTar } from "modern-tar";
import { commonFolder, nameProblem } from "../../cli/pack/entry_name.ts";
import { isPackedOfHome } from "../../cli/pack/packed_home.ts";
import { prepareModule } from "../../runtime/modules/prepare_module.ts";
import type { Disk } from "../../runtime/simulation/disk.ts";
import { filesBelow } from "../helpers/cut_files.ts";
import { homeProblems } from "../helpers/home_format.ts";
import { HOME, PROJECT, type SimulatedCake, simulatedCake } from "../helpers/simulated_cake.ts";

// What takes modules apart begins by compiling itself, for which simulated time does not wait.
await prepareModule("export {};", "typescript");

Deno.test("nameProblem() takes names below a folder, and no others", () => {
  for (const name of ["a", "a/b.ts", ".layer-cake/role/web/settings.json", "ö/ü", "a b", "..a/b.."]) {
    assertEquals(nameProblem(name), null, name);
  }
  const refused = ["", "/a", "a/../b", "..", ".", "a/./b", "a//b", "a/", "a\\b", "a\0", "a\nb", "a\ufffd"];
  for (const name of [...refused, "x".repeat(1025), "a/".repeat(64) + "a"]) {
    assert(nameProblem(name) !== null, JSON.stringify(name));
  }
  for (const name of ["C:/a", "c:a", "a:b", "a/b?", "a./b", "a ", "NUL", "a/con.txt", "com1/x"]) {
    assertEquals(nameProblem(name, "linux"), null, name);
    assert(nameProblem(name, "windows") !== null, name);
  }
  for (const name of ["console", "a.b/c", ".layer-cake/role/web/logs/2026h11h22T04c28c48p750", "nullable"]) {
    assertEquals(nameProblem(name, "windows"), null, name);
  }
});

Deno.test("commonFolder() is the deepest folder that holds all", () => {
  assertEquals(commonFolder(["/a/b", "/a/b/c", "/a/b"], "/"), "/a/b");
  assertEquals(commonFolder(["/a/bc", "/a/b"], "/"), "/a");
  assertEquals(commonFolder(["/a", "/b"], "/"), "/");
  assertEquals(commonFolder(["/"], "/"), "/");
  assertEquals(commonFolder(["C:\\a\\b", "C:\\a"], "\\"), "C:\\a");
  assertEquals(commonFolder(["C:\\a", "C:\\b"], "\\"), "C:\\");
});

Deno.test("isPackedOfHome() leaves out what is of no use elsewhere", () => {
  const packed = (path: string, logs = false, temporary = false) =>
    isPackedOfHome(path.split("/"), { logs, temporary });
  for (
    const path of ["role/a/lock/head", "role/a/logs/x", "role/a/tmp/x", "new-a-0badc0de/x", "script/.a.0badc0de.tmp"]
  ) {
    assertEquals(packed(path), false, path);
  }
  for (
    const path of ["role/a/lock", "role/a/logs", "role/a/model/logs/x", "role/logs", "resource/x/tmp/y", "script/new-a"]
  ) {
    assertEquals(packed(path), true, path);
  }
  assertEquals([packed("role/a/logs/x", true), packed("role/a/tmp/x", false, true)], [true, true]);
  assertEquals(packed("role/a/lock/head", true, true), false);
});

async function project(): Promise<SimulatedCake> {
  const bench = simulatedCake();
  const { cake, host: { disk } } = bench;
  const write = (path: string, text: string) => {
    disk.makeFolder(`${path}/..`, 0);
    disk.writeText(path, text, 5);
  };
  write(
    `${PROJECT}/server.ts`,
    `import { x } from "./lib/x.ts";\nimport data from "./data.json" with { type: "json" };\nconsole.log(x, data);\n`,
  );
  write(`${PROJECT}/lib/x.ts`, `export const x = 1;\n`);
  write(`${PROJECT}/data.json`, `{}`);
  write(`${PROJECT}/notes.txt`, `not asked for`);
  write(`/opt/tool`, `\u0000binary`);
  disk.setMode("/opt/tool", 0o755);
  await cake("create");
  await cake("add", "/bin/server", "web", "--name=one");
  await cake("add", "/bin/idle", "w");
  for (const [role, path] of [["web", `${PROJECT}/server.ts`], ["w", "/opt/tool"]]) {
    write(`${HOME}/role/${role}/executable_file.json`, `{"value": "${path}"}`);
  }
  write(`${HOME}/role/web/model/deep/state`, "kept");
  disk.setMode(`${HOME}/role/web/model/deep/state`, 0o600);
  write(`${HOME}/role/web/logs/log`, "a log");
  write(`${HOME}/role/web/tmp/scratch`, "scratch");
  write(`${HOME}/resource/server/page`, "a page");
  return bench;
}

function tree(disk: Disk, folder: string): Map<string, string> {
  return new Map([...filesBelow(disk, folder)].map((path) => [path.slice(folder.length + 1), disk.readText(path)]));
}

async function unzipped(bytes: Uint8Array): Promise<Awaited<ReturnType<typeof unpackTar>>> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await unpackTar(stream, { strict: true });
}

async function zipped(entries: readonly TarEntry[]): Promise<Uint8Array> {
  const stream = new Blob([await packTar(entries)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function bytesOf(disk: Disk, path: string): Uint8Array {
  return disk.readBytes(path, 0, disk.info(path)!.size);
}

function writeBytes(disk: Disk, path: string, bytes: Uint8Array): void {
  disk.remove(path);
  disk.writeNew(path, bytes, 0);
}

Deno.test("cake pack takes a home with its programs and what they import, and unpack restores it elsewhere", async () => {
  const { cake, host: { disk } } = await project();
  const [output, error, status] = await cake("pack", "pool.tar.gz");
  assertEquals([error, status], ["", 0]);
  assertMatch(output, /^pool\.tar\.gz: \d+ files, \d+ bytes\n$/);
  assertEquals(disk.list(PROJECT).filter((name) => name.endsWith(".tmp")), []);

  const entries = await unzipped(bytesOf(disk, `${PROJECT}/pool.tar.gz`));
  const names = entries.map(({ header: { name } }) => name);
  assertEquals(names[0], "project/cake-pack.json");
  for (const name of ["server.ts", "lib/x.ts", "data.json", "programs/tool", ".layer-cake/role/web/model/deep/state"]) {
    assert(names.includes(`project/${name}`), name);
  }
  assertEquals(names.filter((name) => /notes|scratch|\/log$|lock\/./.test(name)), []);
  for (const { header } of entries) {
    assertEquals([header.mtime?.getTime(), header.uid, header.gid], [0, 0, 0], header.name);
  }

  disk.makeFolder("/srv", 0);
  const [said, , restored] = await cake("unpack", "pool.tar.gz", "/srv/pool");
  assertEquals([said.replace(/\d+/, "N"), restored], ["/srv/pool: N files\n", 0]);
  assertEquals(homeProblems(disk, "/srv/pool/.layer-cake"), []);
  const executable = (role: string) => disk.readText(`/srv/pool/.layer-cake/role/${role}/executable_file.json`);
  assertStringIncludes(executable("web"), `"/srv/pool/server.ts"`);
  assertStringIncludes(executable("w"), `"/srv/pool/programs/tool"`);
  const [before, after] = [tree(disk, HOME), tree(disk, "/srv/pool/.layer-cake")];
  for (const [path, text] of before) {
    if (/\/(?:logs|tmp|lock)\/|executable_file/.test(path)) continue;
    assertEquals(after.get(path), text, path);
  }
  assertEquals(disk.info("/srv/pool/.layer-cake/role/web/model/deep/state")!.mode! & 0o777, 0o600);
  assertEquals(disk.info("/srv/pool/programs/tool")!.mode! & 0o777, 0o755);
  assertEquals(disk.list("/srv"), ["pool"]);
  const [listed] = await cake("list", "--home-path=/srv/pool/.layer-cake", "--long-listing");
  assertStringIncludes(listed, "web");
});

Deno.test("cake pack makes the same archive of the same content, whenever and wherever", async () => {
  const { cake, host: { disk }, simulation } = await project();
  await cake("pack", "one.tar.gz");
  await simulation.runFor(5_000_000);
  disk.writeText(`${PROJECT}/server.ts`, disk.readText(`${PROJECT}/server.ts`), 77_000);
  await cake("pack", "two.tar.gz");
  disk.makeFolder("/elsewhere", 0);
  await cake("unpack", "two.tar.gz", "/elsewhere/project");
  await cake("pack", "three.tar.gz", "--home-path=/elsewhere/project/.layer-cake");
  const [one, two, three] = ["one", "two", "three"].map((name) => bytesOf(disk, `${PROJECT}/${name}.tar.gz`));
  assertEquals(two, one);
  assertEquals(three, one);
});

Deno.test("cake pack takes logs, temporary files and further paths when asked, and never itself", async () => {
  const { cake, host: { disk } } = await project();
  await cake("pack", "pool.tar.gz");
  assertEquals(
    (await cake("pack", "pool.tar.gz"))[1],
    'cake: cannot pack "pool.tar.gz" (existing file, see --replace)\n',
  );
  const [, error, status] = await cake("pack", "pool.tar.gz", ".", "--replace", "--logs", "--tmp");
  assertEquals([error, status], ["", 0]);
  const names = (await unzipped(bytesOf(disk, `${PROJECT}/pool.tar.gz`))).map(({ header: { name } }) => name);
  const home = "project/.layer-cake/role/web";
  for (const name of ["project/notes.txt", `${home}/logs/log`, `${home}/tmp/scratch`]) {
    assert(names.includes(name), name);
  }
  assertEquals(names.filter((name) => name.includes("pool.tar") || /lock\/./.test(name)), []);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("cake pack keeps the places of files beside the project", async () => {
  const { cake, host: { disk } } = await project();
  disk.makeFolder("/shared", 0);
  disk.writeText("/shared/common.ts", "export {};\n", 0);
  disk.writeText(`${PROJECT}/server.ts`, `import "../shared/common.ts";\n`, 0);
  assertEquals((await cake("pack", "pool.tar.gz")).slice(1), ["", 0]);
  disk.makeFolder("/srv", 0);
  const [output, error] = await cake("unpack", "pool.tar.gz", "/srv/all");
  assertEquals(error, "");
  assertMatch(output, /^\/srv\/all: \d+ files, the home in "\/srv\/all\/project"\n$/);
  assertEquals(disk.readText("/srv/all/shared/common.ts"), "export {};\n");
  assertEquals(homeProblems(disk, "/srv/all/project/.layer-cake"), []);
});

Deno.test("cake pack takes a project with a manifest that was never run", async () => {
  const { cake, host: { disk } } = simulatedCake();
  disk.writeText(`${PROJECT}/cake.yaml`, "roles:\n  web: { executable: web.ts }\n", 0);
  assertStringIncludes((await cake("pack"))[1], "web.ts");
  disk.writeText(`${PROJECT}/web.ts`, "", 0);
  assertEquals((await cake("pack"))[2], 0);
  await cake("unpack", "project.tar.gz", "/copy");
  assertEquals(disk.list("/copy"), ["cake.yaml", "web.ts"]);
});

Deno.test("cake pack names what is missing or in the way", async () => {
  const { cake, start, simulation, host: { disk } } = await project();
  const errorOf = async (...argv: string[]) => (await cake(...argv))[1];
  assertStringIncludes(await errorOf("pack", "a.gz", "nosuch"), `"/project/nosuch" does not exist`);
  assertStringIncludes(await errorOf("pack", "a.gz", "--home-path=/nosuch/home"), `no home at "/nosuch/home"`);
  assertStringIncludes(await errorOf("pack", "/nosuch/a.gz"), "No such file");
  disk.remove("/opt/tool");
  assertStringIncludes(await errorOf("pack", "a.gz"), `role "w" runs "/opt/tool", which does not exist`);
  disk.writeText(`${HOME}/role/w/executable_file.json`, `{"value": "/bin/idle"}`, 0);
  assertStringIncludes(await errorOf("pack", "a.gz"), `left out "/bin/idle": role "w" expects it there`);
  disk.writeText(`${HOME}/role/w/executable_file.json`, `{"value": "/bin/idle"}`, 0);
  const running = start("run", "w");
  await simulation.runFor(3000);
  assertStringIncludes(await errorOf("pack", "b.gz"), "running");
  running.signal("SIGINT");
  await simulation.runUntil(() => !running.isAlive);
  disk.writeText(`${HOME}/role/w/settings.json`, "{", 0);
  assertStringIncludes(await errorOf("pack", "b.gz"), "settings.json");
  assertEquals(disk.list(PROJECT).filter((name) => /^b\.gz|tmp$/.test(name)), []);
});

Deno.test("cake unpack takes no place that is taken, unless asked, and never that of running roles", async () => {
  const { cake, start, simulation, host: { disk } } = await project();
  disk.writeText(`${HOME}/role/w/executable_file.json`, `{"value": "/bin/idle"}`, 0);
  await cake("pack", "pool.tar.gz");
  const errorOf = async (...argv: string[]) => (await cake(...argv))[1];
  assertStringIncludes(await errorOf("unpack"), "no archive specified");
  assertStringIncludes(await errorOf("unpack", "nosuch.gz"), "does not exist");
  assertStringIncludes(await errorOf("unpack", "lib"), "not a file");
  assertStringIncludes(await errorOf("unpack", "pool.tar.gz", "."), "holds the current folder");
  assertStringIncludes(await errorOf("unpack", "pool.tar.gz", "/"), "holds the current folder");
  assertStringIncludes(await errorOf("unpack", "pool.tar.gz", "/nosuch/pool"), `"/nosuch" is not a folder`);
  assertStringIncludes(await errorOf("unpack", "pool.tar.gz", "notes.txt"), "existing file");
  assertStringIncludes(await errorOf("unpack", "pool.tar.gz", "lib"), `existing folder "/project/lib", see --replace`);
  assertEquals(await cake("unpack", "pool.tar.gz", "/new").then(([, , status]) => status), 0);
  disk.writeText("/new/mine", "precious", 0);
  const home = "--home-path=/new/.layer-cake";
  const running = start("run", "w", home);
  await simulation.runFor(3000);
  assertStringIncludes(await errorOf("unpack", "pool.tar.gz", "/new", "--replace"), "running roles");
  running.signal("SIGINT");
  await simulation.runUntil(() => !running.isAlive);
  const error = await errorOf("unpack", "pool.tar.gz", "/new", "--replace");
  const kept = /^cake: kept what was there as "(\/new\.before-[0-9a-f]{8})"\n$/.exec(error)?.[1];
  assertEquals(disk.readText(`${kept}/mine`), "precious", error);
  assertEquals(disk.info("/new/mine"), null);
  assertEquals(disk.list("/").filter((name) => name.endsWith(".tmp")), []);
});

const LABEL: TarEntry = {
  header: { name: "p/cake-pack.json", size: 30, type: "file" },
  body: '{"version":1,"home":"p/.home"}',
};
const file = (name: string, body = "x"): TarEntry => ({ header: { name, size: body.length, type: "file" }, body });
const folder = (name: string): TarEntry => ({ header: { name, size: 0, type: "directory" } });
const special = (type: "link" | "symlink" | "fifo" | "block-device"): TarEntry => ({
  header: { name: "p/a", size: 0, type, linkname: "/etc/passwd" },
});

/** Archives that somebody made by hand, and what is said of them. */
const HOSTILE: readonly (readonly [entries: readonly TarEntry[], text: string])[] = [
  [[], "nothing is in it"],
  [[file("p/a")], "no archive of cake pack"],
  [[file("p/cake-pack.json", "{}")], "no archive of cake pack"],
  [[file("p/cake-pack.json", '{"version":2,"home":"a"}')], "or of a later cake"],
  [[file("p/cake-pack.json", '{"version":1,"home":"../a"}')], "no archive of cake pack"],
  [[LABEL, file("p/../../up")], "leaves the folder"],
  [[LABEL, file("/etc/up")], "not below the folder"],
  [[LABEL, file("C:/up")], 'outside of "p"'],
  [[LABEL, file("p\\..\\up")], "has characters that no name may have"],
  [[LABEL, file("q/a")], 'outside of "p"'],
  [[LABEL, special("symlink")], "a symlink, which is neither a file nor a folder"],
  [[LABEL, special("link")], "a link, which"],
  [[LABEL, special("fifo")], "a fifo, which"],
  [[LABEL, special("block-device")], "a block-device, which"],
  [[LABEL, file("p/a"), file("p/a")], "more than once"],
  [[LABEL, folder("p/a"), file("p/a")], "more than once"],
  [[LABEL, file("p/a"), file("p/a/b")], '"p/a" is no folder before it'],
  [[LABEL, file("p/a/b")], '"p/a" is no folder before it'],
  [[LABEL, folder("p/" + "a/".repeat(80))], "folders deep"],
  [[LABEL, file(`p/${"x".repeat(2000)}`)], "longer than"],
];

Deno.test("cake unpack refuses archives that would reach out of the folder, and leaves nothing behind", async () => {
  const { cake, host: { disk } } = simulatedCake();
  for (const [entries, text] of HOSTILE) {
    writeBytes(disk, `${PROJECT}/bad.tar.gz`, await zipped(entries));
    const [output, error, status] = await cake("unpack", "bad.tar.gz", "out");
    assertEquals([output, status], ["", 71], text);
    assertStringIncludes(error, text);
    assertEquals(disk.list(PROJECT), ["bad.tar.gz"], text);
  }
});

Deno.test("cake unpack refuses absurd sizes before it has read them", async () => {
  const { cake, host: { disk } } = simulatedCake();
  const tar = await packTar([LABEL, file("p/big", "x".repeat(100))]);
  // The size of the second file, in its header: 8 GiB less one byte. Its checksum follows.
  const at = 1024;
  tar.set(new TextEncoder().encode("77777777777"), at + 124);
  tar.set(new TextEncoder().encode("        "), at + 148);
  const sum = tar.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
  tar.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), at + 148);
  const stream = new Blob([tar]).stream().pipeThrough(new CompressionStream("gzip"));
  writeBytes(disk, `${PROJECT}/big.tar.gz`, new Uint8Array(await new Response(stream).arrayBuffer()));
  assertStringIncludes((await cake("unpack", "big.tar.gz"))[1], "more than 4 GiB");
  assertEquals(disk.list(PROJECT), ["big.tar.gz"]);
});

Deno.test("cake unpack finds every damage to an archive, wherever it is", async () => {
  const { cake, host: { disk } } = simulatedCake();
  await cake("create");
  await cake("pack", "whole.tar.gz");
  const whole = bytesOf(disk, `${PROJECT}/whole.tar.gz`);
  await cake("unpack", "whole.tar.gz", "whole");
  const expected = tree(disk, `${PROJECT}/whole`);
  const check = async (bytes: Uint8Array, label: string): Promise<void> => {
    writeBytes(disk, `${PROJECT}/bad.tar.gz`, bytes);
    const [, error, status] = await cake("unpack", "bad.tar.gz", "out");
    if (status === 0) {
      // A byte of the header of gzip that says nothing about the content.
      const found = [...tree(disk, `${PROJECT}/out`)].map(([path, text]) => [path, text.replaceAll("/out", "/whole")]);
      assertEquals(new Map(found as [string, string][]), expected, label);
      disk.remove(`${PROJECT}/out`);
    } else assertMatch(error, /^cake: cannot unpack "bad\.tar\.gz" \(.+\)\n$/, label);
    assertEquals(disk.list(PROJECT), [".layer-cake", "bad.tar.gz", "whole", "whole.tar.gz"], label);
  };
  for (let at = 0; at < whole.length; at += at < 32 || at > whole.length - 32 ? 1 : 7) {
    await check(whole.subarray(0, at), `cut at ${at}`);
    const flipped = whole.slice();
    flipped[at]! ^= 1 << at % 8;
    await check(flipped, `changed at ${at}`);
  }
  await check(new Uint8Array([...whole, 1, 2, 3]), "longer");
});
