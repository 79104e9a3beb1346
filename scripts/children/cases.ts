/** The ways in which child processes end, and what their parents are to be told. */

import { Aborted, castBack, Faulted, type ProcessRequest, type UtilitySettings } from "../../runtime/mod.ts";

/** What happens to a child, and when: it is sent a `Stop`, or ended by somebody else. */
export type Meddling =
  | { readonly do: "stop" | "stop twice" | "kill"; readonly when: "at once" | "started" | "has a child" }
  | { readonly do: "nothing" };

/** One way. */
export interface ChildCase {
  readonly name: string;
  /** How often it comes, compared with the others. Those that cost a whole runtime come less often. */
  readonly weight: number;
  /** What a ProcessObject, or a Utility, is asked for. */
  readonly process?: ProcessRequest;
  readonly utility?: UtilitySettings;
  readonly meddling: Meddling;
  /** Null when the value is as it should be, else what was expected. */
  wrong(value: unknown): string | null;
}

const NOTHING: Meddling = { do: "nothing" };

/** A shell that does something; what it is told besides is no business of it. */
function shell(script: string): ProcessRequest {
  return { executable: "sh", words: ["-c", script] };
}

function is(expected: unknown): (value: unknown) => string | null {
  return (value) => castBack(value) === expected ? null : `${expected}`;
}

function isAborted(value: unknown): string | null {
  return value instanceof Aborted ? null : "Aborted";
}

/** A fault whose text begins so. */
function isFault(text: string): (value: unknown) => string | null {
  return (value) => value instanceof Faulted && `${value}`.startsWith(text) ? null : `a fault "${text}"`;
}

const HELLO = `echo '{"value":["unicode","hello",[]]}'`;
const FAULT =
  `echo '{"value":["layer_cake.point_runtime.Faulted",{"condition":"sorry","explanation":"no","error_code":0,` +
  `"exit_status":STATUS},[]]}'`;

const LARGE_CHARACTERS = 300_000;

