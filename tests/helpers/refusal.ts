/** Inside the codec a refusal is not an Error, so that `assertThrows` doesn't know it. */

import { Refusal } from "../../runtime/codec/codec_error.ts";

/** The reason for which `run` was refused; throws if it wasn't. */
export function refusal(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.reason;
    throw thrown;
  }
  throw new Error("Nothing was refused");
}
