/** Runs scripts/cake in a small project of its own, whose command says how it was started. */
import { assertEquals, assertStringIncludes } from "@std/assert";

const IGNORE = Deno.build.os === "windows";
const SCRIPTS = new URL("../../scripts/", import.meta.url);

const MAIN = `
const [word, ...words] = Deno.args;
if (word === "wait") {
  Deno.addSignalListener("SIGTERM", () => Deno.exit(43));
  console.log("waiting");
  setTimeout(() => Deno.exit(1), 30_000);
} else {
  console.log(JSON.stringify({ cwd: Deno.cwd(), words, map: Deno.env.get("CAKE_IMPORT_MAP"), pid: Deno.pid }));
  Deno.exit(Number(word));
}
`;

interface Said {
  cwd: string;
  words: string[];
  map: string;
  pid: number;
}

class Project {
  readonly root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "a project " }));
  requests = 0;
  #isServing: boolean;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(options: { isServing: boolean }) {
    this.#isServing = options.isServing;
    for (const folder of ["scripts", "cli", "bin", "elsewhere"]) Deno.mkdirSync(`${this.root}/${folder}`);
    for (const file of ["cake", "choose_imports.ts"]) {
      Deno.copyFileSync(new URL(file, SCRIPTS), `${this.root}/scripts/${file}`);
    }
    Deno.chmodSync(`${this.root}/scripts/cake`, 0o755);
    Deno.writeTextFileSync(`${this.root}/cli/main.ts`, MAIN);
    Deno.writeTextFileSync(
      `${this.root}/deno.json`,
      `{ "imports": { "@std/path": "jsr:@std/path@1.1.6" }, "lock": false }`,
    );
    Deno.writeTextFileSync(`${this.root}/scripts/imports.npm.json`, `{ "imports": {} }`);
    Deno.symlinkSync("../scripts/cake", `${this.root}/bin/link`);
    Deno.symlinkSync(`${this.root}/bin/link`, `${this.root}/bin/cake`);
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
      this.requests++;
      return Response.json({ versions: this.#isServing ? { "1.1.6": {} } : {} });
    });
  }

  command(args: string[], changes: { script?: string; path?: string } = {}): Deno.Command {
    const denoFolder = Deno.execPath().replace(/\/[^/]*$/, "");
    return new Deno.Command(`${this.root}/${changes.script ?? "scripts/cake"}`, {
      args,
      cwd: `${this.root}/elsewhere`,
      clearEnv: true,
      env: {
        HOME: this.root,
        PATH: changes.path ?? `${denoFolder}:/usr/bin:/bin`,
        JSR_URL: `http://127.0.0.1:${this.#server.addr.port}`,
        DENO_NO_UPDATE_CHECK: "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async say(args: string[], changes: { script?: string; path?: string } = {}): Promise<Said & { code: number }> {
    const { code, stdout, stderr } = await this.command(args, changes).output();
    const text = new TextDecoder().decode(stdout);
    if (text === "") throw new Error(`scripts/cake said nothing: ${new TextDecoder().decode(stderr)}`);
    return { ...JSON.parse(text) as Said, code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.root, { recursive: true });
  }
}

Deno.test({
  name: "scripts/cake keeps the folder, the arguments and the exit status",
  ignore: IGNORE,
  async fn() {
    await using project = new Project({ isServing: true });
    const words = ["two words", "", "*", "--flag", "$HOME"];
    const said = await project.say(["7", ...words]);
    assertEquals([said.cwd, said.words, said.map, said.code], [`${project.root}/elsewhere`, words, "", 7]);
  },
});

Deno.test({
  name: "scripts/cake tells its program the import map of npm",
  ignore: IGNORE,
  async fn() {
    await using project = new Project({ isServing: false });
    assertEquals((await project.say(["0"])).map, `${project.root}/scripts/imports.npm.json`);
  },
});

Deno.test({
  name: "scripts/cake asks the registry once in a while",
  ignore: IGNORE,
  async fn() {
    await using project = new Project({ isServing: false });
    await project.say(["0"]);
    assertEquals((await project.say(["3"])).code, 3);
    assertEquals(project.requests, 1);
  },
});

Deno.test({
  name: "scripts/cake takes the deno of an earlier choice when none is on PATH",
  ignore: IGNORE,
  async fn() {
    await using project = new Project({ isServing: true });
    await project.say(["0"]);
    await Deno.mkdir(`${project.root}/tools`);
    for (const tool of ["date", "readlink"]) await Deno.symlink(`/usr/bin/${tool}`, `${project.root}/tools/${tool}`);
    assertEquals((await project.say(["4"], { path: `${project.root}/tools` })).code, 4);
  },
});

Deno.test({
  name: "scripts/cake says what it needs when there is neither deno nor npx",
  ignore: IGNORE,
  async fn() {
    await using project = new Project({ isServing: true });
    await Deno.mkdir(`${project.root}/tools`);
    const { code, stderr } = await project.command(["0"], { path: `${project.root}/tools` }).output();
    assertEquals(code, 127);
    assertStringIncludes(new TextDecoder().decode(stderr), "neither a deno");
  },
});

Deno.test({
  name: "scripts/cake says what system it needs where deno can't be",
  ignore: IGNORE,
  async fn() {
    await using project = new Project({ isServing: true });
    const tools = `${project.root}/tools`;
    await Deno.mkdir(tools);
    await Deno.symlink("/usr/bin/grep", `${tools}/grep`);
    const tool = async (name: string, text: string) => {
      await Deno.writeTextFile(`${tools}/${name}`, `#!/bin/sh\necho "${text}"\n`, { mode: 0o755 });
    };
    const said = async () => {
      const { code, stderr } = await project.command(["0"], { path: tools }).output();
      return `${code} ${new TextDecoder().decode(stderr).trim()}`;
    };
    await tool("getconf", "32");
    assertStringIncludes(await said(), "126 cake: Cannot start: this is a 32-bit system");
    await tool("getconf", "64");
    await tool("ldd", "musl libc (x86_64)");
    assertStringIncludes(await said(), "126 cake: Cannot start: this system's libc is musl");
  },
});

Deno.test({
  name: "scripts/cake works through symbolic links",
  ignore: IGNORE,
  async fn() {
    await using project = new Project({ isServing: false });
    const said = await project.say(["5"], { script: "bin/cake" });
    assertEquals([said.cwd, said.code], [`${project.root}/elsewhere`, 5]);
    assertEquals(said.map, `${project.root}/scripts/imports.npm.json`);
  },
});

Deno.test({
  name: "scripts/cake becomes the program, so that signals reach it",
  ignore: IGNORE,
  async fn() {
    await using project = new Project({ isServing: true });
    const child = project.command(["wait"]).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assertEquals(new TextDecoder().decode(value), "waiting\n");
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 43);
    await reader.cancel();
    await child.stderr.cancel();
  },
});
