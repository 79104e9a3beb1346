import { assertEquals } from "@std/assert";
import {
  chooseImports,
  type ChooseOptions,
  parseChoice,
  pinnedPackages,
  printChoice,
} from "../../scripts/choose_imports.ts";

/** A project folder, a place for the choice, and a registry that has the given versions of `@std/path`. */
class Setting {
  requests = 0;
  readonly root = Deno.makeTempDirSync();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(readonly answer: () => Response | Promise<Response>) {
    Deno.writeTextFileSync(
      `${this.root}/deno.json`,
      `{ "imports": { "@std/path": "jsr:@std/path@1.1.6", "a": "npm:a@1.0.0" } }`,
    );
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
      this.requests++;
      return answer();
    });
  }

  options(changes: Partial<ChooseOptions> = {}): ChooseOptions {
    return {
      root: new URL(`file://${this.root}/`),
      registry: `http://127.0.0.1:${this.#server.addr.port}/`,
      file: `${this.root}/cache/cake/imports`,
      now: 1000,
      timeoutMs: 5000,
      validSeconds: 600,
      isDownloaded: () => Promise.resolve(false),
      ...changes,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.root, { recursive: true });
  }
}

function versions(...names: string[]): () => Response {
  return () => Response.json({ versions: Object.fromEntries(names.map((name) => [name, {}])) });
}

Deno.test("chooseImports() takes jsr where every pinned version is served", async () => {
  await using setting = new Setting(versions("1.1.5", "1.1.6"));
  assertEquals((await chooseImports(setting.options())).source, "jsr");
  assertEquals(setting.requests, 1);
});

Deno.test("chooseImports() takes npm where a pinned version is missing", async () => {
  await using setting = new Setting(versions("1.1.5"));
  assertEquals((await chooseImports(setting.options())).source, "npm");
});

Deno.test("chooseImports() takes npm where the registry answers with something else", async () => {
  for (const answer of [() => new Response("Log in first"), () => new Response("", { status: 404 })]) {
    await using setting = new Setting(answer);
    assertEquals((await chooseImports(setting.options())).source, "npm");
  }
});

Deno.test("chooseImports() takes npm where nothing listens", async () => {
  await using setting = new Setting(versions("1.1.6"));
  const closed = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  closed.close();
  const registry = `http://127.0.0.1:${closed.addr.port}/`;
  assertEquals((await chooseImports(setting.options({ registry }))).source, "npm");
});

Deno.test("chooseImports() takes npm where the answer takes too long", async () => {
  let release = (): void => {};
  const silence = new Promise<Response>((resolve) => release = () => resolve(new Response()));
  await using setting = new Setting(() => silence);
  assertEquals((await chooseImports(setting.options({ timeoutMs: 50 }))).source, "npm");
  release();
});

Deno.test("chooseImports() keeps a choice for its time, for the same registry", async () => {
  await using setting = new Setting(versions("1.1.6"));
  await chooseImports(setting.options());
  assertEquals((await chooseImports(setting.options({ now: 1599 }))).source, "jsr");
  assertEquals(setting.requests, 1);
  await chooseImports(setting.options({ now: 1600 }));
  assertEquals(setting.requests, 2);
  const registry = setting.options().registry.replace("127.0.0.1", "localhost");
  await chooseImports(setting.options({ now: 1601, registry }));
  assertEquals(setting.requests, 3);
});

Deno.test("chooseImports() names the running deno, also with a choice made by another", async () => {
  await using setting = new Setting(versions("1.1.6"));
  const options = setting.options();
  await Deno.mkdir(`${setting.root}/cache/cake`, { recursive: true });
  await Deno.writeTextFile(options.file!, `npm 1600 ${options.registry} /elsewhere/deno\n`);
  assertEquals((await chooseImports(options)).deno, Deno.execPath());
  assertEquals(parseChoice(await Deno.readTextFile(options.file!))?.deno, Deno.execPath());
  assertEquals(setting.requests, 0);
});

Deno.test("chooseImports() stays with jsr out of its reach when all was downloaded with it", async () => {
  await using setting = new Setting(() => new Response("", { status: 503 }));
  const isDownloaded = () => Promise.resolve(true);
  assertEquals((await chooseImports(setting.options({ isDownloaded }))).source, "npm");
  const options = setting.options({ isDownloaded, now: 9000 });
  await Deno.writeTextFile(options.file!, `jsr 1 ${options.registry} ${Deno.execPath()}\n`);
  assertEquals((await chooseImports(options)).source, "jsr");
  assertEquals(
    (await chooseImports({ ...options, now: 99_000, isDownloaded: () => Promise.resolve(false) })).source,
    "npm",
  );
});

Deno.test("chooseImports() does without a place to keep its choice", async () => {
  await using setting = new Setting(versions("1.1.6"));
  assertEquals((await chooseImports(setting.options({ file: undefined }))).source, "jsr");
  assertEquals((await chooseImports(setting.options({ file: `${setting.root}/deno.json/imports` }))).source, "jsr");
});

Deno.test("parseChoice() reads what printChoice() wrote and nothing else", () => {
  const choice = { source: "npm", validUntil: 5, registry: "http://x/", deno: "/a folder/deno" } as const;
  assertEquals(parseChoice(printChoice(choice)), choice);
  for (const line of ["", "npm", "jsr x http://x/ /deno", "pip 5 http://x/ /deno"]) {
    assertEquals(parseChoice(line), undefined);
  }
});

Deno.test("pinnedPackages() finds each JSR package once", () => {
  const imports = { a: "jsr:@std/testing@1.0.20", b: "jsr:@std/testing@1.0.20/mock", c: "npm:c@1.0.0", d: "./d.ts" };
  assertEquals([...pinnedPackages(JSON.stringify({ imports }))], [["@std/testing", "1.0.20"]]);
});
