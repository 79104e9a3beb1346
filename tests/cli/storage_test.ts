import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Change, changeText, removals, storageDelta } from "../../cli/storage/delta.ts";
import { modeText } from "../../cli/storage/listing.ts";
import { scanFolder, scanSelection, SelectionError } from "../../cli/storage/scan.ts";
import type { Stored, StoredFile, StoredFolder } from "../../cli/storage/stored.ts";
import { transfer } from "../../cli/storage/transfer.ts";
import { realWorld, type World } from "../../runtime/mod.ts";
import { HOME, PROJECT, simulatedCake } from "../helpers/simulated_cake.ts";

const OWNER = { user: 1, group: 1 };

function file(path: string, modified = 0, mode = 0o100644): StoredFile {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { kind: "file", name, path, attributes: { modified, mode, owner: OWNER }, isLink: false };
}

function folder(path: string, entries: readonly Stored[] = [], mode = 0o40755): StoredFolder {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const attributes = { modified: 0, mode, owner: OWNER };
  return { kind: "folder", name, path, attributes, entries: new Map(entries.map((entry) => [entry.name, entry])) };
}

function deltaTexts(source: readonly Stored[], target: readonly Stored[]): string[] {
  return [...storageDelta(folder("/s", source), folder("/t", target))].map(changeText);
}

Deno.test("storageDelta() compares by kind, age, owner and mode, in the order of names", () => {
  assertEquals(deltaTexts([file("/s/b"), folder("/s/a")], []), [
    "AddFolder(path=/s/a, target=/t)",
    "AddFile(path=/s/b, target=/t)",
  ]);
  assertEquals(deltaTexts([], [file("/t/b", 1500), folder("/t/a", [file("/t/a/x")])]), [
    "RemoveFolder(path=/t/a, modified=1970-01-01 00:00:00+00:00, contents=1)",
    "RemoveFile(path=/t/b, modified=1970-01-01 00:00:01.500000+00:00)",
  ]);
  const nested = deltaTexts([folder("/s/a", [file("/s/a/x", 5000)])], [folder("/t/a", [file("/t/a/x", 4000)])]);
  assertEquals(nested, ["UpdateFile(path=/s/a/x, modified=1970-01-01 00:00:05+00:00, target=/t/a)"]);
  assertEquals(deltaTexts([file("/s/a"), folder("/s/b")], [folder("/t/a"), file("/t/b")]), [
    "ReplaceWithFile(source=/s/a, target=/t/a)",
    "ReplaceWithFolder(path=/s/b, target=/t/b)",
  ]);
  const other = { ...file("/t/a"), attributes: { modified: 0, mode: 0o100600, owner: { user: 2, group: 3 } } };
  assertEquals(deltaTexts([file("/s/a")], [other]), [
    "UpdateUser(target=/t/a, user=1)",
    "UpdateGroup(target=/t/a, group=1)",
    "UpdateMode(target=/t/a, mode=33188)",
  ]);
});

Deno.test("storageDelta() takes a copy for as old as its original, and an older source for no news", () => {
  assertEquals(deltaTexts([file("/s/a", 1001)], [file("/t/a", 1000)]), []);
  assertEquals(deltaTexts([file("/s/a", 1000)], [file("/t/a", 1001)]), []);
  assertEquals(deltaTexts([file("/s/a", 1)], [file("/t/a", 9000)]), []);
});

Deno.test("storageDelta() leaves out a folder that holds the target, and replaces links", () => {
  const [change, ...others] = storageDelta(folder("/", [folder("/t")]), folder("/t/home/model"));
  assertEquals([change, others], [undefined, []]);
  assertEquals(deltaTexts([file("/s/a")], [{ ...file("/t/a"), isLink: true }]).length, 1);
});

Deno.test("removals() counts what is lost", () => {
  const target = [folder("/t/a", [file("/t/a/x"), folder("/t/a/y", [file("/t/a/y/z")])]), file("/t/b")];
  assertEquals(removals([...storageDelta(folder("/s"), folder("/t", target))]), 5);
  assertEquals(removals([...storageDelta(folder("/s", [file("/s/a"), file("/s/b")]), folder("/t", target))]), 3);
});

Deno.test("modeText() writes modes as ls does", () => {
  assertEquals(modeText(folder("/x")), "drwxr-xr-x");
  assertEquals(modeText(file("/x", 0, 0o104750)), "-rwsr-x---");
  assertEquals(modeText(file("/x", 0, 0o102640)), "-rw-r-S---");
  assertEquals(modeText(folder("/x", [], 0o41777)), "drwxrwxrwt");
  assertEquals(modeText({ ...file("/x"), isLink: true }), "lrw-r--r--");
});

