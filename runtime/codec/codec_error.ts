// This module performs no I/O.

/** What is wrong with a value or a text, and where in it. */

/** Which way the codec was going. */
export type CodecActivity = "encode" | "decode";

/**
 * A value that can't be encoded, or a text that can't be decoded. The message says why and where, as in
 * `cannot decode, near "many[1].left" (expected a whole number, got a text)`.
 */
export class CodecError extends Error {
  /** `"CodecError"`. */
  override readonly name = "CodecError";
  /** Where in the value, such as `order.lines[3].price`; empty for the value as a whole. */
  readonly path: string;
  /** Why, without the path. */
  readonly reason: string;

  /** Makes an error; its message is made of all three. */
  constructor(activity: CodecActivity, reason: string, path = "", options?: ErrorOptions) {
    super(path === "" ? `cannot ${activity} (${reason})` : `cannot ${activity}, near "${path}" (${reason})`, options);
    this.path = path;
    this.reason = reason;
  }
}

/**
 * A refusal on its way up, inside the codec: no stack is taken and the path is collected while it passes, so that values
 * that are fine pay nothing for it. It leaves the codec as a {@link CodecError}.
 */
export class Refusal {
  /** Steps of the path, innermost first. */
  readonly steps: string[] = [];

  constructor(readonly reason: string) {}
}

/** Refuses the value at hand. */
export function refuse(reason: string): never {
  throw new Refusal(reason);
}

/** Says, for something thrown below a member or an item, where that was; to be thrown on. */
export function within(thrown: unknown, step: string): unknown {
  const refusal = thrown instanceof Refusal ? thrown : new Refusal(reasonOf(thrown));
  refusal.steps.push(step);
  return refusal;
}

/** Turns whatever ended an encoding or decoding into the one error that callers see. */
export function codecError(activity: CodecActivity, thrown: unknown): CodecError {
  if (thrown instanceof CodecError) return thrown;
  if (thrown instanceof Refusal) return new CodecError(activity, thrown.reason, pathOf(thrown.steps));
  return new CodecError(activity, reasonOf(thrown), "", { cause: thrown });
}

function pathOf(steps: readonly string[]): string {
  let path = "";
  for (const step of steps.toReversed()) path += step.startsWith("[") || path === "" ? step : `.${step}`;
  return path;
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
