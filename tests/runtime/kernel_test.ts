import { assertEquals, assertThrows } from "@std/assert";
import { type Cancel, Runtime, type World } from "../../runtime/mod.ts";
import { Simulation } from "../../runtime/simulation/mod.ts";

Deno.test("Kernel.after() goes on with other timers when one throws", async () => {
  const simulation = new Simulation({ seed: 1 });
  await simulation.execute(simulation.host("alpha"), (outer) => {
    // An alarm that is rung by hand, so that what it throws is seen here.
    const alarms: (() => void)[] = [];
    const after = (_milliseconds: number, alarm: () => void): Cancel => {
      alarms.push(alarm);
      return () => {};
    };
    const world: World = { ...outer, clock: { ...outer.clock, now: () => outer.clock.now(), after } };
    const runtime = new Runtime(world);
    const rung: string[] = [];
    runtime.after(0, () => {
      throw new Error("first");
    });
    runtime.after(0, () => rung.push("second"));
    assertThrows(() => alarms.shift()!(), Error, "first");
    alarms.shift()!();
    assertEquals(rung, ["second"]);
  });
});
