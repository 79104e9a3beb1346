import * as cake from "@layer-cake/cake";
import { now, tell } from "./tell.ts";

const SETTINGS = {
  search: cake.typeOf(cake.Unicode).default("work:.*"),
  scope: cake.typeOf(cake.ScopeOfDirectory).default("HOST"),
  label: cake.typeOf(cake.Unicode).default("pool"),
  /** How many clients ask the pool, each again as soon as it has its answer. */
  clients: cake.typeOf(cake.Integer8).default(4),
};

/** A request that is not answered for so long has failed. */
const ANSWER_SECONDS = 10;

/** A pool of all workers that are found, with clients that keep it busy; tells what fails, and how many requests there were. */
export async function pool(self: cake.Routine, { search, scope, label, clients }: cake.Settings<typeof SETTINGS>) {
  const spool = self.create(cake.ObjectSpool, { responsiveness: null });
  cake.subscribe(self, search, { scope });
  let isStopped = false;
  let count = 0;
  const client = async () => {
    while (!isStopped) {
      const begun = now();
      const answer = await self.ask(new cake.Enquiry(), spool, { timeout: ANSWER_SECONDS });
      count++;
      if (!(answer instanceof cake.Ack)) tell(label, `failed ${begun.toFixed(0)} ${answer}`);
    }
  };
  let members = 0;
  while (true) {
    const m = await self.input();
    if (m instanceof cake.Stop) break;
    if (m instanceof cake.Dropped) {
      members--;
      self.send(new cake.LeaveSpool(m.remoteAddress), spool);
      tell(label, `dropped ${m.name} ${m.scope}`);
    } else if (m instanceof cake.Available) {
      self.send(new cake.JoinSpool(m.publisherAddress), spool);
      tell(label, `available ${m.name} ${m.scope}`);
      if (count === 0 && ++members === 2) { for (let at = 0; at < clients; at++) client(); }
    }
  }
  isStopped = true;
  tell(label, `asked ${count}`);
  return new cake.Aborted();
}
cake.bind(pool, import.meta, { settings: SETTINGS });
cake.create(pool, import.meta);
