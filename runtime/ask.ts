// This module performs no I/O.

/** A request and its answer as a promise: what `GetResponse` is as an actor. */

import type { Sendable } from "./actor.ts";
import type { Address } from "./address.ts";
import { matchesType, messageName } from "./dispatch.ts";
import type { Kernel } from "./kernel.ts";
import { Aborted, Faulted, TimedOut } from "./messages/faults.ts";
import { T1 } from "./messages/signals.ts";
import { castBack } from "./types/cast.ts";
import type { TypeLike } from "./types/portable.ts";

/** How to wait for an answer. */
export interface AskOptions<L extends TypeLike = TypeLike> {
  /** Seconds; afterwards the answer is a `TimedOut`. Without it the wait has no limit. */
  timeout?: number;
  /** Ends the wait; the answer is then `Aborted`. */
  signal?: AbortSignal;
  /**
   * What the answer has to be. It is then given bare, as this type; anything else becomes a fault. Without a type the
   * answer is given as it came, and can be sent on.
   */
  type?: L;
}

/** A request under way, with a return address of its own. */
export interface Question {
  readonly address: Address;
  readonly answer: Promise<unknown>;
  /** Forgets it; nobody gets an answer. */
  readonly drop: () => void;
}

/** Sends a request from an address that only its answer knows, so that no other message can be taken for it. */
export function openQuestion(
  kernel: Kernel,
  send: (from: Address) => void,
  options: AskOptions,
): Question {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const { signal, timeout, type } = options;
  const address = kernel.register({ deliver: (message) => settle(typed(message, type)) });
  const timer = timeout === undefined ? null : kernel.after(timeout * 1000, () => settle(TimedOut.of(new T1())));
  const onAbort = () => settle(new Aborted());
  const drop = () => {
    kernel.unregister(address);
    if (timer !== null) kernel.cancelTimer(timer);
    signal?.removeEventListener("abort", onAbort);
  };
  const settle = (answer: unknown) => {
    drop();
    resolve(answer);
  };
  if (signal?.aborted) onAbort();
  else {
    signal?.addEventListener("abort", onAbort, { once: true });
    send(address);
  }
  return { address, answer: promise, drop };
}

function typed(message: unknown, type: TypeLike | undefined): unknown {
  if (type === undefined || message instanceof Faulted) return message as Sendable;
  if (matchesType(type, message)) return castBack(message);
  return new Faulted("unexpected answer", messageName(message));
}
