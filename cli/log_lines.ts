/** Records of logs on their way to stdout. */

import type { World } from "../runtime/mod.ts";
import type { RoleEntry } from "./log_merge.ts";
import { hasTag, localStamp, sampleValues } from "./log_selection.ts";

/** Characters that are gathered for one write. */
const WRITE_CHARACTERS = 65_536;

/** How records are shown, and which. */
export interface LineForm {
  /** Stamps are local. */
  readonly clock: boolean;
  /** Only these tags. */
  readonly tags: string | null;
  /** Only samples of this series, as columns. */
  readonly sample: string | null;
  /** One JSON object for each record. */
  readonly isJson: boolean;
  /** Width of the column of role names; 0 for none. */
  readonly roleWidth: number;
}

/** Writes records to stdout, many at a time. */
export class LogLines {
  readonly #world: World;
  readonly #form: LineForm;
  #text = "";

  constructor(world: World, form: LineForm) {
    this.#world = world;
    this.#form = form;
  }

  /** Shows a record, if it is one of those that are wanted. */
  write(entry: RoleEntry): void {
    const line = this.#lineOf(entry);
    if (line === null) return;
    this.#text += `${line}\n`;
    if (this.#text.length >= WRITE_CHARACTERS) this.flush();
  }

  /** Writes what was gathered. */
  flush(): void {
    if (this.#text !== "") this.#world.environment.writeOutput(this.#text);
    this.#text = "";
  }

  #lineOf(entry: RoleEntry): string | null {
    const { clock, tags, sample, isJson, roleWidth } = this.#form;
    if (!hasTag(entry, tags)) return null;
    const values = sample === null ? null : sampleValues(entry, sample);
    if (sample !== null && values === null) return null;
    if (isJson) return jsonOf(entry);
    const zoneOffset = (wall: bigint) => this.#world.clock.zoneOffset(wall);
    const stamp = clock ? localStamp(entry.stamp, zoneOffset) : entry.stamp;
    const role = roleWidth === 0 ? "" : `${entry.role.padEnd(roleWidth)} `;
    return values === null ? `${role}${stamp}${entry.rest}` : `${role}${stamp}\t${values}`;
  }
}

/** `{time, role, tag, object, text}`: a moment in UTC, who it is about, and what happened. */
function jsonOf({ stamp, role, tag, rest }: RoleEntry): string {
  const dash = rest.indexOf(" - ");
  return JSON.stringify({
    time: `${stamp}Z`,
    role,
    tag,
    object: rest.slice(3, dash),
    text: rest.slice(dash + 3),
  });
}
