import { assertEquals, assertInstanceOf } from "@std/assert";
import { type GroupEffect, type GroupPolicy, GroupState } from "../../cli/group_state.ts";
import { Aborted, Faulted } from "../../runtime/messages/faults.ts";
import { RetryIntervals } from "../../runtime/process/retry.ts";

function stateOf(policy: Partial<GroupPolicy>, roles: string[]): GroupState {
  const state = new GroupState({ mainRole: null, retry: null, random: () => 0, ...policy });
  assertEquals(state.begin(roles), roles.map((role) => ({ kind: "start", role })));
  return state;
}

function table(entries: [string, unknown][]): GroupEffect[] {
  return [{ kind: "returnTable", table: new Map(entries) }];
}

Deno.test("GroupState without a main role goes on while a role runs, and returns the table", () => {
  const state = stateOf({}, ["a", "b"]);
  assertEquals(state.ended("a", 1), []);
  assertEquals(state.running, ["b"]);
  assertEquals(state.ended("b", 2), table([["a", 1], ["b", 2]]));
});

Deno.test("GroupState stops all others when the main role ends, and returns its value", () => {
  const state = stateOf({ mainRole: "a" }, ["a", "b", "c"]);
  assertEquals(state.ended("c", 3), []);
  assertEquals(state.ended("a", 1), [{ kind: "stop", roles: ["b"] }]);
  assertEquals(state.ended("b", new Aborted()), [{ kind: "return", value: 1 }]);
});

Deno.test("GroupState returns the value of a main role that was the last at once", () => {
  assertEquals(stateOf({ mainRole: "a" }, ["a"]).ended("a", 1), [{ kind: "return", value: 1 }]);
});

Deno.test("GroupState starts a role again after the next pause, whatever it returned, until its pauses are used up", () => {
  const retry = new RetryIntervals({ firstSteps: [1, 2], stepLimit: 3 });
  const state = stateOf({ retry }, ["a", "b"]);
  assertEquals(state.ended("a", 1), [{ kind: "pause", role: "a", seconds: 1 }]);
  assertEquals(state.ended("b", 1), [{ kind: "pause", role: "b", seconds: 1 }]);
  assertEquals(state.pauseOver("a"), [{ kind: "start", role: "a" }]);
  assertEquals(state.ended("a", new Faulted()), [{ kind: "pause", role: "a", seconds: 2 }]);
  assertEquals(state.pauseOver("a"), [{ kind: "start", role: "a" }]);
  assertEquals(state.ended("a", 3), []);
  assertEquals(state.pauseOver("b"), [{ kind: "start", role: "b" }]);
  assertEquals(state.ended("b", 2), [{ kind: "pause", role: "b", seconds: 2 }]);
  assertEquals(state.pauseOver("b"), [{ kind: "start", role: "b" }]);
  assertEquals(state.ended("b", 4), table([["a", 3], ["b", 4]]));
});

Deno.test("GroupState does not start the main role again", () => {
  const retry = new RetryIntervals({ regularSteps: 1 });
  assertEquals(stateOf({ mainRole: "a", retry }, ["a"]).ended("a", 1), [{ kind: "return", value: 1 }]);
});

Deno.test("GroupState stops everything once, and returns Aborted when all have ended", () => {
  const state = stateOf({}, ["a", "b"]);
  assertEquals(state.stop(), [{ kind: "stop", roles: ["a", "b"] }]);
  assertEquals(state.stop(), []);
  assertEquals(state.ended("a", 1), []);
  const [effect] = state.ended("b", 2);
  assertEquals(effect?.kind, "return");
  assertInstanceOf((effect as { value: unknown }).value, Aborted);
});

Deno.test("GroupState forgets pauses when it stops", () => {
  const state = stateOf({ retry: new RetryIntervals({ regularSteps: 1 }) }, ["a"]);
  state.ended("a", 1);
  assertEquals(state.stop().map((effect) => effect.kind), ["return"]);
  assertEquals(state.pauseOver("a"), []);
});

