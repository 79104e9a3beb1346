/**
 * The hazards of the original, as its description numbers them (H1 to H34), each with what shows what cake does instead: tests
 * (`file: name`, files without `tests/`), and recorded command lines that are replayed with another outcome (`recorded:
 * name`); or with the reason why it can't happen here.
 */

import { assertEquals } from "@std/assert";
import { DELIBERATE_DIFFERENCES } from "../cli/deliberate_differences.ts";
import { allRecordings } from "../helpers/replay.ts";
import { namedTests } from "./named_tests.ts";

/** What shows it, or why it can't happen. */
type Answer = readonly string[] | { readonly never: string };

const HAZARDS: Readonly<Record<string, Answer>> = {
  H1: [
    "runtime/hazards_test.ts: H1: a file is replaced as a whole, and a failure leaves the old content",
    "runtime/file_test.ts: File.store() of a process that is killed leaves the old value or the new one",
    "cli/left_over_test.ts: what a removal left that was cut off goes with the next one",
    "recorded: z-full-disk-update",
  ],
  H2: [
    "cli/group_test.ts: group runs until all roles have ended, and returns the table of what they returned",
    "recorded: run-one",
    "recorded: start-group-history",
  ],
  H3: [
    "cli/cake_test.ts: cake lists and destroys around a damaged role, and refuses to run it",
    "cli/damaged_files_test.ts: 3000 homes with a file that is almost right: each command says what is wrong, and what fails destroys nothing",
    "recorded: list-stray-file",
    "recorded: list-corrupt",
  ],
  H4: [
    "net/http_real_test.ts: openHttpListener serves fetch: queries, forms, JSON, streams, HEAD, unknown paths",
    "net/http_server_test.ts: openHttpListener tells an unknown method from garbage, however it arrives",
    "net/http_server_test.ts: openHttpListener reads chunked bodies, with extensions and trailers",
    "net/http_server_test.ts: openHttpListener keeps connections open, or closes them, as the client asks",
    "net/http_server_test.ts: openHttpListener answers 504 when the application does not",
    "net/http_server_test.ts: openHttpListener answers pipelined requests in their order, a bounded number at a time",
    "net/http_recordings_test.ts: openHttpListener is compared with all recordings of the original's API server",
    "net/http_server_test.ts: openHttpListener writes what the original's client can read",
    "net/http_client_test.ts: openHttpConnection takes interim responses for what they are",
    "net/http_client_test.ts: openHttpConnection is compared with all recordings of the original's client",
  ],
  H5: [
    "runtime/process_log_sinks_test.ts: FolderSink removes the oldest files, however many there are",
    "recorded: z-log-files",
  ],
  H6: [
    "runtime/process_object_test.ts: ProcessObject terminates a child that does not end, which then ends at once",
    "runtime/process_object_test.ts: ProcessObject kills a child that takes no signal",
    "runtime/children_test.ts: children that end in every way are each told once, and nothing is left of them",
    "cli/stop_ladder_test.ts: dueSignals() asks the group first, and ends it last",
    "recorded: z-deaf-interrupt",
  ],
  H7: [
    "cli/bad_input_test.ts: cake host says that its port is taken",
    "cli/run_record_test.ts: shortRunLine() tells ended, running and cut off runs apart",
    "recorded: host-busy",
    "recorded: run-main-role-unknown",
  ],
  H8: ["cli/cake_test.ts: cake add refuses names that lead elsewhere, are reserved, or are taken"],
  H9: ["recorded: start-modes", "recorded: z-start-keep"],
  H10: [
    "net/messages_test.ts: NotListening, NotConnected and NotAccepted are faults, with the original's texts",
    "runtime/codec_test.ts: encode() writes every member in order, names in the wire's form, absent structures left out",
  ],
  H11: [
    "runtime/hazards_test.ts: H11: erasing never follows a link",
    "runtime/process_role_test.ts: Role.emptyTemporary() removes links and never what they lead to",
    "runtime/file_test.ts: Folder.erase() and clear() remove links, never their targets",
    "cli/storage_test.ts: transfer() makes the target equal, so that nothing is left to do; links are followed in the source only",
  ],
  H12: [
    "runtime/process_shell_test.ts: runProgram() opens the role that is there when it is to keep logs",
    "recorded: p-create-role-twice",
    "recorded: p-keep-logs-recreate",
  ],
  H13: [
    "runtime/process_executable_test.ts: findExecutable() looks among the scripts, in the current folder, then beside this program",
    "recorded: sub-by-name-daemon",
  ],
  H14: [
    "runtime/process_child_test.ts: childValue() takes a fault with any status but a signal's",
    "recorded: p-parent-exit-status",
  ],
  H15: [
    "runtime/process_shell_test.ts: runProgram() tells bad arguments on stderr, or typed to a parent, with 71",
    "runtime/process_output_test.ts: processOutput() turns what can't be encoded into a fault with a status",
    "runtime/real_world_test.ts: writeAll() goes on after short writes and full pipes, and gives up on a closed one",
    "recorded: p-untyped",
    "recorded: p-output-file-bad",
  ],
  H16: [
    "runtime/hazards_test.ts: H16: a value of any type can be an argument, in both forms; nonsense is refused",
    "net/http_server_test.ts: openHttpListener answers 500 when an answer can't be encoded, and lives on",
  ],
  H17: ["runtime/hazards_test.ts: H17: select drops with a line in the log, and its time ends it"],
  H18: [
    "runtime/hazards_test.ts: H18: saved messages keep their order, however often they are saved",
    "runtime/guarantees_test.ts: messages put aside come back in order of arrival, and none is lost",
  ],
  H19: [
    "runtime/hazards_test.ts: H19: a dead worker gets no further request",
    "runtime/hazards_test.ts: H19: a worker that leaves during a request does not come back with it",
    "runtime/hazards_test.ts: H19: a queued request that is refused as busy does not keep the rest waiting",
    "runtime/hazards_test.ts: H19: requests that wait when the pool stops get Aborted",
  ],
  H20: [
    "runtime/hazards_test.ts: H20: text for stdin is delivered",
    "runtime/utility_test.ts: Utility takes much more input and output than a pipe holds",
  ],
  H21: [
    "runtime/log_test.ts: logLine() keeps a text of several lines one record, and cuts its time",
    "recorded: log-span",
    "recorded: z-log-newline",
  ],
  H22: ["recorded: z-kill-group", "recorded: z-stop-of-run"],
  H23: [
    "runtime/real_world_test.ts: FileSystem.lock() excludes another process, lockHolder() names it, and its end frees the lock",
    "recorded: z-lock-foreign",
  ],
  H24: [
    "cli/group_test.ts: group holds the locks of roles that don't lock themselves",
    "cli/cake_test.ts: cake run is refused while the roles run, and so is destroy",
    "recorded: z-two-runs",
  ],
  H25: { never: "Every start of a role, the first and the next ones, is given the same settings" },
  H26: [
    "runtime/children_test.ts: the output of a child is read to its end, and kept to a limit",
    "runtime/process_object_test.ts: ProcessObject returns a fault for more output than it takes",
    "recorded: z-big-child",
  ],
  H27: [
    "directory/search_pattern_test.ts: SearchPattern ends where an engine that tries every way would not",
    "directory/hostile_test.ts: DirectoryCore: searches that take other engines for ever don't hold up a directory (scenario 67)",
    "recorded: list-bad-regex",
  ],
  H28: [
    "directory/core_test.ts: DirectoryCore: publish listens at all addresses for the LAN, at this machine only otherwise, and not at all in the process (scenario 8)",
    "directory/hostile_test.ts: ClearListings of a stranger does not touch the listings of others (scenario 66)",
  ],
  H29: [
    "runtime/real_world_test.ts: writeAll() goes on after short writes and full pipes, and gives up on a closed one",
  ],
  H30: [
    "cli/storage_test.ts: cake model --get-latest takes all or some, and says what it removed",
    "recorded: resource-trim",
  ],
  H31: ["runtime/process_shell_test.ts: runProgram() refuses a role that runs, before it touches anything of it"],
  H32: [
    "net/hostile_test.ts: many idle connections leave a client its speed, and are gone with their ends",
    "net/http_server_test.ts: openHttpListener serves many clients at once, each its own answers",
    "net/http_server_test.ts: openHttpListener makes room by closing idle connections, and turns others away",
    "directory/scenarios_test.ts: scenario 74: 1000 children with a search each and 1000 with a name each, all at once: every match exactly once",
  ],
  H33: [
    "cli/group_state_test.ts: GroupState starts a role again after the next pause, whatever it returned, until its pauses are used up",
    "cli/group_state_test.ts: GroupState does not start the main role again",
    "recorded: run-retry",
  ],
  H34: [
    "cli/manifest_home_test.ts: a manifest that an executable refuses changes nothing, and the place is said",
    "cli/cake_test.ts: cake create makes nothing when the settings are refused",
    "cli/add_test.ts: cake add of many roles leaves none where one can't be written, or where the settings are refused",
  ],
};

