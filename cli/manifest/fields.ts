// This module performs no I/O.

/** What a manifest can say: one table for its reader, the schema of editors and the help. */

/** What a value has to be. */
export type FieldType =
  | { readonly kind: "text" }
  | { readonly kind: "boolean" }
  | { readonly kind: "whole"; readonly min: number; readonly max: number }
  | { readonly kind: "number"; readonly min: number }
  | { readonly kind: "list"; readonly of: FieldType }
  /** `host:port`, or a map of both. */
  | { readonly kind: "address" }
  | { readonly kind: "fields"; readonly fields: readonly Field[] }
  /** Values by names that the user chooses. */
  | { readonly kind: "named"; readonly what: string; readonly of: FieldType; readonly pattern: string }
  /** Anything: a role knows what it takes. */
  | { readonly kind: "value" };

/** One entry of a map. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** One sentence, without a period. */
  readonly help: string;
  readonly isRequired?: boolean;
}

/** Most roles that one entry makes. */
export const ROLE_COUNT_MAX = 1000;

/** Names of roles: those that the command takes, without sub-roles. */
export const ROLE_NAME_PATTERN = "^[A-Za-z0-9_-]+$";
/** Names of settings, with dashes or underscores. */
export const SETTING_NAME_PATTERN = "^[A-Za-z][A-Za-z0-9_-]*$";

/** Keys of the whole that begin with this are for whoever reads the file: anchors, notes. */
export const EXTENSION_PREFIX = "x-";

const PORT_MAX = 65_535;

/** The map that an address is, where it is no text. */
export const ADDRESS_FIELDS: readonly Field[] = [
  { name: "host", type: { kind: "text" }, help: "The name or address of the machine", isRequired: true },
  { name: "port", type: { kind: "whole", min: 1, max: PORT_MAX }, help: "The port", isRequired: true },
];

const SECONDS: FieldType = { kind: "number", min: 0 };

const RETRY_FIELDS: readonly Field[] = [
  { name: "first_steps", type: { kind: "list", of: SECONDS }, help: "The first pauses in seconds" },
  { name: "regular_steps", type: SECONDS, help: "The pauses after those, in seconds; without it there are none" },
  {
    name: "step_limit",
    type: { kind: "whole", min: 0, max: Number.MAX_SAFE_INTEGER },
    help: "How often a role runs at most, the first time included; without it there is no limit",
  },
  { name: "randomized", type: SECONDS, help: "Each pause is longer by a random multiple of this, in seconds" },
  { name: "truncated", type: SECONDS, help: "By how much at most, as a part of the pause; without it by all of it" },
];

const ROLE_FIELDS: readonly Field[] = [
  {
    name: "executable",
    type: { kind: "text" },
    help: "What runs: a module (.ts, .mts, .js, .mjs, .py) or program by its path from here, or a program on PATH",
    isRequired: true,
  },
  {
    name: "count",
    type: { kind: "whole", min: 1, max: ROLE_COUNT_MAX },
    help: "Makes so many roles, named <role>-0 and so on",
  },
  { name: "start", type: { kind: "whole", min: 0, max: Number.MAX_SAFE_INTEGER }, help: "The first number (0)" },
  {
    name: "settings",
    type: { kind: "named", what: "setting", of: { kind: "value" }, pattern: SETTING_NAME_PATTERN },
    help: "Settings of the role, as its command line has them; what is no text is written as JSON",
  },
];

/** What a whole manifest is. */
export const MANIFEST_FIELDS: readonly Field[] = [
  {
    name: "roles",
    type: {
      kind: "named",
      what: "role",
      of: { kind: "fields", fields: ROLE_FIELDS },
      pattern: ROLE_NAME_PATTERN,
    },
    help: "The processes, by name",
    isRequired: true,
  },
  {
    name: "main_role",
    type: { kind: "text" },
    help: "The role whose end is the end of all, and whose value is that of the whole",
  },
  { name: "retry", type: { kind: "fields", fields: RETRY_FIELDS }, help: "Starts roles that ended again" },
  {
    name: "stop_on_exit",
    type: { kind: "boolean" },
    help: "Without a main role: ends all when a role ends and is not started again",
  },
  {
    name: "threads",
    type: { kind: "boolean" },
    help: "Runs the roles that are modules as threads of one process, for machines with little memory",
  },
  { name: "directory_at_host", type: { kind: "address" }, help: "Where the directory of this machine listens" },
  {
    name: "directory_at_lan",
    type: { kind: "address" },
    help: "Where the directory of the network listens, for a machine without one of its own",
  },
  {
    name: "encrypted_directory",
    type: { kind: "boolean" },
    help: "Encrypts the connections of the roles to the directory of the group",
  },
];
