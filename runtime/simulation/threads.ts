/** Threads of a simulated process: programs with a world of their own, which end with the process. */

import { type BytePort, PortStream } from "../port_stream.ts";
import { type ByteStream, NetworkError, type Thread, type ThreadProgram, type Threads, type World } from "../world.ts";
import type { Engine } from "./engine.ts";
import { Life } from "./life.ts";

/** Microseconds from one thread to another. */
const HOP_US = 20;

/** What threads are made in. */
export interface ThreadSurroundings {
  readonly engine: Engine;
  /** The life that they belong to. */
  readonly life: Life;
  /** The name of the process. */
  readonly process: string;
  /** The world of a thread with that life. */
  readonly makeWorld: (life: Life, threads: Threads) => World;
}

/** Makes the threads of a simulated process. */
export function simulatedThreads(surroundings: ThreadSurroundings, parent: ByteStream | null = null): Threads {
  return {
    parent,
    start: (program, name) => startThread(surroundings, program, name),
    // Whatever a thread could load is a part of this program.
    load: () => Promise.resolve(),
  };
}

function startThread(surroundings: ThreadSurroundings, program: ThreadProgram, name: string): Thread {
  const { engine, life: parentLife, process, makeWorld } = surroundings;
  const life = new Life(engine, { host: parentLife.host, process: `${process}#${name}` }, parentLife.pid);
  const [near, far] = joinedPorts(parentLife, life);
  const stream = new PortStream(near, { local: "main", remote: `thread ${name}` });
  const inside = new PortStream(far, { local: "thread", remote: "main" });
  const { promise: ended, resolve } = Promise.withResolvers<string | null>();
  const end = (cause: string | null) => {
    if (!life.isAlive) return;
    life.end(true);
    parentLife.holdings.delete(holding);
    // Noticed by the others as all that happens, in its turn.
    parentLife.schedule(HOP_US, () => {
      stream.break(new NetworkError(cause ?? "the thread was ended", 104));
      resolve(cause);
    }, "work");
  };
  const holding = { kind: "thread" as const, abandon: (isTold: boolean) => void life.end(isTold) };
  parentLife.holdings.add(holding);
  engine.note(life.label, "start thread");
  life.schedule(HOP_US, () => {
    try {
      program.run(makeWorld(life, simulatedThreads({ ...surroundings, life }, inside)));
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
    }
  }, "work");
  return { stream, ended, terminate: () => end(null) };
}

/** Two ports: what is posted at one arrives at the other, a moment later and in order. */
function joinedPorts(near: Life, far: Life): [BytePort, BytePort] {
  const takers: [Taker | null, Taker | null] = [null, null];
  const port = (own: 0 | 1, other: Life): BytePort => ({
    postMessage: (message) => void other.schedule(HOP_US, () => takers[own === 0 ? 1 : 0]?.(message), "work"),
    listen: (take) => void (takers[own] = take),
    close: () => void (takers[own] = null),
  });
  return [port(0, far), port(1, near)];
}

type Taker = (message: unknown) => void;
