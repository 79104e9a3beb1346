// The npm form of `@std/cli`: the same functions as JavaScript, with the declarations beside this file.
// The package's own mod.js leads to a file that it does not have, so each function is taken from its own.
// deno-lint-ignore-file no-import-prefix no-external-import

// @ts-types="./cli.d.ts"
export { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
