// Declarations of what cake uses from `@std/cli`.

/** What `parseArgs` returns: the named flags with their kinds, and the words that belong to no flag. */
export type ParsedArguments<B extends string, S extends string, C extends string, D> =
  & { [K in B]: boolean }
  & { [K in Exclude<S, C>]: K extends keyof D ? string : string | undefined }
  & { [K in Extract<S, C>]: string[] }
  & { _: (string | number)[] };

export interface ParseOptions<B extends string, S extends string, C extends string, D> {
  "--"?: boolean;
  alias?: Record<string, string | readonly string[]>;
  boolean?: readonly B[];
  string?: readonly S[];
  collect?: readonly C[];
  negatable?: readonly B[];
  default?: D;
  stopEarly?: boolean;
  unknown?: (argument: string, key?: string, value?: unknown) => unknown;
}

export declare function parseArgs<
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
  D extends Record<string, unknown> = Record<never, never>,
>(args: string[], options: ParseOptions<B, S, C, D>): ParsedArguments<B, S, C, D>;