const HAZARDS_MAX = 34;

/** What there is to be named. */
interface Evidence {
  /** Names of tests by file. */
  readonly tests: ReadonlyMap<string, ReadonlySet<string>>;
  /** Recordings that are replayed, and end otherwise for a reason. */
  readonly recorded: ReadonlySet<string>;
}

/** Hazards of a table without an answer, and answers that name what is not there. */
function missing(table: Readonly<Record<string, Answer>>, count: number, { tests, recorded }: Evidence): string[] {
  const found: string[] = [];
  const numbers = Array.from({ length: count }, (_, i) => `H${i + 1}`);
  for (const hazard of Object.keys(table)) if (!numbers.includes(hazard)) found.push(`${hazard}: no such hazard`);
  for (const hazard of numbers) {
    const answer = table[hazard] ?? [];
    if ("never" in answer) continue;
    if (answer.length === 0) found.push(`${hazard}: nothing`);
    for (const named of answer) {
      const [, file = "", name = ""] = /^(\S+): (.*)$/.exec(named) ?? [];
      const isThere = file === "recorded" ? recorded.has(name) : tests.get(`tests/${file}`)?.has(name) === true;
      if (!isThere) found.push(`${hazard}: ${named}`);
    }
  }
  return found;
}

Deno.test("missing() finds hazards without an answer, and what is named and is not there", () => {
  const evidence = { tests: new Map([["tests/a_test.ts", new Set(["b: c"])]]), recorded: new Set(["r"]) };
  const table = {
    H1: ["a_test.ts: b: c", "recorded: r"],
    H2: ["a_test.ts: d"],
    H3: ["x_test.ts: b: c", "recorded: s"],
    H4: [],
    H5: { never: "so" },
    H7: ["a_test.ts: b: c"],
  };
  assertEquals(missing(table, 6, evidence), [
    "H7: no such hazard",
    "H2: a_test.ts: d",
    "H3: x_test.ts: b: c",
    "H3: recorded: s",
    "H4: nothing",
    "H6: nothing",
  ]);
});

Deno.test("every hazard of the original has tests that exist, or a reason why it can't happen", async () => {
  const different = allRecordings().map(({ id }) => id).filter((id) => id in DELIBERATE_DIFFERENCES);
  const evidence = { tests: await namedTests(), recorded: new Set(different) };
  assertEquals(missing(HAZARDS, HAZARDS_MAX, evidence), []);
});
