// This module performs no I/O.

/** Which roles are to begin anew, from when their files were changed. */

/** What tells one content of a file from another without reading it; null where there is no such file. */
export type Stamp = string | null;

/** A role whose files have changed. */
export interface Change {
  readonly role: string;
  /** The file that told. */
  readonly path: string;
}

/**
 * Compares files with what they were when their role began. A change counts once the file has rested from one look to the
 * next: whoever writes it may not be done, or may be about to put another in its place.
 */
export class SourceStamps {
  /** By role, then by path. */
  readonly #begun = new Map<string, ReadonlyMap<string, Stamp>>();
  #last: ReadonlyMap<string, Stamp> = new Map();

  /** The files of a role as they are now: a role that has just begun has read them. */
  begin(role: string, stamps: ReadonlyMap<string, Stamp>): void {
    this.#begun.set(role, stamps);
  }

  /** The files to look at. */
  get paths(): Set<string> {
    const paths = new Set<string>();
    for (const stamps of this.#begun.values()) for (const path of stamps.keys()) paths.add(path);
    return paths;
  }

  /** Takes what files are like now, and gives the roles that have changed, each once. */
  look(now: ReadonlyMap<string, Stamp>): Change[] {
    const changes: Change[] = [];
    for (const [role, begun] of this.#begun) {
      for (const [path, stamp] of begun) {
        const found = now.get(path) ?? null;
        if (found === null || found === stamp || this.#last.get(path) !== found) continue;
        changes.push({ role, path });
        break;
      }
    }
    this.#last = now;
    return changes;
  }
}
