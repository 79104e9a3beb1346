// This module performs no I/O.

import configuration from "../deno.json" with { type: "json" };

/** The version of this cake. */
export const VERSION: string = configuration.version;
