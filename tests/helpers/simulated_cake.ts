/** The command in a simulated world: whole command lines in a moment, on a disk that tests prepare and look at. */

import { runCake } from "../../cli/mod.ts";
import {
  Aborted,
  bind,
  Faulted,
  Float8,
  HostPort,
  Integer8,
  type Routine,
  runProgram,
  type Settings,
  Stop,
  Unicode,
  type World,
} from "../../runtime/mod.ts";
import { makeHome } from "../../runtime/process/home.ts";
import { createRole } from "../../runtime/process/role.ts";
import { type SimulatedHost, type SimulatedProcess, Simulation } from "../../runtime/simulation/mod.ts";

/** The folder that commands run in. */
export const PROJECT = "/project";
/** The home that they mean where nobody says. */
export const HOME = `${PROJECT}/.layer-cake`;

async function idle(self: Routine): Promise<Aborted> {
  await self.select(Stop);
  return new Aborted();
}
bind(idle, "cake_test");

const SERVER_SETTINGS = { name: Unicode.default("you"), port: Integer8, pause: Float8, address: HostPort };

/** Returns its name, or a fault when that is "fault". */
function server(_self: Routine, { name }: Settings<typeof SERVER_SETTINGS>): Promise<string | Faulted> {
  return Promise.resolve(name === "fault" ? new Faulted("server failed") : `hello ${name}`);
}
bind(server, "cake_test", { settings: SERVER_SETTINGS, returns: Unicode });

/** Executables that are there: one waits until it is stopped, one has settings and ends at once. */
const EXECUTABLES = { idle, server } as const;

/** A module of Python that is `server`. */
export const PYTHON_SERVER = "/bin/server.py";

/** What a test of commands has. */
export interface SimulatedCake {
  readonly simulation: Simulation;
  readonly host: SimulatedHost;
  /** Starts a command. */
  start(...argv: string[]): SimulatedProcess;
  /** Runs a command to its end: output, errors, status. */
  cake(...argv: string[]): Promise<[output: string, errors: string, status: number | null]>;
  /** Makes a home with roles that idle. */
  makeHome(...roles: string[]): Promise<void>;
}

/** How a simulated command differs. */
export interface SimulatedCakeOptions {
  readonly seed?: number;
  /** Variables of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Changes the world of the command and its children. */
  readonly world?: (world: World) => World;
}

/** Makes a machine with an empty project folder, and the executables `/bin/idle` and `/bin/server`. */
export function simulatedCake(
  { seed = 1, environment = {}, world: change = (world) => world }: SimulatedCakeOptions = {},
): SimulatedCake {
  const simulation = new Simulation({ seed });
  const host = simulation.host("alpha");
  host.disk.makeFolder(PROJECT, 0);
  host.disk.makeFolder("/bin", 0);
  for (const [name, main] of Object.entries(EXECUTABLES)) {
    const executable = `/bin/${name}`;
    host.disk.writeText(executable, "", 0);
    host.disk.setMode(executable, 0o755);
    host.install(executable, async (own: World) => {
      const world = change(own);
      world.processes.exit(await runProgram(world, { main, name, executable }, world.processes.self.arguments));
    });
  }
  // What `server` is, as a program in Python.
  host.disk.writeText(PYTHON_SERVER, "", 0);
  host.install("python3", async (own: World) => {
    const world = change(own);
    const [executable = "", ...args] = world.processes.self.arguments;
    world.processes.exit(await runProgram(world, { main: server, name: executable, executable }, args));
  });
  let count = 0;
  const command = async (own: World) => {
    const world = change(own);
    world.processes.exit(await runCake(world, world.processes.self.arguments) ?? 0);
  };
  const start = (...argv: string[]) => {
    const name = `cake-${++count}`;
    // It starts itself again for the background.
    host.install(`/bin/${name}`, command);
    return host.start(name, command, {
      arguments: argv,
      folder: PROJECT,
      environment: { PATH: "/bin", ...environment },
    });
  };
  return {
    simulation,
    host,
    start,
    cake: async (...argv) => {
      const process = start(...argv);
      await simulation.runUntil(() => !process.isAlive);
      return [process.output.join(""), process.errors.join(""), process.exitStatus];
    },
    makeHome: (...roles) =>
      simulation.execute(host, async (world) => {
        await makeHome(world, HOME);
        for (const name of roles) await createRole(world, HOME, name, { executable: "/bin/idle" });
      }),
  };
}
