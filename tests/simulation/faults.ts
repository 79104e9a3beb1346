/** Everything that happens to simulated worlds, in one table, with how often it does. */

import type { SeededRandom } from "../../runtime/simulation/mod.ts";
import { clash, clear, endActor, flap, storm, takeTurns, talk, wish } from "./faults_of_listings.ts";
import {
  breakAmidFrame,
  breakConnections,
  changeLine,
  disturb,
  halfOpen,
  holdBack,
  jumpClock,
  loseSigns,
  moveHost,
  part,
  partAndBreak,
  partHosts,
  powerCut,
  pullCable,
  reboot,
  refuse,
  suspend,
  wearOut,
} from "./faults_of_network.ts";
import {
  comeBackUnnoticed,
  freeze,
  kill,
  killUnnoticed,
  leave,
  readSlowly,
  restartAllBelow,
  restartSome,
  takePort,
} from "./faults_of_processes.ts";
import type { WorldShape } from "./shape.ts";
import type { Stage } from "./stage.ts";

/** Something that can happen. */
export interface Fault {
  readonly kind: string;
  /** How often it happens in comparison with the others of a world. */
  readonly rate: number;
  /** Without it, nothing else would be of interest: it is a part of every world. */
  readonly isUsual?: boolean;
  /** Where it can happen; everywhere if nothing is said. */
  readonly needs?: "LAN" | "GROUP" | "HOST" | "machines";
  readonly happen: (stage: Stage, random: SeededRandom) => void;
}

/** What applications do in every world, and faults, of which each world has its own selection. */
export const FAULTS: readonly Fault[] = [
  // Applications.
  { kind: "publish", rate: 20, isUsual: true, happen: (stage, random) => wish(stage, random, "publish") },
  { kind: "subscribe", rate: 16, isUsual: true, happen: (stage, random) => wish(stage, random, "subscribe") },
  { kind: "clear", rate: 11, isUsual: true, happen: clear },
  { kind: "talk", rate: 8, isUsual: true, happen: talk },
  { kind: "rapid publish and clear", rate: 4, happen: flap },
  { kind: "name clash", rate: 4, happen: clash },
  { kind: "name taken in turns", rate: 2, happen: takeTurns },
  { kind: "end of an actor", rate: 5, happen: endActor },
  { kind: "pattern storm", rate: 1, happen: (stage, random) => storm(stage, random, "subscribe") },
  { kind: "name storm", rate: 1, happen: (stage, random) => storm(stage, random, "publish") },
  // Processes.
  { kind: "kill a process", rate: 9, happen: (stage, random) => kill(stage.home(random), stage, random) },
  {
    kind: "kill a process unnoticed",
    rate: 5,
    happen: (stage, random) => killUnnoticed(stage.home(random), stage, random),
  },
  { kind: "end a process", rate: 4, happen: (stage, random) => leave(stage.home(random), stage, random) },
  {
    kind: "kill a group",
    rate: 4,
    needs: "GROUP",
    happen: (stage, random) => kill(stage.directory(random, "GROUP"), stage, random),
  },
  {
    kind: "kill a group unnoticed",
    rate: 2,
    needs: "GROUP",
    happen: (stage, random) => killUnnoticed(stage.directory(random, "GROUP"), stage, random),
  },
  {
    kind: "end a group",
    rate: 2,
    needs: "GROUP",
    happen: (stage, random) => leave(stage.directory(random, "GROUP"), stage, random),
  },
  {
    kind: "kill a host directory",
    rate: 4,
    needs: "HOST",
    happen: (stage, random) => kill(stage.directory(random, "HOST"), stage, random),
  },
  {
    kind: "kill a host directory unnoticed",
    rate: 2,
    needs: "HOST",
    happen: (stage, random) => killUnnoticed(stage.directory(random, "HOST"), stage, random),
  },
  {
    kind: "end a host directory",
    rate: 2,
    needs: "HOST",
    happen: (stage, random) => leave(stage.directory(random, "HOST"), stage, random),
  },
  {
    kind: "kill the LAN directory",
    rate: 4,
    needs: "LAN",
    happen: (stage, random) => kill(stage.directory(random, "LAN"), stage, random),
  },
  {
    kind: "kill the LAN directory unnoticed",
    rate: 2,
    needs: "LAN",
    happen: (stage, random) => killUnnoticed(stage.directory(random, "LAN"), stage, random),
  },
  { kind: "mixed restarts", rate: 4, happen: restartSome },
  { kind: "restart all below a directory", rate: 2, happen: restartAllBelow },
  { kind: "duplicate connect", rate: 4, happen: comeBackUnnoticed },
  { kind: "pause", rate: 4, happen: (stage, random) => freeze(stage, random, [40, 400, 1_500, 3_000]) },
  { kind: "freeze", rate: 3, happen: (stage, random) => freeze(stage, random, [8_000, 30_000, Infinity]) },
  { kind: "slow reader", rate: 3, happen: readSlowly },
  { kind: "port taken", rate: 2, happen: takePort },
  // Connections.
  { kind: "partition of processes", rate: 5, happen: (stage, random) => part(stage, random, false) },
  { kind: "one-way partition of processes", rate: 4, happen: (stage, random) => part(stage, random, true) },
  { kind: "partition that breaks connections", rate: 4, happen: partAndBreak },
  { kind: "long delay, then all at once", rate: 5, happen: holdBack },
  { kind: "connection lost", rate: 6, happen: breakConnections },
  { kind: "half-open connection", rate: 5, happen: halfOpen },
  { kind: "reset amid a frame", rate: 5, happen: breakAmidFrame },
  {
    kind: "slow line",
    rate: 2,
    happen: (stage, random) =>
      changeLine(stage, random, {
        latencyMeanMs: random.pick([50, 700]),
        loopbackLatencyMeanMs: random.pick([20, 300]),
        inFlightBytesMax: random.pick([300, 65_536]),
      }),
  },
  {
    kind: "split and merged reads",
    rate: 2,
    happen: (stage, random) =>
      changeLine(stage, random, {
        splitProbability: 0.9,
        mergeProbability: random.pick([0, 0.9]),
        shortReadProbability: random.pick([0, 0.9]),
        inFlightBytesMax: random.pick([64, 2_000]),
      }),
  },
  { kind: "connections refused", rate: 3, happen: refuse },
  { kind: "connections of short life", rate: 2, happen: wearOut },
  { kind: "strangers and nonsense", rate: 3, happen: disturb },
  // Machines.
  { kind: "power cut", rate: 2, happen: powerCut },
  { kind: "restart of a whole host", rate: 2, happen: reboot },
  { kind: "sleep of a whole host", rate: 2, happen: suspend },
  { kind: "clock jump", rate: 2, happen: jumpClock },
  {
    kind: "partition of hosts",
    rate: 6,
    needs: "machines",
    happen: (stage, random) => partHosts(stage, random, false),
  },
  {
    kind: "one-way partition of hosts",
    rate: 4,
    needs: "machines",
    happen: (stage, random) => partHosts(stage, random, true),
  },
  { kind: "cable pulled", rate: 4, needs: "machines", happen: pullCable },
  { kind: "address changed", rate: 5, needs: "machines", happen: moveHost },
  { kind: "lost signs of life", rate: 4, needs: "machines", happen: loseSigns },
];

/** What can happen in a world of this shape. */
export function faultsFor({ seats, hosts }: WorldShape): Fault[] {
  return FAULTS.filter(({ needs }) => {
    if (needs === undefined) return true;
    return needs === "machines" ? hosts.length > 1 : seats.some(({ scope }) => scope === needs);
  });
}
