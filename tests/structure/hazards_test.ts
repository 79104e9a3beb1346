/**
 * The hazards of the original, as its description numbers them (H1 to H34), each with the tests that show what cake does
 * instead, or the reason why it can't happen here. Those of the command and of HTTP are listed where their tests are.
 */

import { assertEquals } from "@std/assert";
import { namedTests } from "./named_tests.ts";

/** `file: name` of tests, files without `tests/`; or why it can't happen. */
type Answer = readonly string[] | { readonly never: string };

const OBJECT_MODEL = {
  H16: ["runtime/hazards_test.ts: H16: a value of any type can be an argument, in both forms; nonsense is refused"],
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
} satisfies Record<string, Answer>;

const PROCESSES = {
  H1: [
    "runtime/hazards_test.ts: H1: a file is replaced as a whole, and a failure leaves the old content",
    "runtime/file_test.ts: File.store() of a process that is killed leaves the old value or the new one",
  ],
  H5: ["runtime/process_log_sinks_test.ts: FolderSink removes the oldest files, however many there are"],
  H6: [
    "runtime/process_object_test.ts: ProcessObject terminates a child that does not end, which then ends at once",
    "runtime/process_object_test.ts: ProcessObject kills a child that takes no signal",
    "runtime/children_test.ts: children that end in every way are each told once, and nothing is left of them",
  ],
  H9: { never: "Nothing in cake sets the umask; a process in the background is started anew rather than forked" },
  H10: [
    "net/messages_test.ts: NotListening, NotConnected and NotAccepted are faults, with the original's texts",
    "runtime/codec_test.ts: encode() writes every member in order, names in the wire's form, absent structures left out",
  ],
  H11: [
    "runtime/hazards_test.ts: H11: erasing never follows a link",
    "runtime/process_role_test.ts: Role.emptyTemporary() removes links and never what they lead to",
    "runtime/file_test.ts: Folder.erase() and clear() remove links, never their targets",
  ],
  H12: ["runtime/process_shell_test.ts: runProgram() opens the role that is there when it is to keep logs"],
  H13: [
    "runtime/process_executable_test.ts: findExecutable() looks among the scripts, in the current folder, then beside " +
    "this program",
  ],
  H14: ["runtime/process_child_test.ts: childValue() takes a fault with any status but a signal's"],
  H15: [
    "runtime/process_shell_test.ts: runProgram() tells bad arguments on stderr, or typed to a parent, with 71",
    "runtime/process_output_test.ts: processOutput() turns what can't be encoded into a fault with a status",
    "runtime/real_world_test.ts: writeAll() goes on after short writes and full pipes, and gives up on a closed one",
  ],
  H21: ["runtime/log_test.ts: logLine() keeps a text of several lines one record, and cuts its time"],
  H26: [
    "runtime/children_test.ts: the output of a child is read to its end, and kept to a limit",
    "runtime/process_object_test.ts: ProcessObject returns a fault for more output than it takes",
  ],
  H29: [
    "runtime/real_world_test.ts: writeAll() goes on after short writes and full pipes, and gives up on a closed one",
  ],
  H31: ["runtime/process_shell_test.ts: runProgram() refuses a role that runs, before it touches anything of it"],
} satisfies Record<string, Answer>;

/** The command's, directory's and HTTP's own; whoever tests them adds them. */
const COMMAND: Record<string, Answer> = {};

const ALL: Readonly<Record<string, Answer>> = { ...OBJECT_MODEL, ...PROCESSES, ...COMMAND };

const HAZARDS_MAX = 34;

/** Names in a table that no test has. */
function missing(table: Readonly<Record<string, Answer>>, tests: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  for (const [hazard, answer] of Object.entries(table)) {
    if ("never" in answer) continue;
    for (const named of answer) {
      const [, file = "", name = ""] = /^(\S+): (.*)$/.exec(named) ?? [];
      if (!tests.get(`tests/${file}`)?.has(name)) found.push(`${hazard}: ${named}`);
    }
    if (answer.length === 0) found.push(`${hazard}: nothing`);
  }
  return found;
}

Deno.test("missing() finds hazards whose tests are not there", () => {
  const tests = new Map([["tests/a_test.ts", new Set(["b: c"])]]);
  const table = { H1: ["a_test.ts: b: c"], H2: ["a_test.ts: d"], H3: ["x_test.ts: b: c"], H4: [], H5: { never: "so" } };
  assertEquals(missing(table, tests), ["H2: a_test.ts: d", "H3: x_test.ts: b: c", "H4: nothing"]);
});

Deno.test("every hazard of the object model and of processes names tests that exist", async () => {
  assertEquals(missing(ALL, await namedTests()), []);
  const numbers = Object.keys(ALL).map((hazard) => Number(/^H(\d+)$/.exec(hazard)?.[1]));
  assertEquals(numbers.filter((number) => !(number >= 1 && number <= HAZARDS_MAX)), []);
});
