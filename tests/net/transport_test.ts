import { REAL, simulated } from "./arena.ts";
import { MESSAGE_SCENARIOS } from "./message_contract.ts";
import { both } from "./thread_harness.ts";
import { testTransport } from "./transport_contract.ts";
import { answerer } from "../testdata/threads/answerer.ts";

for (const encrypted of [false, true]) {
  testTransport(REAL, { encrypted });
  for (const seed of [1, 2, 3]) testTransport(simulated(seed), { encrypted });
}

for (const [promise, scenario] of Object.entries(MESSAGE_SCENARIOS)) {
  both(promise, (self) => scenario(self, self.create(answerer)));
}
