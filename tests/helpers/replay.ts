/**
 * Replays recordings of the original's commands through the real command: the same command lines, with TypeScript roles in
 * place of the Python ones.
 */

import { assertEquals, equal } from "@std/assert";
import { cakeStart, moduleStart, type ProgramStart } from "./cake_command.ts";

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
export interface Outcome<Text = string> {
  readonly stdout: Text;
  readonly stderr: Text;
  readonly exit: number;
}

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);
/** What homes record as the program of a composite process: it lies beside cake. */
const INSTALLED = Deno.env.get("CAKE_INSTALLED") ?? Deno.env.get("CAKE_EXECUTABLE");
const GROUP = `${INSTALLED?.replace(/[^/]*$/, "") ?? `${ROOT}scripts/`}group-cake`;
const ROLES = `${ROOT}tests/testdata/roles`;

/** What cake does otherwise than the original, on purpose, and why. An expression stands for what differs from run to run. */
export interface Difference {
  readonly why: string;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
  readonly exit?: number;
  /** Commands in place of the recorded ones, where those are about Python's text. */
  readonly setup?: readonly string[];
  readonly command?: string;
}

/** All recorded cases. */
export function allRecordings(): Recording[] {
  const lines = Deno.readTextFileSync(new URL("../testdata/cli.jsonl", import.meta.url)).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Recording);
}

/** What a case is about: the part of its name before the first dash. */
export function subjectOf({ id }: Recording): string {
  return id.split("-", 1)[0]!;
}

/** Recorded cases about some subjects. */
export function recordings(...subjects: readonly string[]): Recording[] {
  return allRecordings().filter((recording) => subjects.includes(subjectOf(recording)));
}

/** Cases that use default ports or mount a disk run in namespaces of their own. */
const ISOLATED = /\b(?:host|lan)-cake|layer-cake (?:network|ping)|http_(?:server|client)|mount -t/;

/** True for a case that has to run in namespaces of its own. */
export function isIsolated({ cwd_setup, command }: Recording): boolean {
  return [...cwd_setup, command].some((line) => ISOLATED.test(line));
}

