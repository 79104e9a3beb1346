/** What `cake top` shows, and what its keys do, without a terminal. */

import { assert, assertEquals } from "@std/assert";
import stringWidth from "string-width";
import { RoleStatus } from "../../cli/control/messages.ts";
import { keysOf } from "../../cli/top/keys.ts";
import { bytesText, countText, fit, frameOf } from "../../cli/top/top_frame.ts";
import {
  emptyTop,
  pressed,
  ratesOf,
  type TopEffect,
  type TopModel,
  type TopRole,
  topRole,
  withRoles,
} from "../../cli/top/top_model.ts";
import { paintFor, plainText } from "../../cli/view/ansi.ts";
import { RoleReport } from "../../directory/role_messages.ts";

const NOW = 1_000_000;

function role(name: string, members: Partial<TopRole> = {}): TopRole {
  return {
    name,
    state: "up",
    pid: 4242,
    since: NOW - 75,
    restarts: 0,
    memory: 62 * 1024 * 1024,
    rate: 1234,
    sessions: 3,
    discarded: 0,
    lastLine: "^ <0000000e>server - listening",
    ...members,
  };
}

function shown(model: TopModel, columns: number, lines: number): string[] {
  return frameOf(model, { columns, lines, paint: paintFor(false), now: NOW });
}

function typed(model: TopModel, ...keys: string[]): [TopModel, TopEffect[]] {
  const all: TopEffect[] = [];
  for (const key of keys) {
    const [next, effects] = pressed(model, key, 10);
    model = next;
    all.push(...effects);
  }
  return [model, all];
}

const THREE = withRoles(emptyTop("/home/pi/pool/.layer-cake"), [
  role("server"),
  role("worker-0", {
    state: "waiting",
    pid: null,
    memory: null,
    rate: null,
    sessions: null,
    restarts: 12,
    lastLine: "(broken)",
  }),
  role("worker-1", { since: NOW - 3 * 86400, rate: null, sessions: null, discarded: 7, lastLine: "漢字".repeat(40) }),
], true);

Deno.test("frameOf() fits a screen of 80 by 24, and one of 120 columns tells more", () => {
  assertEquals(shown(THREE, 80, 24).filter((line) => line.trim() !== ""), [
    "cake top - 2 of 3 roles run - /home/pi/pool/.layer-cake                         ",
    "  ROLE     STATE      SINCE RUNS MEMORY  MSG/S SESS LAST LINE                   ",
    "> server   up         1m15s    0    62M   1.2k    3 ^ <0000000e>server - listen~",
    "  worker-0 waiting    1m15s   12                    (broken)                    ",
    "  worker-1 up            3d    0    62M             漢字漢字漢字漢字漢字漢字漢~ ",
    "up/down choose  s stop  r restart  u start  enter log  n network  ? help  q quit",
  ]);
  assert(
    shown(THREE, 120, 24)[4]?.startsWith("  worker-1 up          4242      3d    0    62M                7 漢字漢"),
  );
});

Deno.test("frameOf() has no line that is too wide, and as many lines as the screen, on any screen", () => {
  const many = withRoles(emptyTop("/x"), Array.from({ length: 200 }, (_, at) => role(`role-${at}`)), false);
  const screens = [THREE, many, ...["log", "network", "help"].map((screen) => ({ ...many, screen }) as TopModel)];
  for (const model of screens.map((one) => ({ ...one, log: ["x".repeat(500)], network: ["y".repeat(500)] }))) {
    for (const [columns, lines] of [[80, 24], [200, 60], [40, 10], [10, 4], [1, 3]] as const) {
      const coloured = frameOf(model, { columns, lines, paint: paintFor(true), now: NOW });
      assertEquals(coloured.length, lines);
      for (const line of coloured) assert(stringWidth(plainText(line)) <= columns, `${columns}: ${line}`);
    }
  }
});

Deno.test("frameOf() keeps the chosen role in sight", () => {
  let model = withRoles(emptyTop("/x"), Array.from({ length: 200 }, (_, at) => role(`role-${at}`)), true);
  for (const key of ["end", "home", ...Array<string>(150).fill("down"), "page up"]) {
    [model] = typed(model, key);
    assert(shown(model, 80, 24).some((line) => line.startsWith(`> ${model.chosen} `)), `${key}: ${model.chosen}`);
  }
  assertEquals(model.chosen, "role-140");
});

Deno.test("frameOf() says when nobody answers for the roles, and what a log or network has", () => {
  assert(shown({ ...THREE, isConnected: false }, 120, 24)[0]?.includes("not run by this command"));
  const off = [role("a", { state: "off", pid: null })];
  assert(shown(withRoles(emptyTop("/x"), off, false), 120, 24)[0]?.includes("not running"));
  const log = { ...THREE, screen: "log", log: ["2026-11-22T04:28:48.568 ? <00000001>a - low"] } as TopModel;
  assertEquals(shown(log, 40, 24)[2]?.trimEnd(), "04:28:48.568 ? <00000001>a - low");
  const network = { ...THREE, screen: "network", network: ["[HOST] host-cake"] } as TopModel;
  assertEquals(shown(network, 40, 24)[2]?.trimEnd(), "[HOST] host-cake");
});

