// The npm form of `@std/assert`: the same functions as JavaScript, with the declarations beside this file.
// deno-lint-ignore-file no-import-prefix no-external-import

// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
