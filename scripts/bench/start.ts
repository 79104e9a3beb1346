/** Rows for how long it takes until something runs: a process, and a composite process of ten roles. */

import { type Row, runRows } from "./rows.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const roles = `${root}scripts/bench/roles/`;
/** Roles that are to be found; one more finds them. */
const MEMBERS = 9;
const PROCESSES = 5;

function denoArguments(module: string, ...args: string[]): string[] {
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  return ["run", "-A", "--quiet", "--no-lock", "--config", `${root}deno.json`, ...map, module, ...args];
}

/** Seconds until a program writes a text to stderr; then it is interrupted, and has ended. */
async function untilSaid(text: string, args: readonly string[], cwd: string): Promise<number> {
  const start = performance.now();
  const options: Deno.CommandOptions = { args: [...args], cwd, stdin: "null", stdout: "null", stderr: "piped" };
  const child = new Deno.Command(Deno.execPath(), options).spawn();
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

/** The mean of several: one start is a short time. */
async function meanOf(count: number, measure: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await measure();
  return sum / count;
}

async function inFolder(work: (folder: string) => Promise<number>): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "cake-bench-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function firstLine(): Promise<number> {
  const args = denoArguments(`${roles}first_line.ts`);
  return inFolder((folder) => meanOf(PROCESSES, () => untilSaid("first line", args, folder)));
}

/** The platform alone, with one line of JavaScript. */
function bareLine(): Promise<number> {
  return inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/bare.js`,
      'Deno.stderr.writeSync(new TextEncoder().encode("first line\\n"));\n',
    );
    const args = ["run", "-A", "--quiet", "--no-config", "bare.js"];
    return await meanOf(PROCESSES, () => untilSaid("first line", args, folder));
  });
}

function tenRoles(): Promise<number> {
  return inFolder(async (folder) => {
    const cake = (...args: string[]) => denoArguments(`${root}cli/main.ts`, ...args);
    const steps = [
      ["create"],
      ["add", `${roles}member.ts`, "member", `--role-count=${MEMBERS}`],
      ["add", `${roles}seeker.ts`, "seeker", `--members=${MEMBERS}`],
    ];
    for (const step of steps) {
      const { success } = await new Deno.Command(Deno.execPath(), { args: cake(...step), cwd: folder }).output();
      if (!success) throw new Error(`cake ${step.join(" ")} failed`);
    }
    return await untilSaid("all available", cake("run"), folder);
  });
}

/** Rows for beginnings. */
export const START_ROWS: readonly Row[] = [
  {
    name: "start of a process to its main actor's first line",
    unit: "s",
    measure: firstLine,
    floor: { name: "a line of JavaScript, by the platform alone", measure: bareLine },
  },
  { name: "cake run of 10 roles to all Available", unit: "s", measure: tenRoles },
];

if (import.meta.main) await runRows(START_ROWS);
