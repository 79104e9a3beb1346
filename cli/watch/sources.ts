/** The files that a role is made of. */

import { dirname, join } from "@std/path";
import { executableKind, FileError, isCakeScript, localSources, type World } from "../../runtime/mod.ts";
import { pythonImports } from "./python_imports.ts";

/** Most files of one role that are followed. */
const FILES_MAX = 1000;

/** The executable of a role, and what it imports from files. @param path Absolute. */
export async function sourcesOf(world: World, path: string): Promise<string[]> {
  const { files } = world;
  switch (executableKind(path)) {
    case "module":
      return await localSources(files, path);
    case "python":
      return await pythonSources(files, path);
    case "program":
      return await isCakeScript(world, path) ? await localSources(files, path) : [path];
  }
}

async function pythonSources(files: World["files"], path: string): Promise<string[]> {
  const found = new Set([path]);
  for (const source of found) {
    if (found.size > FILES_MAX) break;
    let text;
    try {
      text = await files.readText(source);
    } catch (error) {
      if (error instanceof FileError) continue;
      throw error;
    }
    for (const name of pythonImports(text)) {
      for (const candidate of [`${name}.py`, `${name}/__init__.py`]) {
        const file = join(dirname(source), candidate);
        if ((await files.info(file))?.kind === "file") found.add(file);
      }
    }
  }
  return [...found];
}