const NAMESPACES = [
  "unshare",
  "--map-root-user",
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

/** Whether this machine can do what some cases need. */
export const CAN_ISOLATE = await succeeds([
  ...NAMESPACES,
  "bash",
  "-c",
  "ip link set lo up && mount -t tmpfs none /mnt",
]);
const HAS_PYTHON = await succeeds(["python3", "-c", "import fcntl"]);

async function succeeds([program, ...args]: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program!, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** True for a case that this machine can play. */
export function isPlayable(recording: Recording): boolean {
  const lines = [...recording.cwd_setup, recording.command];
  if (!HAS_PYTHON && lines.some((line) => line.includes("python3 -c"))) return false;
  // A cake with a root of its own does not see what a case mounts, and its files have other paths here.
  if (Deno.env.has("CAKE_INSTALLED") && lines.some((line) => /mount -t|readlink \/proc/.test(line))) return false;
  return CAN_ISOLATE || !isIsolated(recording);
}

/** A project folder with the roles in it, and `cake` and `role` on PATH. */
export interface Project {
  readonly folder: string;
  /** Runs a command line in the folder, with the outcome as it came; if asked to, in namespaces of its own. */
  bash(command: string, isIsolated?: boolean): Promise<Outcome>;
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
  const cake = cakeStart();
  await writeScript(`${bin}/cake`, commandLine(cake));
  await writeScript(`${bin}/group-cake`, commandLine({ ...cake, arguments: [...cake.arguments, "group"] }));
  // A role by itself: the module is its first argument.
  const role = moduleStart("");
  await writeScript(`${bin}/role`, commandLine({ ...role, arguments: role.arguments.slice(0, -1) }));
  const env = { PATH: `${bin}:${Deno.env.get("PATH")}`, TZ: "UTC", NO_COLOR: "1" };
  return {
    folder,
    bash: async (command, isIsolated = false) => {
      const [program, ...args] = [...isIsolated ? NAMESPACES : [], "bash", "--norc", "-c", command];
      const run = new Deno.Command(program!, {
        args,
        cwd: folder,
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      });
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

/**
 * Kills processes whose command lines name a folder, or that run in it, until none is left: those that a case left in the
 * background. Linux only.
 */
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
      const line = await Deno.readTextFile(`/proc/${name}/cmdline`);
      if (!line.includes(folder) && !(await Deno.readLink(`/proc/${name}/cwd`)).startsWith(folder)) continue;
      count++;
      Deno.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  return count;
}

function commandLine(program: ProgramStart): string {
  return `exec ${[program.executable, ...program.arguments].map((word) => `'${word}'`).join(" ")} "$@"`;
}

async function writeScript(path: string, line: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/bash\n${line}\n`, { mode: 0o755 });
}

/** A recorded command as it is for cake and its roles. */
export function translatedCommand(text: string): string {
  return translated(text).replaceAll(/(?<!\.)layer-cake(?=[ ;']|$)/gm, "cake")
    .replaceAll(/\b(host|lan)-cake\b/g, "cake $1")
    .replaceAll(/python3 (?!-c)/g, "role ");
}

/** A recorded text as it is for cake and its roles. */
export function translated(text: string): string {
  return text.replaceAll(/<BIN>\/(?:layer|host|lan)-cake:/g, "cake:")
    .replaceAll("<BIN>/group-cake", "<GROUP>")
    .replaceAll(/(\[PROCESS\] )layer-cake/g, "$1cake")
    .replaceAll("__main__.", "shapes.")
    .replaceAll(/\b([a-z][a-z0-9_]*)\.py\b/g, "$1.ts");
}

/** A text without what differs from run to run. */
export function normalized(text: string, folder: string): string {
  return text.replaceAll(folder, "<PROJECT>").replaceAll(GROUP, "<GROUP>")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<UUID>")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?/g, "<TIME>")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?\+00:00/g, "<DATETIME>")
    .replaceAll(/^\[\d{8}\]/gm, "[<PID8>]")
    .replaceAll(/\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d\.\d+/g, "<time>")
    .replaceAll(/<[0-9a-f]{8}>/g, "<OID>")
    .replaceAll(/\([0-9a-f]{8}\)$/gm, "(<ID8>)")
    .replaceAll(/^(\[\d+\] \.\.\. )[\d.]+s$/gm, "$1<SPAN>")
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

/** Seconds that a command takes to start on a machine with nothing else to do, as when the cases were recorded. */
const START_SECONDS = 0.5;

/** How many times as long as there everything may take here, now; at least 1. */
let slowness: Promise<number> | null = null;

/** Measured once. What is measured can change while cases run, so that there is some to spare. */
async function measuredSlowness(project: Project): Promise<number> {
  const begun = performance.now();
  await project.bash("cake --version");
  const seconds = (performance.now() - begun) / 1000;
  return seconds < START_SECONDS ? 1 : Math.ceil(2 * seconds / START_SECONDS);
}

const WAITS = /\b(sleep |timeout (?:-\S+ (?:[A-Z0-9]+ )?)*)(\d+)\b/g;

/** A command whose waits are as much longer as the machine is slower. */
export function prolonged(command: string, factor: number): string {
  return command.replaceAll(WAITS, (_, word: string, seconds: string) => `${word}${factor * Number(seconds)}`);
}

/** What waits are worth where the machine was too busy for a case: they stand for events, such as that a process is there. */
const PATIENCE = 4;

/** The lines of a case, as they are played here. */
function linesOf(recording: Recording, difference: Partial<Difference>): { setup: readonly string[]; command: string } {
  const setup = difference.setup ?? recording.cwd_setup.map(translatedCommand);
  return { setup, command: difference.command ?? translatedCommand(recording.command) };
}

/** True for a case that waits for something by letting time pass. */
function hasWaits(recording: Recording, difference: Partial<Difference>): boolean {
  const { setup, command } = linesOf(recording, difference);
  return [...setup, command].some((line) => prolonged(line, 2) !== line);
}

/**
 * Runs a case from its set-up on.
 *
 * @param patience How many times as long as usual it waits.
 */
export async function replay(
  recording: Recording,
  difference: Partial<Difference> = {},
  patience = 1,
): Promise<Outcome> {
  const project = await makeProject();
  try {
    const factor = patience * await (slowness ??= measuredSlowness(project));
    const lines = linesOf(recording, difference);
    const setup = lines.setup.map((line) => prolonged(line, factor));
    const command = prolonged(lines.command, factor);
    const { stdout, stderr, exit } = await play(project, { setup, command, isIsolated: isIsolated(recording) });
    const clean = (text: string) => withoutCause(normalized(text, project.folder));
    return { stdout: clean(stdout), stderr: clean(stderr), exit };
  } finally {
    await project.remove();
  }
}

interface Case {
  readonly setup: readonly string[];
  readonly command: string;
  readonly isIsolated: boolean;
}

async function play(project: Project, { setup, command, isIsolated }: Case): Promise<Outcome> {
  // What goes on in the background must not keep the output open.
  const quiet = setup.map((line) => `{ ${line}\n} >/dev/null 2>&1`);
  if (isIsolated) return await project.bash(["ip link set lo up", ...quiet, command].join("\n"), true);
  for (const line of quiet) await project.bash(line);
  return await project.bash(command);
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

/**
 * Plays a case, and fails unless it gives what was recorded, or what the difference says. One that waits is played once more
 * with longer waits before it fails.
 */
export async function assertReplays(recording: Recording, difference?: Difference): Promise<void> {
  const wanted = { ...expected(recording), ...difference };
  const told = async (patience: number): Promise<Outcome<string | RegExp>> => {
    const { stdout, stderr, exit } = await replay(recording, difference, patience);
    return { stdout: matched(stdout, wanted.stdout), stderr: matched(stderr, wanted.stderr), exit };
  };
  const due = { stdout: wanted.stdout, stderr: wanted.stderr, exit: wanted.exit };
  let outcome = await told(1);
  if (!equal(outcome, due) && hasWaits(recording, difference ?? {})) outcome = await told(PATIENCE);
  assertEquals(outcome, due);
}

/** The expression that a text matches, or the text. */
function matched(text: string, wanted: string | RegExp): string | RegExp {
  return wanted instanceof RegExp && wanted.test(text) ? wanted : text;
}
