/** Machines: classes that are actors, whose messages a table dispatches. */

import { Actor, START } from "./actor.ts";
import { type Address, addressText } from "./address.ts";
import { CompiledRow, type DispatchTable, type Found, messageName } from "./dispatch.ts";
import { MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
import { Start } from "./messages/signals.ts";

/** Most messages in one turn of one machine, so that others get theirs. */
const MACHINE_TURN_MESSAGES = 64;

/** When so many wait, a turn is as long as it may be. */
const PRESSING_MESSAGES = 512;

const compiledTables = new WeakMap<DispatchTable, ReadonlyMap<string, CompiledRow>>();

function compiled(table: DispatchTable): ReadonlyMap<string, CompiledRow> {
  let rows = compiledTables.get(table);
  if (rows === undefined) {
    rows = new Map(Object.entries(table).map(([state, row]) => [state, new CompiledRow(row)]));
    compiledTables.set(table, rows);
  }
  return rows;
}

/** What the two kinds of machine share: turns, and the loop over messages. */
export abstract class Machine extends Actor {
  #queued = false;

  /** @internal */
  protected rows(): ReadonlyMap<string, CompiledRow> {
    const table = this.info.table;
    if (table === null) throw new TypeError(`Cannot create "${this.info.name}": bind() gave it no dispatch table`);
    return compiled(table);
  }

  /** @internal */
  override begin(): void {
    this.deliver(START, this.address, this.parentAddress);
  }

  /** @internal */
  protected override wake(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.kernel.schedule(this);
  }

  /** @internal */
  override run(budget: number): number {
    this.#queued = false;
    const most = this.mailboxWaiting > PRESSING_MESSAGES ? budget : Math.min(budget, MACHINE_TURN_MESSAGES);
    let count = 0;
    try {
      while (count < most && this.mailbox !== null && !this.ended) {
        count++;
        const message = this.takeFromMailbox();
        this.dispatch(message, this.returnAddress);
      }
    } catch (thrown) {
      this.endByThrow(thrown);
    }
    if (this.mailbox !== null && !this.ended) this.wake();
    return count;
  }

  /** @internal */
  protected abstract dispatch(message: unknown, from: Address): void;

  /** @internal */
  protected dropped(message: unknown): void {
    if (message instanceof Start || !this.kernel.log.enabled("?")) return;
    this.log("?", `Dropped ${messageName(message)} from ${addressText(this.returnAddress)}`);
  }
}

/** A machine with one row: what it does with a message does not depend on what came before, unless it remembers. */
export abstract class Stateless extends Machine {
  #row: CompiledRow | null = null;

  /** @internal */
  protected override dispatch(message: unknown, from: Address): void {
    this.#row ??= this.rows().get("always")!;
    const value = this.accept(message, from);
    const found = this.#row.find(message);
    if (found === null || found === "save") this.dropped(message);
    else found(this as never, value as never);
  }
}

/** A machine with a row for each of its states; a handler returns the next state. */
export abstract class StateMachine<S extends string> extends Machine {
  #state: S;
  #saved: { readonly message: unknown; readonly from: Address }[] = [];

  /**
   * Begins in a state.
   *
   * @param initial The one in which `Start`, the first message, finds it.
   */
  constructor(initial: S) {
    super();
    this.#state = initial;
  }

  /** The state that it is in. */
  get state(): S {
    return this.#state;
  }

  /** @internal */
  override get stateName(): string {
    return this.#state;
  }

  /** @internal */
  protected override dispatch(message: unknown, from: Address): void {
    let changed = this.#handle(message, from);
    // Each round takes what was saved before it; a state that saves a message again has not changed anything for it.
    while (changed && this.#saved.length > 0 && !this.ended) {
      const again = this.#saved;
      this.#saved = [];
      changed = false;
      for (let i = 0; i < again.length; i++) {
        if (this.ended) return;
        if (this.#handle(again[i]!.message, again[i]!.from)) {
          // What is left waits behind what this state saved, in order of arrival.
          this.#saved.push(...again.slice(i + 1));
          changed = true;
          break;
        }
      }
    }
  }

  /** Handles one message and returns whether the state is another one now. */
  #handle(message: unknown, from: Address): boolean {
    const row = this.rows().get(this.#state);
    if (row === undefined) throw new TypeError(`machine "${this.info.name}" shifted to nowhere`);
    const value = this.accept(message, from);
    const found: Found = row.find(message);
    if (found === "save") {
      if (this.#saved.length < MAILBOX_MESSAGES_MAX) this.#saved.push({ message, from });
      else this.countLost("aside");
      return false;
    }
    if (found === null) {
      this.dropped(message);
      return false;
    }
    const next = found(this as never, value as never) as S;
    if (next === this.#state) return false;
    if (!this.rows().has(next)) throw new TypeError(`machine "${this.info.name}" shifted to nowhere`);
    this.#state = next;
    return true;
  }
}
