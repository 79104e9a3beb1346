/** What happens to connections and to the network. */

import {
  LOCAL_NETWORK,
  type NetworkConditions,
  type SeededRandom,
  type SimulatedHost,
} from "../../runtime/simulation/mod.ts";
import { STATION, STATION_ADDRESS } from "./shape.ts";
import type { Stage } from "./stage.ts";

const NOTICED_MS = [500, 4_000, 20_000] as const;
const LASTING_MS = [300, 3_000, 12_000, 60_000] as const;
/** Bytes of a connection that still get through: amid the dimensions of a frame, its header, its body. */
const LAST_BYTES = [0, 1, 5, 12, 40, 120, 300, 1_000] as const;
const JUNK = "GET / HTTP/1.1\r\nHost: cake\r\n\r\n";

/** Lets nothing through between two processes, one way or both, and tells nobody. */
export function part(stage: Stage, random: SeededRandom, oneWay: boolean): void {
  const [from, to] = stage.pair(random) ?? [];
  if (from === undefined || to === undefined) return;
  stage.simulation.partition(from.process, to.process, { oneWay, breakAfterMs: Infinity });
  stage.during(random.pick(LASTING_MS), () => stage.simulation.heal(from.process, to.process));
}

/** Parts two processes; in the end their connections break. */
export function partAndBreak(stage: Stage, random: SeededRandom): void {
  const [from, to] = stage.pair(random) ?? [];
  if (from === undefined || to === undefined) return;
  stage.simulation.partition(from.process, to.process, { breakAfterMs: Infinity });
  stage.during(random.pick([500, 4_000, 15_000]), () => {
    stage.simulation.breakConnections(from.process, to.process);
    stage.simulation.heal(from.process, to.process);
  });
}

/** Holds what one process sends to another, for a moment; then all of it arrives at once. */
export function holdBack(stage: Stage, random: SeededRandom): void {
  const [from, to] = stage.pair(random) ?? [];
  if (from === undefined || to === undefined) return;
  stage.simulation.partition(from.process, to.process, { oneWay: true, breakAfterMs: Infinity });
  stage.during(random.pick([50, 800, 2_500, 3_500, 7_000]), () => stage.simulation.heal(from.process, to.process));
}

/** Breaks what is between two processes. */
export function breakConnections(stage: Stage, random: SeededRandom): void {
  const [from, to] = stage.pair(random) ?? [];
  if (from !== undefined && to !== undefined) stage.simulation.breakConnections(from.process, to.process);
}

/** Breaks what is between two processes; one of them learns of it late. */
export function halfOpen(stage: Stage, random: SeededRandom): void {
  const [from, to] = stage.pair(random) ?? [];
  if (from === undefined || to === undefined) return;
  const noticedAfterMs = random.pick(NOTICED_MS);
  stage.simulation.breakConnections(from.process, to.process, { noticedAfterMs });
  stage.lastsFor(noticedAfterMs);
}

/** Breaks what is between two processes in the middle of a message. */
export function breakAmidFrame(stage: Stage, random: SeededRandom): void {
  const [from, to] = stage.pair(random) ?? [];
  if (from === undefined || to === undefined) return;
  const afterBytes = random.pick(LAST_BYTES) + random.integer(8);
  const withinMs = random.pick([50, 2_000]);
  stage.simulation.breakConnections(from.process, to.process, { afterBytes, withinMs });
  stage.lastsFor(withinMs);
}

/** Changes how connections behave on one host, or between two. */
export function changeLine(stage: Stage, random: SeededRandom, changes: Partial<NetworkConditions>): void {
  const { simulation, village: { shape } } = stage;
  const from = stage.host(random);
  const to = stage.host(random);
  simulation.changeLine(from, to, changes);
  const usual = { ...LOCAL_NETWORK, ...shape.network };
  stage.during(random.pick(LASTING_MS), () => simulation.changeLine(from, to, usual));
}

/** Refuses some of the connections that are asked for, or all of them. */
export function refuse(stage: Stage, random: SeededRandom): void {
  changeLine(stage, random, { refuseProbability: random.pick([0.3, 0.8, 1]) });
}

/** Breaks one connection after the other, for a while. */
export function wearOut(stage: Stage, random: SeededRandom): void {
  const pauseMs = random.pick([30, 400]);
  for (let count = 5 + random.integer(15); count > 0; count--) {
    stage.later(count * pauseMs, () => breakConnections(stage, random));
  }
}

