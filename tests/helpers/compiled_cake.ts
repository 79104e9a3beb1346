/**
 * The compiled cake, for tests that need the one file itself. It is made where its base runtime is at hand: given by
 * `DENORT_BIN`, kept by Deno from an earlier `deno compile`, or to be downloaded. Elsewhere such tests are ignored, and say why.
 */
// deno-lint-ignore-file no-console

import { commitName, compile } from "../../scripts/compile.ts";
import { targetOf } from "../../scripts/compile/targets.ts";
import { readSources } from "../../scripts/source_file.ts";

const ROOT = new URL("../../", import.meta.url);
const DIST = decodeURIComponent(new URL("dist", ROOT).pathname);

/** How long the site of the base runtimes may take to answer. */
const ANSWER_MS = 2000;

/** Everything that the file depends on. */
const INPUTS = ["mod.ts", "runtime", "net", "directory", "cli", "scripts/compile.ts", "scripts/compile"];
const MAPS = ["deno.json", "scripts/imports.npm.json"];

/** Why there is no compiled cake here; null where there is one. */
export const REASON = await reasonAgainst();

if (REASON !== null) console.error(`Tests of the compiled cake are ignored: ${REASON}`);

/** A test that needs the compiled cake, whose path it is given. */
export function compiledTest(name: string, test: (cake: string) => Promise<void> | void): void {
  Deno.test({
    name: REASON === null ? name : `${name} (ignored: ${REASON})`,
    ignore: REASON !== null,
    fn: async () => await test(await compiledCake()),
  });
}

async function reasonAgainst(): Promise<string | null> {
  const target = targetOf(Deno.build.target);
  if (target === undefined) return `cake is not compiled for ${Deno.build.target}`;
  if (Deno.env.get("DENORT_BIN")) return null;
  if (Deno.env.get("DENO_COMPILE")) return "DENO_COMPILE is set and DENORT_BIN is not";
  const archive = `release/v${Deno.version.deno}/denort-${target.triple}.zip`;
  if (await isFile(`${await denoFolder()}/dl/${archive}`)) return null;
  try {
    const request = { method: "HEAD", signal: AbortSignal.timeout(ANSWER_MS) };
    const { ok, status } = await fetch(`https://dl.deno.land/${archive}`, request);
    return ok ? null : `the base runtime can't be downloaded (status ${status})`;
  } catch {
    return "the base runtime can't be downloaded, and DENORT_BIN names none";
  }
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

let made: Promise<string> | undefined;

/** The path of a compiled cake of these sources. It is made once for all test files, and again when the sources change. */
export function compiledCake(): Promise<string> {
  return made ??= make();
}

async function make(): Promise<string> {
  await Deno.mkdir(DIST, { recursive: true });
  const target = targetOf(Deno.build.target)!;
  // Test files run side by side: one makes it, the others wait.
  using lock = await Deno.open(`${DIST}/.test-lock`, { create: true, write: true });
  await lock.lock(true);
  const folder = `${DIST}/test-${await inputKey()}`;
  const path = `${folder}/${target.file}`;
  if (await isFile(path)) return path;
  for await (const { name } of Deno.readDir(DIST)) {
    if (name.startsWith("test-")) await Deno.remove(`${DIST}/${name}`, { recursive: true });
  }
  await compile([target], folder);
  return path;
}

async function inputKey(): Promise<string> {
  const texts = (await readSources(ROOT, INPUTS)).flatMap(({ path, text }) => [path, text]);
  for (const path of MAPS) texts.push(await Deno.readTextFile(new URL(path, ROOT)));
  const { DENO_COMPILE, DENORT_BIN, CAKE_IMPORT_MAP } = Deno.env.toObject();
  texts.push(JSON.stringify([await commitName(), Deno.version, DENO_COMPILE, DENORT_BIN, CAKE_IMPORT_MAP]));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return new Uint8Array(digest).toHex().slice(0, 16);
}
