/**
 * Modules of users as JavaScript, for a platform that runs no TypeScript: a folder of the cache for each module with what
 * it imports, by content.
 *
 *     <cache>/cake/modules/index/<key of the module>.json    which mirror it had last, and the files' checksums
 *     <cache>/cake/modules/mirrors/<key of the contents>/    the mirror: made as a whole, never changed
 *
 * A module that is found unchanged costs reading its files and one more. Any number of processes can do this at once:
 * a mirror is made beside its place and renamed, an index is replaced as a whole. What was not used for a month is removed when
 * something new is made. Without a place that can be written, a mirror lasts as long as it takes to load it.
 */

import { fromFileUrl, isAbsolute, join, toFileUrl } from "@std/path";
import { FileError, type FileSystem, type World } from "../world.ts";
import { type GraphFile, readGraph } from "./graph.ts";
import {
  type CacheEntry,
  type CacheIndex,
  INDEX_RENEWAL_MS,
  mirrorPlaces,
  mirrorSpecifier,
  outdated,
} from "./mirror_layout.ts";
import { mirrorText, type PreparedModule } from "./prepared.ts";

/** What mirrors depend on besides their sources: the form of the text, and the version of what writes it. */
export const MIRROR_FORMAT = "1 amaro@1.2.1 es-module-lexer@3.0.5";

/** A module of a mirror. */
export interface MirroredModule {
  /** The user's file. */
  readonly url: string;
  /** What is loaded in its place. */
  readonly mirrorUrl: string;
  /** The source map, where lines are not the user's. */
  readonly map: string | null;
}

/** A mirror that can be loaded. */
export interface OpenMirror {
  readonly modules: readonly MirroredModule[];
  /** To be called when it is loaded. */
  close(): Promise<void>;
}

/** The parts of a world that mirrors need. */
export type MirrorWorld = Pick<World, "files" | "environment" | "clock" | "random">;

interface IndexedFile {
  readonly url: string;
  readonly sha256: string;
  /** Where it lies in the mirror. */
  readonly place: string;
  readonly hasMap: boolean;
}

interface Index {
  readonly mirror: string;
  readonly files: readonly IndexedFile[];
}

/** Makes mirrors and finds those made before. */
export class ModuleMirrors {
  readonly #world: MirrorWorld;
  readonly #prepare: (text: string, kind: "typescript" | "javascript") => Promise<PreparedModule>;

  constructor(world: MirrorWorld, prepare = loadedPrepare) {
    this.#world = world;
    this.#prepare = prepare;
  }

  /**
   * Opens the mirror of a module and all that it imports.
   *
   * @param url The user's file.
   * @param known Files that were opened before, with what was loaded in their place; imports lead there.
   * @throws {ModuleError}
   */
  async open(url: string, known: ReadonlyMap<string, string>): Promise<OpenMirror> {
    const folder = cacheFolder(this.#world);
    if (folder === null) return await this.#openTemporary(url, known);
    const key = await sha256(JSON.stringify([MIRROR_FORMAT, url, [...known].sort()]));
    const indexPath = join(folder, "index", `${key}.json`);
    const found = await this.#find(folder, indexPath);
    if (found !== null) return found;
    const graph = await this.#read(url, known);
    try {
      return await this.#make(folder, indexPath, graph, known);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return await this.#makeTemporary(graph, known);
    }
  }

  #read(url: string, known: ReadonlyMap<string, string>): Promise<GraphFile[]> {
    return readGraph(url, { files: this.#world.files, isKnown: (url) => known.has(url), prepare: this.#prepare });
  }

  /** A mirror of before, if all files are as they were. */
  async #find(folder: string, indexPath: string): Promise<OpenMirror | null> {
    const { files, clock } = this.#world;
    const index = await readIndex(files, indexPath);
    if (index === null) return null;
    const mirror = join(folder, "mirrors", index.mirror);
    const checks = [
      files.info(mirror).then((info) => info?.kind === "folder"),
      ...index.files.map(async ({ url, sha256: before }) => await fileSha256(files, fromFileUrl(url)) === before),
    ];
    if ((await Promise.all(checks)).includes(false)) return null;
    const modules = await Promise.all(index.files.map(async ({ url, place, hasMap }) => ({
      url,
      mirrorUrl: placeUrl(mirror, place),
      map: hasMap ? await files.readText(`${fromFileUrl(placeUrl(mirror, place))}.map`) : null,
    })));
    const { modified } = await files.info(indexPath) ?? { modified: null };
    if (modified !== null && Number(clock.wall() / 1000n) - modified > INDEX_RENEWAL_MS) {
      await ignoringFiles(files.writeTextAtomic(indexPath, JSON.stringify(index)));
    }
    return { modules, close: () => Promise.resolve() };
  }

  async #make(
    folder: string,
    indexPath: string,
    graph: readonly GraphFile[],
    known: ReadonlyMap<string, string>,
  ): Promise<OpenMirror> {
    const { files, random } = this.#world;
    const checksums = await Promise.all(graph.map(async ({ url, text }) => [url, await sha256(text)] as const));
    const name = await sha256(JSON.stringify([MIRROR_FORMAT, checksums, [...known].sort()]));
    const places = mirrorPlaces(graph.map(({ url }) => url));
    const mirrors = join(folder, "mirrors");
    const draft = join(mirrors, `new-${random.uuid()}`);
    const mirror = join(mirrors, name);
    await makePrivateFolder(files, folder);
    try {
      await writeMirror(files, draft, graph, places, known);
      await this.#putInPlace(draft, mirror);
    } catch (error) {
      await ignoringFiles(files.remove(draft));
      throw error;
    }
    const index: Index = {
      mirror: name,
      files: graph.map(({ url, module }, i) => ({
        url,
        sha256: checksums[i]![1],
        place: places.get(url)!,
        hasMap: module?.map !== null && module?.map !== undefined,
      })),
    };
    await files.makeFolder(join(folder, "index"));
    await files.writeTextAtomic(indexPath, JSON.stringify(index));
    await ignoringFiles(this.#clean(folder));
    return { modules: mirrored(graph, places, mirror), close: () => Promise.resolve() };
  }

  /** Another process may have put the same there meanwhile. */
  async #putInPlace(draft: string, mirror: string): Promise<void> {
    const { files } = this.#world;
    try {
      await files.rename(draft, mirror);
    } catch (error) {
      if (!(error instanceof FileError) || (await files.info(mirror))?.kind !== "folder") throw error;
      await files.remove(draft);
    }
  }

