/** Parts of commands that most calls can do without. */

import { LazyModule } from "./lazy_module.ts";

/** What reads manifests, YAML included. */
export const MANIFESTS = new LazyModule(() => import("./manifest/apply.ts"));
/** What shows a run on a terminal. */
export const RUN_VIEW = new LazyModule(() => import("./view/run_view.ts"));
/** What runs a module by itself. */
export const EXEC = new LazyModule(() => import("./commands/exec.ts"));
