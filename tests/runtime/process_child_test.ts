import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Faulted } from "../../runtime/messages/faults.ts";
import { HostPort } from "../../runtime/messages/host_port.ts";
import { Incognito } from "../../runtime/messages/incognito.ts";
import { Ack } from "../../runtime/messages/signals.ts";
import {
  childArguments,
  childValue,
  executableKind,
  extensionOf,
  FAULT_EXIT_STATUS,
  stemOf,
} from "../../runtime/process/child.ts";
import { CommandLine } from "../../runtime/process/standard_arguments.ts";
import { castBack } from "../../runtime/types/cast.ts";

const FAULT =
  '{"value":["layer_cake.point_runtime.Faulted",{"condition":"bad","explanation":null,"error_code":null,"exit_status":null},[]]}';

Deno.test("executableKind() goes by the extension", () => {
  assertEquals(["a/b.ts", "b.mts", "b.js", "b.mjs", "c.py", "tool", "x.sh"].map(executableKind), [
    "module",
    "module",
    "module",
    "module",
    "python",
    "program",
    "program",
  ]);
});

Deno.test("stemOf() and extensionOf() divide the last part of a path", () => {
  assertEquals(["/a/greet.ts", "host-cake", "a.b/c", ".hidden", "x.tar.gz"].map(stemOf), [
    "greet",
    "host-cake",
    "c",
    ".hidden",
    "x.tar",
  ]);
  assertEquals(["/a/greet.ts", "host-cake", "a.b/c", ".hidden"].map(extensionOf), [".ts", "", "", ""]);
});

Deno.test("childArguments() writes what the group of the original writes for a role", () => {
  const parent = new CommandLine({
    origin: "RUN",
    roleName: "group",
    homePath: "/p/.layer-cake",
    debugLevel: "CONSOLE",
  });
  const settings = new Map<string, unknown>([
    ["directory_scope", "PROCESS"],
    ["connect_to_directory", new HostPort("127.0.0.1", 40001)],
    ["encrypted_process", false],
  ]);
  const request = { module: "/p/greet.py", settings, homePath: "/p/.layer-cake", roleName: "greet", topRole: true };
  assertEquals(childArguments(request, parent), [
    "--directory-scope=PROCESS",
    '--connect-to-directory={"host": "127.0.0.1", "port": 40001}',
    "--encrypted-process=false",
    "--origin=RUN_CHILD",
    "--child-process",
    "--full-output",
    "--home-path=/p/.layer-cake",
    "--role-name=greet",
    "--debug-level=CONSOLE",
  ]);
});

Deno.test("childArguments() writes words, then forwarded arguments, then settings as the original does", () => {
  const request = {
    module: "group-cake",
    words: ["a", "b"],
    forwarded: ["--main-role=z", "--empty", "-x=1"],
    settings: new Map<string, unknown>([["create_role", true], ["main_role", "q"], ["nothing", null]]),
    origin: "RUN" as const,
    homePath: ".layer-cake",
    roleName: "group",
    topRole: true,
  };
  assertEquals(childArguments(request, new CommandLine()), [
    "a",
    "b",
    "--main-role=z",
    "--empty",
    "-x=1",
    "--create-role=true",
    "--main_role=q",
    "--origin=RUN",
    "--child-process",
    "--full-output",
    "--home-path=.layer-cake",
    "--role-name=group",
  ]);
});

Deno.test("childArguments() puts a child below the role of its parent, and derives its origin", () => {
  const parent = new CommandLine({ origin: "START_CHILD", roleName: "nanny", homePath: "/h", debugLevel: "DEBUG" });
  assertEquals(childArguments({ module: "/p/idle.ts" }, parent), [
    "--origin=START_CHILD",
    "--child-process",
    "--full-output",
    "--home-path=/h",
    "--role-name=nanny.idle",
  ]);
  assertEquals(childArguments({ module: "/p/idle.ts" }, new CommandLine()), [
    "--origin=SHELL",
    "--child-process",
    "--full-output",
    "--role-name=idle",
  ]);
});

Deno.test("childArguments() tells a private library where its parent's directory is", () => {
  const [scope, connect, encrypted] = childArguments(
    { module: "/p/service.ts", library: new HostPort("127.0.0.1", 40001) },
    new CommandLine(),
  );
  assertEquals([scope, connect, encrypted], [
    "--directory-scope=LIBRARY",
    '--connect-to-directory={"host": "127.0.0.1", "port": 40001}',
    "--encrypted-process=false",
  ]);
});

Deno.test("childValue() gives the value of a child that ended well", () => {
  assertEquals(childValue({ code: 0, output: "" }), null);
  assertEquals(castBack(childValue({ code: 0, output: '{"value":["unicode","hello",[]]}\n' })), "hello");
  assertInstanceOf(childValue({ code: 0, output: '{"value":["layer_cake.point_runtime.Ack",{},[]]}\n' }), Ack);
});

Deno.test("childValue() takes a fault with any status but a signal's", () => {
  for (const code of [0, FAULT_EXIT_STATUS, 9]) {
    const value = childValue({ code, output: FAULT });
    assertInstanceOf(value, Faulted);
    assertEquals(`${value}`, "bad");
  }
  assertEquals(
    `${childValue({ code: -9, output: FAULT })}`,
    'non-standard process exit - code=-9, output=Faulted, page="{"value":["layer_cake.point_runt..."',
  );
});

Deno.test("childValue() passes a value of an unknown type on undecoded", () => {
  const value = childValue({ code: 0, output: '{"value":["__main__.Spot",{"x":1},[]]}' });
  assertInstanceOf(value, Incognito);
  assertEquals(value.typeName, "__main__.Spot");
});

Deno.test("childValue() says what was strange", () => {
  assertEquals(
    `${childValue({ code: 3, output: "" })}`,
    'non-standard process exit - code=3, output=<empty>, page="<empty>..."',
  );
  const noise = childValue({ code: 0, output: "boo\n{}" });
  assertInstanceOf(noise, Faulted);
  assert(/^cannot decode output \(cannot decode \(.*\)\) not a standard executable\?$/.test(`${noise}`), `${noise}`);
});
