/** Finding what goes into an archive: a home, what its roles run, the manifest, and what somebody names besides. */

import { basename, dirname, join, relative } from "@std/path";
import { absolute, executableKind, type Home, isCakeScript, type World } from "../../runtime/mod.ts";
import { MANIFEST_FILE } from "../manifest/manifest_place.ts";
import { scanFolder, scanSelection } from "../storage/scan.ts";
import { below, type Stored } from "../storage/stored.ts";
import { sourcesOf } from "../watch/sources.ts";
import { commonFolder, foldersOf, nameProblem } from "./entry_name.ts";
import { ArchiveError, ENTRIES_MAX } from "./limits.ts";
import { executableText, type Extras, hasOwnProgram, isOfGroup, isPackedOfHome, roleOfRecord } from "./packed_home.ts";

/** Something to be put into an archive: a folder, a file, or a text in place of one. */
export type Entry =
  | { readonly kind: "folder"; readonly name: string; readonly mode: number }
  | { readonly kind: "file"; readonly name: string; readonly mode: number; readonly path: string }
  | { readonly kind: "text"; readonly name: string; readonly mode: number; readonly text: string };

/** What to pack. */
export interface Wanted {
  /** Absolute; there may be nothing there yet. */
  readonly homePath: string;
  readonly home: Home | null;
  /** What roles run that a manifest names; absolute. */
  readonly programs: readonly string[];
  /** Absolute paths of further files and folders. */
  readonly others: readonly string[];
  /** Absolute; the archive itself is never in it. */
  readonly archive: string;
  readonly extras: Extras;
}

/** What is packed. */
export interface Collection {
  /** The folder that everything lies in, absolute. */
  readonly root: string;
  /** The name of the home in the archive. */
  readonly home: string;
  /** By name, each folder before what is in it. */
  readonly entries: readonly Entry[];
  /** What is left out although roles need it, as lines. */
  readonly notes: readonly string[];
}

/** Folders of programs that every machine has of its own. */
const SYSTEM_FOLDERS: ReadonlySet<string> = new Set(["/bin", "/sbin", "/usr/bin", "/usr/sbin"]);

/** Where programs go that lie elsewhere than the project. */
const PROGRAMS_FOLDER = "programs";

const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;
const PERMISSION_BITS = 0o777;

/**
 * Finds everything that a home needs elsewhere. What lies in the folder of the home keeps its place there; what lies beside
 * it keeps its place, too, in a larger folder.
 *
 * @throws {ArchiveError} When something is missing, or can't be packed.
 */
export async function collect(world: World, wanted: Wanted): Promise<Collection> {
  const project = dirname(wanted.homePath);
  const programs = await programsOf(world, wanted, project);
  const files = new Set(programs.sources);
  const manifest = join(project, MANIFEST_FILE);
  if (await isFile(world, manifest)) files.add(manifest);
  const others: Stored[] = [];
  for (const path of wanted.others) others.push(...(await scanSelection(world, [path])).entries.values());
  const otherFolders = others.map(({ kind, path }) => kind === "folder" ? path : dirname(path));
  const folders = [project, ...[...files].map((path) => dirname(path)), ...otherFolders];
  const root = commonFolder(folders, separatorOf(world));
  const names = new Names(world, root);
  await names.addFiles([...files]);
  await names.addFiles([...programs.moved.keys()], (path) => join(project, programs.moved.get(path)!));
  // Folders that are given hold a home or an archive now and then.
  const isLeftOut = (path: string) => path === wanted.archive || isBelow(path, wanted.homePath);
  for (const stored of others) names.add(stored, isLeftOut);
  if (wanted.home !== null) await addHome(world, names, wanted, programs.records);
  return {
    root,
    home: names.nameOf(wanted.homePath),
    entries: names.entries(),
    notes: programs.notes,
  };
}

async function isFile({ files }: World, path: string): Promise<boolean> {
  const real = await files.realPath(path);
  return real !== null && (await files.info(real))?.kind === "file";
}

/** Whatever the platform is: paths of a system with drives do not begin with a slash. */
function separatorOf({ files }: World): string {
  return files.currentFolder().startsWith("/") ? "/" : "\\";
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}

