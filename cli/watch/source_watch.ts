/** Looks at the files that roles are made of, and says when they were changed. */

import { Aborted, bind, Message, type Routine, Stop, T1, Unicode, type World } from "../../runtime/mod.ts";
import { SourceStamps, type Stamp } from "./source_stamps.ts";
import { sourcesOf } from "./sources.ts";

/** How often files are looked at. Units: seconds. */
const LOOK_SECONDS = 0.4;

/** To the watch: a role begins, from this file on. */
export class RoleBegins extends Message({ role: Unicode.default(""), path: Unicode.default("") }) {}

/** From the watch: a file of a role was changed since it began. Said once for each beginning. */
export class SourceChanged extends Message({ role: Unicode.default(""), path: Unicode.default("") }) {}

/** Watches the roles that it hears of, and tells its parent. */
export async function SourceWatch(self: Routine): Promise<Aborted> {
  const { world } = self.kernel;
  const stamps = new SourceStamps();
  const told = new Set<string>();
  self.start(T1, LOOK_SECONDS, { repeating: true });
  for (;;) {
    const message = await self.input();
    if (message instanceof Stop) return new Aborted();
    if (message instanceof RoleBegins) {
      const sources = await sourcesOf(world, message.path);
      stamps.begin(message.role, await stampsOf(world, sources));
      self.console(`Watching ${sources.length} files of "${message.role}"`);
      told.delete(message.role);
    } else if (message instanceof T1) {
      for (const { role, path } of stamps.look(await stampsOf(world, stamps.paths))) {
        if (told.has(role)) continue;
        told.add(role);
        self.send(new SourceChanged({ role, path }), self.parentAddress);
      }
    }
  }
}
bind(SourceWatch, "layer_cake.source_watch");

async function stampsOf({ files }: World, paths: Iterable<string>): Promise<Map<string, Stamp>> {
  const stamp = async (path: string): Promise<[string, Stamp]> => {
    const info = await files.info(path).catch(() => null);
    return [path, info === null ? null : `${info.modified} ${info.size}`];
  };
  return new Map(await Promise.all([...paths].map(stamp)));
}
