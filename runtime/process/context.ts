/** What an actor can find out about the process it lives in: role, folders, words of the command line. */

import type { Actor } from "../actor.ts";
import { type Kernel, Service } from "../kernel.ts";
import type { Address } from "../address.ts";
import type { World } from "../world.ts";
import { absolute } from "./executable.ts";
import { resourceFolder, type Role } from "./role.ts";
import { CommandLine } from "./standard_arguments.ts";

/** A process as its actors see it. */
export interface ProcessContext {
  /** The standard arguments. */
  readonly commandLine: CommandLine;
  /** Words of the command line. */
  readonly words: readonly string[];
  /** Absolute path of what runs here, as roles record it; empty where there is no file. */
  readonly executable: string;
  /** Folder of shared, read-only materials; null where there is none. */
  readonly resourcePath: string | null;
  /** Folder for what this role keeps. */
  readonly modelPath: string;
  /** Folder for what may be lost; empty at the start. Made at first use for a process without a role. */
  temporaryPath(): Promise<string>;
  /** Removes what was made for this run only. */
  cleanUp(): Promise<void>;
}

/** Where a runtime keeps its {@link ProcessContext}. */
export const PROCESS_CONTEXT: Service<ProcessContext> = new Service("process context");

/** A running child process, as the end of its parent sees it. */
export interface RunningChild {
  /** Resolves when the child has ended. */
  readonly ended: Promise<void>;
  /** Sends the next stronger signal at once. */
  hasten(): void;
}

/** The running children of a process. Each is an actor that ends its process when it is sent `Stop`. */
export class ChildCollection {
  readonly #children = new Map<Address, RunningChild>();
  readonly #onAdd: (address: Address, child: RunningChild) => void;
  readonly #onClose: (() => void)[] = [];
  #isClosed = false;

  /** @param onAdd Called for each further child. */
  constructor(onAdd: (address: Address, child: RunningChild) => void = () => {}) {
    this.#onAdd = onAdd;
  }

  /** True once the process is about to end: a child that was not started by then must not be, or nobody would end it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Lets no further child start. */
  close(): void {
    this.#isClosed = true;
    for (const onClose of this.#onClose.splice(0)) onClose();
  }

  /** Calls `onClose` when no further child may start. */
  whenClosed(onClose: () => void): void {
    this.#onClose.push(onClose);
  }

  /** Notes a child process until it has ended. */
  add(address: Address, child: RunningChild): void {
    this.#children.set(address, child);
    this.#onAdd(address, child);
    child.ended.finally(() => this.#children.delete(address));
  }

  /** The actors that stand for running children. */
  get addresses(): Address[] {
    return [...this.#children.keys()];
  }

  /** Sends the next stronger signal to every child. */
  hasten(): void {
    for (const child of this.#children.values()) child.hasten();
  }

  /** Resolves when no child runs. */
  async ended(): Promise<void> {
    while (this.#children.size > 0) await Promise.all([...this.#children.values()].map((child) => child.ended));
  }
}

/** Where a runtime keeps its {@link ChildCollection}. */
export const CHILDREN: Service<ChildCollection> = new Service("child processes");

/** The children of a runtime. */
export function childrenOf(kernel: Kernel): ChildCollection {
  let children = kernel.find(CHILDREN);
  if (children === undefined) {
    children = new ChildCollection();
    kernel.provide(CHILDREN, children);
  }
  return children;
}

/** The context of a process; that of a library in another program, if nobody attached one. */
export function processContext(kernel: Kernel): ProcessContext {
  let context = kernel.find(PROCESS_CONTEXT);
  if (context === undefined) {
    context = memoryContext(kernel.world, { commandLine: new CommandLine(), words: [], executable: "" });
    kernel.provide(PROCESS_CONTEXT, context);
  }
  return context;
}

/** The parts of a context that are known from the start. */
export type ContextBasis = Pick<ProcessContext, "commandLine" | "words" | "executable">;

/** The context of a process without a role on disk. */
export function memoryContext({ files }: World, basis: ContextBasis): ProcessContext {
  const { commandLine } = basis;
  const current = files.currentFolder();
  let temporary: Promise<string> | null = null;
  return {
    ...basis,
    resourcePath: commandLine.resourcePath === null ? null : absolute(current, commandLine.resourcePath),
    modelPath: commandLine.modelPath ?? current,
    temporaryPath: () => temporary ??= files.makeTemporaryFolder("cake-"),
    cleanUp: async () => {
      if (temporary !== null) await files.remove(await temporary);
    },
  };
}

/** The context of a process with a role on disk. */
export function roleContext(basis: ContextBasis, role: Role, homePath: string): ProcessContext {
  return {
    ...basis,
    resourcePath: resourceFolder(homePath, role.records.executableFile),
    modelPath: role.modelPath,
    temporaryPath: () => Promise.resolve(role.temporaryPath),
    cleanUp: () => Promise.resolve(),
  };
}

/** Words of the command line of this process, in order. */
export function words(self: Actor): readonly string[] {
  return processContext(self.kernel).words;
}

/** The folder of materials that all roles of this executable share, for reading; null where there is none. */
export function resourcePath(self: Actor): string | null {
  return processContext(self.kernel).resourcePath;
}

/** The folder for what this role keeps from run to run. */
export function modelPath(self: Actor): string {
  return processContext(self.kernel).modelPath;
}

/** A folder that was empty when the process started. */
export function temporaryPath(self: Actor): Promise<string> {
  return processContext(self.kernel).temporaryPath();
}
