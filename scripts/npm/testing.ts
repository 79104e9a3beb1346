/**
 * Stands in for the root of `@std/testing`, which has no module of its own: its parts are imported by name, as in
 * `@std/testing/mock`. The name is in both import maps so that they have the same keys.
 */
export * from "./testing_mock.ts";
