// The npm form of `@std/path`: the same functions as Node.js has them, which is where those of `@std/path` come from. They are
// part of Deno, while the package is some ninety files, whose loading was a sixth of the start of every process.

// @ts-types="./path.d.ts"
export { basename, dirname, fromFileUrl, isAbsolute, join, relative, toFileUrl } from "./node_path.js";
