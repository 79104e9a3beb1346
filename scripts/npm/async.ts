// The npm form of `@std/async`: the same functions as JavaScript, with the declarations beside this file.
// The package's own mod.js leads to a file that it does not have, so each function is taken from its own.
// deno-lint-ignore-file no-import-prefix no-external-import

// @ts-types="./async.d.ts"
export { abortable } from "npm:deno-std@1.4.0/async/abortable.js";
// @ts-types="./async.d.ts"
export { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
// @ts-types="./async.d.ts"
export { delay } from "npm:deno-std@1.4.0/async/delay.js";
// @ts-types="./async.d.ts"
export { pooledMap } from "npm:deno-std@1.4.0/async/pool.js";
// @ts-types="./async.d.ts"
export { retry, RetryError } from "npm:deno-std@1.4.0/async/retry.js";
