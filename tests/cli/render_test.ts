import { assert, assertEquals, assertThrows } from "@std/assert";
import { roleLine } from "../../cli/render.ts";
import { roleMatcher, SearchError } from "../../cli/role_search.ts";
import { standardFlags } from "../../cli/standard_flags.ts";
import { splitArguments } from "../../runtime/process/arguments.ts";
import { CommandLine, extractStandard } from "../../runtime/process/standard_arguments.ts";
import { HostPort } from "../../runtime/messages/host_port.ts";

Deno.test("roleLine() pads the name to 24 and counts folders, files and bytes", () => {
  assertEquals(
    roleLine("greet", "/p/greet.py", { folders: 4, files: 5, bytes: 166 }),
    "greet                    /p/greet.py 4/5/166",
  );
});

Deno.test("roleMatcher() matches at the start of names, any of the words", () => {
  const matches = roleMatcher(["w-[0-2]", "zed$"]);
  assertEquals(["w-1", "w-10", "w-3", "zed", "zedd", "a-w-1"].map(matches), [true, true, false, true, false, false]);
  assert(roleMatcher([])("anything"));
});

Deno.test("roleMatcher() refuses what is no expression, and what reaches beyond itself", () => {
  for (const word of ["[", "a)(b", "(", "*"]) assertThrows(() => roleMatcher([word]), SearchError);
});

Deno.test("roleMatcher() takes linear time", () => {
  assertEquals(roleMatcher(["(a+)+$"])("a".repeat(900) + "b"), false);
});

Deno.test("standardFlags() writes what extractStandard() reads", () => {
  const commandLine = new CommandLine({
    debugLevel: "CONSOLE",
    childProcess: true,
    fullOutput: true,
    keepLogs: true,
    outputFile: "out put",
    connectToDirectory: new HostPort("127.0.0.1", 1),
    acceptDirectoriesAt: new HostPort("127.0.0.1", 2),
    encryptedProcess: true,
  });
  assertEquals(extractStandard(splitArguments(standardFlags(commandLine))).commandLine, commandLine);
  assertEquals(standardFlags(new CommandLine()), []);
});
