/** What each row is to reach, as it was agreed: on two shared cores, compared within one run. */

/** A figure of a row. */
export interface Figure {
  readonly row: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly floor?: number;
  readonly floorIs?: string;
  readonly ratio?: number;
}

/** Figures of one run by row, of cake and of others that were measured beside it. */
export interface Figures {
  readonly cake: ReadonlyMap<string, Figure>;
  readonly original: ReadonlyMap<string, Figure>;
  readonly erlang: ReadonlyMap<string, Figure>;
}

/** What a row is to reach. */
export interface Aim {
  readonly row: string;
  /** In words. */
  readonly text: string;
  /** How far it is: 1 or more is reached. Undefined where what it is compared with was not measured. */
  reached(figure: Figure, figures: Figures): number | undefined;
}

/** Erlang's figures on such a machine, for runs without it. */
const ERLANG_LOCAL = 925_000;
const ERLANG_CREATE_S = 0.69;
const ERLANG_OUTSTANDING = 120_000;
/** The original's, likewise. */
const ORIGINAL_POOL = 690;

const LOCAL = "local request and reply, routine to routine";
const OUTSTANDING = "transport: request and reply, 100 outstanding";

function erlang(row: string, otherwise: number): (figures: Figures) => number {
  return (figures) => figures.erlang.get(row)?.median ?? otherwise;
}

function atLeast(row: string, count: number, text: string): Aim {
  return { row, text, reached: ({ median }) => median / count };
}

function atMost(row: string, count: number, text: string): Aim {
  return { row, text, reached: ({ median }) => count / median };
}

function ofFloor(row: string, share: number, text: string): Aim {
  return { row, text, reached: ({ ratio }) => ratio === undefined ? undefined : ratio / share };
}

function halfOf(row: string, clear: string): Aim {
  return {
    row,
    text: "half of clear",
    reached: ({ median }, { cake }) => {
      const other = cake.get(clear)?.median;
      return other === undefined ? undefined : median / other / 0.5;
    },
  };
}

/** All aims, in the order of the table. */
export const AIMS: readonly Aim[] = [
  { row: LOCAL, text: "Erlang's", reached: (one, all) => one.median / erlang(LOCAL, ERLANG_LOCAL)(all) },
  {
    row: "local request and reply, machine to machine",
    text: "twice Erlang's",
    reached: (one, all) => one.median / (2 * erlang(LOCAL, ERLANG_LOCAL)(all)),
  },
  atLeast("local fan-in: 1000 senders, one receiver, 1 M messages", 3e6, "3 M/s"),
  {
    row: "create 100 000 actors, each answers once",
    text: "Erlang's time",
    reached: (one, all) => erlang(one.row, ERLANG_CREATE_S)(all) / one.median,
  },
  atMost("1 M idle actors, each", 1024, "1 KiB"),
  atMost("1 M timers set and cancelled, each", 1, "1 µs"),
  {
    row: "1 M timers pending: lateness, 99.9th percentile",
    text: "20 ms, or as bare alarms where the machine has no time",
    reached: ({ median, floor = 0 }) => Math.max(20, floor) / median,
  },
  atMost("log call at a level that is off", 20, "20 ns"),
  ofFloor("transport: request and reply, one at a time", 0.9, "0.9 of the floor"),
  atMost(
    "transport: request and reply, one at a time, 99th percentile of latency over median",
    3,
    "3",
  ),
  {
    row: OUTSTANDING,
    text: "Erlang's",
    reached: (one, all) => one.median / erlang(OUTSTANDING, ERLANG_OUTSTANDING)(all),
  },
  atLeast("transport: one way, 100 bytes", 300_000, "300 k/s"),
  ofFloor("transport: one way, Blocks of 64 KiB", 0.6, "0.6 of the floor"),
  halfOf("transport, encrypted: request and reply, one at a time", "transport: request and reply, one at a time"),
  halfOf("transport, encrypted: request and reply, 100 outstanding", OUTSTANDING),
  halfOf("transport, encrypted: one way, 100 bytes", "transport: one way, 100 bytes"),
  halfOf("transport, encrypted: one way, Blocks of 64 KiB", "transport: one way, Blocks of 64 KiB"),
  atLeast("threads: request and reply between two threads, 100 outstanding", 150_000, "150 k/s"),
  {
    row: "HTTP request through server, pool and 8 worker processes, 64 connections",
    text: "10 times the original, 0.6 of the floor",
    reached: (one, { original }) => {
      const ten = one.median / (10 * (original.get(one.row)?.median ?? ORIGINAL_POOL));
      return Math.min(ten, (one.ratio ?? 0) / 0.6);
    },
  },
  atLeast("directory: publish 100 000 names one after another, 1000 patterns registered", 50_000, "50 k/s"),
  atMost("directory: match of one new subscriber among 100 000 names, 1 found", 1.001, "1 ms and 1 µs a match"),
  atMost("directory: match of one new subscriber among 100 000 names, 1000 found", 2, "1 ms and 1 µs a match"),
  atMost("directory: match of one new subscriber among 100 000 names, 10 000 found", 11, "1 ms and 1 µs a match"),
  ...["", "one file: "].flatMap((form) => [
    atMost(`${form}cake run of 10 roles to all Available`, 1.5, "1.5 s"),
    atMost(`${form}start of a process to its main actor's first line`, 0.12, "0.12 s"),
  ]),
];
