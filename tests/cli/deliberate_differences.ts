/**
 * What cake does otherwise than the original did when its command lines were recorded: each case, and why. Everything
 * else in `tests/testdata/cli.jsonl` is replayed to the letter.
 */

import type { Difference } from "../helpers/replay.ts";

const OWN_LOG = "What the runtime of the original logs about its own objects is not what that of cake does";

const TABLE_WITH_GREET =
  '[\n    [\n        "greet",\n        [\n            "unicode",\n            "hello world",\n            []\n        ]\n    ]\n]\n';

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

/** By the names of cases. */
export const DELIBERATE_DIFFERENCES: Readonly<Record<string, Difference>> = {
  "top-help": { why: "Help is printed", stdout: /^Usage: cake <command> / },
  "p-help": { why: "Help is printed", stdout: /^Usage: greet\.ts .*\n\nSettings:\n {2}--name=<unicode> .*exit 0\n$/s },
  "create-unknown-setting": {
    why: "Settings are checked before a home is made: nothing is left behind",
    stdout: "exit 71\n",
    exit: 1,
  },
  "add-collide": {
    why: "The fault of a role that can't start is passed on, as the reason is in it",
    stderr: "cake: collision in settings names - role_name\n",
  },
  "add-host-cake": {
    why: "The directories are commands of cake, not programs that can be roles",
    command: "cake add host-cake",
    stdout: "",
    stderr: "cake: cannot execute host-cake (not found)\n",
    exit: 71,
  },
  "list-corrupt": {
    why: "The file that can't be read is named",
    stderr: 'cake: cannot list "<PROJECT>/.layer-cake" (cannot read "<PROJECT>/.layer-cake/role/greet/settings.json" ' +
      "(cannot decode (...))\n",
  },
  "list-incomplete": {
    why: "The record that is missing is named",
    stderr: 'cake: cannot list "<PROJECT>/.layer-cake" (cannot open "<PROJECT>/.layer-cake/role/greet" ' +
      '(missing property "settings"))\n',
  },
  "list-stray-file": {
    why: "Roles that are well are listed, and the file that is none is named",
    stdout: "greet\n",
    stderr:
      'cake: cannot list "<PROJECT>/.layer-cake" (cannot open "<PROJECT>/.layer-cake/role/stray" (not a folder))\n',
  },
  "list-stray-folder": {
    why: "Roles that are well are listed, and the folder that is none is named",
    stdout: "greet\n",
    stderr: 'cake: cannot list "<PROJECT>/.layer-cake" (cannot open "<PROJECT>/.layer-cake/role/stray" ' +
      '(missing property "unique_id"))\n',
  },
  "list-bad-regex": {
    why: "Search words are RE2, which has texts of its own",
    stderr: 'cake: cannot list "<PROJECT>/.layer-cake" (unterminated character set at position 1)\n',
  },
  "list-long": {
    why: "The number of bytes depends on the length of paths, here as there",
    stdout: /^greet {20}<PROJECT>\/greet\.ts 4\/5\/\d+\n$/,
  },
  "run-one": {
    why: "The table of results is returned (the original can't encode it)",
    stdout: TABLE_WITH_GREET,
    stderr: "",
    exit: 0,
  },
  "run-main-role-unknown": {
    why: "A main role that is not there is refused instead of waited for",
    stderr: 'cake: cannot run "<PROJECT>/.layer-cake" (no role "nosuch" to be the main role)\n',
    exit: 71,
  },
  "run-debug": { why: OWN_LOG, stderr: /^(\[<PID8>\] <TIME> \^ <OID>.*\n)+$/ },
  "run-debug-bad": { why: "A failure ends with 71", exit: 71 },
  "run-already": {
    why: "Who runs it is said",
    stderr: 'cake: cannot run "<PROJECT>/.layer-cake" (roles "idle" are already running, pid <PID>)\n',
  },
  "run-retry": {
    why: "The table of results is returned, and why a role ended is said",
    stdout:
      /^\[\n {4}\[\n {8}"faulty",.*\]\nexit \d+\n\[0\] <SPAN> ago \.\.\. <SPAN> \(Faulted\)\n\[1\] <SPAN> ago \.\.\. <SPAN> \(Faulted\)\n$/s,
    stderr: 'cake: Role "faulty" ended: fault\ncake: Role "faulty" ended: fault\n',
  },
  "run-two-no-main": {
    why: "Without a main role the whole goes on while a role runs",
    command: 'timeout -s INT 4 cake run; echo "exit $?"; cake history idle',
    stdout: "exit 124\n[0] <SPAN> ago ... <SPAN> (Aborted)\n",
    stderr: "cake: aborted (user or software interrupt)\n",
  },
  "host-busy": {
    why: "A port in use is said",
    stderr: 'cake: cannot listen at "127.0.0.1:54195" ([Errno 98] Address already in use)\n',
    exit: 71,
  },
  "lan-interrupt": {
    why: "Whoever sets up a directory for a network is told whether others will find it",
    stderr: /^cake: warning: Not on a station address.*\ncake: aborted \(user or software interrupt\)\n$/,
  },
  "network-library": {
    why: "Within a process there is nothing to wait for (the original waits for it)",
    stdout: "[PROCESS] cake (<ID8>)\n",
    stderr: "",
    exit: 0,
  },
  "start-again": {
    why: "Who runs it is said",
    stderr: 'cake: cannot start "<PROJECT>/.layer-cake" (roles "idle" are already running, pid <PID>)\n',
  },
  "start-group-history": {
    why: "The end of a group without a main role is recorded",
    stdout: `[0] <SPAN> ago ... <SPAN> (tuple)\n${TABLE_WITH_GREET}`,
    exit: 0,
  },
  "start-modes": {
    why: "Log files are for their owner to write",
    stdout: "644 LOG\n644 executable_file.json\n644 head\n644 head.json\n644 log_storage.json\n644 settings.json\n" +
      "644 start_stop.json\n",
  },
  "start-other": {
    why: "A second group of one home can't run: that is said, instead of nothing",
    stdout: "exit 71\na                        <<PID>> <SPAN>\n",
    stderr: 'cake: cannot start "<PROJECT>/.layer-cake" (roles "group" are already running, pid <PID>)\n',
  },
  "returned-fault": { why: "A fault that was asked for is a result", exit: 0 },
  "returned-fault-full": { why: "A fault that was asked for is a result", exit: 0 },
  "returned-wait": {
    why: "The value of a run that was waited for is printed (the original prints nothing)",
    stdout: "{}\n",
  },
  "stop": { why: "A success ends with 0", exit: 0 },
  "log-all": { why: OWN_LOG, stdout: /^(<TIME> . <OID>.*\n)+$/ },
  "log-clock": { why: OWN_LOG, stdout: /^(<time> . <OID>.*\n){2}$/ },
  "log-count": { why: OWN_LOG, stdout: /^(<TIME> . <OID>.*\n){3}$/ },
  "log-from": { why: OWN_LOG, stdout: /^(<TIME> . <OID>.*\n)+$/ },
  "log-group": { why: OWN_LOG, stdout: /^(<TIME> . <OID>.*\n)+$/ },
  "log-last": { why: OWN_LOG, stdout: /^(<TIME> . <OID>.*\n)+$/ },
  "log-tags": { why: OWN_LOG, stdout: /^(<TIME> . <OID>.*\n)+$/ },
  "log-tail": { why: OWN_LOG, stdout: /^(<TIME> . <OID>.*\n)+$/ },
  "log-default": {
    why: "Without a terminal, about a screen full is shown (the original fails)",
    stdout: /^(<TIME> . <OID>.*\n){1,22}$/,
    stderr: "",
    exit: 0,
  },
  "log-from-bad": {
    why: "Bad moments are refused like other bad values",
    stderr: 'cake: cannot log "brief" (cannot decode value for "from_" (...)\n',
  },
  "log-span": { why: "Spans work (the original fails)", stderr: "", exit: 0 },
  "sub-by-name-daemon": {
    why: "A child named by file is found beside its parent's own executable, too",
    stdout: '"hello world"\n',
    exit: 0,
  },
  "z-big-child": {
    why: "The fixture is changed by its text",
    setup: ["sed 's/default(10)/default(20000000)/' bulky.ts > big.ts"],
  },
  "z-child-stderr": {
    why: "An exception is logged with its stack",
    stderr:
      /^\[<PID8>\] <TIME> ! <OID>crash - Unhandled exception \(division by zero\)\n.*parent\.ts: object faulted \(unhandled exception \(division by zero\)\)\n$/s,
  },
  "z-closed-stdout": {
    why: "Nobody reads the result, and nothing is wrong with the process",
    stdout: "exit 0\n",
    stderr: "",
  },
  "z-corrupt-role-direct": {
    why: "The file is named",
    stderr: 'greet.ts: cannot read "<PROJECT>/.layer-cake/role/greet/settings.json" (cannot decode (...))\n',
  },
  "z-corrupt-run": {
    why: "The file is named",
    stderr: 'cake: cannot run "<PROJECT>/.layer-cake" (cannot read ' +
      '"<PROJECT>/.layer-cake/role/greet/start_stop.json" (cannot decode (...))\n',
  },
  "z-deaf-interrupt": {
    why: "A role that does not end is terminated after 10 s, and killed after 20 s",
    stdout: /^cake: aborted .*\n\nreal \d+\n0\n$/,
    exit: 1,
  },
  "z-full-disk-update": {
    why: "Files are replaced as a whole, so that a full disk costs nothing",
    stdout: /^exit 71\n\d+\ngreet\n$/,
    stderr: /No space left on device/,
    exit: 0,
  },
  "z-kill-group": {
    why: "Roles end with their group, so that there is nothing to stop and the home can be started again",
    stdout: "exit 71\nexit 0\n",
    stderr: ["query status", "stop", "query status"].map((what) =>
      `cake: cannot ${what} "<PROJECT>/.layer-cake" (nothing running)\n`
    ).join(""),
  },
  "z-lock-foreign": {
    why: "The holder of the lock is shown as the system has it, not as a file says",
    stdout: "idle                     <<PID>> <SPAN>\nexit 71\n",
    stderr: 'cake: cannot start "<PROJECT>/.layer-cake" (roles "idle" are already running, pid <PID>)\n',
  },
  "z-log-files": {
    why: "The oldest files are removed, and the role runs",
    stdout: "exit 0\n[0] <SPAN> ago ... <SPAN> (tuple)\n136\n",
    stderr: 'cake: cannot query status "<PROJECT>/.layer-cake" (nothing running)\n',
  },
  "z-log-newline": {
    why: "A record of several lines is read",
    stdout: /^(<TIME> [+X^] <OID>.*\n)*<TIME> \^ <OID>noisy - first\n {4}second\n(<TIME> [+X^] <OID>.*\n)*$/,
    stderr: "",
    exit: 0,
  },
  "z-run-during-start": {
    why: "Who runs it is said",
    stderr: 'cake: cannot run "<PROJECT>/.layer-cake" (roles "a" are already running, pid <PID>)\n',
  },
  "z-start-keep": {
    why: "Nothing of the caller is kept: no stream, and its own umask",
    stdout: "group\n/dev/null\n/dev/null\n/dev/null\n/\nUmask:\t0022\n" +
      "idle\n/dev/null\npipe\n/dev/null\n/\nUmask:\t0022\n",
  },
  "z-stop-of-run": {
    why: "What runs is stopped, and nobody else; the command waits for its end",
    stdout: "exit 0\ncake: aborted (user or software interrupt)\n",
  },
  "z-two-runs": {
    why: "Who runs it is said",
    stdout:
      /^\[0\] <SPAN> ago .*\ncake: (?:aborted \(user or software interrupt\)\ncake: )?cannot run "<PROJECT>\/\.layer-cake" \(roles "idle" are already running, pid <PID>\)\n$/,
  },
  "group-as-named": { why: "cake is its own group; none is looked up on PATH", stdout: "", stderr: /^cat: /, exit: 1 },
  "group-as-named-create": {
    why: "cake is its own group; none is looked up on PATH",
    stdout: "exit 0\n",
    stderr: /^cat: /,
    exit: 1,
  },
  "group-as-named-start": {
    why: "cake is its own group; none is looked up on PATH",
    stdout: "exit 0\n",
    stderr: /^cat: /,
    exit: 1,
  },
  "group-direct-none": {
    why: "It calls itself by the name of the command",
    stderr: 'cake: cannot open path ".layer-cake"\n',
  },
  "group-locked": {
    why: "A second group is refused, and somebody is told",
    stdout:
      /^\{"value":\["layer_cake\.point_runtime\.Faulted",\{"condition":"role <PROJECT>\/\.layer-cake\/role\/group\/lock is running".*\nexit 71\n1\n/,
  },
  "library-console": { why: OWN_LOG, stderr: /^(\[<PID8>\] <TIME> \^ <OID>.*\n)+$/ },
  "p-debug": { why: OWN_LOG, stderr: /^(\[<PID8>\] <TIME> . <OID>.*\n)+$/ },
  "p-keep-logs": { why: OWN_LOG, stdout: /^\{\}\nexit 0\n(\.layer-cake\/role\/brief\/.*\n){8}(<TIME> . <OID>.*\n)+$/ },
  "p-keep-logs-recreate": {
    why: "A role that is there is opened, not made afresh",
    stdout: /^"hello me"\n\{.*"me".*\}"hello me"\n$/s,
  },
  "p-logs-debug": {
    why: "Debug lines are shown when they are asked for",
    stdout: /<TIME> _ <OID>levels - debug text \(k=1\)\n(.*\n)*.*& <OID>levels - series \(a=1,b=2\)\n/,
  },
  "p-logs-kept": {
    why: "Debug lines have the tag that the original documents",
    stdout: /<TIME> _ <OID>levels - debug text \(k=1\)\n(.*\n)*.*& <OID>levels - series \(a=1,b=2\)\n/,
  },
  "p-parent-log": {
    why: "The command line is that of deno",
    stderr:
      /^\[<PID8>\] <TIME> \^ <OID>ProcessObject - .*<PROJECT>\/greet\.ts --name=kid --origin=SHELL --child-process --full-output --role-name=greet --debug-level=CONSOLE\n$/,
  },
  "p-no-value-int": {
    why: "A name without a value leaves the default in place",
    stdout: '"hello world"\n',
    stderr: "",
    exit: 0,
  },
  "p-no-value-text": { why: "A name without a value leaves the default in place", stdout: '"hello world"\n' },
  "p-extra-word": { why: "Words are not settings; an actor asks for them", stdout: '"hello world"\n' },
  "p-create-role-twice": {
    why: "An existing role is not made afresh",
    stdout: "",
    stderr: 'greet.ts: cannot create "<PROJECT>/.layer-cake/role/greet" (already exists)\n',
    exit: 71,
  },
  "p-create-role-run": { why: "A failure ends with 71", exit: 71 },
  "p-untyped": { why: "The exit status says that nothing came out", stdout: "exit 71\n" },
  "p-output-file-bad": {
    why: "A result that can't be written is a failure",
    stderr: 'greet.ts: Cannot write "<PROJECT>/no/such/out.json": No such file or directory\n',
    exit: 71,
  },
  "p-dump-types": { why: "Types of the started file carry its name", stdout: "", exit: 1 },
  "p-short-bad": {
    why: "A bad value in the short form is refused like one in the long form",
    stderr: 'greet.ts: cannot decode value for "c" (...)\n',
    exit: 71,
  },
  "p-vars-bad": {
    why: "The text of the reader of JSON",
    stderr: 'variables.ts: cannot process variable "DEPTH" (depth) - cannot decode ' +
      '(expected a value at character 0, got "d")\n',
  },
  "p-interrupt-console": {
    why: "The shortest life of a process is not a quarter of a second",
    stderr: "[<PID8>] <TIME> ^ <OID>idle - idling (label=null)\n[<PID8>] <TIME> ^ <OID>idle - interrupted\n" +
      "idle.ts: aborted (user or software interrupt)\n",
  },
  "p-listen-busy-full": {
    why: "A fault about a port can be encoded, so that the reason is known",
    stdout: /^\{"value":\["layer_cake\.listen_connect\.NotListening",.*Address already in use.*\n$/,
  },
  "p-parent-exit-status": {
    why: "A fault that brings an exit status of its own is passed on; the fixture is changed by its text",
    command:
      "sed 's/exitStatus: cake.Integer8/exitStatus: cake.Integer8.default(9)/' faulty.ts > f9.ts; role parent.ts --child=f9.ts",
    stderr: "parent.ts: fault\n",
    exit: 9,
  },
  "p-parent-noise": {
    why: "The fixture is changed by its text",
    command:
      "sed 's/noise: cake.Unicode/noise: cake.Unicode.default(\"boo\")/' bulky.ts > noisy.ts; role parent.ts --child=noisy.ts",
  },
  "p-select-drop": {
    why: "An unexpected message is dropped (the original fails)",
    stdout: "{}\n",
    stderr: "",
    exit: 0,
  },
  "p-usr1": { why: "The line is one of the shell", stderr: "" },
  "t-any": {
    why: "A value of any type can be given as text",
    stdout: typed('"unicode",\n        "x",\n        []'),
    exit: 0,
  },
  "t-colour-bad": { why: "What may have been meant is said", stdout: /did you mean \\"GREEN\\"\?/ },
  "t-span-bad": { why: "Bad times are refused like other bad values", stdout: refused("span"), stderr: "", exit: 71 },
  "t-world-bad": { why: "Bad times are refused like other bad values", stdout: refused("world"), stderr: "", exit: 71 },
  "resource-trim": {
    why: "The number of what was removed is said",
    stderr: 'cake: removed 1 from "<PROJECT>/.layer-cake/resource/greet.ts"\n',
  },
};
