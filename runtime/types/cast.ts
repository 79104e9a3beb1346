// This module performs no I/O.

import { type Portable, type TypeLike, typeOf, type ValueOf } from "./portable.ts";

/** A value that is not a message, together with its type, so that it can be sent or held in an Any. */
export class Cast<T = unknown> {
  /** Called by {@linkcode castTo}, which checks that the value is of the type. */
  constructor(
    /** The bare value. */
    readonly value: T,
    /** What it is. */
    readonly type: Portable<T>,
  ) {}
}

/**
 * Pairs a value with its portable type. What is not a message is sent this way; the receiver gets the bare value.
 *
 * @example
 * ```ts
 * import { castTo, VectorOf, Float8 } from "@layer-cake/cake";
 * const row = castTo([0.5, 1.5], VectorOf(Float8));
 * console.assert(row.value.length === 2);
 * ```
 */
export function castTo<L extends TypeLike>(value: ValueOf<L>, type: L): Cast<ValueOf<L>> {
  return new Cast(value, typeOf(type));
}

/** The bare value of something held in an Any: the value of a {@link Cast}, anything else as it is. */
export function castBack(held: unknown): unknown {
  return held instanceof Cast ? held.value : held;
}
