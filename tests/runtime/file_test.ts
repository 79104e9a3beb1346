/** File and Folder, in the simulated world and on a real disk. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  Any,
  bind,
  CommandLine,
  defType,
  File,
  FileError,
  Float8,
  Folder,
  Integer8,
  MapOf,
  Message,
  modelFolder,
  PROCESS_CONTEXT,
  type ProcessContext,
  realWorld,
  resourceFolder,
  type Routine,
  runProgram,
  Runtime,
  Unicode,
  type ValueOf,
  VectorOf,
  type World,
} from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";

class Customer extends Message({ name: Unicode.default(""), age: Integer8.default(0) }) {}
bind(Customer, "file_test");
const customers = defType(MapOf(Integer8, Customer));

type Trial = (self: Routine, folder: string, world: World) => Promise<unknown>;

async function run(world: World, trial: Trial): Promise<void> {
  const folder = await world.files.makeTemporaryFolder("files-");
  const runtime = new Runtime(world, { strict: true });
  try {
    let failure: unknown = null;
    await runtime.start(async (self) => {
      await trial(self, folder, world).catch((error) => failure = error);
    }).returned;
    if (failure !== null) throw failure;
  } finally {
    runtime.close();
    await world.files.remove(folder);
  }
}

/** A test in both worlds. */
function inBothWorlds(name: string, trial: Trial): void {
  Deno.test(name, async () => {
    const simulation = new Simulation({ seed: 5 });
    await simulation.execute(simulation.host("alpha"), (world) => run(world, trial));
    await run(realWorld(), trial);
  });
}

async function refusal(attempt: Promise<unknown>): Promise<FileError> {
  return await assertRejects(() => attempt, FileError);
}

inBothWorlds(
  "File.store() writes the format of the original, pretty or on one line",
  async (self, folder, { files }) => {
    const value = new Map([[1, new Customer({ name: "ann", age: 30 })]]);
    await new File(self, `${folder}/pretty`, customers).store(value);
    assertEquals(
      await files.readText(`${folder}/pretty.json`),
      `{
    "value": [
        [
            1,
            {
                "age": 30,
                "name": "ann"
            }
        ]
    ]
}`,
    );
    await new File(self, `${folder}/flat.`, customers, { pretty: false }).store(value);
    assertEquals(await files.readText(`${folder}/flat`), '{"value":[[1,{"name":"ann","age":30}]]}');
    await new File(self, `${folder}/plain`, Float8, { decorate: false }).store(1);
    assertEquals(await files.readText(`${folder}/plain`), '{\n    "value": 1.0\n}');
    assertEquals(await files.list(folder), ["flat", "plain", "pretty.json"]);
  },
);

inBothWorlds("File.recover() gives back what was stored", async (self, folder) => {
  const file = new File(self, `${folder}/customers`, customers);
  const value = new Map([[7, new Customer({ name: "bob", age: 40 })]]);
  await file.store(value);
  assertEquals(await file.recover(), value);
  assertEquals(file.fullName, `${folder}/customers.json`);
});

inBothWorlds("File.recover() of nothing is an error, or the default of the type", async (self, folder) => {
  const error = await refusal(new File(self, `${folder}/none`, customers).recover());
  assertEquals(error.reason, "not found");
  assert(error.message.includes(`${folder}/none.json`), error.message);
  const options = { createDefault: true };
  assertEquals(await new File(self, `${folder}/none`, customers, options).recover(), new Map());
  assertEquals(await new File(self, `${folder}/none`, VectorOf(Any), options).recover(), []);
  assertInstanceOf(await new File(self, `${folder}/none`, Customer, options).recover(), Customer);
});

