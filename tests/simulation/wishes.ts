/** What the actors of a simulation publish and look for: few names, so that they collide. */

import type { Scope } from "../../runtime/mod.ts";
import type { SeededRandom } from "../../runtime/simulation/mod.ts";

const NAMES = ["svc:shared", "svc:one", "job:1", "job:2", "job:3", "plain"];
const SEARCHES = ["svc:shared", "svc:one", "plain", "job:3", "svc:.*", "job:[0-9]+", "job:1|plain", ".*"];
const SCOPES: readonly Scope[] = ["PROCESS", "GROUP", "GROUP", "GROUP", "HOST", "HOST", "HOST", "HOST"];
const LAN_SCOPES: readonly Scope[] = ["PROCESS", "GROUP", "GROUP", "HOST", "HOST", "LAN", "LAN", "LAN", "LAN"];

/** A request of one actor of a process. */
export interface Wish {
  readonly kind: "publish" | "subscribe";
  /** Which of the process's actors. */
  readonly actor: number;
  /** A name or a search. */
  readonly text: string;
  readonly scope: Scope;
}

/** Draws wishes for processes with so many actors. */
export class Wishes {
  readonly #random: SeededRandom;
  readonly #scopes: readonly Scope[];

  /** @param widest The scope of the topmost directory. */
  constructor(random: SeededRandom, widest: Scope) {
    this.#random = random;
    this.#scopes = widest === "LAN" ? LAN_SCOPES : SCOPES;
  }

  /** One wish of an actor. */
  draw(kind: Wish["kind"], actors: number): Wish {
    const text = this.#random.pick(kind === "publish" ? NAMES : SEARCHES);
    return { kind, actor: this.#random.integer(actors), text, scope: this.#random.pick(this.#scopes) };
  }

  /** What a program does whenever it starts: it publishes, or subscribes, or both. */
  drawProgram(actors: number): Wish[] {
    const kinds = this.#random.pick(
      [["publish"], ["publish"], ["subscribe"], ["subscribe"], ["publish", "subscribe"]] as const,
    );
    return kinds.flatMap((kind) => Array.from({ length: 1 + this.#random.integer(3) }, () => this.draw(kind, actors)));
  }
}
