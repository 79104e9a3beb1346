/**
 * Replays recordings of the original's commands through the real command: the same command lines, with TypeScript roles in
 * place of the Python ones.
 */

/** One recorded case. */
export interface Recording {
  readonly id: string;
  readonly cwd_setup: readonly string[];
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
  readonly hang?: boolean;
}

/** What a case gave. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const ROLES = `${ROOT}tests/testdata/roles`;

/** Recorded cases whose names begin with one of these. */
export function recordings(...about: readonly string[]): Recording[] {
  const lines = Deno.readTextFileSync(new URL("../testdata/cli.jsonl", import.meta.url)).trim().split("\n");
  const all = lines.map((line) => JSON.parse(line) as Recording);
  return all.filter(({ id }) => about.some((name) => id === name || id.startsWith(`${name}-`)));
}

/** A project folder with the roles in it, and `cake` and `role` on PATH. */
export interface Project {
  readonly folder: string;
  /** Runs a command line in the folder, with the outcome as it came. */
  bash(command: string): Promise<Outcome>;
  /** Ends what still runs there, and removes it. */
  remove(): Promise<void>;
}

/** Makes a fresh project folder. */
export async function makeProject(): Promise<Project> {
  const top = await Deno.realPath(await Deno.makeTempDir({ prefix: "cake-test-" }));
  const folder = `${top}/project`;
  const bin = `${top}/bin`;
  await Deno.mkdir(folder);
  await Deno.mkdir(bin);
  for await (const { name } of Deno.readDir(ROLES)) await Deno.copyFile(`${ROLES}/${name}`, `${folder}/${name}`);
  const importMap = Deno.env.get("CAKE_IMPORT_MAP") ?? `${ROOT}scripts/imports.npm.json`;
  const flags = `-A --no-lock --quiet --config ${ROOT}deno.json${importMap === "" ? "" : ` --import-map ${importMap}`}`;
  const deno = Deno.execPath();
  await writeScript(`${bin}/cake`, `exec ${deno} run ${flags} ${ROOT}cli/main.ts "$@"`);
  await writeScript(`${bin}/role`, `exec ${deno} run ${flags} "$@"`);
  const env = { PATH: `${bin}:${Deno.env.get("PATH")}`, TZ: "UTC", NO_COLOR: "1", CAKE_IMPORT_MAP: importMap };
  return {
    folder,
    bash: async (command) => {
      const args = ["--norc", "-c", command];
      const run = new Deno.Command("bash", { args, cwd: folder, env, stdin: "null", stdout: "piped", stderr: "piped" });
      const { stdout, stderr, code } = await run.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { stdout: text(stdout), stderr: text(stderr), exit: code };
    },
    remove: async () => {
      await endProcesses(top);
      await Deno.remove(top, { recursive: true });
    },
  };
}

/** Rounds of looking for processes; one that is killed may have started another a moment before. */
const KILL_ROUNDS_MAX = 1000;

/** Kills processes whose command lines name a folder, those that a case left in the background, until none is left. Linux only. */
async function endProcesses(folder: string): Promise<void> {
  if (Deno.build.os !== "linux") return;
  for (let round = 0; round < KILL_ROUNDS_MAX; round++) if (await killNaming(folder) === 0) return;
  throw new Error(`Processes that name "${folder}" don't end`);
}

async function killNaming(folder: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!(await Deno.readTextFile(`/proc/${name}/cmdline`)).includes(folder)) continue;
      count++;
      Deno.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  return count;
}

async function writeScript(path: string, line: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/bash\n${line}\n`, { mode: 0o755 });
}

/** A recorded text or command as it is for cake and its roles. */
export function translated(text: string): string {
  return text.replaceAll("<BIN>/layer-cake:", "cake:")
    .replaceAll(/<BIN>\/(host|lan)-cake:/g, "cake:")
    .replaceAll("<BIN>/group-cake", "<GROUP>")
    .replaceAll(/(?<!\.)layer-cake(?=[ ;]|$)/g, "cake")
    .replaceAll(/\b(host|lan)-cake\b(?!:)/g, "cake $1")
    .replaceAll("python3 ", "role ")
    .replaceAll("__main__.", "shapes.")
    .replaceAll(/\b([a-z][a-z0-9]*)\.py\b/g, "$1.ts");
}

/** A text without what differs from run to run. */
export function normalized(text: string, folder: string): string {
  return text.replaceAll(folder, "<PROJECT>").replaceAll(`${ROOT}scripts/group-cake`, "<GROUP>")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<UUID>")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?/g, "<TIME>")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?\+00:00/g, "<DATETIME>")
    .replaceAll(/^\[\d{8}\]/gm, "[<PID8>]")
    .replaceAll(/\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d\.\d+/g, "<time>")
    .replaceAll(/<[0-9a-f]{8}>/g, "<OID>")
    .replaceAll(/\b\d{4}h\d\dh\d\dT\d\dc\d\dc\d\dp\d{3}\b/g, "<STAMP>")
    .replaceAll(/("(?:parent_)?pid": |pid )\d+/g, "$1<PID>")
    .replaceAll(/^(\S+ +)<\d+> \S+$/gm, "$1<<PID>> <SPAN>")
    .replaceAll(
      /^(\[\d+\]) \S+ ago \.\.\. (?:[\dms.]+( \())?/gm,
      (_, index, rest) => `${index} <SPAN> ago ... ${rest === undefined ? "" : `<SPAN>${rest}`}`,
    )
    .replaceAll(/^(<TIME> \.\.\. <TIME>) \([\dms.]+\)/gm, "$1 (<SPAN>)");
}

/** The cause in parentheses is that of a reader of JSON, and differs between the two. */
export function withoutCause(text: string): string {
  return text.replaceAll(/(cannot decode value for [^(]*)\(.*\)/g, "$1(...)")
    .replaceAll(/cannot decode \(.*\)\)(?= not a |\)|\n)/g, "cannot decode (...))")
    .replaceAll(/cannot encode \(.*\)/g, "cannot encode (...)");
}

/** Runs a case from its set-up on. */
export async function replay(recording: Recording): Promise<Outcome> {
  const project = await makeProject();
  try {
    for (const line of recording.cwd_setup) await project.bash(translated(line));
    const { stdout, stderr, exit } = await project.bash(translated(recording.command));
    const clean = (text: string) => withoutCause(normalized(text, project.folder));
    return { stdout: clean(stdout), stderr: clean(stderr), exit };
  } finally {
    await project.remove();
  }
}

/** What a case is expected to give: as recorded, but a failure is a failure for the exit status, too. */
export function expected(recording: Recording): Outcome {
  const clean = (text: string) => withoutCause(normalized(translated(text), "<PROJECT>"));
  const stderr = clean(recording.stderr);
  const isFault = recording.stdout.includes('"layer_cake.point_runtime.Faulted"');
  const failed = recording.exit === 0 && (isFault || recording.stdout === "") &&
    (isFault || /^[\w.]+: .*\n$/.test(stderr));
  return { stdout: clean(recording.stdout), stderr, exit: failed ? 71 : recording.exit };
}
