import { assert, assertEquals, assertThrows } from "@std/assert";
import { lastNumber } from "../../runtime/address.ts";
import { addressOf, type AddressValue, type Cancel, localAddress, Runtime, type World } from "../../runtime/mod.ts";
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

Deno.test("lastNumber() gives the number that an address ends with", () => {
  assertEquals([localAddress(1), localAddress(4_294_967_297)].map(lastNumber), [1, 4_294_967_297]);
  assertEquals([addressOf([7, 19]), addressOf([1_099_511_627_775, 3, 20])].map(lastNumber), [19, 20]);
  // No id is 0.
  for (const nothing of ["", ",", "0"]) assertEquals(lastNumber(nothing as AddressValue), 0);
  for (const other of ["-5", "3,-17", "-", "a", "3,1:", " 7"]) assertEquals(lastNumber(other as AddressValue), NaN);
});

Deno.test("Kernel finds who is at an address, and at the end of a path", async () => {
  const simulation = new Simulation({ seed: 1 });
  await simulation.execute(simulation.host("alpha"), (world) => {
    const runtime = new Runtime(world);
    const got: [unknown, string][] = [];
    const receiver = { deliver: (message: unknown, to: string) => void got.push([message, to]) };
    const address = runtime.register(receiver);
    const path = `12,${address}` as AddressValue;
    runtime.send("one", address, address);
    runtime.send("two", path, address);
    assertEquals(got, [["one", address], ["two", path]]);
    assertEquals([address, path].map((at) => runtime.receiverAt(at)), [receiver, undefined]);
    // A path is nobody's address: what ends there ends nobody here.
    runtime.unregister(path);
    assert(runtime.receiverAt(address) === receiver);
    runtime.unregister(address);
    runtime.send("three", path, address);
    assertEquals([got.length, runtime.counts.undeliverable], [2, 1]);
  });
});
