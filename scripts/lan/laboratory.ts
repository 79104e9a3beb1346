/**
 * Networks of make-believe machines: network namespaces with bridges between them, in which programs run as on machines of
 * their own. Nothing in them reaches anything outside, as no interface leads there. Linux, as root.
 */

/** A make-believe machine. */
export interface MachineOptions {
  readonly name: string;
  /** IPv4; the subnet is the first three numbers. */
  readonly address: string;
}

/** What a program is started with. */
export interface StartOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** Where its output goes; nowhere where nobody says. */
  readonly log?: string;
}

/** A program on a machine. */
export interface RunningProgram {
  readonly pid: number;
  readonly status: Promise<Deno.CommandStatus>;
  kill(signal: Deno.Signal): void;
}

/** How long a program may take to end when the laboratory is closed. */
const ENDING_MS = 3000;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const INTERRUPTED_EXIT_STATUS = 130;
const LISTENING_STATE = "0A";
const POLL_MS = 20;

let laboratories = 0;

/** Machines with cables to a bridge for each subnet. Disposing of it ends all programs and removes everything. */
export class Laboratory implements AsyncDisposable {
  readonly #prefix = `cake-${Deno.pid}-${++laboratories}`;
  readonly #machines: readonly MachineOptions[];
  readonly #hasRouter: boolean;
  readonly #running = new Set<RunningProgram>();

  /** @param hasRouter Whether machines have a way out of their subnet; here it leads nowhere. */
  constructor(machines: readonly MachineOptions[], hasRouter: boolean) {
    this.#machines = machines;
    this.#hasRouter = hasRouter;
  }

  #space(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  readonly #interrupted = () => {
    this[Symbol.asyncDispose]().finally(() => Deno.exit(INTERRUPTED_EXIT_STATUS));
  };

  /** Builds it; what was built is removed when that fails, and when somebody interrupts. */
  async open(): Promise<this> {
    for (const signal of SIGNALS) Deno.addSignalListener(signal, this.#interrupted);
    try {
      await this.#build();
      return this;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #build(): Promise<void> {
    const hub = this.#space("hub");
    await ip("netns", "add", hub);
    const subnets = [...new Set(this.#machines.map(({ address }) => subnetOf(address)))];
    for (const index of subnets.keys()) {
      await ip("-n", hub, "link", "add", `br${index}`, "type", "bridge");
      await ip("-n", hub, "link", "set", `br${index}`, "up");
    }
    for (const [index, { name, address }] of this.#machines.entries()) {
      const space = this.#space(name);
      await ip("netns", "add", space);
      await ip("link", "add", `v${index}`, "netns", hub, "type", "veth", "peer", "name", "eth0", "netns", space);
      await ip("-n", hub, "link", "set", `v${index}`, "master", `br${subnets.indexOf(subnetOf(address))}`, "up");
      await this.address(name, "add");
      await ip("-n", space, "link", "set", "lo", "up");
      await ip("-n", space, "link", "set", "eth0", "up");
      if (this.#hasRouter) await ip("-n", space, "route", "add", "default", "dev", "eth0");
    }
  }

  /** Starts a program on a machine. */
  start(machine: string, command: readonly string[], options: StartOptions): RunningProgram {
    const line = `exec "$@" >> ${options.log ?? "/dev/null"} 2>&1`;
    const child = new Deno.Command("ip", {
      args: ["netns", "exec", this.#space(machine), "sh", "-c", line, "sh", ...command],
      cwd: options.cwd,
      env: options.env ?? {},
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const program: RunningProgram = {
      pid: child.pid,
      status: child.status,
      kill: (signal) => {
        try {
          child.kill(signal);
        } catch (error) {
          // It has ended already.
          if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
        }
      },
    };
    this.#running.add(program);
    child.status.then(() => this.#running.delete(program));
    return program;
  }

  /** Runs a program on a machine to its end. */
  async run(machine: string, command: readonly string[], options: StartOptions): Promise<string> {
    const args = ["netns", "exec", this.#space(machine), ...command];
    const { cwd, env = {} } = options;
    const { code, stdout, stderr } = await new Deno.Command("ip", { args, cwd, env }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${text(stderr)}${text(stdout)}`);
    return text(stdout);
  }

  /** Waits until a program, or another on its machine, listens at a port. */
  async listening({ pid }: RunningProgram, port: number, seconds = 10): Promise<void> {
    const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    for (let waited = 0; waited < seconds * 1000; waited += POLL_MS) {
      const table = await Deno.readTextFile(`/proc/${pid}/net/tcp`).catch(() => "");
      const isThere = table.split("\n").some((line) => {
        const [, local = "", , state] = line.trim().split(/\s+/);
        return local.endsWith(end) && state === LISTENING_STATE;
      });
      if (isThere) return;
      await sleep(POLL_MS);
    }
    throw new Error(`Nobody listens at port ${port} after ${seconds} s`);
  }

  /** Pulls the cable of a machine out of the bridge. */
  cut(machine: string): Promise<void> {
    return this.#cable(machine, "down");
  }

  /** Puts it back. */
  mend(machine: string): Promise<void> {
    return this.#cable(machine, "up");
  }

  async #cable(machine: string, state: "up" | "down"): Promise<void> {
    const index = this.#machines.findIndex(({ name }) => name === machine);
    await ip("-n", this.#space("hub"), "link", "set", `v${index}`, state);
  }

  /** Takes a machine its address, or gives it back. */
  async address(machine: string, action: "add" | "del"): Promise<void> {
    const { address } = this.#machines.find(({ name }) => name === machine)!;
    await ip("-n", this.#space(machine), "addr", action, `${address}/24`, "dev", "eth0");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, this.#interrupted);
    for (const program of this.#running) program.kill("SIGINT");
    const ended = Promise.all([...this.#running].map(({ status }) => status));
    await Promise.race([ended, sleep(ENDING_MS)]);
    for (const name of [...this.#machines.map(({ name }) => name), "hub"]) {
      const space = this.#space(name);
      const { stdout } = await new Deno.Command("ip", { args: ["netns", "pids", space], stderr: "null" }).output();
      for (const pid of new TextDecoder().decode(stdout).split(/\s+/).filter(Boolean)) killById(Number(pid));
      await ip("netns", "del", space).catch(() => {});
    }
  }
}

function killById(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function subnetOf(address: string): string {
  return address.split(".").slice(0, 3).join(".");
}

async function ip(...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("ip", { args, stdout: "null" }).output();
  if (code !== 0) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Waits. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
