// This module performs no I/O.

/** What a ping gave, as the original says it. */

import { formatSpan } from "../../runtime/codec/text_forms.ts";

/** Seconds with microseconds; null for an answer that did not come. */
export function pingText(seconds: number | null): string {
  return seconds === null ? "(timed out)" : formatSpan(seconds);
}
