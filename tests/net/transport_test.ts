import { REAL, simulated } from "./arena.ts";
import { testTransport } from "./transport_contract.ts";

for (const encrypted of [false, true]) {
  testTransport(REAL, { encrypted });
  for (const seed of [1, 2, 3]) testTransport(simulated(seed), { encrypted });
}
