/** Small trees for scenarios: one machine with a host directory, groups below it, and processes anywhere. */

import type { DirectoryOptions } from "../../directory/core.ts";
import { HostPort, type Scope } from "../../runtime/mod.ts";
import { type AppObject, Process, SimulatedTree } from "./simulated_tree.ts";

/** Where host directories listen. */
export const HOST_AT: HostPort = new HostPort("127.0.0.1", 54195);
/** Where the lan directory listens. */
export const LAN_AT: HostPort = new HostPort("10.0.0.195", 54195);

/** A tree with helpers to put processes into it. */
export class Scenario {
  readonly tree: SimulatedTree;

  constructor(seed = 1) {
    this.tree = new SimulatedTree(seed);
  }

  /** Starts a process with one object. */
  process(name: string, options: Partial<DirectoryOptions> & { scope?: Scope; machine?: string } = {}): AppObject {
    const { machine = "10.0.0.1", ...rest } = options;
    return new Process(this.tree, name, machine, { scope: "PROCESS", connectTo: HOST_AT, ...rest }).object("o");
  }

  host(machine = "10.0.0.1", connectTo: HostPort | null = new HostPort("10.9.9.9", 1)): Process {
    return new Process(this.tree, `host ${machine}`, machine, { scope: "HOST", acceptAt: HOST_AT, connectTo });
  }

  lan(): Process {
    return new Process(this.tree, "lan", "10.0.0.195", { scope: "LAN", acceptAt: new HostPort("0.0.0.0", 54195) });
  }

  /** A group directory at this port of its machine. */
  group(port: number, machine = "10.0.0.1"): Process {
    const acceptAt = new HostPort("127.0.0.1", port);
    return new Process(this.tree, `group ${port}`, machine, { scope: "GROUP", acceptAt, connectTo: HOST_AT });
  }

  /** A host with a group in it: `far` is in the host only, `near` in the group, and so is `s`, who subscribes. */
  farAndNear(): Readonly<Record<"far" | "near" | "s", AppObject>> {
    this.host();
    this.group(6000);
    const far = this.process("far");
    const [near, s] = [this.process("near", this.in(6000)), this.process("s", this.in(6000))];
    return { far, near, s };
  }

  /** The `connectTo` of a process in that group. */
  in(port: number): { connectTo: HostPort } {
    return { connectTo: new HostPort("127.0.0.1", port) };
  }

  run(milliseconds = 1_000): void {
    this.tree.run(milliseconds);
  }
}

/** The one session of an object as a subscriber, or null. */
export function sessionOf(object: AppObject) {
  const sessions = [...object.sessions.values()];
  if (sessions.length > 1) throw new Error(`${sessions.length} sessions, expected one`);
  return sessions[0] ?? null;
}

/** The first message of a class that an object got. */
export function received<T extends object>(object: AppObject, type: new (...args: never[]) => T): T {
  const found = object.received.find((message) => message instanceof type);
  if (!(found instanceof type)) throw new Error(`no ${type.name} among ${object.kinds().join(", ")}`);
  return found;
}
