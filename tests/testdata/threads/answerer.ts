/** The one who answers in the contract of transports: in this thread, in one of its own, or in another process. */

import {
  Ack,
  Address,
  bind,
  castTo,
  Enquiry,
  Integer8,
  Message,
  Nak,
  Ping,
  type Routine,
  Stop,
  Unicode,
} from "@layer-cake/cake";

/** Carries some text, an address and a number. */
export class Letter extends Message({ text: Unicode, who: Address, count: Integer8 }) {}
bind(Letter, import.meta);

/** Answers Ping with Nak, everything else with itself. */
export async function helper(self: Routine): Promise<void> {
  for (;;) {
    const m = await self.input();
    if (m instanceof Stop) return;
    if (m instanceof Ping) self.reply(new Nak());
    else sendBack(self, m);
  }
}
bind(helper, import.meta);

/** Returns what was received, with its type. */
export function sendBack(self: Routine, m: unknown): void {
  const { receivedType } = self;
  if (m === null || typeof m !== "object" || receivedType === null) {
    self.reply(m === null ? null : castTo(m, receivedType!));
  } else self.reply(receivedType.kind === "message" ? m : castTo(m, receivedType));
}

/** Answers Ping with Ack, Enquiry with the address of a helper, a letter also to whom it names, others with themselves. */
export function answer(self: Routine, m: unknown, helper: Routine["address"]): void {
  if (m instanceof Ping) self.reply(new Ack());
  else if (m instanceof Enquiry) self.reply(new Letter({ who: helper }));
  else {
    if (m instanceof Letter && m.who !== null) self.send(new Ack(), m.who);
    sendBack(self, m);
  }
}

/** The answering actor, in a thread of its own. */
export async function answerer(self: Routine): Promise<void> {
  const child = self.create(helper);
  for (;;) {
    const m = await self.input();
    if (m instanceof Stop) return;
    answer(self, m, child);
  }
}
bind(answerer, import.meta, { thread: true });
