// This module performs no I/O.

/** Arguments of foreign programs. */

/** What an argument is made of; null stands for no value. */
export type ArgumentValue = string | number | bigint | boolean | null;

/**
 * An argument of a foreign program: a plain value is given as its text; a pair of name and value as `-n=value` or
 * `--name=value` by the length of the name, with null as the flag alone; a triple of name, separator and value with
 * that separator, or as two arguments where it is null.
 */
export type UtilityArgument =
  | string
  | number
  | bigint
  | boolean
  | readonly [name: string, value: ArgumentValue]
  | readonly [name: string, separator: string | null, value: ArgumentValue];

/** Arguments as the program gets them. */
export function utilityArguments(given: readonly UtilityArgument[]): string[] {
  return given.flatMap((argument) => typeof argument === "object" ? flag(argument) : [String(argument)]);
}

function flag(argument: readonly (ArgumentValue)[]): string[] {
  const [name] = argument as readonly [string];
  const [separator, value] = argument.length === 3 ? [argument[1]!, argument[2]!] : ["=", argument[1]!];
  const dashed = name.length === 1 ? `-${name}` : `--${name}`;
  if (value === null) return [dashed];
  return separator === null ? [dashed, String(value)] : [`${dashed}${separator}${value}`];
}
