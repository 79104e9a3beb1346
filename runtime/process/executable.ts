/** Finding what a child process runs, and how it is started. */

import { fromFileUrl, isAbsolute, join } from "@std/path";
import { Faulted } from "../messages/faults.ts";
import { FileError, type World } from "../world.ts";
import { executableKind, extensionOf } from "./child.ts";

/** A file that can be run, and where Python finds modules that go with it. */
export interface Found {
  readonly path: string;
  /** Folders for Python's search path. */
  readonly modulePath: readonly string[];
}

/** What to hand to the operating system. */
export interface Launch {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where a module named by a child may be. */
export interface SearchPlaces {
  /** The home of this process, if it has one and a role in it. */
  readonly homePath: string | null;
  /** The folder of this process' own executable. */
  readonly ownFolder: string | null;
}

const EXECUTE_BITS = 0o111;

/**
 * Finds an executable by the name that a program gives it: without an extension on PATH; a module in the home's scripts,
 * the current folder, and beside this process' own executable.
 *
 * @returns A fault that names it when there is none.
 */
export async function findExecutable(world: World, name: string, places: SearchPlaces): Promise<Found | Faulted> {
  const isModule = executableKind(name) !== "program";
  if (!isModule && extensionOf(name) !== "") return new Faulted(`cannot execute ${name} (unknown extension?)`);
  const path = isModule ? await findModule(world, name, places) : await findProgram(world, name);
  return path === null ? new Faulted(`cannot execute ${name} (not found)`) : { path, modulePath: [] };
}

async function findModule(world: World, name: string, places: SearchPlaces): Promise<string | null> {
  const current = world.files.currentFolder();
  const folders = [current];
  if (places.homePath !== null) folders.unshift(join(places.homePath, "script"));
  if (places.ownFolder !== null) folders.push(places.ownFolder);
  for (const folder of folders) {
    const path = isAbsolute(name) ? name : join(absolute(current, folder), name);
    if (await isFile(world, path)) return path;
  }
  return null;
}

/** Finds a program on PATH, or by a path; null when there is none that can be run. */
export async function findProgram(world: World, name: string): Promise<string | null> {
  if (name.includes("/")) return await isRunnable(world, name) ? name : null;
  const separator = world.files.currentFolder().startsWith("/") ? ":" : ";";
  for (const folder of (world.environment.variable("PATH") ?? "").split(separator)) {
    if (folder === "") continue;
    const path = join(folder, name);
    if (await isRunnable(world, path)) return path;
  }
  return null;
}

/** A path made absolute against a folder. */
export function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? join(path) : join(folder, path);
}

async function isFile(world: World, path: string): Promise<boolean> {
  const info = await world.files.info(path);
  return info !== null && (info.kind === "file" || info.kind === "link");
}

/** The first line of a program that cake runs. */
const CAKE_SCRIPT = /^#!.*\bcake\b.* exec\b/;

/** What a system reads of such a line at most. */
const FIRST_LINE_BYTES_MAX = 256;

/** True for a file that begins with `#!/usr/bin/env -S cake exec`: a module, whatever its name. */
export async function isCakeScript(world: World, path: string): Promise<boolean> {
  if (!await isFile(world, path)) return false;
  try {
    const text = new TextDecoder().decode(await world.files.readBytes(path, 0, FIRST_LINE_BYTES_MAX));
    return CAKE_SCRIPT.test(text.split(/[\r\n]/, 1)[0]!);
  } catch (error) {
    // One may run what one may not read.
    if (error instanceof FileError) return false;
    throw error;
  }
}

async function isRunnable(world: World, path: string): Promise<boolean> {
  const info = await world.files.info(path);
  if (info === null || info.kind === "folder") return false;
  return info.mode === null || (info.mode & EXECUTE_BITS) !== 0;
}

/**
 * Finds what a role runs: the copy among the home's scripts if there is one, else the recorded executable. One that is
 * recorded by a relative path, as in an archive that was taken apart by other means than cake's, lies beside the home.
 *
 * @returns A fault that names it when there is neither.
 */
