// This module performs no I/O.

/** What a compiled cake was made from; null in a checkout. `deno task compile` fills it in. */
export const BUILD: { readonly commit: string } | null = null;
