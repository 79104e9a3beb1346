/** Threads of a simulated process: programs with a world of their own, which end with the process. */

import type { Thread, ThreadPort, ThreadProgram, Threads, World } from "../world.ts";
import type { Engine } from "./engine.ts";
import { type Holding, Life } from "./life.ts";

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
export function simulatedThreads(surroundings: ThreadSurroundings, parent: ThreadPort | null = null): Threads {
  const { life } = surroundings;
  return {
    parent,
    start: (program, name) => startThread(surroundings, program, name),
    channel: () => joinedPorts(life, life),
    // Whatever a thread could load is a part of this program.
    load: () => Promise.resolve(),
    // They are ended by others only.
    onEnding() {},
  };
}

function startThread(surroundings: ThreadSurroundings, program: ThreadProgram, name: string): Thread {
  const { engine, life: parentLife, process, makeWorld } = surroundings;
  const life = new Life(engine, { host: parentLife.host, process: `${process}#${name}` }, parentLife.pid);
  const [port, inside] = joinedPorts(parentLife, life);
  const { promise: ended, resolve } = Promise.withResolvers<string | null>();
  const end = (cause: string | null) => {
    if (!life.isAlive) return;
    life.end(true);
    parentLife.holdings.delete(holding);
    // Noticed by the others as all that happens, in its turn.
    parentLife.schedule(HOP_US, () => resolve(cause), "work");
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
  return { port: withoutEnd(port), ended, terminate: () => end(null) };
}

/** The way to a thread that was started here: of its end another promise tells, with the reason. */
function withoutEnd(port: SimulatedPort): ThreadPort {
  return {
    post: (parcel, ports) => port.post(parcel, ports),
    listen: (take) => port.listen(take, () => {}),
    close: () => port.close(),
  };
}

type Take = (parcel: unknown, ports: readonly ThreadPort[]) => void;

/** One end of a way: what is posted arrives at the other end a moment later. */
class SimulatedPort implements ThreadPort {
  #life: Life;
  #other: SimulatedPort = this;
  #take: Take | null = null;
  #ended: (() => void) | null = null;
  /** What came before anybody listened. */
  #early: Parameters<Take>[] = [];
  #isClosed = false;
  /** Lets the other end know when the thread of this one ends. */
  #holding: Holding | null = null;

  constructor(life: Life) {
    this.#life = life;
  }

  join(other: SimulatedPort): void {
    this.#other = other;
  }

  post(parcel: unknown, ports: readonly ThreadPort[] = []): void {
    const other = this.#other;
    for (const port of ports) (port as SimulatedPort).#life = other.#life;
    if (!this.#isClosed) other.#later(() => other.#arrive(parcel, ports));
  }

  #later(run: () => void): void {
    this.#life.schedule(HOP_US, run, "work");
  }

  #arrive(parcel: unknown, ports: readonly ThreadPort[]): void {
    if (this.#isClosed) return;
    if (this.#take === null) this.#early.push([parcel, ports]);
    else this.#take(parcel, ports);
  }

  listen(take: Take, ended: () => void): void {
    this.#take = take;
    this.#ended = ended;
    this.#holding = { kind: "port", abandon: () => this.#other.#later(() => this.#other.#end()) };
    this.#life.holdings.add(this.#holding);
    const early = this.#early;
    this.#early = [];
    for (const [parcel, ports] of early) take(parcel, ports);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.close();
    this.#ended?.();
  }

  close(): void {
    this.#isClosed = true;
    this.#take = null;
    if (this.#holding !== null) this.#life.holdings.delete(this.#holding);
  }
}

function joinedPorts(near: Life, far: Life): readonly [SimulatedPort, SimulatedPort] {
  const [one, other] = [new SimulatedPort(near), new SimulatedPort(far)];
  one.join(other);
  other.join(one);
  return [one, other];
}