Deno.test("cake resource and model list, long and in full", async () => {
  const { cake, makeHome, host } = simulatedCake();
  await makeHome("a");
  host.disk.makeFolder(`${HOME}/resource/idle/deep`, 0);
  host.disk.writeText(`${HOME}/resource/idle/deep/file`, "x", 0);
  assertEquals((await cake("resource", "idle"))[0], "deep\n");
  assertEquals(
    (await cake("resource", "idle", "-rl", "--long-listing"))[0],
    [
      "drwxr-xr-x 0/0 deep",
      "-rw-r--r-- 0/0 deep/file",
      "",
    ].join("\n"),
  );
  assertEquals((await cake("resource", "idle", "--full-path"))[0], `${HOME}/resource/idle/deep\n`);
  host.disk.writeText(`${HOME}/role/a/model/data`, "x", 0);
  assertEquals((await cake("model", "a", "--full-path"))[0], `${HOME}/role/a/model/data\n`);
});

Deno.test("cake resource takes the contents of --resource-path, and model those of --model-path", async () => {
  const { cake, makeHome, host } = simulatedCake();
  await makeHome("a");
  host.disk.makeFolder(`${PROJECT}/materials/deep`, 0);
  host.disk.writeText(`${PROJECT}/materials/deep/file`, "x", 0);
  assertEquals(await cake("resource", "idle", "--resource-path=materials", "-mc"), ["", "", 0]);
  assertEquals(host.disk.readText(`${HOME}/resource/idle/deep/file`), "x");
  assertEquals(await cake("model", "a", "--model-path=materials", "-mc"), ["", "", 0]);
  assertEquals(host.disk.readText(`${HOME}/role/a/model/deep/file`), "x");
  assertEquals(await cake("resource", "idle", "--clear-all"), ["", "", 0]);
  assertEquals(host.disk.list(`${HOME}/resource/idle`), []);
});

Deno.test("cake model --get-latest takes all or some, and says what it removed", async () => {
  const { cake, makeHome, host } = simulatedCake();
  await makeHome("a");
  for (const name of ["one", "two"]) host.disk.writeText(`${HOME}/role/a/model/${name}`, name, 9000);
  assertEquals(await cake("model", "a", "one", "--get-latest=snap", "-mc"), ["", "", 0]);
  assertEquals(host.disk.list(`${PROJECT}/snap`), ["one"]);
  host.disk.writeText(`${PROJECT}/snap/own`, "mine", 0);
  assertEquals(await cake("model", "a", "one", "--get-latest=snap", "-mc"), ["", "", 0]);
  assertEquals(host.disk.list(`${PROJECT}/snap`), ["one", "own"]);
  assertEquals(await cake("model", "a", "--get-latest=snap", "-mc"), [
    "",
    `cake: removed 1 from "${PROJECT}/snap"\n`,
    0,
  ]);
  assertEquals(host.disk.list(`${PROJECT}/snap`), ["one", "two"]);
  const [, error] = await cake("model", "a", "none", "--get-latest=snap");
  assertEquals(error, `cake: cannot model "a" ("${HOME}/role/a/model/none" does not exist)\n`);
});

Deno.test("cake resource, model and script refuse what does not fit together, is not there, or runs", async () => {
  const { cake, makeHome, host, start, simulation } = simulatedCake();
  await makeHome("a");
  host.disk.makeFolder(`${PROJECT}/x`, 0);
  const said = async (...argv: string[]) => {
    const [out, error, status] = await cake(...argv);
    assertEquals([out, status], ["", 71]);
    return error;
  };
  assertEquals(await said("resource"), "cake: cannot resource group (no executable specified)\n");
  const inappropriate = "(inappropriate argument(s))";
  for (const flag of ["--clear-all", "--full-path", "--recursive-listing", "--resource-path=x"]) {
    assertEquals(await said("resource", "idle", "x", flag), `cake: cannot resource "idle" ${inappropriate}\n`);
  }
  for (const flag of ["--clear-all", "--model-path=x", "--full-path"]) {
    assertEquals(await said("model", "a", "x", flag), `cake: cannot model "a" ${inappropriate}\n`);
  }
  assertEquals(await said("script"), `cake: cannot script "${HOME}" (no scripts in use)\n`);
  const escape = `cake: cannot resource "../role" (folder "${HOME}/resource/../role" does not exist)\n`;
  assertEquals(await said("resource", "../role", "x", "-mc"), escape);
  assertEquals(
    await said("resource", "idle", "x", "./x"),
    'cake: cannot resource "idle" (multiple selections of "x")\n',
  );
  const running = start("run");
  await simulation.runFor(2000);
  assertEquals(await said("resource", "idle"), 'cake: cannot resource "idle" (role "a" is running)\n');
  assertEquals(await said("model", "a", "x"), 'cake: cannot model "a" (role "a" is running)\n');
  assertEquals(await cake("model", "a"), ["", "", 0]);
  running.signal("SIGINT");
  await simulation.runUntil(() => !running.isAlive);
});