  async #clean(folder: string): Promise<void> {
    const { files, clock } = this.#world;
    const indexFolder = join(folder, "index");
    const mirrorFolder = join(folder, "mirrors");
    const indexes: CacheIndex[] = [];
    for (const { name, modified } of await entries(files, indexFolder)) {
      indexes.push({ name, modified, mirror: (await readIndex(files, join(indexFolder, name)))?.mirror ?? null });
    }
    const gone = outdated(Number(clock.wall() / 1000n), indexes, await entries(files, mirrorFolder));
    for (const name of gone.indexes) await files.remove(join(indexFolder, name));
    for (const name of gone.mirrors) await files.remove(join(mirrorFolder, name));
  }

  async #openTemporary(url: string, known: ReadonlyMap<string, string>): Promise<OpenMirror> {
    return await this.#makeTemporary(await this.#read(url, known), known);
  }

  async #makeTemporary(graph: readonly GraphFile[], known: ReadonlyMap<string, string>): Promise<OpenMirror> {
    const { files } = this.#world;
    const folder = await files.makeTemporaryFolder("cake-modules-");
    const places = mirrorPlaces(graph.map(({ url }) => url));
    await writeMirror(files, folder, graph, places, known);
    return { modules: mirrored(graph, places, folder), close: () => ignoringFiles(files.remove(folder)) };
  }
}

async function loadedPrepare(text: string, kind: "typescript" | "javascript"): Promise<PreparedModule> {
  const { prepareModule } = await import("./prepare_module.ts");
  return await prepareModule(text, kind);
}

/** Where modules are kept: null where there is no place for them. */
export function cacheFolder({ environment }: Pick<World, "environment">): string | null {
  const home = environment.variable("HOME") || environment.variable("USERPROFILE");
  const candidates = [
    environment.variable("XDG_CACHE_HOME"),
    environment.variable("LOCALAPPDATA"),
    home && join(home, ".cache"),
  ];
  const folder = candidates.find((path) => path && isAbsolute(path));
  return folder ? join(folder, "cake", "modules") : null;
}

/** Sources may hold what others are not to read. */
async function makePrivateFolder(files: FileSystem, folder: string): Promise<void> {
  if (await files.info(folder) !== null) return;
  await files.makeFolder(folder);
  await files.setMode(folder, 0o700);
}

async function writeMirror(
  files: FileSystem,
  folder: string,
  graph: readonly GraphFile[],
  places: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  for (const file of graph) {
    const place = places.get(file.url)!;
    const path = fromFileUrl(placeUrl(folder, place));
    await files.makeFolder(join(path, ".."));
    await files.writeTextAtomic(path, textOf(file, place, places, known));
    if (file.module?.map) await files.writeTextAtomic(`${path}.map`, file.module.map);
  }
}

function textOf(
  { url, text, module, targets }: GraphFile,
  place: string,
  places: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): string {
  if (module === null) return text;
  const replaced = new Map<number, string>();
  for (const { specifier, start } of module.imports) {
    const target = targets.get(start);
    if (target === undefined || specifier === null) continue;
    const there = places.get(target);
    replaced.set(start, there === undefined ? known.get(target)! : mirrorSpecifier(specifier, place, there));
  }
  return mirrorText(module, url, replaced);
}

function mirrored(
  graph: readonly GraphFile[],
  places: ReadonlyMap<string, string>,
  folder: string,
): MirroredModule[] {
  return graph.map(({ url, module }) => ({
    url,
    mirrorUrl: placeUrl(folder, places.get(url)!),
    map: module?.map ?? null,
  }));
}

function placeUrl(folder: string, place: string): string {
  return `${toFileUrl(folder).href}/${place}`;
}

async function readIndex(files: FileSystem, path: string): Promise<Index | null> {
  try {
    const index = JSON.parse(await files.readText(path)) as Partial<Index>;
    return /^[0-9a-f]{64}$/.test(index.mirror ?? "") && Array.isArray(index.files) ? index as Index : null;
  } catch (error) {
    // None, or one that a power cut left: it is made again.
    if (error instanceof FileError || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function fileSha256(files: FileSystem, path: string): Promise<string | null> {
  try {
    return await sha256(await files.readText(path));
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}

async function entries(files: FileSystem, folder: string): Promise<CacheEntry[]> {
  const found: CacheEntry[] = [];
  for (const name of await files.list(folder)) {
    const modified = (await files.info(join(folder, name)))?.modified;
    if (modified !== null && modified !== undefined) found.push({ name, modified });
  }
  return found;
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

/** A cache that can't be written or cleaned is no reason to fail. */
async function ignoringFiles(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}
