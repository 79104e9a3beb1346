import { assertEquals } from "@std/assert";
import { nearestName } from "../../runtime/suggestion.ts";

const NAMES = ["create", "add", "list", "status", "stop", "start"];

Deno.test("nearestName() finds what was meant", () => {
  const typed = ["statsu", "strat", "lst", "creat", "stp", "ad"];
  assertEquals(typed.map((name) => nearestName(name, NAMES)), ["status", "start", "list", "create", "stop", "add"]);
});

Deno.test("nearestName() finds nothing for what is far from all", () => {
  assertEquals(["bake", "x", "", "destroyer"].map((name) => nearestName(name, NAMES)), [null, null, null, null]);
});
