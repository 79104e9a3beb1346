/**
 * Makes the one file: `deno task compile [--target=<platform> ... | --all] [--output=<folder>]`.
 *
 * For this machine or the given platforms it makes `dist/cake-<platform>`, and `dist/SHA256SUMS` with the checksums of
 * all of them. The same sources and the same Deno give the same file, byte for byte, wherever the project lies.
 *
 * The file holds the modules of the command and of the library and the packages they use, nothing else (see
 * `compile/stage.ts`). It has all permissions: roles are programs that may do whatever their users want, and Linux's files about
 * processes (who holds a lock, which route is the default) are shown by Deno only to programs that may do everything.
 * It keeps no cache of compiled code, since Deno would keep it in the folder for temporary files under a name that any user
 * of the machine could take first.
 *
 * Deno downloads the base runtime of each platform once. Two variables give it another way:
 *
 *     DENO_COMPILE   the deno that compiles, in place of the one that runs this
 *     DENORT_BIN     a base runtime of its version; for the platform that the file itself is for
 */
// deno-lint-ignore-file no-console
import {
  checksumText,
  failureText,
  HEADER_BYTES,
  parseArguments,
  parseChecksums,
  type Target,
  targetOfExecutable,
} from "./compile/targets.ts";
import { makeStage } from "./compile/stage.ts";

const ROOT = new URL("../", import.meta.url);
const CHECKSUMS = "SHA256SUMS";

/** What was made. */
export interface Compiled {
  readonly target: Target;
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A reason why nothing was made, to be told as it is. */
export class CompileError extends Error {
  override readonly name = "CompileError";
}

/**
 * Makes the file of each platform in a folder; the checksums there are brought up to date.
 *
 * @throws {CompileError}
 */
export async function compile(targets: readonly Target[], output: string): Promise<Compiled[]> {
  await Deno.mkdir(output, { recursive: true });
  const folder = await Deno.realPath(output);
  const work = await Deno.makeTempDir({ dir: folder, prefix: ".stage-" });
  try {
    const { folder: stage, main, included } = await makeStage({
      root: ROOT,
      folder: `${work}/stage`,
      commit: await commitName(),
      bundlePackage,
      bundleProgram,
    });
    const compiled: Compiled[] = [];
    for (const target of targets) {
      const draft = `${work}/cake${target.file.endsWith(".exe") ? ".exe" : ""}`;
      const include = included.flatMap((path) => ["--include", path]);
      await denoCompile(target, stage, ["--output", draft, ...include, main]);
      const bytes = await Deno.readFile(draft);
      const path = `${folder}/${target.file}`;
      await Deno.rename(draft, path);
      compiled.push({ target, path, bytes: bytes.length, sha256: await sha256(bytes) });
    }
    await writeChecksums(folder, compiled);
    return compiled;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function denoCompile(target: Target, stage: string, args: readonly string[]): Promise<void> {
  const fixed = [
    "--allow-all",
    "--no-check",
    "--no-code-cache",
    "--config",
    `${stage}/deno.json`,
    "--target",
    target.triple,
  ];
  const { success, text } = await runDeno(Deno.env.get("DENO_COMPILE") || Deno.execPath(), [
    "compile",
    ...fixed,
    ...args,
  ], {
    cwd: stage,
    // A base runtime is one platform's; for another one Deno downloads its own.
    without: await isRuntimeFor(target) ? [] : ["DENORT_BIN"],
  });
  if (!success) throw new CompileError(failureText(target, text));
}

/** Makes one file of what a module takes from packages, without the names of folders of this machine. */
async function bundlePackage(source: string, output: string): Promise<void> {
  const map = Deno.env.get("CAKE_IMPORT_MAP");
  const config = ["--config", decodeURIComponent(new URL("deno.json", ROOT).pathname)];
  const args = ["bundle", "--platform=deno", "--minify", ...config, ...map ? ["--import-map", map] : []];
  const entry = `${output}.entry.js`;
  await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(entry, source);
  const { success, text } = await runDeno(Deno.execPath(), [...args, "--output", output, entry]);
  if (!success) throw new CompileError(`Cannot compile: a package could not be prepared\n${source}${text}`);
  await Deno.remove(entry);
}

/**
 * Makes few files of many modules. Names are kept, since types and actors are known by them, and lines are not made shorter: they
 * are in the reports of errors.
 */
async function bundleProgram(folder: string, modules: readonly string[], output: string): Promise<void> {
  const args = ["bundle", "--platform=deno", "--code-splitting", "--keep-names", "--config", `${folder}/deno.json`];
  // From the folder itself: the names of modules in comments are to be the same on every machine.
  const { success, text } = await runDeno(Deno.execPath(), [...args, "--outdir", output, ...modules], { cwd: folder });
  if (!success) throw new CompileError(`Cannot compile: the modules could not be put together\n${text}`);
}

async function runDeno(
  deno: string,
  args: readonly string[],
  { without = [], cwd }: { readonly cwd?: string; readonly without?: readonly string[] } = {},
): Promise<{ success: boolean; text: string }> {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !without.includes(name));
  try {
    const { success, stdout, stderr } = await new Deno.Command(deno, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...cwd === undefined ? {} : { cwd },
      clearEnv: true,
      env: { ...Object.fromEntries(inherited), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    }).output();
    return { success, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } catch (error) {
    throw new CompileError(
      `Cannot compile: "${deno}" can't be started: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Whether `DENORT_BIN` names a base runtime of this platform. */
async function isRuntimeFor(target: Target): Promise<boolean> {
  const path = Deno.env.get("DENORT_BIN");
  if (!path) return false;
  try {
    using file = await Deno.open(path);
    const header = new Uint8Array(HEADER_BYTES);
    await file.read(header);
    return targetOfExecutable(header) === target;
  } catch (error) {
    throw new CompileError(`Cannot use DENORT_BIN: ${error instanceof Error ? error.message : error}`);
  }
}

/** The commit of the checkout, with a plus sign where files differ from it. */
export async function commitName(): Promise<string> {
  const commit = await git("rev-parse", "--short=12", "HEAD");
  if (commit === null) return "no commit";
  return await git("status", "--porcelain", "--untracked-files=no") === "" ? commit : `${commit}+`;
}

async function git(...args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: ROOT, stdin: "null", stderr: "null" })
      .output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    // A copy of the sources on a machine without git.
    return null;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function writeChecksums(folder: string, compiled: readonly Compiled[]): Promise<void> {
  const path = `${folder}/${CHECKSUMS}`;
  const known = parseChecksums(await Deno.readTextFile(path).catch(() => ""));
  for (const { target, sha256 } of compiled) known.set(target.file, sha256);
  await Deno.writeTextFile(path, checksumText(known));
}

async function main(args: readonly string[]): Promise<number> {
  const wanted = parseArguments(args, Deno.build.target);
  if (typeof wanted === "string") {
    console.error(wanted);
    return 2;
  }
  const folder = wanted.output ?? decodeURIComponent(new URL("dist", ROOT).pathname);
  try {
    // One at a time, so that what could be made is there when the next can't.
    for (const target of wanted.targets) {
      const [made] = await compile([target], folder);
      console.log(`${made!.path}  ${(made!.bytes / 1e6).toFixed(1)} MB  sha256 ${made!.sha256}`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    console.error(error.message);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
