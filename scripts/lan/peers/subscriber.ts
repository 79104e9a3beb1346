import * as cake from "@layer-cake/cake";
import { now, tell } from "./tell.ts";

const SETTINGS = {
  search: cake.typeOf(cake.Unicode).default("svc"),
  scope: cake.typeOf(cake.ScopeOfDirectory).default("HOST"),
  label: cake.typeOf(cake.Unicode).default("subscriber"),
  /** Milliseconds between requests to whoever is available; 0 for one request each time that somebody is. */
  every: cake.typeOf(cake.Integer8).default(0),
  /** A file to wait for before subscribing; empty for none. */
  after: cake.typeOf(cake.Unicode).default(""),
};

/** A request that is not answered for so long has failed. */
const ANSWER_SECONDS = 2;
const POLL_MS = 5;

/** Subscribes to names, asks whoever is found, and tells what it hears. */
export async function subscriber(self: cake.Routine, settings: cake.Settings<typeof SETTINGS>) {
  const { search, scope, label, every, after } = settings;
  if (after !== "") {
    tell(label, "waiting");
    await existing(after);
  }
  cake.subscribe(self, search, { scope });
  let count = 0;
  const publishers = new Set<cake.Address>();
  const request = async (to: cake.Address) => {
    const begun = now();
    const answer = await self.ask(new cake.Enquiry(), to, { timeout: ANSWER_SECONDS });
    count++;
    if (!(answer instanceof cake.Ack)) tell(label, `failed ${begun.toFixed(0)} ${answer}`);
  };
  const timer = every === 0 ? null : setInterval(() => {
    const [first] = publishers;
    if (first !== undefined) request(first);
  }, every);
  while (true) {
    const m = await self.input();
    if (m instanceof cake.Stop) break;
    if (m instanceof cake.Subscribed) tell(label, `subscribed ${m.search}`);
    else if (m instanceof cake.Ack) tell(label, "answered");
    else if (m instanceof cake.Dropped) {
      publishers.delete(m.remoteAddress!);
      tell(label, `dropped ${m.name} ${m.scope}`);
    } else if (m instanceof cake.Available) {
      publishers.add(m.publisherAddress!);
      tell(label, `available ${m.name} ${m.scope}`);
      self.send(new cake.Enquiry(), m.publisherAddress!);
    }
  }
  if (timer !== null) clearInterval(timer);
  tell(label, `asked ${count}`);
  return new cake.Aborted();
}

async function existing(path: string): Promise<void> {
  while (true) {
    try {
      await Deno.stat(path);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

cake.bind(subscriber, import.meta, { settings: SETTINGS });
cake.create(subscriber, import.meta);
