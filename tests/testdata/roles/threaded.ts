// Does in a named thread what others do in the main thread: looks at its process, and runs others.
import * as cake from "@layer-cake/cake";
import { Ask, TOTAL } from "./ask_api.ts";
import { service } from "./service.ts";

const settings = { task: cake.Unicode.default("look") };
type Given = cake.Settings<typeof settings>;

/** What an actor finds out about its process. */
async function look(self: cake.Routine): Promise<string> {
  const { commandLine: { roleName, homePath, modelPath }, executable } = cake.processContext(self.kernel);
  const temporary = await cake.temporaryPath(self);
  const [words, model, resource] = [cake.words(self), cake.modelPath(self), cake.resourcePath(self)];
  return JSON.stringify({ roleName, homePath, modelPath, executable, words, model, resource, temporary });
}

async function askLibrary(self: cake.Routine): Promise<unknown> {
  const library = self.create(cake.ProcessObject, { actor: service });
  self.send(new Ask({ number: 21 }), library);
  const m = await self.select(TOTAL, cake.Returned);
  if (m instanceof cake.Returned) return m.message;
  await self.stop(library);
  return cake.castTo(m, TOTAL);
}

async function inThread(self: cake.Routine, { task }: Given): Promise<unknown> {
  self.console("at work", { task });
  if (task === "look") return cake.castTo(await look(self), cake.Unicode);
  if (task === "library") return await askLibrary(self);
  const child = task === "child"
    ? self.create(cake.ProcessObject, { executable: "greet.ts", settings: { name: "thread" } })
    : self.create(cake.Utility, { name: "sh", arguments: ["-c", "echo asleep >&2; exec sleep 1000.25"] });
  self.assign(child);
  const { message } = await self.select(cake.Returned);
  return message;
}
cake.bind(inThread, import.meta, { settings, thread: "works" });

export async function threaded(self: cake.Routine, given: Given): Promise<unknown> {
  const here = given.task === "look" ? await look(self) : null;
  const child = self.create(inThread, given);
  self.console(`child ${child}`);
  const m = await self.select(cake.Returned, cake.Stop);
  // What still runs then is for the end of the process to collect.
  if (m instanceof cake.Stop) return new cake.Aborted();
  if (here !== null && cake.castBack(m.message) !== here) return new cake.Faulted("two views", `${m.message}, ${here}`);
  return m.message;
}
cake.bind(threaded, import.meta, { settings });

cake.create(threaded, import.meta);
