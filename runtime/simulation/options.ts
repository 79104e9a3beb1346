// This module performs no I/O.

/** What a simulated network is like, and what a simulation is made from. */

/** How connections between two hosts behave. Times are virtual milliseconds, probabilities from 0 to 1. */
export interface NetworkConditions {
  /** Mean one-way delay of a segment: the least delay plus an exponential share. @default {0.5} */
  readonly latencyMeanMs: number;
  /** Least one-way delay. @default {0.1} */
  readonly latencyMinMs: number;
  /** Mean one-way delay inside a host. @default {0.05} */
  readonly loopbackLatencyMeanMs: number;
  /** Least one-way delay inside a host. @default {0.02} */
  readonly loopbackLatencyMinMs: number;
  /** How often a write arrives in several pieces. @default {0.2} */
  readonly splitProbability: number;
  /** How often a write arrives together with the one before, if that is still under way. @default {0.2} */
  readonly mergeProbability: number;
  /** How often a read returns fewer bytes than are there. @default {0.1} */
  readonly shortReadProbability: number;
  /** How often a connect is refused although somebody listens. @default {0} */
  readonly refuseProbability: number;
  /** Mean lifetime of a connection until the network breaks it; Infinity never does. @default {Infinity} */
  readonly lifetimeMeanMs: number;
  /** Bytes written but not yet read, per direction; a write waits for room. @default {65536} */
  readonly inFlightBytesMax: number;
  /** How long a system takes to open a port for its program. @default {0} */
  readonly listenMs: number;
  /** How long a connect may take. @default {10000} */
  readonly connectTimeoutMs: number;
  /** How long bytes may be held by a partition or a dead host until their sender's connection breaks. @default {30000} */
  readonly breakAfterMs: number;
}

/** The conditions of a quiet local network. */
export const LOCAL_NETWORK: NetworkConditions = {
  latencyMeanMs: 0.5,
  latencyMinMs: 0.1,
  loopbackLatencyMeanMs: 0.05,
  loopbackLatencyMinMs: 0.02,
  splitProbability: 0.2,
  mergeProbability: 0.2,
  shortReadProbability: 0.1,
  refuseProbability: 0,
  lifetimeMeanMs: Infinity,
  inFlightBytesMax: 65_536,
  listenMs: 0,
  connectTimeoutMs: 10_000,
  breakAfterMs: 30_000,
};

/** What a simulation is made from. */
export interface SimulationOptions {
  /** Decides every random draw. */
  readonly seed: number | string;
  /** Conditions that differ from {@link LOCAL_NETWORK}. */
  readonly network?: Partial<NetworkConditions>;
  /** The wall clock at the start, milliseconds since 1970. @default {1735689600000} 2025-01-01 */
  readonly wallStartMs?: number;
  /** Offset of local time from UTC in seconds, east positive. @default {0} */
  readonly zoneOffsetS?: number;
  /** Virtual time that a file operation takes. @default {0.1} */
  readonly fileLatencyMs?: number;
  /** Lines of history to keep. @default {100000} */
  readonly historyLinesMax?: number;
  /** Events in one run before it counts as endless and fails. @default {50000000} */
  readonly eventsMax?: number;
}

/** How a partition is. */
export interface PartitionOptions {
  /** Only what goes from the first hosts to the second is held. @default {false} */
  readonly oneWay?: boolean;
  /** Milliseconds until connections with held bytes break at their sender; by default the network's `breakAfterMs`. */
  readonly breakAfterMs?: number;
}

/** How connections break. */
export interface BreakOptions {
  /**
   * Virtual milliseconds until the other end learns of it; Infinity leaves it half open: it learns when it writes.
   * @default {0}
   */
  readonly noticedAfterMs?: number;
  /**
   * Breaks a connection, at both ends, only when this many more bytes have gone from the first processes to the others,
   * be it amid a message: what lies behind is lost. One that is quiet breaks after `withinMs`.
   */
  readonly afterBytes?: number;
  /** Virtual milliseconds after which a connection breaks that `afterBytes` waits for. @default {1000} */
  readonly withinMs?: number;
}

const PROBABILITIES = ["splitProbability", "mergeProbability", "shortReadProbability", "refuseProbability"] as const;

/**
 * Completes and checks conditions.
 *
 * @param base What holds where `changes` says nothing
 * @param changes What differs
 * @throws {RangeError} When a value is out of range, or two of them contradict each other
 */
export function withConditions(base: NetworkConditions, changes: Partial<NetworkConditions>): NetworkConditions {
  const all: NetworkConditions = { ...base, ...changes };
  for (const name of PROBABILITIES) {
    demand(all[name] >= 0 && all[name] <= 1, `${name} is ${all[name]}, not in [0, 1]`);
  }
  demand(all.latencyMinMs >= 0, "latencyMinMs is negative");
  demand(all.latencyMeanMs >= all.latencyMinMs, "latencyMeanMs is less than latencyMinMs");
  demand(all.loopbackLatencyMinMs >= 0, "loopbackLatencyMinMs is negative");
  demand(all.loopbackLatencyMeanMs >= all.loopbackLatencyMinMs, "loopbackLatencyMeanMs is less than its minimum");
  demand(all.listenMs >= 0, "listenMs is negative");
  demand(all.inFlightBytesMax >= 1, "inFlightBytesMax is less than 1");
  demand(all.connectTimeoutMs > 2 * all.latencyMeanMs, "connectTimeoutMs is less than a mean round trip");
  demand(all.breakAfterMs > 2 * all.latencyMeanMs, "breakAfterMs is less than a mean round trip");
  demand(all.lifetimeMeanMs > 0, "lifetimeMeanMs is not positive");
  return all;
}

function demand(isMet: boolean, complaint: string): void {
  if (!isMet) throw new RangeError(`Cannot use these network conditions: ${complaint}`);
}