/** All ways, with a folder for what is needed on a disk, and a folder of roles that cake itself runs. */
export function childCases(folder: string, roles: string): ChildCase[] {
  const process = (
    name: string,
    request: ProcessRequest,
    wrong: ChildCase["wrong"],
    rest: Partial<ChildCase> = {},
  ) => ({
    name,
    weight: 10,
    process: request,
    meddling: NOTHING,
    wrong,
    ...rest,
  });
  const stopped = (when: "at once" | "started" = "started"): Partial<ChildCase> => ({ meddling: { do: "stop", when } });
  const cake = { weight: 1 };
  return [
    process("ends well without a word", { executable: "true" }, is(null)),
    process("returns a value", shell(HELLO), is("hello")),
    process(
      "returns a large value",
      shell(`printf '{"value":["unicode","'; head -c ${LARGE_CHARACTERS} /dev/zero | tr '\\0' x; printf '",[]]}\\n'`),
      (value) => `${castBack(value)}`.length === LARGE_CHARACTERS ? null : `${LARGE_CHARACTERS} characters`,
    ),
    process("returns a fault", shell(`${FAULT.replace("STATUS", "null")}; exit 71`), isFault("sorry (no)")),
    process("returns a fault with its status", shell(`${FAULT.replace("STATUS", "9")}; exit 9`), isFault("sorry (no)")),
    process("ends with a status", shell("exit 3"), isFault("non-standard process exit - code=3, output=<empty>")),
    process("writes what is no value", shell("echo boo"), isFault("cannot decode output (cannot decode (")),
    process("writes two values", shell(`${HELLO}; ${HELLO}`), isFault("cannot decode output (cannot decode (")),
    process("writes what is no text", shell(`printf '\\377\\376'`), isFault("cannot decode output (not UTF-8)")),
    process("closes its stdout and goes on", shell("exec >&-; sleep 0.05"), is(null)),
    process("crashes", shell("kill -SEGV $$"), isFault("non-standard process exit - code=-11")),
    process("kills itself", shell("kill -KILL $$"), isFault("non-standard process exit - code=-9")),
    process("is killed from outside", shell("exec sleep 600"), isFault("non-standard process exit - code=-9"), {
      meddling: { do: "kill", when: "started" },
    }),
    process("leaves another behind, which holds its stdout", shell(`sleep 3 & ${HELLO}`), is("hello"), { weight: 2 }),
    process("leaves another behind, which has no stdout", shell(`sleep 1 >/dev/null 2>&1 & ${HELLO}`), is("hello")),
    process("is missing", { executable: "no-such-program" }, isFault("cannot execute no-such-program (not found)")),
    process("is a missing role", { role: `${folder}/nosuch`, homePath: folder }, isFault("cannot execute")),
    process("has an extension that nothing runs", { executable: "notes.txt" }, isFault("cannot execute notes.txt")),
    process("can't be run", { role: `${folder}/no_program`, homePath: folder }, isFault("cannot start process")),
    process("is stopped before it started", shell("exec sleep 600"), isAborted, stopped("at once")),
    process("ends when interrupted", shell("exec sleep 600"), isAborted, stopped()),
    process("is stopped twice", shell("exec sleep 600"), isAborted, {
      meddling: { do: "stop twice", when: "started" },
    }),
    process(
      "returns something when interrupted",
      shell(`trap '${HELLO.replaceAll("'", `'"'"'`)}; exit 0' INT; while :; do sleep 0.05; done`),
      isAborted,
      stopped(),
    ),
    process("takes no SIGINT", shell(`trap '' INT; exec sleep 600`), isAborted, { ...stopped(), weight: 4 }),
    process("takes neither SIGINT nor SIGTERM", shell(`trap '' INT TERM; exec sleep 600`), isAborted, {
      ...stopped(),
      weight: 4,
    }),
    process("leaves another behind when interrupted", shell(`trap 'exit 0' INT; sleep 2 & wait`), isAborted, {
      ...stopped(),
      weight: 2,
    }),
    {
      name: "a foreign program is fed and answers",
      weight: 10,
      utility: { name: "tr", arguments: ["a-z", "A-Z"], stdin: "hello", stdout: "text" },
      meddling: NOTHING,
      wrong: is("HELLO"),
    },
    {
      name: "a foreign program does not read what it is fed",
      weight: 10,
      utility: { name: "true", stdin: "x".repeat(100_000) },
      meddling: NOTHING,
      wrong: is(null),
    },
    {
      name: "a foreign program fails",
      weight: 10,
      utility: { name: "false" },
      meddling: NOTHING,
      wrong: isFault("child exit code 1"),
    },
    {
      name: "a foreign program is stopped",
      weight: 10,
      utility: { name: "sleep", arguments: ["600"] },
      meddling: { do: "stop", when: "started" },
      wrong: isAborted,
    },
    process(
      "a cake process returns a value",
      { executable: `${roles}/greet.ts`, settings: { name: "you" } },
      is("hello you"),
      cake,
    ),
    process("a cake process crashes", { executable: `${roles}/crash.ts` }, isFault("object faulted"), cake),
    process("a cake process is stopped", { executable: `${roles}/idle.ts` }, isAborted, { ...cake, ...stopped() }),
    process("a cake process is killed", { executable: `${roles}/idle.ts` }, isFault("non-standard process exit"), {
      ...cake,
      meddling: { do: "kill", when: "started" },
    }),
    process("a cake process is killed that has a child", { executable: `${roles}/nanny.ts` }, isFault("non-standard"), {
      ...cake,
      meddling: { do: "kill", when: "has a child" },
    }),
    process("a cake process is stopped that has a child", { executable: `${roles}/nanny.ts` }, isAborted, {
      ...cake,
      meddling: { do: "stop", when: "has a child" },
    }),
  ];
}
