import { assert, assertEquals } from "@std/assert";
import type { AddressValue } from "../../runtime/mod.ts";
import { TellingAddresses, Told } from "../../net/told.ts";
import { address } from "./session_harness.ts";

const PROXY = address("19"), CONTROLLER = address("3");

Deno.test("TellingAddresses tells the object that an address leads to, or through", () => {
  const told = new Told(() => true);
  const addresses = new TellingAddresses(PROXY, CONTROLLER, told);
  assert(!told.has(address("5")));
  assertEquals(addresses.address(address("5")), "[5]");
  assertEquals(addresses.address(address("7,44")), "[7,44]");
  assertEquals([told.has(address("5")), told.has(address("44")), told.has(address("8,44"))], [true, true, true]);
  // 7 is an object of another process: here it is somebody else.
  assertEquals([told.has(address("7")), told.has(address("6"))], [false, false]);
});

Deno.test("TellingAddresses tells nobody by the targets that it writes", () => {
  const told = new Told(() => true);
  new TellingAddresses(PROXY, CONTROLLER, told).target(address("5,19"));
  assertEquals([told.has(address("5")), told.has(PROXY)], [false, false]);
});

Deno.test("Told forgets those who have ended, and keeps the others, however many they are", () => {
  const living = new Set<AddressValue>();
  let looks = 0;
  const told = new Told((one) => {
    looks++;
    return living.has(one);
  });
  for (let id = 1; id <= 100_000; id++) {
    const one = address(`${id}`);
    if (id % 50 === 0) living.add(one);
    told.add(one);
  }
  for (const one of living) assert(told.has(one));
  assert(!told.has(address("1")), "it has ended, and was forgotten");
  assert(looks < 1_000_000, `${looks} looks: forgetting costs little for each that is told`);
});