interface Programs {
  /** Absolute paths of what roles run, and of what that imports. */
  readonly sources: ReadonlySet<string>;
  /** Programs from elsewhere, and their places in the folder of the home. */
  readonly moved: ReadonlyMap<string, string>;
  /** What each role is to record: a path from the folder of the home. */
  readonly records: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

async function programsOf(world: World, { home, homePath, programs }: Wanted, project: string): Promise<Programs> {
  const sources = new Set<string>();
  const moved = new Map<string, string>();
  const records = new Map<string, string>();
  const notes = new Map<string, string>();
  const take = async (path: string, who: string): Promise<string> => {
    if (!await isFile(world, path)) throw new ArchiveError(`${who} runs "${path}", which does not exist`);
    const isAlone = executableKind(path) === "program" && !await isCakeScript(world, path);
    if (isAlone && SYSTEM_FOLDERS.has(dirname(path))) {
      if (!notes.has(path)) notes.set(path, `left out "${path}": ${who} expects it there`);
      return path;
    }
    if (!isAlone || isBelow(path, project)) {
      for (const source of await sourcesOf(world, path)) if (await isFile(world, source)) sources.add(source);
      return slashed(relative(project, path));
    }
    const place = `${PROGRAMS_FOLDER}/${basename(path)}`;
    const other = [...moved].find(([from, to]) => to === place && from !== path);
    if (other !== undefined || await world.files.info(join(project, place)) !== null) {
      throw new ArchiveError(`${who} runs "${path}", and there is another "${place}"`);
    }
    moved.set(path, place);
    return place;
  };
  for (const [name, { records: { executableFile } }] of home?.roles ?? []) {
    if (isOfGroup(name)) records.set(name, basename(executableFile));
    if (!hasOwnProgram(name) || executableFile === "") continue;
    const path = absolute(project, executableFile);
    // A copy among the home's scripts is what runs.
    const isCopied = await isFile(world, join(homePath, "script", basename(path)));
    records.set(name, isCopied ? basename(path) : await take(path, `role "${name}"`));
  }
  for (const path of programs) await take(path, "the manifest");
  return { sources, moved, records, notes: [...notes.values()] };
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}

async function addHome(
  world: World,
  names: Names,
  { homePath, archive, extras }: Wanted,
  records: ReadonlyMap<string, string>,
): Promise<void> {
  const partsOf = (path: string) => slashed(relative(homePath, path)).split("/");
  const isLeftOut = (path: string) => path === archive || (path !== homePath && !isPackedOfHome(partsOf(path), extras));
  const replaced = (path: string) => {
    const role = roleOfRecord(partsOf(path));
    const record = role === null ? undefined : records.get(role);
    return record === undefined ? null : executableText(record);
  };
  names.add(await scanFolder(world, homePath, "follow"), isLeftOut, replaced);
}

/** What was found, by the names that it has in the archive. */
class Names {
  readonly #world: World;
  readonly #root: string;
  readonly #entries = new Map<string, Entry>();

  constructor(world: World, root: string) {
    this.#world = world;
    this.#root = root;
  }

  /** The name of a path below the root. */
  nameOf(path: string): string {
    return slashed(relative(this.#root, path));
  }

  /** Adds something with everything below, but for what is left out; some files have another text. */
  add(stored: Stored, isLeftOut: (path: string) => boolean, replaced: (path: string) => string | null = () => null) {
    for (const one of stored.kind === "folder" ? [stored, ...below(stored)] : [stored]) {
      const { path, attributes } = one;
      if (path === this.#root || isLeftOut(path)) continue;
      const text = one.kind === "file" ? replaced(path) : null;
      this.#put(
        one.kind === "folder"
          ? { kind: "folder", name: this.nameOf(path), mode: permissions(attributes.mode, FOLDER_MODE) }
          : text === null
          ? { kind: "file", name: this.nameOf(path), mode: permissions(attributes.mode, FILE_MODE), path }
          : { kind: "text", name: this.nameOf(path), mode: permissions(attributes.mode, FILE_MODE), text },
      );
    }
  }

  /** Adds files by their paths, or by others that they are to have. */
  async addFiles(paths: readonly string[], placed: (path: string) => string = (path) => path): Promise<void> {
    for (const path of paths) {
      const real = await this.#world.files.realPath(path) ?? path;
      const mode = permissions((await this.#world.files.info(real))?.mode ?? null, FILE_MODE);
      this.#put({ kind: "file", name: this.nameOf(placed(path)), mode, path });
    }
  }

  #put(entry: Entry): void {
    const problem = nameProblem(entry.name);
    if (problem !== null) throw new ArchiveError(`"${entry.name}": ${problem}`);
    this.#entries.set(entry.name, entry);
    if (this.#entries.size > ENTRIES_MAX) throw new ArchiveError(`more than ${ENTRIES_MAX} files and folders`);
  }

  /** All of them, with the folders that they are in. */
  entries(): Entry[] {
    for (const name of [...this.#entries.keys()]) {
      for (const folder of foldersOf(name)) {
        if (!this.#entries.has(folder)) {
          this.#entries.set(folder, { kind: "folder", name: folder, mode: FOLDER_MODE });
        }
      }
    }
    return [...this.#entries.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }
}

function permissions(mode: number | null, otherwise: number): number {
  return (mode ?? otherwise) & PERMISSION_BITS;
}
