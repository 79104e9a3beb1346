// This module performs no I/O.

/** The version of this cake; that of deno.json, as a test sees to. */
export const VERSION = "0.1.0";
