/**
 * The one file of the simulation that knows the platform under it: how to wait until the program has come to rest.
 *
 * Between two events of the simulation everything that promises set going must have run. In Deno the tick queue is
 * served only after the microtask queue is empty, so a tick asked for by a microtask comes after all others, and
 * after those that they make. Measured in Deno 2.9 on two cores, waits that follow each other:
 *
 * | way | rate | is everything done? |
 * | --- | --- | --- |
 * | process.nextTick | 3400 k/s | yes |
 * | setImmediate | 500 k/s | yes |
 * | MessageChannel | 300 k/s | no: it resumes among the other microtasks |
 * | a bounded run of `await null` | 13000 k/s, divided by the bound | no: a longer chain goes on |
 *
 * No time passes here and nothing random enters.
 */

import { nextTick } from "node:process";
import { setImmediate } from "node:timers";

/** Resolves when all microtasks have run. To be called from a microtask, as code after an `await` is. */
export function drain(): Promise<void> {
  return new Promise(tick);
}

function tick(resolve: () => void): void {
  nextTick(resolve);
}

/** Resolves after the platform's own loop had a turn: signals, and reports of rejections that nobody handled. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/**
 * Catches what fails where no caller is left: rejections that nobody handles and errors thrown by a microtask.
 *
 * @param report Told of each
 * @returns Ends the watch
 */
export function watchFailures(report: (error: unknown) => void): () => void {
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    report(event.reason);
  };
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    report(event.error);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  return () => {
    globalThis.removeEventListener("unhandledrejection", onRejection);
    globalThis.removeEventListener("error", onError);
  };
}
