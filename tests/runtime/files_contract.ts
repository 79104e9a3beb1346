/** What every file system of a world must do. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FileError, type FileSystem } from "../../runtime/world.ts";

/** Runs the contract in a temporary folder that it makes and removes. */
export async function testFiles(files: FileSystem): Promise<void> {
  const folder = await files.makeTemporaryFolder("contract-");
  const reasonOf = async (operation: Promise<unknown>): Promise<string> => {
    const error = await assertRejects(() => operation, FileError);
    assert(error.message.includes(folder), error.message);
    return error.reason;
  };
  assertEquals(await files.list(folder), []);
  assert(files.currentFolder().startsWith("/") || /^[A-Z]:/.test(files.currentFolder()));

  const path = `${folder}/deep/er/file`;
  assertEquals(await files.info(path), null);
  assertEquals(await reasonOf(files.readText(path)), "not found");
  assertEquals(await reasonOf(files.writeTextAtomic(path, "x")), "not found");
  await files.makeFolder(`${folder}/deep/er`);
  await files.makeFolder(`${folder}/deep/er`);
  await files.writeTextAtomic(path, "öne");
  await files.appendText(path, " two");
  await files.appendText(`${folder}/deep/other`, "made");
  assertEquals(await files.readText(path), "öne two");
  assertEquals(await files.readTextEnd(path, 100), "öne two");
  assertEquals(await files.readTextEnd(path, 4), " two");
  // Two bytes make the first character: one of them is none.
  assertEquals(await files.readTextEnd(path, 7), "ne two");
  assertEquals(await reasonOf(files.readTextEnd(`${folder}/none`, 1)), "not found");
  await files.writeTextAtomic(path, "three");
  assertEquals(await files.readText(path), "three");
  assertEquals(await files.list(`${folder}/deep`), ["er", "other"]);
  assertEquals(await files.list(`${folder}/deep/er`), ["file"], "no temporary file is left");

  const info = await files.info(path);
  assertEquals([info?.kind, info?.size], ["file", 5]);
  assert(typeof info?.modified === "number");
  assertEquals((await files.info(`${folder}/deep`))?.kind, "folder");
  assertEquals(await files.info(`${path}/below`), null);
  assertEquals(await reasonOf(files.readText(folder)), "other");
  assertEquals(await reasonOf(files.list(path)), "other");
  assertEquals(await reasonOf(files.list(`${folder}/none`)), "not found");
  assertEquals(await reasonOf(files.makeFolder(path)), "exists");
  assertMatch(
    (await assertRejects(() => files.readText(folder), FileError)).message,
    /^Cannot read ".*": Is a directory$/,
  );

  await files.rename(path, `${folder}/moved`);
  await files.rename(`${folder}/moved`, `${folder}/deep/other`);
  assertEquals(await files.readText(`${folder}/deep/other`), "three");
  assertEquals(await reasonOf(files.rename(path, `${folder}/x`)), "not found");

  await testNewFiles(files, folder);
  await testCopies(files, folder);

  const release = await files.lock(`${folder}/lock`);
  assert(release !== null);
  assertEquals(await files.lock(`${folder}/deep/../lock`), null, "one lock however the path is written");
  assert(await files.lockHolder(`${folder}/lock`) !== null);
  release();
  release();
  assertEquals(await files.lockHolder(`${folder}/lock`), null);
  assertEquals(await files.lockHolder(`${folder}/none`), null);
  const again = await files.lock(`${folder}/lock`);
  assert(again !== null);
  again();

  await files.remove(`${folder}/none`);
  await files.remove(folder);
  await files.remove(folder);
  assertEquals(await files.info(folder), null);
}

async function testCopies(files: FileSystem, folder: string): Promise<void> {
  const [source, copy] = [`${folder}/source`, `${folder}/copy`];
  await files.writeTextAtomic(source, "0123öne");
  await files.setMode(source, 0o750);
  const text = async (offset: number, length: number) =>
    new TextDecoder().decode(await files.readBytes(source, offset, length));
  assertEquals([await text(0, 4), await text(4, 99), await text(99, 1)], ["0123", "öne", ""]);
  await assertRejects(() => files.readBytes(`${folder}/none`, 0, 1), FileError);
  await files.writeTextAtomic(copy, "old");
  await files.copyFile(source, copy);
  assertEquals(await files.readText(copy), "0123öne");
  const [before, after] = [await files.info(source), await files.info(copy)];
  assert(before?.modified && after?.modified);
  assert(after.modified >= before.modified && after.modified - before.modified < 2, `${before} ${after}`);
  assertEquals([before.mode, before.owner], [after.mode, after.owner]);
  if (before.mode !== null) assertEquals(before.mode & 0o777, 0o750);
  await assertRejects(() => files.copyFile(`${folder}/none`, copy), FileError);
  await assertRejects(() => files.setMode(`${folder}/none`, 0), FileError);
  assertEquals(await files.realPath(`${folder}/none`), null);
  assertEquals(await files.realPath(`${folder}/deep/../copy`), await files.realPath(copy));
}

async function testNewFiles(files: FileSystem, folder: string): Promise<void> {
  const path = `${folder}/new`;
  async function* pieces(...all: number[][]): AsyncGenerator<Uint8Array> {
    for (const bytes of all) yield new Uint8Array(bytes);
  }
  await files.writeNew(path, pieces([0, 255, 128], [], [10]), { mode: 0o600 });
  assertEquals(await files.readBytes(path, 0, 100), new Uint8Array([0, 255, 128, 10]));
  assertEquals(await files.readBytes(path, 2, 1), new Uint8Array([128]));
  const info = await files.info(path);
  assertEquals(info?.size, 4);
  assert(info?.mode === null || (info!.mode & 0o777) === 0o600);
  await files.copyFile(path, `${folder}/copy of new`);
  assertEquals((await files.info(`${folder}/copy of new`))?.size, 4);
  assertEquals((await assertRejects(() => files.writeNew(path, pieces([1])), FileError)).reason, "exists");
  assertEquals((await files.info(path))?.size, 4, "what was there stays");
  async function* spoilt(): AsyncGenerator<Uint8Array> {
    yield* pieces([1, 2]);
    throw new RangeError("no more");
  }
  await assertRejects(() => files.writeNew(`${folder}/spoilt`, spoilt()), RangeError, "no more");
  assertEquals(await files.info(`${folder}/spoilt`), null, "no part is left");
  for (const made of [path, `${folder}/copy of new`]) await files.remove(made);
}
