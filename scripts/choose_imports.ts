/**
 * Says which import map serves on this network: `jsr` (the one in deno.json) where every pinned JSR package can be
 * had, otherwise `npm` (scripts/imports.npm.json, which leads to the same functions).
 *
 *     deno run -A --no-config scripts/choose_imports.ts
 *
 * prints the choice in the form that is also kept for ten minutes in `$XDG_CACHE_HOME/cake/imports` (by default
 * `~/.cache/cake/imports`), one line, so that the shell script `scripts/cake` can read it without starting Deno twice:
 *
 *     <jsr or npm> <valid until, seconds since 1970> <URL of the registry that was tried> <path of a fit deno>
 *
 * The environment variable `JSR_URL` names another JSR registry, as it does for Deno. Exit status: 0, or 3 when this
 * Deno is older than the project needs. Nothing here goes through an import map.
 */
// deno-lint-ignore-file no-console

/** The oldest Deno that the project is known to work with. */
export const OLDEST_DENO = "2.9.0";

/** Which import map to use. */
export type ImportSource = "jsr" | "npm";

/** A choice, and how long it holds. */
export interface Choice {
  source: ImportSource;
  /** Seconds since 1970. */
  validUntil: number;
  registry: string;
  /** The Deno that made the choice. */
  deno: string;
}

/** What a choice depends on; tests give their own. */
export interface ChooseOptions {
  /** The project's folder. */
  root: URL;
  /** The JSR registry to try. */
  registry: string;
  /** Where the choice is kept, if anywhere. */
  file?: string | undefined;
  /** Seconds since 1970. */
  now: number;
  /** How long the registry may take to answer. */
  timeoutMs: number;
  /** How long a choice holds. */
  validSeconds: number;
  /** Whether all JSR packages in use were downloaded earlier, so that the registry need not be reached. */
  isDownloaded: (root: URL) => Promise<boolean>;
}

/** The options of a real run. */
export function standardOptions(root: URL): ChooseOptions {
  return {
    root,
    registry: (Deno.env.get("JSR_URL") || "https://jsr.io").replace(/\/*$/, "/"),
    file: choiceFile(),
    now: Math.floor(Date.now() / 1000),
    timeoutMs: 2000,
    validSeconds: 600,
    isDownloaded,
  };
}

/** Where choices are kept: undefined where there is no place for it. */
export function choiceFile(): string | undefined {
  const home = Deno.env.get("HOME") || Deno.env.get("USERPROFILE");
  const cache = Deno.env.get("XDG_CACHE_HOME") || (home && `${home}/.cache`);
  return cache ? `${cache}/cake/imports` : undefined;
}

/** Chooses: a kept choice as long as it holds, otherwise by trying the registry. */
export async function chooseImports(options: ChooseOptions): Promise<Choice> {
  const kept = await readChoice(options.file);
  const deno = Deno.execPath();
  const isSameRegistry = kept?.registry === options.registry;
  if (kept && isSameRegistry && options.now < kept.validUntil) {
    if (kept.deno !== deno) await writeChoice(options.file, { ...kept, deno });
    return { ...kept, deno };
  }

  const hasJsr = await isServed(options) ||
    // Without a network, what was downloaded before is still there.
    (isSameRegistry && kept?.source === "jsr" && await options.isDownloaded(options.root));
  const choice: Choice = {
    source: hasJsr ? "jsr" : "npm",
    validUntil: options.now + options.validSeconds,
    registry: options.registry,
    deno,
  };
  await writeChoice(options.file, choice);
  return choice;
}

/** The JSR packages that a deno.json names, with their versions. */
export function pinnedPackages(denoJson: string): Map<string, string> {
  const { imports = {} } = JSON.parse(denoJson) as { imports?: Record<string, string> };
  const pinned = new Map<string, string>();
  for (const target of Object.values(imports)) {
    const match = /^jsr:(@[^/]+\/[^@/]+)@([^/]+)/.exec(target);
    if (match) pinned.set(match[1]!, match[2]!);
  }
  return pinned;
}

/** The line that says a choice. */
export function printChoice(choice: Choice): string {
  return `${choice.source} ${choice.validUntil} ${choice.registry} ${choice.deno}`;
}

/** The choice that a line says, if it says one. */
export function parseChoice(line: string): Choice | undefined {
  const match = /^(jsr|npm) (\d+) (\S+) (.+)$/.exec(line.trimEnd());
  if (!match) return undefined;
  return { source: match[1] as ImportSource, validUntil: Number(match[2]), registry: match[3]!, deno: match[4]! };
}

async function isServed({ root, registry, timeoutMs }: ChooseOptions): Promise<boolean> {
  const pinned = pinnedPackages(await Deno.readTextFile(new URL("deno.json", root)));
  const signal = AbortSignal.timeout(timeoutMs);
  async function has([name, version]: [string, string]): Promise<boolean> {
    const response = await fetch(`${registry}${name}/meta.json`, { signal });
    if (!response.ok) {
      await response.body?.cancel();
      return false;
    }
    const meta = await response.json() as { versions?: Record<string, unknown> };
    return meta.versions !== undefined && Object.hasOwn(meta.versions, version);
  }
  try {
    return (await Promise.all([...pinned].map(has))).every(Boolean);
  } catch {
    // Whatever went wrong (no name service, no route, no answer in time, an answer of another kind): no JSR here.
    return false;
  }
}

async function isDownloaded(root: URL): Promise<boolean> {
  const entries = ["mod.ts", "cli/main.ts"].map((entry) => decodeURIComponent(new URL(entry, root).pathname));
  const config = decodeURIComponent(new URL("deno.json", root).pathname);
  const cache = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--cached-only", "--config", config, ...entries],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return (await cache.output()).success;
}

async function readChoice(file: string | undefined): Promise<Choice | undefined> {
  if (file === undefined) return undefined;
  try {
    return parseChoice(await Deno.readTextFile(file));
  } catch {
    return undefined;
  }
}

async function writeChoice(file: string | undefined, choice: Choice): Promise<void> {
  if (file === undefined) return;
  const draft = `${file}.${Deno.pid}`;
  try {
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(draft, printChoice(choice) + "\n");
    await Deno.rename(draft, file);
  } catch {
    // A choice that cannot be kept is made again next time.
  }
}

function isOlder(version: string, oldest: string): boolean {
  const [a, b] = [version, oldest].map((text) => text.split(/[.+-]/, 3).map(Number)) as [number[], number[]];
  for (const [i, least] of b.entries()) {
    const part = a[i] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

if (import.meta.main) {
  if (isOlder(Deno.version.deno, OLDEST_DENO)) Deno.exit(3);
  console.log(printChoice(await chooseImports(standardOptions(new URL("../", import.meta.url)))));
}
