/** The real command in real processes, for tests that need them. */

import { type CommandOutcome, RunningCommand } from "../../scripts/running_command.ts";

export { freePort } from "../../scripts/free_port.ts";
export { type CommandOutcome, RunningCommand };

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** A program with its first arguments. */
export interface ProgramStart {
  readonly executable: string;
  readonly arguments: readonly string[];
}

/**
 * How to start cake: as a user of this checkout does, or the program that `CAKE_EXECUTABLE` names, such as a compiled
 * cake on a bare machine (`scripts/bare_machine.ts`).
 */
export function cakeStart(): ProgramStart {
  const executable = Deno.env.get("CAKE_EXECUTABLE");
  if (executable) return { executable, arguments: [] };
  return { executable: Deno.execPath(), arguments: denoArguments(`${root}cli/main.ts`) };
}

/** How to start a module by itself, as `deno run` does. */
export function moduleStart(module: string): ProgramStart {
  const executable = Deno.env.get("CAKE_EXECUTABLE");
  if (executable) return { executable, arguments: ["exec", module] };
  return { executable: Deno.execPath(), arguments: denoArguments(module) };
}

/** How to start a script of this project, which is Deno's to run whatever cake is tested. */
export function scriptStart(script: string): ProgramStart {
  return { executable: Deno.execPath(), arguments: denoArguments(script) };
}

function denoArguments(module: string): string[] {
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  return ["run", "-A", "--quiet", "--no-lock", "--config", `${root}deno.json`, ...map, module];
}

/** Starts `cake` in a folder. */
export function startCake(folder: string, ...args: string[]): RunningCommand {
  return startProgram(cakeStart(), folder, args);
}

/** A command line that runs `cake` in a shell; words with blanks or quotes are the caller's. */
export function terminalCommand(...args: string[]): string {
  const { CAKE_IMPORT_MAP = "" } = Deno.env.toObject();
  return [`CAKE_IMPORT_MAP=${CAKE_IMPORT_MAP}`, Deno.execPath(), ...denoArguments(`${root}cli/main.ts`), ...args].join(
    " ",
  );
}

/** The path of a role that tests have. */
export function rolePath(name: string): string {
  return `${root}tests/testdata/roles/${name}`;
}

/** Starts a role by itself, as `deno run role.ts` does. */
export function startRole(module: string, folder: string, ...args: string[]): RunningCommand {
  return startProgram(moduleStart(module), folder, args);
}

/** Starts a program in a folder, with variables besides those of this process. */
export function startProgram(
  program: ProgramStart,
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const command = new Deno.Command(program.executable, {
    args: [...program.arguments, ...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...env },
  });
  return new RunningCommand(command.spawn());
}

/** Runs `cake` in a folder to its end. */
export function runCake(folder: string, ...args: string[]): Promise<CommandOutcome> {
  return startCake(folder, ...args).outcome();
}

/** A temporary folder with the demo's programs in it, removed at the end of the block that holds it. */
export async function demoFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-test-" }));
  for await (const { name } of Deno.readDir(`${root}tests/demo`)) {
    if (name.startsWith("test_")) await Deno.copyFile(`${root}tests/demo/${name}`, `${path}/${name}`);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A copy of one folder of the tutorial, removed at the end of the block that holds it. */
export async function programs(folder: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-tutorial-" }));
  for await (const { name } of Deno.readDir(`${root}tests/demo/${folder}`)) {
    await Deno.copyFile(`${root}tests/demo/${folder}/${name}`, `${path}/${name}`);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Command lines of living processes that name a text; Linux only. */
export async function processesNaming(text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = (await Deno.readTextFile(`/proc/${name}/cmdline`)).replaceAll("\0", " ");
      if (line.includes(text)) found.push(line);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** An address as arguments of the command have it. */
export function hostPort(port: number, host = "127.0.0.1"): string {
  return JSON.stringify({ host, port });
}
