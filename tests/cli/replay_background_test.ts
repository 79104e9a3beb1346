/**
 * Recorded command lines of the original about processes in the background, their locks, records and logs, and its
 * hazards, through the real command. Most of their time they sleep, so that several run at once.
 */

import { assertEquals } from "@std/assert";
import { expected, type Outcome, type Recording, recordings, replay } from "../helpers/replay.ts";

/** What has no counterpart: copies of scripts and materials, a program that Python's `-c` runs, a mounted disk. */
const UNAVAILABLE = /layer-cake (script|resource|model)|group-cake|sticky|python3 -c|mount -t|deaf\.py/;

/** Cases that run at the same time. */
const AT_ONCE = 3;

const INNER = "skip: what the runtime itself logs differs; see log_test.ts";

/** Cases where cake does something else on purpose, and what. */
const DIFFERENT: Readonly<Record<string, Partial<Outcome> | `skip${string}`>> = {
  // Who runs it is said.
  "start-again": {
    stderr: 'cake: cannot start "<PROJECT>/.layer-cake" (roles "idle" are already running, pid <PID>)\n',
  },
  // The end of a group without a main role is recorded.
  "start-group-history": {
    stdout: '[0] <SPAN> ago ... <SPAN> (tuple)\n[\n    [\n        "greet",\n        [\n            "unicode",\n' +
      '            "hello world",\n            []\n        ]\n    ]\n]\n',
    exit: 0,
  },
  // Log files are for their owner to write.
  "start-modes": {
    stdout: "644 LOG\n644 executable_file.json\n644 head\n644 head.json\n644 log_storage.json\n644 settings.json\n" +
      "644 start_stop.json\n",
  },
  // A second group of one home can't run: that is said, instead of nothing.
  "start-other": {
    stdout: "exit 71\na                        <<PID>> <SPAN>\n",
    stderr: 'cake: cannot start "<PROJECT>/.layer-cake" (roles "group" are already running, pid <PID>)\n',
  },
  // A fault that was asked for is a result.
  "returned-fault": { exit: 0 },
  "returned-fault-full": { exit: 0 },
  // The value of a run that was waited for is printed (the original prints nothing).
  "returned-wait": { stdout: "{}\n" },
  "stop": { exit: 0 },
  "log-all": INNER,
  "log-clock": INNER,
  "log-count": INNER,
  "log-from": INNER,
  "log-group": INNER,
  "log-last": INNER,
  "log-tags": INNER,
  "log-tail": INNER,
  // Without a terminal, about a screen full is shown (the original fails).
  "log-default": INNER,
  // Bad moments are refused like other bad values, and spans work.
  "log-from-bad": { stderr: 'cake: cannot log "brief" (cannot decode value for "from_" (...)\n' },
  "log-span": { stderr: "", exit: 0 },
  // A child named by file is found beside its parent's own executable, too.
  "sub-by-name-daemon": { stdout: '"hello world"\n', exit: 0 },
  // The fixture is changed by its Python text.
  "z-big-child": "skip",
  // An exception is logged with its stack.
  "z-child-stderr": "skip",
  // Nobody reads the result, and nothing is wrong with the process.
  "z-closed-stdout": { stdout: "exit 0\n", stderr: "" },
  // The file is named.
  "z-corrupt-role-direct": {
    stderr: 'greet.ts: cannot read "<PROJECT>/.layer-cake/role/greet/settings.json" (cannot decode (...))\n',
  },
  "z-corrupt-run": {
    stderr: 'cake: cannot run "<PROJECT>/.layer-cake" (cannot read ' +
      '"<PROJECT>/.layer-cake/role/greet/start_stop.json" (cannot decode (...))\n',
  },
  // Roles end with their group, so that there is nothing to stop and the home can be started again.
  "z-kill-group": {
    stdout: "exit 71\nexit 0\n",
    stderr: ["query status", "stop", "query status"].map((what) =>
      `cake: cannot ${what} "<PROJECT>/.layer-cake" (nothing running)\n`
    ).join(""),
  },
  // The oldest files are removed, and the role runs.
  "z-log-files": {
    stdout: "exit 0\n[0] <SPAN> ago ... <SPAN> (tuple)\n136\n",
    stderr: 'cake: cannot query status "<PROJECT>/.layer-cake" (nothing running)\n',
  },
  "z-log-newline": INNER,
  // Who runs it is said.
  "z-run-during-start": {
    stderr: 'cake: cannot run "<PROJECT>/.layer-cake" (roles "a" are already running, pid <PID>)\n',
  },
  "z-two-runs": "skip: as start-again, with a race between the end of the first and what is shown",
  // A program of the case holds its output for a minute.
  "z-lock-flock": "skip",
  // Nothing of the caller is kept: no stream, and its own umask.
  "z-start-keep": {
    stdout: "group\n/dev/null\n/dev/null\n/dev/null\n/\nUmask:\t0022\n" +
      "idle\n/dev/null\npipe\n/dev/null\n/\nUmask:\t0022\n",
  },
};

function isPlayed(recording: Recording): boolean {
  const different = DIFFERENT[recording.id];
  if (different !== undefined) return typeof different !== "string";
  return ![...recording.cwd_setup, recording.command].some((line) => UNAVAILABLE.test(line));
}

for (const subject of ["start", "stop", "status", "history", "returned", "log", "sub", "z"]) {
  Deno.test(`cake replays ${subject}`, async (t) => {
    const waiting = recordings(subject).filter(isPlayed);
    const play = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const recording = next;
        const fn = async () => {
          const different = DIFFERENT[recording.id] as Partial<Outcome> | undefined;
          assertEquals(await replay(recording), { ...expected(recording), ...different });
        };
        await t.step({ name: recording.id, fn, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, play));
  });
}