inBothWorlds("File.recover() names the file and what is wrong with it", async (self, folder, { files }) => {
  const file = new File(self, `${folder}/bad`, customers);
  const wrong: [string, RegExp][] = [
    ["{}", /^Cannot recover ".*bad\.json": cannot decode \(.*value.*\)$/],
    ['{"value": 5}', /cannot decode \(expected a list/],
    ['{"value": [[1, {"name": 3}]]}', /cannot decode, near ".*name" \(/],
    ["", /cannot decode \(/],
    ['{"value": [[1', /cannot decode \(/],
  ];
  for (const [text, message] of wrong) {
    await files.writeTextAtomic(file.fullName, text);
    const error = await refusal(file.recover());
    assert(message.test(error.message), error.message);
    assertEquals(error.reason, "other");
  }
});

inBothWorlds("File.store() that can't encode leaves the old file", async (self, folder) => {
  const file = new File(self, `${folder}/count`, Integer8);
  await file.store(5);
  const error = await refusal(file.store("x" as unknown as number));
  assert(/^Cannot store ".*count\.json": cannot encode/.test(error.message), error.message);
  assertEquals(await file.recover(), 5);
});

inBothWorlds("File without a type stores messages only", async (self, folder, { files }) => {
  const file = new File(self, `${folder}/any`, null);
  await file.store(new Customer({ name: "ann" }) as never);
  assertEquals(JSON.parse(await files.readText(file.fullName)), { value: { age: 0, name: "ann" } });
  assert((await refusal(file.store(5 as never))).message.includes("expected a message"));
  await assertRejects(() => file.recover(), TypeError, "no type was given");
});

inBothWorlds("File.store() elsewhere, by name and folder", async (self, folder, { files }) => {
  const file = new File(self, `${folder}/own`, Integer8);
  await files.makeFolder(`${folder}/below`);
  await file.store(1, { name: "other" });
  await file.store(2, { folder: `${folder}/below` });
  await file.store(3, { folder: `${folder}/below`, name: "other" });
  assertEquals(await files.list(folder), ["below", "other.json"]);
  assertEquals(await files.list(`${folder}/below`), ["other.json", "own.json"]);
});

inBothWorlds(
  "File.store() takes the value as it is at the call, and calls take effect in order",
  async (self, folder) => {
    const file = new File(self, `${folder}/list`, VectorOf(Integer8));
    const list: number[] = [];
    const stored: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) {
      list.push(i);
      stored.push(file.store(list));
    }
    list.push(99);
    await stored[5];
    await Promise.all(stored);
    assertEquals(await file.recover(), Array.from({ length: 20 }, (_, i) => i));
  },
);

inBothWorlds("File.remove() says whether there was one", async (self, folder) => {
  const file = new File(self, `${folder}/gone`, Integer8);
  assertEquals(await file.remove(), false);
  await file.store(1);
  assertEquals(await file.remove(), true);
  assertEquals(await file.remove(), false);
});

const keysNames = {
  key: (customer: ValueOf<typeof Customer>) => customer.name,
  name: (customer: ValueOf<typeof Customer>) => `customer-${customer.name}`,
};

function customer(name: string, age = 1): Customer {
  return new Customer({ name, age });
}

inBothWorlds("Folder keeps a map as one file for each entry", async (self, root, { files }) => {
  const folder = new Folder(self, `${root}/deep/er`, { type: Customer, keysNames });
  const map = new Map<string, Customer>();
  await folder.add(map, customer("ann"));
  await folder.add(map, customer("bob"));
  assertEquals(await files.list(`${root}/deep/er`), ["customer-ann.json", "customer-bob.json"]);
  const twice = await refusal(folder.add(map, customer("ann", 2)));
  assertEquals(
    [twice.reason, twice.message],
    ["exists", `name "${root}/deep/er/customer-ann" already present (add)`],
  );
  await folder.update(map, customer("ann", 3));
  const unknown = await refusal(folder.update(map, customer("cyd")));
  const text = `name "${root}/deep/er/customer-cyd" not an existing entry (update)`;
  assertEquals([unknown.reason, unknown.message], ["not found", text]);
  assertEquals((await refusal(folder.remove(map, customer("cyd")))).reason, "not found");

  const read = new Map<string, Customer>();
  for await (const [key, value] of folder.recover()) read.set(key, value);
  assertEquals(read, map);
  assertEquals(read.get("ann")?.age, 3);

  await folder.remove(map, customer("ann"));
  assertEquals([...map.keys()], ["bob"]);
  assertEquals(await folder.matching(), ["customer-bob"]);
});

inBothWorlds(
  "Folder.store() writes the map and erases what is not in it; clear() erases all of its kind",
  async (self, root, { files }) => {
    const folder = new Folder(self, root, { type: Customer, keysNames, pattern: /customer-\w+/ });
    const map = new Map([customer("ann"), customer("bob")].map((item) => [item.name, item]));
    await folder.store(map);
    await files.writeTextAtomic(`${root}/other.json`, "kept");
    await files.writeTextAtomic(`${root}/customer-ann.txt`, "kept");
    await files.makeFolder(`${root}/customer-dir.json`);
    map.delete("ann");
    map.set("cyd", customer("cyd"));
    await folder.store(map);
    assertEquals(await folder.matching(), ["customer-bob", "customer-cyd"]);
    await folder.clear(map);
    assertEquals(map.size, 0);
    assertEquals(await files.list(root), ["customer-ann.txt", "customer-dir.json", "other.json"]);
  },
);

inBothWorlds("Folder.matching() takes whole names of plain files of its kind", async (self, root, { files }) => {
  for (const name of ["12.json", "123.json", "12x.json", "12", ".json"]) {
    await files.writeTextAtomic(`${root}/${name}`, '{"value":1}');
  }
  await files.makeFolder(`${root}/45.json`);
  assertEquals(await new Folder(self, root, { type: Integer8, pattern: /\d\d|\d{3}/ }).matching(), ["12", "123"]);
  assertEquals(await new Folder(self, root, { type: Integer8 }).matching(), ["12", "123", "12x"]);
  const plain = new Folder(self, root, { type: Integer8, decorate: false, pattern: /\d+/ });
  assertEquals(await plain.matching(), ["12"]);
  const values: [unknown, unknown][] = [];
  for await (const pair of plain.recover()) values.push(pair);
  assertEquals(values, [[null, 1]]);
  assertEquals((await plain.each()).map((file) => file.name), [`${root}/12`]);
});

inBothWorlds("Folder.file() and Folder.folder() inherit, and may differ", async (self, root) => {
  const folder = new Folder(self, root, { type: Integer8, createDefault: true, pretty: false });
  const below = folder.folder("below");
  assertEquals(below.path, `${root}/below`);
  assertEquals(await below.file("nothing").recover(), null);
  await below.file("text", Unicode).store("hello");
  assertEquals(await below.file("text", Unicode).recover(), "hello");
  assertEquals(await below.folder<typeof Unicode>("more", { type: Unicode }).matching(), []);
});

inBothWorlds("Folder is made when it is first used, unless that is not wanted", async (self, root, { files }) => {
  const folder = new Folder(self, `${root}/a/b`, { type: Integer8 });
  assertEquals([await folder.exists(), await files.info(`${root}/a`)], [false, null]);
  assertEquals(await folder.matching(), []);
  assertEquals(await folder.exists(), true);
  const stranger = new Folder(self, `${root}/c`, { type: Integer8, autoCreate: false });
  assertEquals((await refusal(stranger.matching())).reason, "not found");
  assertEquals((await refusal(stranger.file("x").store(1))).reason, "not found");
});

inBothWorlds(
  "Folder.erase() removes a file, else a folder with all below; exists() knows both",
  async (self, root, { files }) => {
    const folder = new Folder(self, root, { type: Integer8 });
    await folder.file("one").store(1);
    await files.makeFolder(`${root}/two/deep`);
    assertEquals([await folder.exists("one"), await folder.exists("two"), await folder.exists("three")], [
      true,
      true,
      false,
    ]);
    assertEquals([await folder.erase("one"), await folder.erase("two"), await folder.erase("three")], [
      true,
      true,
      false,
    ]);
    assertEquals(await files.list(root), []);
  },
);

inBothWorlds("Folder without key and name functions refuses what needs them", async (self, root) => {
  const folder = new Folder(self, root, { type: Customer });
  const error = await assertRejects(() => folder.add(new Map(), customer("ann")), TypeError);
  assertEquals(error.message, `key/name functions not set for "${root}" (add)`);
});

inBothWorlds("modelFolder() and resourceFolder() are those of the process", async (self, root) => {
  const context: ProcessContext = {
    commandLine: new CommandLine(),
    words: [],
    executable: "",
    resourcePath: null,
    modelPath: `${root}/model`,
    temporaryPath: () => Promise.resolve(`${root}/tmp`),
    cleanUp: () => Promise.resolve(),
  };
  self.kernel.provide(PROCESS_CONTEXT, context);
  await modelFolder(self).file("count", Integer8).store(3);
  assertEquals(await new File(self, `${root}/model/count`, Integer8).recover(), 3);
  assertEquals(resourceFolder(self), null);
});

Deno.test("Folder.erase() and clear() remove links, never their targets", async () => {
  await run(realWorld(), async (self, root) => {
    await Deno.mkdir(`${root}/folder`);
    await Deno.mkdir(`${root}/outside`);
    await Deno.writeTextFile(`${root}/outside/precious.json`, "1");
    await Deno.symlink(`${root}/outside`, `${root}/folder/link.json`);
    await Deno.mkdir(`${root}/folder/inner`);
    await Deno.symlink(`${root}/outside`, `${root}/folder/inner/link`);
    const folder = new Folder(self, `${root}/folder`, { type: Integer8 });
    assertEquals(await folder.erase("link"), true);
    assertEquals(await folder.erase("inner"), true);
    assertEquals(await Deno.readTextFile(`${root}/outside/precious.json`), "1");
  });
});

Deno.test("File.store() of a process that is killed leaves the old value or the new one", async () => {
  for (let at = 0; at < 20; at++) {
    const simulation = new Simulation({ seed: at });
    const host = simulation.host("alpha");
    host.disk.makeFolder("/data", 0);
    const writer = host.start("writer", async (world) => {
      const runtime = new Runtime(world);
      await runtime.start(async (self) => {
        const file = new File(self, "/data/count", Integer8);
        for (let i = 1; i <= 100; i++) await file.store(i);
      }).returned;
    });
    await simulation.runFor(1 + at / 3);
    writer.crash();
    await simulation.execute(host, async (world) => {
      const value = await new File({ kernel: new Runtime(world) }, "/data/count", Integer8).recover();
      assert(typeof value === "number" && value >= 1 && value <= 100);
      assertEquals(await world.files.list("/data"), ["count.json"]);
    });
  }
});

Deno.test("Folder makes its path absolute where asked to", () => {
  const runtime = new Runtime(realWorld());
  assertEquals(new Folder(runtime, "x", { makeAbsolute: true }).path, `${Deno.cwd()}/x`);
  assertEquals(new Folder(runtime, "x").path, "x");
});

Deno.test("a process that ends finishes what it stores", async () => {
  const simulation = new Simulation({ seed: 4, fileLatencyMs: 5 });
  const host = simulation.host("alpha");
  host.disk.makeFolder("/data", 0);
  function forgetful(self: Routine): void {
    const file = new File(self, "/data/count", Integer8);
    for (let i = 1; i <= 50; i++) file.store(i);
  }
  bind(forgetful, "file_test");
  const process = host.start("forgetful", async (world) => {
    const program = { main: forgetful, name: "forgetful", executable: "/bin/forgetful" };
    world.processes.exit(await runProgram(world, program, []));
  });
  await simulation.runUntil(() => !process.isAlive);
  assertEquals([process.exitStatus, host.disk.readText("/data/count.json")], [0, '{\n    "value": 50\n}']);
});
