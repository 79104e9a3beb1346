import { assertEquals } from "@std/assert";
import { KeyExchanges } from "../../net/key_exchanges.ts";

Deno.test("KeyExchanges lets a second's worth come at once, and the others at a pace", () => {
  const exchanges = new KeyExchanges(10);
  const waits = Array.from({ length: 13 }, () => exchanges.book("a", 5000, 10_000));
  assertEquals(waits, [...Array.from({ length: 10 }, () => 0), 100, 200, 300]);
  assertEquals(exchanges.book("b", 5000, 10_000), 0, "another host does not suffer");
  assertEquals(exchanges.book("a", 6300, 10_000), 0, "what was booked is over");
});

Deno.test("KeyExchanges books nothing for who would wait too long", () => {
  const exchanges = new KeyExchanges(10);
  for (let i = 0; i < 15; i++) exchanges.book("a", 0, 500);
  assertEquals([exchanges.book("a", 0, 500), exchanges.book("a", 0, 500)], [null, null]);
  assertEquals(exchanges.book("a", 100, 500), 500);
});

Deno.test("KeyExchanges without a limit lets everybody come at once", () => {
  const exchanges = new KeyExchanges(Infinity);
  for (let i = 0; i < 1000; i++) assertEquals(exchanges.book("a", 0, 0), 0);
});
