// Declarations of what cake uses from `@std/path`.

export interface ParsedPath {
  root: string;
  dir: string;
  base: string;
  ext: string;
  name: string;
}

export interface GlobOptions {
  extended?: boolean;
  globstar?: boolean;
  os?: "linux" | "darwin" | "windows";
  caseInsensitive?: boolean;
}

export declare const DELIMITER: ":" | ";";
export declare const SEPARATOR: "/" | "\\";
export declare const SEPARATOR_PATTERN: RegExp;

export declare function basename(path: string, suffix?: string): string;
export declare function common(paths: string[]): string;
export declare function dirname(path: string): string;
export declare function extname(path: string): string;
export declare function format(path: Partial<ParsedPath>): string;
export declare function fromFileUrl(url: URL | string): string;
export declare function globToRegExp(glob: string, options?: GlobOptions): RegExp;
export declare function isAbsolute(path: string): boolean;
export declare function isGlob(text: string): boolean;
export declare function join(path: string, ...paths: string[]): string;
export declare function normalize(path: string): string;
export declare function parse(path: string): ParsedPath;
export declare function relative(from: string, to: string): string;
export declare function resolve(...paths: string[]): string;
export declare function toFileUrl(path: string): URL;
