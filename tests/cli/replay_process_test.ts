/** Recorded command lines of single processes of the original, through TypeScript roles. */

import { assertEquals } from "@std/assert";
import { expected, type Outcome, recordings, replay } from "../helpers/replay.ts";

/** What is not there yet, has no counterpart, or is about Python. */
const UNAVAILABLE = /(?<!\.)layer-cake|dropper|deaf|http_|stubborn|sed |USR1/;

function typed(inner: string): string {
  return `{\n    "value": [\n        ${inner}\n    ]\n}\n`;
}

function refused(name: string): string {
  const members = [
    `"condition": "cannot decode value for \\"${name}\\" (...)"`,
    '"error_code": null',
    '"exit_status": null',
    '"explanation": null',
  ];
  const fault = `{\n            ${members.join(",\n            ")}\n        }`;
  return typed(`"layer_cake.point_runtime.Faulted",\n        ${fault},\n        []`);
}

/** Cases where cake does something else on purpose, and what. */
const DIFFERENT: Readonly<Record<string, Partial<Outcome> | "skip">> = {
  // Help is printed.
  "p-help": "skip",
  // A name without a value leaves the default in place.
  "p-no-value-int": { stdout: '"hello world"\n', stderr: "", exit: 0 },
  "p-no-value-text": { stdout: '"hello world"\n' },
  // Words are not settings; an actor asks for them.
  "p-extra-word": { stdout: '"hello world"\n' },
  // An existing role is not made afresh.
  "p-create-role-twice": {
    stdout: "",
    stderr: 'greet.ts: cannot create "<PROJECT>/.layer-cake/role/greet" (already exists)\n',
    exit: 71,
  },
  "p-create-role-run": { exit: 71 },
  // The exit status says that nothing came out.
  "p-untyped": { stdout: "exit 71\n" },
  "p-output-file-bad": {
    stderr: 'greet.ts: Cannot write "<PROJECT>/no/such/out.json": No such file or directory\n',
    exit: 71,
  },
  // Types of the started file carry its name.
  "p-dump-types": { stdout: "", exit: 1 },
  // The name of the deno command and its flags.
  "p-parent-log": "skip",
  // A bad value in the short form is refused like one in the long form.
  "p-short-bad": { stderr: 'greet.ts: cannot decode value for "c" (...)\n', exit: 71 },
  // An Any can be given, and bad times are refused like other bad values.
  "t-any": { stdout: typed('"unicode",\n        "x",\n        []'), exit: 0 },
  "t-span-bad": { stdout: refused("span"), stderr: "", exit: 71 },
  "t-world-bad": { stdout: refused("world"), stderr: "", exit: 71 },
  // Debug lines are shown when they are asked for.
  "p-logs-debug": "skip",
  // They have the tag that the original documents.
  "p-logs-kept": "skip",
  // What the runtime itself logs differs.
  "p-keep-logs": "skip",
  "p-debug": "skip",
  // A role that is there is opened, not made afresh.
  "p-keep-logs-recreate": "skip",
  "p-vars-bad": {
    stderr: 'variables.ts: cannot process variable "DEPTH" (depth) - cannot decode ' +
      '(expected a value at character 0, got "d")\n',
  },
  "p-interrupt-console": {
    stderr: "[<PID8>] <TIME> ^ <OID>idle - idling (label=null)\n[<PID8>] <TIME> ^ <OID>idle - interrupted\n" +
      "idle.ts: aborted (user or software interrupt)\n",
  },
};

for (const recording of recordings("p", "t")) {
  const { id } = recording;
  const different = DIFFERENT[id];
  const lines = [...recording.cwd_setup, recording.command];
  if (different === "skip" || (different === undefined && lines.some((line) => UNAVAILABLE.test(line)))) continue;
  Deno.test(`a process replays ${id}`, async () => {
    assertEquals(await replay(recording), { ...expected(recording), ...different });
  });
}
