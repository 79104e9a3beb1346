/** What the actors of a simulation publish and look for: few names, so that they collide, and patterns of all kinds. */

import type { Scope } from "../../runtime/mod.ts";
import type { SeededRandom } from "../../runtime/simulation/mod.ts";

const NAMES = [
  "svc:shared",
  "svc:one",
  "job:1",
  "job:2",
  "job:3",
  "plain",
  "svc:two",
  "job:10",
  "a.b",
  "svc:x:y",
  "job:11",
  "Plain",
  "svc:three",
  "aab",
  "job:4",
  "job:5",
  "svc:",
  "zoo-9",
] as const;
/** Patterns that match few names, in the order of the names they are about. */
const NARROW_SEARCHES = ["svc:shared", "svc:one", "job:1|plain", "plain", "job:3", "svc:t.*", "a\\.b", "job:1[0-9]*"];
/** Patterns that match many. */
const WIDE_SEARCHES = ["svc:.*", "job:[0-9]+", ".*", "(svc|job):.+", "[a-p]+(:.)?.*", "(?i)plain|zoo-\\d"];
/** Scopes as often as they are drawn, by the widest that anybody asks for. */
const SCOPES: Readonly<Record<"HOST" | "LAN", readonly Scope[]>> = {
  HOST: ["PROCESS", "GROUP", "GROUP", "GROUP", "HOST", "HOST", "HOST", "HOST"],
  LAN: ["PROCESS", "GROUP", "GROUP", "HOST", "HOST", "LAN", "LAN", "LAN", "LAN"],
};
/** With so many processes, hardly anybody looks for everything. */
const CROWD = 24;

/** A request of one actor of a process. */
export interface Wish {
  readonly kind: "publish" | "subscribe";
  /** Which of the process's actors. */
  readonly actor: number;
  /** A name or a search. */
  readonly text: string;
  readonly scope: Scope;
  /** Whether the sessions of a publication are encrypted. */
  readonly isEncrypted: boolean;
}

/** What wishes of a world are like. */
export interface WishConditions {
  /** The widest scope that anybody asks for; there need be no directory of it. */
  readonly widest: "HOST" | "LAN";
  readonly processes: number;
  /** The actors of a process. */
  readonly actors: number;
  /** How often a publication is encrypted. */
  readonly encryptedShare: number;
}

/** Draws wishes. */
export class Wishes {
  readonly #conditions: WishConditions;
  readonly #names: readonly string[];

  constructor(conditions: WishConditions) {
    this.#conditions = conditions;
    this.#names = NAMES.slice(0, Math.min(NAMES.length, 4 + Math.ceil(conditions.processes / 3)));
  }

  /** One wish of an actor. */
  draw(kind: Wish["kind"], random: SeededRandom): Wish {
    const { widest, actors, encryptedShare } = this.#conditions;
    const text = kind === "publish" ? random.pick(this.#names) : this.#drawSearch(random);
    const isEncrypted = kind === "publish" && random.chance(encryptedShare);
    return { kind, actor: random.integer(actors), text, scope: random.pick(SCOPES[widest]), isEncrypted };
  }

  #drawSearch(random: SeededRandom): string {
    const { processes } = this.#conditions;
    const wideShare = processes <= CROWD ? 0.4 : 0.4 * CROWD / (2 * processes);
    return random.pick(random.chance(wideShare) ? WIDE_SEARCHES : NARROW_SEARCHES);
  }

  /** What a program does whenever it starts: it publishes, or subscribes, or both. */
  drawProgram(random: SeededRandom): Wish[] {
    const kinds = random.pick(
      [["publish"], ["publish"], ["subscribe"], ["subscribe"], ["publish", "subscribe"]] as const,
    );
    return kinds.flatMap((kind) => Array.from({ length: 1 + random.integer(3) }, () => this.draw(kind, random)));
  }
}
