/** What rows for beginnings share: a program that is measured until it says a word, and a home of ten roles. */

/** A program, and what stands before its arguments. */
export interface Launch {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The folder with the roles that are run. */
export const ROLES = decodeURIComponent(new URL("./roles/", import.meta.url).pathname);

/** Roles that are to be found; one more finds them, and says `all available`. */
const MEMBERS = 9;
const STARTS = 5;

function commandOf(launch: Launch, args: readonly string[], cwd: string): Deno.Command {
  return new Deno.Command(launch.executable, {
    args: [...launch.arguments, ...args],
    env: launch.environment ?? {},
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
}

/** Seconds until a program writes a text to stderr; then it is interrupted, and has ended. */
export async function untilSaid(text: string, launch: Launch, args: readonly string[], cwd: string): Promise<number> {
  const start = performance.now();
  const child = commandOf(launch, args, cwd).spawn();
  let said = "";
  let seconds: number | null = null;
  for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += piece;
    if (seconds !== null || !said.includes(text)) continue;
    seconds = (performance.now() - start) / 1000;
    try {
      child.kill("SIGINT");
    } catch {
      // It has ended by itself.
    }
  }
  await child.status;
  if (seconds === null) throw new Error(`The program ended without "${text}":\n${said}`);
  return seconds;
}

/** Seconds until the main actor of a process says its first line: the mean of several, since one start is a short time. */
export async function untilFirstLine(launch: Launch, args: readonly string[], cwd: string): Promise<number> {
  let sum = 0;
  for (let i = 0; i < STARTS; i++) sum += await untilSaid("first line", launch, args, cwd);
  return sum / STARTS;
}

/** Makes a home of ten roles in a folder. */
export async function makeTenRoles(cake: Launch, folder: string): Promise<void> {
  const steps = [
    ["create"],
    ["add", `${ROLES}member.ts`, "member", `--role-count=${MEMBERS}`],
    ["add", `${ROLES}seeker.ts`, "seeker", `--members=${MEMBERS}`],
  ];
  for (const step of steps) {
    const { success, stderr } = await commandOf(cake, step, folder).output();
    if (!success) throw new Error(`cake ${step.join(" ")} failed: ${new TextDecoder().decode(stderr)}`);
  }
}

/** Seconds until all ten roles of such a home are found. */
export function untilAllAvailable(cake: Launch, folder: string): Promise<number> {
  return untilSaid("all available", cake, ["run"], folder);
}

/** Does something in a folder of its own. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "cake-bench-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
