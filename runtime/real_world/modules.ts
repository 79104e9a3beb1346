/**
 * Modules of users. Deno loads them by itself; a compiled cake, which runs JavaScript only, by mirrors of them
 * (see `../modules/module_mirror.ts`).
 */

import { ModuleLoader, type ModuleMeta } from "../modules/module_loader.ts";
import { HOOK_NAME } from "../modules/prepared.ts";
import { stackText } from "../modules/stack_text.ts";
import { realClock } from "./clock.ts";
import { realEnvironment } from "./environment.ts";
import { realFiles } from "./files.ts";
import { realRandom } from "./random.ts";
import { isUncaughtHandled } from "./uncaught.ts";

/**
 * The loader of this thread of the process. At module level since modules belong to the thread, not to a world: a file is
 * loaded once, whoever asks.
 */
let loader: ModuleLoader | undefined;

/** Loads a module by its URL, so that what it binds is known. */
export async function loadModule(url: string): Promise<void> {
  if (Deno.build.standalone) await loaderOfThread().load(url);
  else await import(url);
}

/**
 * Makes a module the program of this process: what asks for the command line or the main module is told of it, and it is
 * loaded.
 *
 * @throws {ModuleError} When it can't be had. What the module itself throws is passed on.
 */
export async function becomeProgram(url: string, args: readonly string[]): Promise<void> {
  Object.defineProperty(Deno, "args", { value: Object.freeze([...args]), enumerable: true, configurable: true });
  Object.defineProperty(Deno, "mainModule", { value: url, enumerable: true, configurable: true });
  await loadProgram(url);
  // The last to hear of what nobody caught; by then the module had its chance to.
  globalThis.addEventListener("error", (event) => endWith(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => endWith(event, event.reason));
}

async function loadProgram(url: string): Promise<void> {
  if (!Deno.build.standalone) {
    await import(url);
    return;
  }
  const loader = loaderOfThread();
  loader.main = url;
  try {
    await loader.load(url);
  } catch (error) {
    throw withUserNames(error, loader);
  }
}

/** As Deno does it, with the user's own lines. */
function endWith(event: Event, error: unknown): void {
  if (event.defaultPrevented || isUncaughtHandled()) return;
  event.preventDefault();
  const text = `error: Uncaught ${error instanceof Error ? error.stack ?? error : Deno.inspect(error)}\n`;
  // By way of what programs can take over.
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  Deno.exit(1);
}

function loaderOfThread(): ModuleLoader {
  if (loader !== undefined) return loader;
  const world = { files: realFiles(), environment: realEnvironment(), clock: realClock(), random: realRandom() };
  const made = loader = new ModuleLoader(world, (url, options) => import(url, options));
  Object.defineProperty(globalThis, Symbol.for(HOOK_NAME), {
    value: (meta: ModuleMeta, url: string) => made.introduce(meta, url),
  });
  // deno-lint-ignore no-explicit-any -- V8's own, which the types of the language don't know
  (Error as any).prepareStackTrace = (error: unknown, frames: readonly object[]) =>
    stackText(error, frames, (position) => made.locate(position));
  return made;
}

/** How cake came to load the module, which says nothing to its user. */
const OWN_FRAMES = /\n +at (?:async )?ModuleLoader\.load [^]*$/;

/** Names files as the user knows them where the platform wrote the text before anybody could. */
function withUserNames(error: unknown, loader: ModuleLoader): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack } = error;
  error.message = loader.userText(message);
  if (stack !== undefined) error.stack = loader.userText(stack).replace(OWN_FRAMES, "");
  return error;
}
