import * as cake from "@layer-cake/cake";
import { tell } from "./tell.ts";

const SETTINGS = {
  name: cake.typeOf(cake.Unicode).default("svc"),
  scope: cake.typeOf(cake.ScopeOfDirectory).default("HOST"),
  label: cake.typeOf(cake.Unicode).default("publisher"),
  /** How many names to publish; beyond one, they are `name:0` and so on. */
  count: cake.typeOf(cake.Integer8).default(1),
};

/** Publishes names, answers whoever asks, and tells whom it meets. */
export async function publisher(self: cake.Routine, { name, scope, label, count }: cake.Settings<typeof SETTINGS>) {
  for (let index = 0; index < count; index++) cake.publish(self, count === 1 ? name : `${name}:${index}`, { scope });
  while (true) {
    const m = await self.input();
    if (m instanceof cake.Stop) return new cake.Aborted();
    if (m instanceof cake.Enquiry) self.reply(new cake.Ack());
    else if (m instanceof cake.Published) tell(label, `published ${m.name}`);
    else if (m instanceof cake.NotPublished) tell(label, `refused ${m}`);
    else if (m instanceof cake.Delivered) tell(label, `delivered ${m.name} ${m.scope}`);
    else if (m instanceof cake.Dropped) tell(label, `dropped ${m.name} ${m.scope}`);
  }
}
cake.bind(publisher, import.meta, { settings: SETTINGS });
cake.create(publisher, import.meta);
