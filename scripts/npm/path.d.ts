// Declarations of what cake uses from `@std/path`.

export declare function basename(path: string, suffix?: string): string;
export declare function dirname(path: string): string;
export declare function fromFileUrl(url: URL | string): string;
export declare function isAbsolute(path: string): boolean;
export declare function join(path: string, ...paths: string[]): string;
export declare function relative(from: string, to: string): string;
/** Of an absolute path. */
export declare function toFileUrl(path: string): URL;
