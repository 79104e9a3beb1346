/** How machines live: a table says which handler takes which message. */

import type { Actor } from "./actor.ts";
import type { Address } from "./address.ts";
import { addressText } from "./address.ts";
import { Belongings, Cell } from "./cell.ts";
import { CompiledRow, type DispatchTable, type Handler, messageName } from "./dispatch.ts";
import { Mailbox, MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
import { Start } from "./messages/signals.ts";

/** The first message of a machine, shared since it has no members. */
const START = new Start();

const compiledTables = new WeakMap<DispatchTable, ReadonlyMap<string, CompiledRow>>();

function compiled(table: DispatchTable): ReadonlyMap<string, CompiledRow> {
  let rows = compiledTables.get(table);
  if (rows === undefined) {
    rows = new Map(Object.entries(table).map(([state, row]) => [state, new CompiledRow(row)]));
    compiledTables.set(table, rows);
  }
  return rows;
}

/** What the cells of the two kinds of machine share: turns, and the loop over messages. */
export abstract class MachineCell extends Cell {
  #machine: Actor | null = null;
  /** True while a handler waits for a promise: the next message comes after it. */
  #isWaiting = false;

  /** The machine itself, once it is made. */
  hold(machine: Actor): void {
    this.#machine = machine;
  }

  protected get rows(): ReadonlyMap<string, CompiledRow> {
    const { table, name } = this.info;
    if (table === null) throw new TypeError(`Cannot create "${name}": bind() gave it no dispatch table`);
    return compiled(table);
  }

  protected override makeBelongings(): Belongings {
    return new Belongings();
  }

  override begin(): void {
    this.deliver(START, this.address, this.parent);
  }

  protected override get isReady(): boolean {
    return !this.#isWaiting;
  }

  override run(): void {
    if (this.phase === "queued") this.phase = "resting";
    const { turns } = this.kernel;
    let left = this.turnMessagesMax;
    try {
      while (left > 0 && this.hasWork && this.isFree && turns.spend(this)) {
        left--;
        this.step();
      }
    } catch (thrown) {
      this.endByThrow(thrown);
    }
    this.goOn();
  }

  /** What is left waits for another turn. */
  protected goOn(): void {
    if (this.hasWork && this.isFree && this.phase === "resting") this.schedule();
  }

  protected get isFree(): boolean {
    return !this.#isWaiting && !this.isEnded;
  }

  /** True when a message can be handled. */
  protected get hasWork(): boolean {
    return this.hasMail;
  }

  /** Handles one message. */
  protected abstract step(): void;

  /** Calls a handler; what it returns in the end is handed to `done`. */
  protected call(handler: Handler, value: unknown): void {
    const result = handler(this.#machine as never, value as never);
    if (result instanceof Promise) this.waitFor(result);
    else this.done(result);
  }

  /** What a handler returned. */
  protected abstract done(result: unknown): void;

  protected async waitFor(result: Promise<unknown>): Promise<void> {
    this.#isWaiting = true;
    try {
      const value = await result;
      this.#isWaiting = false;
      if (!this.isEnded) this.done(value);
    } catch (thrown) {
      this.#isWaiting = false;
      this.endByThrow(thrown);
    }
    this.goOn();
  }

  protected drop(message: unknown): void {
    if (message instanceof Start || !this.kernel.log.enabled("?")) return;
    this.log("?", `Dropped ${messageName(message)} from ${addressText(this.returnAddress)}`);
  }
}

/** The cell of a stateless machine. */
export class StatelessCell extends MachineCell {
  #row: CompiledRow | null = null;

  protected override step(): void {
    this.#row ??= this.rows.get("always")!;
    const message = this.takeMail();
    const value = this.accept(message, this.returnAddress);
    const found = this.#row.find(message);
    if (found === null || found === "save") this.drop(message);
    else this.call(found, value);
  }

  protected override done(): void {}
}

/** The cell of a state machine. */
export class StateCell extends MachineCell {
  #state: string;
  #row: CompiledRow | null = null;
  /** Put aside, to come back when the state changes; null when there is nothing. */
  #saved: Mailbox | null = null;
  /** Back again, to be taken before any fresh one; null when there is nothing. */
  #replay: Mailbox | null = null;

  /** @param initial The state that it begins in. */
  constructor(initial: string) {
    super();
    this.#state = initial;
  }

  get state(): string {
    return this.#state;
  }

  override get stateName(): string {
    return this.#state;
  }

  protected override get hasWork(): boolean {
    return this.hasMail || this.#replay !== null;
  }

  protected override step(): void {
    this.#row ??= this.rowOf(this.#state);
    const message = this.take();
    const from = this.returnAddress;
    const value = this.accept(message, from);
    const found = this.#row.find(message);
    if (found === "save") this.save(message, from);
    else if (found === null) this.drop(message);
    else this.call(found, value);
  }

  protected take(): unknown {
    const replay = this.#replay;
    if (replay === null) return this.takeMail();
    const message = replay.take();
    this.returnAddress = replay.from;
    if (replay.isEmpty) this.#replay = null;
    return message;
  }

  protected save(message: unknown, from: Address): void {
    const saved = this.#saved ??= new Mailbox();
    if (saved.length + (this.#replay?.length ?? 0) < MAILBOX_MESSAGES_MAX) saved.put(message, from);
    else this.countLost("aside");
  }

  protected rowOf(state: string): CompiledRow {
    const row = this.rows.get(state);
    if (row === undefined) throw new TypeError(`machine "${this.info.name}" shifted to nowhere`);
    return row;
  }

  protected override done(next: unknown): void {
    if (next === this.#state) return;
    this.#row = this.rowOf(next as string);
    this.#state = next as string;
    const again = this.#saved;
    if (again === null) return;
    // What that state saved came before what is still to be replayed.
    const rest = this.#replay;
    while (rest !== null && !rest.isEmpty) again.put(rest.take(), rest.from);
    this.#saved = null;
    this.#replay = again;
  }
}
