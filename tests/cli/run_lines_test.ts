/** What a run looks like on a terminal. */

import { assertEquals } from "@std/assert";
import { LineSplitter } from "../../cli/line_splitter.ts";
import { RoleBoard } from "../../cli/role_board.ts";
import type { RoleEvent } from "../../cli/role_events.ts";
import { paintFor, plainText, wantsColour } from "../../cli/view/ansi.ts";
import { RoleLines } from "../../cli/view/role_lines.ts";
import { Aborted, Faulted } from "../../runtime/messages/faults.ts";
import { Ack } from "../../runtime/messages/signals.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function linesFor(isColoured: boolean, ...roles: string[]): RoleLines {
  const timeOfDay = (_date: string, time: string) => time;
  return new RoleLines({ roles, paint: paintFor(isColoured), ownName: "cake", timeOfDay });
}

Deno.test("LineSplitter gives whole lines, however they come in pieces", () => {
  const given: string[] = [];
  const splitter = new LineSplitter((line) => given.push(line));
  const text = bytes("one\r\ntwö\n\nrest");
  for (const byte of text) splitter.take(Uint8Array.of(byte));
  assertEquals(given, ["one", "twö", ""]);
  splitter.end();
  splitter.end();
  assertEquals(given, ["one", "twö", "", "rest"]);
});

Deno.test("LineSplitter keeps no more than a bounded part of a line without an end", () => {
  const given: string[] = [];
  const splitter = new LineSplitter((line) => given.push(line));
  for (let count = 0; count < 10; count++) splitter.takeText("x".repeat(10_000));
  splitter.end();
  assertEquals(given.join("").length, 100_000);
  assertEquals(given.every(({ length }) => length <= 16_384), true);
});

Deno.test("RoleLines put names in one column, and shorten records of logs", () => {
  const lines = linesFor(false, "server", "worker-10");
  const record = "[00012345] 2026-11-22T04:28:48.568 ? <0000000e>server[READY] - low on water";
  assertEquals(lines.written("server", record), "server    | 04:28:48.568 ? server[READY] - low on water");
  assertEquals(lines.written("worker-10", "Traceback:"), "worker-10 | Traceback:");
  assertEquals(lines.written("cake", "hello"), "cake      | hello");
});

Deno.test("RoleLines cut a name that is too long for its column", () => {
  const lines = linesFor(false, "a".repeat(30), "b");
  assertEquals(lines.written("a".repeat(30), ""), `${"a".repeat(23)}~ | `);
  assertEquals(lines.written("b", ""), `b${" ".repeat(23)} | `);
});

Deno.test("RoleLines say what happened to a role, where that is worth a line", () => {
  const lines = linesFor(false, "server");
  const happened = (event: RoleEvent, seconds = 0) => lines.happened("server", event, seconds);
  assertEquals(happened({ kind: "starting" }), null);
  assertEquals(happened({ kind: "process", pid: 42 }), "server | started, pid 42");
  assertEquals(happened({ kind: "up" }, 0.31), "server | up after 0.3s");
  assertEquals(happened({ kind: "ended", value: new Ack() }, 61), "server | ended after 1m1s: Ack");
  assertEquals(
    happened({ kind: "ended", value: new Faulted("no water", "it is summer") }, 3600),
    "server | ended after 1h: no water (it is summer)",
  );
  assertEquals(happened({ kind: "waiting", seconds: 2.5 }), "server | starts again in 2.5s");
  assertEquals(happened({ kind: "stopped" }), "server | stays stopped");
});

Deno.test("RoleLines have colours where they are wanted, and don't let those of a program leak", () => {
  const lines = linesFor(true, "a", "b");
  const heads = ["a", "b", "cake"].map((name) => lines.written(name, "").slice(0, 5));
  assertEquals(new Set(heads).size, 3, "each has its own");
  assertEquals(lines.written("a", "\x1b[31mred").endsWith("\x1b[31mred\x1b[0m"), true);
  assertEquals(lines.happened("a", { kind: "ended", value: new Faulted("x") }, 0)?.includes("\x1b[31;1m"), true);
  assertEquals(lines.happened("a", { kind: "ended", value: new Aborted() }, 0)?.includes("\x1b[31;1m"), false);
});

Deno.test("wantsColour() heeds NO_COLOR and terminals that have none", () => {
  const wants = (variables: Record<string, string>) => wantsColour((name) => variables[name]);
  assertEquals(wants({ TERM: "xterm" }), true);
  assertEquals(wants({ TERM: "xterm", NO_COLOR: "" }), true, "an empty value is none");
  assertEquals(wants({ TERM: "xterm", NO_COLOR: "1" }), false);
  assertEquals(wants({ TERM: "dumb" }), false);
});

Deno.test("plainText() leaves nothing that a terminal would obey", () => {
  assertEquals(plainText("\x1b[31mred\x1b[0m \x1b]0;title\x07\tend\x1b[2J\r\x9b\x07"), "red   end");
  assertEquals(plainText("grün 漢字"), "grün 漢字");
});

Deno.test("RoleBoard keeps state, time, restarts, ending and last line of each role", () => {
  let now = 100;
  const board = new RoleBoard(["a", "b"], () => now);
  const note = (event: RoleEvent) => {
    now++;
    board.note("a", event);
  };
  const shown = () => {
    const { state, pid, since, restarts, ending, lastLine } = board.roles[0]!;
    return [state, pid, since, restarts, ending, lastLine];
  };
  note({ kind: "starting" });
  assertEquals(shown(), ["STARTING", 0, 101, 0, "", ""]);
  note({ kind: "process", pid: 42 });
  note({ kind: "up" });
  note({ kind: "wrote", bytes: bytes("first\nsecond\nthi") });
  assertEquals(shown(), ["UP", 42, 103, 0, "", "second"]);
  note({ kind: "stopping" });
  note({ kind: "ended", value: new Faulted("broken") });
  assertEquals(shown(), ["ENDED", 0, 106, 0, "broken", "second"]);
  note({ kind: "waiting", seconds: 1 });
  note({ kind: "starting" });
  assertEquals(shown(), ["STARTING", 0, 108, 1, "broken", "second"]);
  board.note("nobody", { kind: "up" });
  assertEquals(board.roles.map(({ role, state }) => [role, state]), [["a", "STARTING"], ["b", "STARTING"]]);
});
