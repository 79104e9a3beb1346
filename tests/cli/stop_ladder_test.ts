import { assertEquals } from "@std/assert";
import { dueSignals, type StopSignal } from "../../cli/stop_ladder.ts";

/** Climbs the ladder for a time, with processes that ignore everything; `<seconds> <signal> <pid>` for each signal. */
function climb(holders: [string, number][], seconds: number): string[] {
  const sent = new Map<number, StopSignal["name"]>();
  const log: string[] = [];
  for (let second = 0; second <= seconds; second++) {
    for (const { pid, name } of dueSignals(new Map(holders), "group", { begun: 0, sent }, second * 1000)) {
      sent.set(pid, name);
      log.push(`${second} ${name} ${pid}`);
    }
  }
  return log;
}

Deno.test("dueSignals() asks the group first, and ends it last", () => {
  assertEquals(climb([["group", 10], ["a", 11], ["b", 12]], 60), [
    "0 SIGINT 10",
    "10 SIGTERM 11",
    "10 SIGTERM 12",
    "20 SIGTERM 10",
    "20 SIGKILL 11",
    "20 SIGKILL 12",
    "30 SIGKILL 10",
  ]);
});

Deno.test("dueSignals() asks each role when there is no group", () => {
  assertEquals(climb([["a", 11]], 60), ["0 SIGINT 11", "10 SIGTERM 11", "20 SIGKILL 11"]);
});

Deno.test("dueSignals() asks a process that holds several locks once", () => {
  assertEquals(climb([["a", 11], ["b", 11], ["group", 11]], 5), ["0 SIGINT 11"]);
});
