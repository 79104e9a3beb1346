// Declarations of what cake uses from `@std/yaml`.

export type SchemaType = "failsafe" | "json" | "core" | "default" | "extended";

/** Where in a text: line and column count from 1, the offset from 0. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Thrown for a text that is not YAML. */
export declare class YamlSyntaxError extends SyntaxError {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  constructor(message: string, position: YamlPosition);
}

export interface ParseOptions {
  schema?: SchemaType;
  allowDuplicateKeys?: boolean;
  onWarning?(error: YamlSyntaxError): void;
}

export interface StringifyOptions {
  indent?: number;
  arrayIndent?: boolean;
  skipInvalid?: boolean;
  flowLevel?: number;
  schema?: SchemaType;
  sortKeys?: boolean;
  lineWidth?: number;
  useAnchors?: boolean;
  compatMode?: boolean;
  condenseFlow?: boolean;
}

export declare function parse(content: string, options?: ParseOptions): unknown;
export declare function parseAll(content: string, options?: ParseOptions): unknown;
export declare function stringify(data: unknown, options?: StringifyOptions): string;
