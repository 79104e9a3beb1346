/**
 * The hazards of the original that are about its command, as its description numbers them, each with what shows what cake
 * does instead: tests (`file: name`, files without `tests/`), or recorded command lines that are replayed with another
 * outcome (`recorded: name`); or the reason why it can't happen.
 */

import { assertEquals } from "@std/assert";
import { DELIBERATE_DIFFERENCES } from "../cli/deliberate_differences.ts";
import { allRecordings } from "../helpers/replay.ts";
import { namedTests } from "./named_tests.ts";

type Answer = readonly string[] | { readonly never: string };

const COMMAND: Readonly<Record<string, Answer>> = {
  H1: [
    "recorded: z-full-disk-update",
    "cli/left_over_test.ts: what a removal left that was cut off goes with the next one",
  ],
  H2: [
    "recorded: run-one",
    "recorded: start-group-history",
    "cli/group_test.ts: group runs until all roles have ended, and returns the table of what they returned",
  ],
  H3: [
    "recorded: list-stray-file",
    "recorded: list-corrupt",
    "cli/cake_test.ts: cake lists and destroys around a damaged role, and refuses to run it",
    "cli/damaged_files_test.ts: 3000 homes with a file that is almost right: each command says what is wrong, and what " +
    "fails destroys nothing",
  ],
  H5: ["recorded: z-log-files"],
  H6: [
    "recorded: z-deaf-interrupt",
    "cli/stop_ladder_test.ts: dueSignals() asks the group first, and ends it last",
  ],
  H7: [
    "recorded: host-busy",
    "recorded: run-main-role-unknown",
    "cli/bad_input_test.ts: cake host says that its port is taken",
    "cli/run_record_test.ts: shortRunLine() tells ended, running and cut off runs apart",
  ],
  H8: ["cli/cake_test.ts: cake add refuses names that lead elsewhere, are reserved, or are taken"],
  H9: ["recorded: start-modes", "recorded: z-start-keep"],
  H11: [
    "cli/storage_test.ts: transfer() makes the target equal, so that nothing is left to do; links are followed in the " +
    "source only",
  ],
  H12: ["recorded: p-create-role-twice", "recorded: p-keep-logs-recreate"],
  H13: ["recorded: sub-by-name-daemon"],
  H14: ["recorded: p-parent-exit-status"],
  H15: ["recorded: p-untyped", "recorded: p-output-file-bad"],
  H21: ["recorded: log-span", "recorded: z-log-newline"],
  H22: ["recorded: z-kill-group", "recorded: z-stop-of-run"],
  H23: [
    "recorded: z-lock-foreign",
    "runtime/real_world_test.ts: FileSystem.lock() excludes another process, lockHolder() names it, and its end frees " +
    "the lock",
  ],
  H24: [
    "recorded: z-two-runs",
    "cli/group_test.ts: group holds the locks of roles that don't lock themselves",
    "cli/cake_test.ts: cake run is refused while the roles run, and so is destroy",
  ],
  H25: { never: "Every start of a role, the first and the next ones, is given the same settings" },
  H26: ["recorded: z-big-child"],
  H27: ["recorded: list-bad-regex"],
  H30: [
    "recorded: resource-trim",
    "cli/storage_test.ts: cake model --get-latest takes all or some, and says what it removed",
  ],
  H33: [
    "recorded: run-retry",
    "cli/group_state_test.ts: GroupState starts a role again after the next pause, whatever it returned, until its " +
    "pauses are used up",
    "cli/group_state_test.ts: GroupState does not start the main role again",
  ],
  H34: [
    "cli/manifest_home_test.ts: a manifest that an executable refuses changes nothing, and the place is said",
    "cli/cake_test.ts: cake create makes nothing when the settings are refused",
  ],
};

Deno.test("every hazard of the command names tests or recorded cases that exist", async () => {
  const tests = await namedTests();
  const recorded = new Set(allRecordings().map(({ id }) => id));
  const missing: string[] = [];
  for (const [hazard, answer] of Object.entries(COMMAND)) {
    if ("never" in answer) continue;
    for (const named of answer) {
      const [, file = "", name = ""] = /^(\S+): (.*)$/.exec(named) ?? [];
      const isThere = file === "recorded"
        ? recorded.has(name) && name in DELIBERATE_DIFFERENCES
        : tests.get(`tests/${file}`)?.has(name) === true;
      if (!isThere) missing.push(`${hazard}: ${named}`);
    }
  }
  assertEquals(missing, []);
});
