/** A run on a terminal: what roles write and what happens to them, line by line. */

import type { World } from "../../runtime/mod.ts";
import type { GroupView } from "../group.ts";
import { localStamp } from "../log_selection.ts";
import { LineSplitter } from "../line_splitter.ts";
import type { RoleEvent } from "../role_events.ts";
import { paintFor, wantsColour } from "./ansi.ts";
import { RoleLines } from "./role_lines.ts";

/** What the command itself says stands behind this name. */
const OWN_NAME = "cake";

/** Shows a run on stderr. */
export class RunView implements GroupView {
  readonly takesErrors = true;
  /** The world for the composite process: what that writes to stderr goes through this view. */
  readonly world: World;
  readonly #outside: World;
  readonly #lines: RoleLines;
  readonly #splitters = new Map<string, LineSplitter>();
  /** Since when a role is in its state, in milliseconds of the clock. */
  readonly #since = new Map<string, number>();

  /** @param roles The names of the roles that run. */
  constructor(world: World, roles: readonly string[]) {
    const { environment, clock } = world;
    this.#outside = world;
    this.#lines = new RoleLines({
      roles,
      ownName: OWN_NAME,
      paint: paintFor(wantsColour((name) => environment.variable(name))),
      timeOfDay: (date, time) => {
        return localStamp(`${date}T${time}`, (wall) => clock.zoneOffset(wall)).slice(11);
      },
    });
    const own = this.#splitter(OWN_NAME);
    this.world = { ...world, environment: { ...environment, writeError: (text) => own.takeText(text) } };
  }

  note(role: string, event: RoleEvent): void {
    if (event.kind === "wrote") return this.#splitter(role).take(event.bytes);
    const now = this.#outside.clock.now();
    if (event.kind === "ended") this.#splitters.get(role)?.end();
    const line = this.#lines.happened(role, event, (now - (this.#since.get(role) ?? now)) / 1000);
    if (line !== null) this.#write(line);
    // How long a role has run counts from its start, not from when it was told to end.
    if (event.kind === "starting") this.#since.set(role, now);
  }

  #splitter(name: string): LineSplitter {
    let splitter = this.#splitters.get(name);
    if (splitter === undefined) {
      splitter = new LineSplitter((line) => this.#write(this.#lines.written(name, line)));
      this.#splitters.set(name, splitter);
    }
    return splitter;
  }

  #write(line: string): void {
    this.#outside.environment.writeError(`${line}\n`);
  }
}
