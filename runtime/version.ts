// This module performs no I/O.

/** The version of this cake; that of deno.json, as a test sees to. */
export const VERSION = "0.1.0";

/** When this version was made: a clock that shows less is wrong. */
export const VERSION_DATE = "2026-11-22";
