// This module performs no I/O.

/** What happens to the roles of a composite process, as those who watch it hear of it. */

/** Something that happened to a role. */
export type RoleEvent =
  /** It is about to be started. */
  | { readonly kind: "starting" }
  /** Its process was started. */
  | { readonly kind: "process"; readonly pid: number }
  /** Its main object runs; only programs of this project say so. */
  | { readonly kind: "up" }
  /** It was asked to end. */
  | { readonly kind: "stopping" }
  /** It ended, with what it returned. */
  | { readonly kind: "ended"; readonly value: unknown }
  /** It ended, and will be started again. Units: seconds. */
  | { readonly kind: "waiting"; readonly seconds: number }
  /** It ended as somebody wanted it to, and stays so. */
  | { readonly kind: "stopped" }
  /** A file that it is made of was changed: it is about to begin anew. */
  | { readonly kind: "changed"; readonly path: string }
  /** It wrote to stderr; pieces of lines, where somebody takes them. */
  | { readonly kind: "wrote"; readonly bytes: Uint8Array };

/** Hears what happens to roles. */
export interface RoleWatcher {
  /** Something happened to a role. */
  note(role: string, event: RoleEvent): void;
}
