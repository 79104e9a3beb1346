/** Private libraries: child processes whose main object takes messages through the actor that stands for the process. */

import type { Sendable } from "../actor.ts";
import type { Address } from "../address.ts";
import { type Kernel, Service } from "../kernel.ts";
import { MAILBOX_MESSAGES_MAX } from "../mailbox.ts";
import { Faulted, Overloaded } from "../messages/faults.ts";
import type { HostPort } from "../messages/host_port.ts";
import type { Routine } from "../routine.ts";
import type { Cancel } from "../world.ts";

/** What a directory does for private libraries; attached by whoever attaches a directory. */
export interface LibraryConnector {
  /** Where the directory of this process takes connections of libraries. */
  accepting(self: Routine): Promise<HostPort | Faulted>;
  /** Calls `listener` with the address of the main object of that role when it is there, and with null when it is gone. */
  watch(kernel: Kernel, roleName: string, listener: (main: Address | null) => void): Cancel;
}

/** Where a runtime keeps its {@link LibraryConnector}. */
export const LIBRARY_CONNECTOR: Service<LibraryConnector> = new Service("private libraries");

/** Role names of the libraries that run, so that no two have the same: it is by them that they are found. */
const ROLE_NAMES: Service<Set<string>> = new Service("role names of libraries");

/** The first of some role names that no library of this process has; it is taken until the relay of that name ends. */
export function takeRoleName(kernel: Kernel, names: Iterable<string>): string {
  const taken = kernel.find(ROLE_NAMES) ?? new Set();
  kernel.provide(ROLE_NAMES, taken);
  for (const name of names) {
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
  throw new RangeError("Cannot name a library: there are no names left");
}

interface Held {
  readonly message: Sendable;
  readonly from: Address;
}

/** Hands messages to the main object of a library, and holds them until it is there. */
export class LibraryRelay {
  readonly #self: Routine;
  readonly #roleName: string;
  readonly #cancel: Cancel;
  #main: Address | null = null;
  #held: Held[] = [];

  /**
   * Waits for the main object of a role.
   *
   * @param self The actor that stands for the process.
   * @param roleName From {@link takeRoleName}.
   */
  constructor(self: Routine, connector: LibraryConnector, roleName: string) {
    this.#self = self;
    this.#roleName = roleName;
    this.#cancel = connector.watch(self.kernel, roleName, (main) => {
      this.#main = main;
      if (main !== null) this.#release(main);
    });
  }

  /** Takes the message that the actor has in hand. The answer goes to whoever sent it, without a detour. */
  take(): void {
    const { received: message, returnAddress: from } = this.#self;
    if (this.#main !== null) this.#self.forward(message, this.#main, from);
    else if (this.#held.length < MAILBOX_MESSAGES_MAX) this.#held.push({ message, from });
    else this.#self.reply(new Overloaded(`library is not connected (${this.#held.length} messages wait)`));
  }

  #release(main: Address): void {
    const held = this.#held;
    this.#held = [];
    for (const { message, from } of held) this.#self.forward(message, main, from);
  }

  /** The process has ended: whoever still waits for it is told. */
  end(): void {
    this.#cancel();
    this.#self.kernel.find(ROLE_NAMES)?.delete(this.#roleName);
    const held = this.#held;
    this.#held = [];
    for (const { from } of held) this.#self.send(new Faulted("library ended", "before it took the message"), from);
  }
}
