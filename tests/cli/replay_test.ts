/**
 * Recorded command lines of the original, through the real command. Most of their time they sleep or wait for a process
 * to start, so that several run at once.
 */

import { assertEquals } from "@std/assert";
import { allRecordings, assertReplays, isPlayable, recordings, subjectOf } from "../helpers/replay.ts";
import { DELIBERATE_DIFFERENCES } from "./deliberate_differences.ts";

/** Cases that run at the same time. */
const AT_ONCE = 3;

const SUBJECTS = [
  ...[
    "top",
    "create",
    "add",
    "update",
    "edit",
    "delete",
    "list",
    "destroy",
    "run",
    "role",
    "resource",
    "model",
    "script",
  ],
  ...[
    "start",
    "stop",
    "status",
    "history",
    "returned",
    "log",
    "sub",
    "library",
    "group",
    "host",
    "lan",
    "network",
    "ping",
  ],
  ...["p", "t", "z"],
];

for (const subject of SUBJECTS) {
  Deno.test(`cake replays ${subject}`, async (t) => {
    const waiting = recordings(subject).filter(isPlayable);
    const play = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const recording = next;
        const fn = () => assertReplays(recording, DELIBERATE_DIFFERENCES[recording.id]);
        await t.step({ name: recording.id, fn, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, play));
  });
}

Deno.test("every recorded command line is replayed, and every difference is about one of them", () => {
  const all = allRecordings();
  assertEquals(all.filter((recording) => !SUBJECTS.includes(subjectOf(recording))), []);
  const names = new Set(all.map(({ id }) => id));
  assertEquals(Object.keys(DELIBERATE_DIFFERENCES).filter((id) => !names.has(id)), []);
});
