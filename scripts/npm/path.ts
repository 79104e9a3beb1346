// The npm form of `@std/path`: the same functions as JavaScript, with the declarations beside this file.
// deno-lint-ignore-file no-import-prefix no-external-import

// @ts-types="./path.d.ts"
export * from "npm:deno-std@1.4.0/path/mod.js";
