import { assert, assertEquals } from "@std/assert";
import { Aborted, Faulted } from "../../runtime/messages/faults.ts";
import { Ack } from "../../runtime/messages/signals.ts";
import { outputFilePath, processOutput } from "../../runtime/process/output.ts";
import { CommandResponse } from "../../runtime/process/standard_arguments.ts";
import { castTo } from "../../runtime/types/cast.ts";
import { Any, MapOf, Unicode } from "../../runtime/types/portable.ts";

const BARE = { fullOutput: false, childProcess: false, outputFile: null };
const BARE_CHILD = { ...BARE, childProcess: true };
const FULL = { ...BARE, fullOutput: true };
const FULL_CHILD = { ...FULL, childProcess: true };
const NOTHING = { out: "", error: "", file: null, status: 0 };

const HELLO = castTo("hello world", Unicode);

Deno.test("processOutput() prints a value in four forms", () => {
  assertEquals(processOutput("p", HELLO, BARE).out, '"hello world"\n');
  assertEquals(processOutput("p", HELLO, BARE_CHILD).out, '"hello world"\n');
  assertEquals(
    processOutput("p", HELLO, FULL).out,
    '{\n    "value": [\n        "unicode",\n        "hello world",\n        []\n    ]\n}\n',
  );
  assertEquals(processOutput("p", HELLO, FULL_CHILD).out, '{"value":["unicode","hello world",[]]}\n');
});

Deno.test("processOutput() keeps the order of members unless the form is typed and indented", () => {
  const response = new CommandResponse("create-role", "empty");
  assertEquals(processOutput("p", response, BARE).out, '{\n    "command": "create-role",\n    "note": "empty"\n}\n');
  assertEquals(processOutput("p", response, BARE_CHILD).out, '{"command": "create-role", "note": "empty"}\n');
  const fault = processOutput("p", new Faulted("bad"), FULL).out;
  assert(fault.indexOf('"condition"') < fault.indexOf('"error_code"'), fault);
  assert(fault.indexOf('"exit_status"') < fault.indexOf('"explanation"'), fault);
});

Deno.test("processOutput() prints a table of settings as pairs", () => {
  const table = castTo(new Map([["name", castTo("me", Unicode)]]), MapOf(Unicode, Any));
  const pairs =
    '[\n    [\n        "name",\n        [\n            "unicode",\n            "me",\n            []\n        ]\n    ]\n]\n';
  assertEquals(processOutput("p", table, BARE).out, pairs);
});

Deno.test("processOutput() says nothing about null", () => {
  assertEquals(processOutput("p", null, BARE), NOTHING);
  assertEquals(processOutput("p", null, FULL), NOTHING);
});

Deno.test("processOutput() prints an empty message as an empty object", () => {
  assertEquals(processOutput("p", new Ack(), BARE).out, "{}\n");
});

Deno.test("processOutput() tells a fault on stderr, or typed on stdout, with its status", () => {
  assertEquals(processOutput("greet.ts", new Aborted(), BARE), {
    ...NOTHING,
    error: "greet.ts: aborted (user or software interrupt)\n",
    status: 71,
  });
  assertEquals(processOutput("p", new Faulted("bad"), BARE).error, "p: bad\n");
  assertEquals(processOutput("p", new Faulted("bad", null, { exitStatus: 9 }), BARE).status, 9);
  const full = processOutput("p", new Faulted("bad"), FULL_CHILD);
  assertEquals([full.error, full.status], ["", 71]);
  assert(full.out.startsWith('{"value":["layer_cake.point_runtime.Faulted",{"condition":"bad",'), full.out);
});

Deno.test("processOutput() turns what can't be encoded into a fault with a status", () => {
  const bare = processOutput("p", 5, BARE);
  assert(/^p: cannot encode \(.*\)\n$/.test(bare.error), bare.error);
  assertEquals([bare.out, bare.status], ["", 71]);
  const full = processOutput("p", 5, FULL_CHILD);
  assert(full.out.includes("cannot encode"), full.out);
  assertEquals(full.status, 71);
});

Deno.test("processOutput() fills a file typed and without a line end, and tells faults on stderr", () => {
  const flags = { ...BARE, outputFile: "result" };
  assertEquals(processOutput("p", HELLO, flags), {
    ...NOTHING,
    file: '{\n    "value": [\n        "unicode",\n        "hello world",\n        []\n    ]\n}',
  });
  assertEquals(processOutput("p", new Faulted("bad"), flags).error, "p: bad\n");
});

Deno.test("outputFilePath() adds .json, or takes a final dot away", () => {
  assertEquals([outputFilePath("out"), outputFilePath("out."), outputFilePath("a/out.txt")], [
    "out.json",
    "out",
    "a/out.txt.json",
  ]);
});
