// This module performs no I/O.

/** Which cake this is. */

import { VERSION } from "../runtime/version.ts";
import { BUILD } from "./build.ts";

export { VERSION };

/** The version and, for a compiled cake, what it was made from: `0.1.0 (4d16e9873acf)`. */
export function versionText(build: typeof BUILD = BUILD): string {
  return build === null ? VERSION : `${VERSION} (${build.commit})`;
}