Deno.test("cake model says that it leaves out what holds the home", async () => {
  const { cake, makeHome } = simulatedCake();
  await makeHome("a");
  assertEquals(await cake("model", "a", "."), [
    "",
    `cake: left out "${PROJECT}", as it holds "${HOME}/role/a/model"\n`,
    0,
  ]);
});

Deno.test("cake model that is interrupted while it copies changes nothing", async () => {
  const { start, makeHome, host, simulation } = simulatedCake();
  await makeHome("a");
  host.disk.makeFolder(`${PROJECT}/x`, 0);
  for (let i = 0; i < 1000; i++) host.disk.writeText(`${PROJECT}/x/${i}`, "x", 0);
  host.disk.writeText(`${HOME}/role/a/model/kept`, "data", 0);
  const model = start("model", "a", "x", "--make-changes");
  const isCopying = () => host.disk.list(`${HOME}/role/a/model`).length > 1;
  await simulation.runUntil(isCopying);
  model.signal("SIGINT");
  await simulation.runUntil(() => !model.isAlive);
  assertEquals([model.errors.join(""), model.exitStatus], ["cake: aborted (user or software interrupt)\n", 71]);
  assertEquals(host.disk.list(`${HOME}/role/a/model`), ["kept"]);
});

Deno.test("cake model tells a terminal how far it is", async () => {
  const terminal = (world: World): World => ({
    ...world,
    environment: { ...world.environment, isErrorTerminal: () => true },
    files: { ...world.files, copyFile: (from, to) => slowly(world).then(() => world.files.copyFile(from, to)) },
  });
  const { cake, makeHome, host } = simulatedCake({ world: terminal });
  await makeHome("a");
  host.disk.makeFolder(`${PROJECT}/x`, 0);
  for (let i = 0; i < 4; i++) host.disk.writeText(`${PROJECT}/x/${i}`, "x", 0);
  const [, error] = await cake("model", "a", "x", "--make-changes");
  const clear = `\r${" ".repeat("cake: copied 2 of 4 files".length)}\r`;
  assertEquals(error, ["2", "3", "4"].map((n) => `\rcake: copied ${n} of 4 files`).join("") + clear);
});

function slowly({ clock }: World): Promise<void> {
  return new Promise((resolve) => clock.after(600, resolve));
}

/** A temporary folder of the real world, removed at the end. */
async function temporary(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-test-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("transfer() makes the target equal, so that nothing is left to do; links are followed in the source only", async () => {
  await using top = await temporary();
  const world = realWorld();
  const [source, target, outside] = ["source", "target", "outside"].map((name) => `${top.path}/${name}`) as [
    string,
    string,
    string,
  ];
  for (const path of [`${source}/deep`, `${target}/gone/below`, outside]) await Deno.mkdir(path, { recursive: true });
  await Deno.writeTextFile(`${outside}/precious`, "keep me");
  await Deno.writeTextFile(`${source}/deep/script`, "#!", { mode: 0o750 });
  await Deno.symlink(outside, `${source}/linked`);
  await Deno.symlink(`${top.path}/nothing`, `${source}/dangling`);
  await Deno.symlink(outside, `${target}/deep`);
  await Deno.symlink(outside, `${target}/gone/below/link`);
  const changes = await delta(world, source, target);
  assertEquals(changes.map(({ kind }) => kind), ["ReplaceWithFolder", "RemoveFolder", "AddFolder"]);
  assert(await transfer(world, changes, { signal: new AbortController().signal, copied: () => {} }));
  assertEquals(await delta(world, source, target), []);
  assertEquals(await world.files.list(target), ["deep", "linked"]);
  assertEquals(await Deno.readTextFile(`${target}/linked/precious`), "keep me");
  assertEquals((await Deno.lstat(`${target}/linked`)).isSymlink, false);
  assertEquals((await Deno.stat(`${target}/deep/script`)).mode! & 0o777, 0o750);
  assertEquals(await Deno.readTextFile(`${outside}/precious`), "keep me");
});

async function delta(world: World, source: string, target: string): Promise<Change[]> {
  return [...storageDelta(await scanFolder(world, source, "follow"), await scanFolder(world, target, "keep"))];
}

Deno.test("scanSelection() refuses links that lead in a circle", async () => {
  await using top = await temporary();
  await Deno.mkdir(`${top.path}/a`);
  await Deno.symlink(top.path, `${top.path}/a/up`);
  await assertRejects(() => scanSelection(realWorld(), [`${top.path}/a`]), SelectionError, "leads back to a folder");
});
