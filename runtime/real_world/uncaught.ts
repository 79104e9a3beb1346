/** Exceptions that nobody caught, in this thread. */

import type { Cancel } from "../world.ts";

/** Handlers that there are. */
let count = 0;

/** True when somebody handles what nobody caught: whoever looked earlier leaves it to them. */
export function isUncaughtHandled(): boolean {
  return count > 0;
}

/** Calls `handler` with an error that nobody caught. */
export function onUncaught(handler: (error: unknown) => void): Cancel {
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    handler(event.error ?? event.message);
  };
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    handler(event.reason);
  };
  count++;
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  let isActive = true;
  return () => {
    if (isActive) count--;
    isActive = false;
    globalThis.removeEventListener("error", onError);
    globalThis.removeEventListener("unhandledrejection", onRejection);
  };
}