Deno.test("pressed() asks before it stops or restarts a role, and does nothing without a clear yes", () => {
  assertEquals(typed(THREE, "down", "r", "y")[1], [{ kind: "wish", role: "worker-0", action: "RESTART" }]);
  assertEquals(typed(THREE, "s", "y")[1], [{ kind: "wish", role: "server", action: "STOP" }]);
  assertEquals(typed(THREE, "s", "n", "y")[1], []);
  assertEquals(typed(THREE, "u")[1], [{ kind: "wish", role: "server", action: "START" }]);
  const [asking] = typed(THREE, "s");
  assertEquals(shown(asking, 80, 24)[22]?.trimEnd(), 'stop "server"? y for yes, any other key for no');
  assertEquals(typed(emptyTop("/x"), "s", "y", "u", "enter", "up", "end")[1], [], "there is no role to do it to");
});

Deno.test("pressed() opens log and network, scrolls within them, and comes back", () => {
  const log = Array.from({ length: 25 }, (_, at) => `line ${at}`);
  const [opened, effects] = typed(THREE, "enter");
  assertEquals([opened.screen, effects], ["log", [{ kind: "openLog", role: "server" }]]);
  const filled = { ...opened, log };
  const scrolled = (...keys: string[]) => typed(filled, ...keys)[0].scrolled;
  assertEquals([scrolled("up"), scrolled("up", "down", "down"), scrolled("home"), scrolled("home", "end")], [
    1,
    0,
    15,
    0,
  ]);
  assertEquals([scrolled("page up"), scrolled("page up", "page up")], [10, 15]);
  assertEquals(typed(filled, "up", "escape")[1], [{ kind: "closeLog" }]);
  const network = { ...typed(THREE, "n")[0], network: log };
  assertEquals([typed(network, "down")[0].scrolled, typed(network, "end", "up")[0].scrolled], [1, 14]);
  assertEquals(typed(network, "escape")[0].screen, "roles");
  assertEquals(typed(THREE, "?", "escape")[0].screen, "roles");
  for (const screen of ["roles", "log", "network", "help"] as const) {
    assertEquals(typed({ ...THREE, screen }, "q")[1], [{ kind: "quit" }]);
    assertEquals(typed({ ...THREE, screen }, "ctrl-c")[1], [{ kind: "quit" }]);
  }
});

Deno.test("withRoles() keeps the choice as long as the role is there", () => {
  const [second] = typed(THREE, "down");
  assertEquals(withRoles(second, [role("new"), role("worker-0")], true).chosen, "worker-0");
  assertEquals(withRoles(second, [role("new")], true).chosen, "new");
  assertEquals(withRoles(second, [], true).chosen, null);
});

Deno.test("keysOf() knows keys by what terminals send, and leaves out what it doesn't know", () => {
  const keys = (text: string) => keysOf(new TextEncoder().encode(text));
  assertEquals(keys("q\x1b[A\x1bOB\x1b[5~\x1b[6~\r\x03ä"), [
    "q",
    "up",
    "down",
    "page up",
    "page down",
    "enter",
    "ctrl-c",
    "ä",
  ]);
  assertEquals(keys("\x1b"), ["escape"]);
  assertEquals(keys("\x1b[15~\x1b[1;5C\x01"), []);
});

Deno.test("ratesOf() counts from report to report, and from nothing after a restart", () => {
  const report = (roleName: string, at: number, delivered: number) =>
    [roleName, new RoleReport({ roleName, at, delivered })] as const;
  const before = new Map([report("a", 10, 100), report("b", 10, 500), report("c", 10, 1)]);
  const now = new Map([report("a", 12, 300), report("b", 12, 20), report("c", 10, 1), report("d", 12, 7)]);
  assertEquals([...ratesOf(before, now)], [["a", 100]]);
});

Deno.test("topRole() shows how a role ended, and no figures of a process that is gone", () => {
  const report = new RoleReport({ sessions: 2, discarded: 1 });
  const known = { report, rate: 5, memory: 10, lastLine: "hello" };
  const up = topRole(new RoleStatus({ role: "a", state: "UP", pid: 1, since: 5, ending: "broken before" }), known);
  assertEquals([up.state, up.lastLine, up.sessions, up.memory], ["up", "hello", 2, 10]);
  const ended = topRole(new RoleStatus({ role: "a", state: "ENDED", ending: "broken", restarts: 2 }), known);
  assertEquals([ended.lastLine, ended.pid, ended.sessions, ended.rate, ended.memory, ended.restarts], [
    "(broken)",
    null,
    null,
    null,
    null,
    2,
  ]);
});

Deno.test("countText() and bytesText() take four characters or less", () => {
  assertEquals([0, 7, 0.5, 99.6, 999, 999.6, 1234, 99_950, 1e6, 2.5e9].map(countText), [
    "0",
    "7",
    "0.5",
    "100",
    "999",
    "1.0k",
    "1.2k",
    "100k",
    "1.0M",
    "2.5G",
  ]);
  assertEquals([1024, 62 << 20, 1.5 * 2 ** 30, 999.7 * 2 ** 20].map(bytesText), ["1K", "62M", "1.5G", "1.0G"]);
});

Deno.test("fit() cuts and fills to a number of columns, not of characters", () => {
  assertEquals([fit("abc", 5), fit("abcdef", 4), fit("漢字漢", 4), fit("x", 0)], ["abc  ", "abc~", "漢~ ", ""]);
});