/** Somebody connects to a directory and is of no use: says nothing, or nonsense, or half a frame. */
export function disturb(stage: Stage, random: SeededRandom): void {
  const seat = stage.directory(random, random.pick(["GROUP", "HOST", "LAN"]));
  const port = seat?.acceptAt?.port;
  if (seat === null || port === null || port === undefined) return;
  const words = random.pick(["", JUNK, "12,", "9,9,999999\n", "2,2,6\n{}{}[]\n", "0,0,0\n\n".repeat(20)]);
  stage.stranger(seat.host, random.pick(LASTING_MS), async ({ network }) => {
    const stream = await network.connect("127.0.0.1", port);
    if (words !== "") await stream.write(new TextEncoder().encode(words));
  });
}

// Several machines.

/** Lets nothing through between two machines; whoever sends loses the connection after a time. */
export function partHosts(stage: Stage, random: SeededRandom, oneWay: boolean): void {
  const [from, to] = stage.hosts(random);
  const breakAfterMs = random.pick([1_000, 5_000, 30_000, Infinity]);
  stage.simulation.partition(from, to, { oneWay, breakAfterMs });
  stage.during(random.pick(LASTING_MS), () => stage.simulation.heal(from, to));
}

/** Cuts a machine off from all others. */
export function pullCable(stage: Stage, random: SeededRandom): void {
  const host = stage.host(random);
  const others = stage.simulation.hosts.filter((other) => other !== host);
  stage.simulation.partition(host, others, { breakAfterMs: Infinity });
  stage.during(random.pick(LASTING_MS), () => stage.simulation.heal(host, others));
}

/** Holds what one machine sends to another for about as long as it takes to believe it dead. */
export function loseSigns(stage: Stage, random: SeededRandom): void {
  const [from, to] = stage.hosts(random);
  stage.simulation.partition(from, to, { oneWay: true, breakAfterMs: Infinity });
  stage.during(1_500 + 250 * random.integer(10), () => stage.simulation.heal(from, to));
}

/**
 * A machine is given another address, now or after it had none, or was in another network, for a while. Others are told where the
 * station is: it may have no address for a while, and gets the same one.
 */
export function moveHost(stage: Stage, random: SeededRandom): void {
  const { hosts } = stage.simulation;
  const host = random.pick(hosts);
  const isStation = host.name === STATION;
  const last = host.address;
  const isSame = random.chance(0.3);
  const goHome = (): void => {
    const taken = new Set(hosts.filter((other) => other !== host).map(({ address }) => address));
    const free = [0, 1].flatMap((net) => range(100, 160).map((station) => `10.0.${net}.${station}`));
    const next = random.pick(free.filter((address) => !taken.has(address)));
    if (isStation) host.changeAddress(STATION_ADDRESS);
    else host.changeAddress(isSame && last?.startsWith("10.") && !taken.has(last) ? last : next);
  };
  const isAway = isStation || random.chance(0.7);
  if (isAway) host.changeAddress(isStation || random.chance(0.7) ? null : `192.168.7.${hosts.indexOf(host) + 1}`);
  else goHome();
  if (random.chance(0.4)) {
    for (const seat of stage.seatsOf(host, random)) seat.process.crash();
    startAll(stage, host, random);
  }
  if (isAway) stage.during(random.pick(LASTING_MS), goHome);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

/** A machine without power, for a while; its processes start again in any order. */
export function powerCut(stage: Stage, random: SeededRandom): void {
  const host = stage.host(random);
  host.powerOff();
  stage.during(random.pick([0, 1_000, 8_000, 40_000]), () => {
    host.powerOn();
    startAll(stage, host, random);
  });
}

/** All processes of a machine end in order, and start again in any order. */
export function reboot(stage: Stage, random: SeededRandom): void {
  const host = stage.host(random);
  for (const seat of stage.seatsOf(host, random)) seat.tenant?.leave();
  stage.later(random.pick([100, 3_000]), () => {
    for (const seat of stage.seatsOf(host, random)) seat.process.crash();
    startAll(stage, host, random);
  });
}

function startAll(stage: Stage, host: SimulatedHost, random: SeededRandom): void {
  for (const seat of stage.seatsOf(host, random)) stage.later(random.pick([0, 0, 20, 500]), () => seat.start());
}

/** A machine that sleeps: nothing runs there for a while. */
export function suspend(stage: Stage, random: SeededRandom): void {
  const host = stage.host(random);
  for (const process of host.processes) process.freeze();
  stage.during(random.pick([1_000, 5_000, 70_000]), () => {
    for (const process of host.processes) process.thaw();
  });
}

/** Sets the clock of a machine. */
export function jumpClock(stage: Stage, random: SeededRandom): void {
  stage.host(random).adjustWall(random.pick([-86_400_000, -3_600_000, -90, 1, 4_000, 3_600_000, 31_536_000_000]));
}
