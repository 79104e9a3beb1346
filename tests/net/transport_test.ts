import { REAL, simulated } from "./arena.ts";
import { PORTS } from "./port_arena.ts";
import { testTransport } from "./transport_contract.ts";

for (const encrypted of [false, true]) {
  testTransport(REAL, { encrypted });
  testTransport(PORTS, { encrypted });
  for (const seed of [1, 2, 3]) testTransport(simulated(seed), { encrypted });
}