Deno.test("GroupState ends all with the first role that is done, where that is asked for", () => {
  const state = new GroupState({ mainRole: null, stopOnExit: true, retry: null, random: () => 0 });
  state.begin(["a", "b"]);
  assertEquals(state.ended("a", 1), [{ kind: "stop", roles: ["b"] }]);
  assertEquals(state.ended("b", 2), [{ kind: "returnTable", table: new Map([["a", 1], ["b", 2]]) }]);
});

Deno.test("GroupState.restartRole() begins a role anew when it has ended, without using its pauses", () => {
  const retry = new RetryIntervals({ firstSteps: [1], stepLimit: 2 });
  const state = stateOf({ retry }, ["a", "b"]);
  assertEquals(state.restartRole("a"), [{ kind: "stop", roles: ["a"] }]);
  assertEquals(state.restartRole("a"), [], "it was told already");
  assertEquals(state.ended("a", new Aborted()), [{ kind: "start", role: "a" }]);
  assertEquals(state.ended("a", 1), [{ kind: "pause", role: "a", seconds: 1 }]);
  assertEquals(state.restartRole("a"), [{ kind: "start", role: "a" }], "one that waits begins at once");
  assertEquals(state.pauseOver("a"), [], "the pause is forgotten");
  assertEquals(state.ended("a", 2), []);
  assertEquals(state.restartRole("a"), [{ kind: "start", role: "a" }], "one that has ended begins again");
});

Deno.test("GroupState.restartRole() of the main role does not end the others", () => {
  const state = stateOf({ mainRole: "a" }, ["a", "b"]);
  assertEquals(state.restartRole("a"), [{ kind: "stop", roles: ["a"] }]);
  assertEquals(state.ended("a", 1), [{ kind: "start", role: "a" }]);
  assertEquals(state.ended("a", 2), [{ kind: "stop", roles: ["b"] }]);
});

Deno.test("GroupState.stopRole() ends a role for good, and startRole() takes that back", () => {
  const retry = new RetryIntervals({ regularSteps: 1 });
  const state = stateOf({ retry }, ["a", "b"]);
  assertEquals(state.stopRole("a"), [{ kind: "stop", roles: ["a"] }]);
  assertEquals(state.ended("a", 1), [], "it is not started again");
  assertEquals(state.startRole("a"), [{ kind: "start", role: "a" }]);
  assertEquals(state.startRole("a"), [], "it runs");
  assertEquals(state.stopRole("a"), [{ kind: "stop", roles: ["a"] }]);
  assertEquals(state.startRole("a"), [], "it is about to end");
  assertEquals(state.ended("a", 2), [{ kind: "start", role: "a" }]);
});

Deno.test("GroupState.stopRole() of the last role that runs or waits ends the whole", () => {
  const retry = new RetryIntervals({ regularSteps: 1 });
  const state = stateOf({ retry }, ["a", "b"]);
  assertEquals(state.ended("a", 1), [{ kind: "pause", role: "a", seconds: 1 }]);
  assertEquals(state.stopRole("a"), []);
  assertEquals(state.stopRole("b"), [{ kind: "stop", roles: ["b"] }]);
  assertEquals(state.ended("b", 2), table([["a", 1], ["b", 2]]));
});

Deno.test("GroupState heeds no wish for a role once all are to end", () => {
  const state = stateOf({}, ["a", "b"]);
  assertEquals(state.ended("b", 1), []);
  assertEquals(state.stop(), [{ kind: "stop", roles: ["a"] }]);
  assertEquals([state.startRole("b"), state.restartRole("a"), state.stopRole("a")], [[], [], []]);
});

Deno.test("GroupState that lasts goes on without a role that runs, until it is stopped", () => {
  const state = stateOf({ isLasting: true, mainRole: "a" }, ["a", "b"]);
  assertEquals([state.ended("a", 1), state.ended("b", 2)], [[], []]);
  assertEquals(state.restartRole("a"), [{ kind: "start", role: "a" }]);
  assertEquals(state.stop(), [{ kind: "stop", roles: ["a"] }]);
  assertEquals(state.ended("a", 3)[0]?.kind, "return");
});
