// What path.ts gives out under the names of `@std/path`.

export { basename, dirname, isAbsolute, join, relative } from "node:path";
export { fileURLToPath as fromFileUrl, pathToFileURL as toFileUrl } from "node:url";
