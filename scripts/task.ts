/**
 * Runs a task of deno.json with the import map that serves on this network (see choose_imports.ts):
 *
 *     deno run -A scripts/task.ts <task> [argument ...]
 *
 * Arguments that name files take the place of the task's own files; all others are added. What runs has the
 * environment variable `CAKE_IMPORT_MAP`: with the npm map its absolute path, which whoever starts a further `deno run`
 * passes on as `--import-map`; otherwise it is empty, and `--config <project>/deno.json` is what a child needs.
 * Nothing here goes through an import map.
 */
// deno-lint-ignore-file no-console
import { chooseImports, standardOptions } from "./choose_imports.ts";

/** One command of a task. */
export interface Step {
  name: string;
  /** Arguments of deno. */
  args: string[];
  /** Environment variables besides the inherited ones. */
  env?: Record<string, string>;
  /** The folder to run in, if not the project's. */
  cwd?: string | undefined;
}

/** What the steps of a task depend on. */
export interface TaskContext {
  /** Absolute path of the project's folder, without a slash at its end. */
  root: string;
  /** Absolute path of the import map in place of the one in deno.json, if there is one. */
  importMap?: string | undefined;
  /** The folder where the user called the task. */
  calledIn?: string | undefined;
  /** The modules that deno.json exports. */
  exported: string[];
}

/** Nothing listens there: keeps commands that take no import map from waiting for a registry out of reach. */
const NO_REGISTRY = "http://127.0.0.1:9/";

type Task = (args: string[], context: TaskContext) => Step[];

/** The steps of every task by name. */
export const TASKS: Record<string, Task> = {
  demo: (args, context) => [run("demo", "scripts/demo.ts", args, context)],
  test: (args, context) => [test(args, context)],
  check: (args, context) => [check(args, context)],
  ok: (_args, context) => [
    { name: "fmt", args: ["fmt", "--check"] },
    lint([], context),
    check([], context),
    doc([], context),
    test([], context),
  ],
  bench: (args, context) => [run("bench", "scripts/bench/main.ts", args, context)],
  vectors: (args, context) => [{ ...run("vectors", "scripts/vectors.ts", args, context), cwd: context.calledIn }],
  fuzz: (args, context) => [{ ...run("fuzz", "scripts/fuzz.ts", args, context), cwd: context.calledIn }],
  children: (args, context) => [run("children", "scripts/children.ts", args, context)],
  simulate: (args, context) => [run("simulate", "tests/simulation/simulate.ts", args, context)],
  fmt: (args) => [{ name: "fmt", args: ["fmt", ...args] }],
  lint: (args, context) => [lint(args, context)],
  doc: (args, context) => [doc(args, context)],
  compile: (args, context) => [{ ...run("compile", "scripts/compile.ts", args, context), cwd: context.calledIn }],
  cake: (args, context) => [{ ...run("cake", "cli/main.ts", args, context), cwd: context.calledIn }],
};

function run(name: string, file: string, args: string[], context: TaskContext): Step {
  const config = ["--config", `${context.root}/deno.json`];
  return { name, args: ["run", "-A", ...config, ...mapFlags(context), `${context.root}/${file}`, ...args] };
}

function test(args: string[], context: TaskContext): Step {
  const flags = ["-A", "--doc", "--parallel", "--sanitize-ops", "--sanitize-resources"];
  return { name: "test", args: ["test", ...flags, ...mapFlags(context), ...args] };
}

function check(args: string[], context: TaskContext): Step {
  return { name: "check", args: ["check", ...mapFlags(context), ...args] };
}

function lint(args: string[], context: TaskContext): Step {
  // `deno lint` has no --import-map.
  const env = context.importMap === undefined ? {} : { JSR_URL: NO_REGISTRY };
  return { name: "lint", args: ["lint", ...args], env };
}

function doc(args: string[], context: TaskContext): Step {
  return {
    name: "doc",
    args: ["doc", ...mapFlags(context), ...(args.length > 0 ? args : ["--lint", ...context.exported])],
  };
}

function mapFlags(context: TaskContext): string[] {
  return context.importMap === undefined ? [] : ["--import-map", context.importMap];
}

/** The environment that tells a program which import map its child processes need. */
export function mapEnvironment(context: TaskContext): Record<string, string> {
  return { CAKE_IMPORT_MAP: context.importMap ?? "" };
}

/** Runs one step with this process's streams and passes signals on; the exit status is the step's. */
async function runStep(step: Step, context: TaskContext): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: step.args,
    cwd: step.cwd ?? context.root,
    env: { DENO_NO_UPDATE_CHECK: "1", ...mapEnvironment(context), ...step.env },
  }).spawn();
  const stop = passSignals(child);
  const status = await child.status;
  stop();
  return status.code;
}

function passSignals(child: Deno.ChildProcess): () => void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
  // The terminal sends its own signals to the child as well; twice would be once too often.
  const fromTerminal = new Set<Deno.Signal>(Deno.stdin.isTerminal() ? ["SIGINT", "SIGQUIT"] : []);
  const listeners = signals.map((signal) => {
    function pass(): void {
      if (fromTerminal.has(signal)) return;
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
    }
    Deno.addSignalListener(signal, pass);
    return () => Deno.removeSignalListener(signal, pass);
  });
  return () => listeners.forEach((remove) => remove());
}

async function main([name = "", ...args]: string[]): Promise<number> {
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (task === undefined) {
    console.error(`Cannot run task "${name}": there are ${Object.keys(TASKS).join(", ")}`);
    return 2;
  }
  const rootUrl = new URL("../", import.meta.url);
  const choice = await chooseImports(standardOptions(rootUrl));
  const root = decodeURIComponent(rootUrl.pathname).replace(/\/$/, "").replace(/^\/(?=[A-Za-z]:)/, "");
  const importMap = choice.source === "npm" ? `${root}/scripts/imports.npm.json` : undefined;
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", rootUrl)));
  const context: TaskContext = {
    root,
    importMap,
    calledIn: Deno.env.get("INIT_CWD"),
    exported: Object.values<string>(exports),
  };

  const steps = task(args, context);
  const failed: string[] = [];
  let code = 0;
  for (const step of steps) {
    if (steps.length > 1) console.error(`\n--- ${step.name}`);
    const status = await runStep(step, context);
    if (status !== 0) {
      failed.push(step.name);
      code ||= status;
    }
  }
  if (steps.length > 1) console.error(failed.length > 0 ? `\nFailed: ${failed.join(", ")}` : "\nAll well");
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