export async function findRoleExecutable(world: World, recorded: string, homePath: string): Promise<Found | Faulted> {
  const beside = join(absolute(world.files.currentFolder(), homePath), "..");
  const executable = recorded === "" ? "" : absolute(beside, recorded);
  const scripts = join(homePath, "script");
  const own = executable.slice(0, Math.max(executable.lastIndexOf("/"), executable.lastIndexOf("\\")));
  const modulePath = [];
  for (const folder of [scripts, own]) {
    if (folder !== "" && (await world.files.info(folder))?.kind === "folder") modulePath.push(folder);
  }
  const copy = join(scripts, executable.slice(own === "" ? 0 : own.length + 1));
  for (const path of executable === "" ? [] : [copy, executable]) {
    if (await isFile(world, path)) return { path, modulePath };
  }
  return new Faulted(`cannot execute ${executable} (no role script)`);
}

/** How to start something that was found, with these arguments. */
export async function launchOf(world: World, found: Found, args: readonly string[]): Promise<Launch> {
  switch (executableKind(found.path)) {
    case "python":
      return {
        executable: world.environment.variable("CAKE_PYTHON") || "python3",
        arguments: [found.path, ...args],
        ...pythonEnvironment(world, found.modulePath),
      };
    case "module":
      return await launchModule(world, found.path, args);
    case "program":
      // Without the detour by the system, which needs `env` and finds cake on PATH only.
      if (await isCakeScript(world, found.path)) return await launchModule(world, found.path, args);
      return { executable: found.path, arguments: args, ...pythonEnvironment(world, found.modulePath) };
  }
}

function pythonEnvironment(world: World, folders: readonly string[]): Pick<Launch, "environment"> {
  if (folders.length === 0) return {};
  const before = world.environment.variable("PYTHONPATH");
  const separator = world.files.currentFolder().startsWith("/") ? ":" : ";";
  return { environment: { PYTHONPATH: [...folders, ...before ? [before] : []].join(separator) } };
}

/** True for a module that can run in a thread: it imports cake from where this process has it. */
export async function canBeThread(world: World, path: string): Promise<boolean> {
  if (world.processes.self.compiled) return executableKind(path) === "module" || await isCakeScript(world, path);
  if (executableKind(path) !== "module") return false;
  const found = await nearestConfiguration(world, absolute(world.files.currentFolder(), path));
  return found === null || found === cakeConfiguration();
}

/** Names by which Deno finds its configuration beside a module. */
const CONFIGURATION_FILES = ["deno.json", "deno.jsonc"];

/**
 * How to start a module: it is run by what runs cake, the compiled cake itself, or Deno. A module without a configuration of
 * its own gets cake's, so that it can import cake by name wherever it lies.
 */
export async function launchModule(world: World, path: string, args: readonly string[]): Promise<Launch> {
  const { self } = world.processes;
  if (self.compiled) return { executable: self.executable, arguments: ["exec", path, ...args] };
  const flags = await configurationFlags(world, path);
  // A program that begins with `#!` has no extension to tell what it is.
  if (extensionOf(path) === "") flags.push("--ext=ts");
  return { executable: self.executable, arguments: ["run", "-A", "--no-lock", "--quiet", ...flags, path, ...args] };
}

async function configurationFlags(world: World, path: string): Promise<string[]> {
  const own = cakeConfiguration();
  if (own === null) return [];
  const found = await nearestConfiguration(world, absolute(world.files.currentFolder(), path));
  if (found !== null && found !== own) return [];
  const importMap = world.environment.variable("CAKE_IMPORT_MAP");
  return [`--config=${own}`, ...importMap ? [`--import-map=${importMap}`] : []];
}

/** The configuration of this cake, where it lies on a disk. */
function cakeConfiguration(): string | null {
  const url = new URL("../../deno.json", import.meta.url);
  return url.protocol === "file:" ? fromFileUrl(url) : null;
}

async function nearestConfiguration(world: World, path: string): Promise<string | null> {
  for (let folder = join(path, "..");; folder = join(folder, "..")) {
    for (const name of CONFIGURATION_FILES) {
      const candidate = join(folder, name);
      if (await isFile(world, candidate)) return candidate;
    }
    if (join(folder, "..") === folder) return null;
  }
}
