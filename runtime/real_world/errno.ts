// This module performs no I/O.

/**
 * The platform's error numbers and their texts, in the original's style: `[Errno 111] Connection refused`.
 *
 * Both worlds take their texts from here, so that a program can't tell them apart by a failure.
 */

import { FileError, NetworkError } from "../world.ts";

/** Failures of sockets and files that the project has a text for, by the platform's symbolic name. */
export type ErrnoName = keyof typeof LINUX;

/** Platforms whose numbers are known; others use Linux's. */
export type ErrnoPlatform = "linux" | "darwin";

const LINUX = {
  EAI_NONAME: [-2, "Name or service not known"],
  EPERM: [1, "Operation not permitted"],
  ENOENT: [2, "No such file or directory"],
  ESRCH: [3, "No such process"],
  EBADF: [9, "Bad file descriptor"],
  EACCES: [13, "Permission denied"],
  EEXIST: [17, "File exists"],
  ENOTDIR: [20, "Not a directory"],
  EISDIR: [21, "Is a directory"],
  EINVAL: [22, "Invalid argument"],
  EMFILE: [24, "Too many open files"],
  EPIPE: [32, "Broken pipe"],
  ENOTEMPTY: [39, "Directory not empty"],
  EADDRINUSE: [98, "Address already in use"],
  EADDRNOTAVAIL: [99, "Cannot assign requested address"],
  ENETDOWN: [100, "Network is down"],
  ENETUNREACH: [101, "Network is unreachable"],
  ECONNABORTED: [103, "Software caused connection abort"],
  ECONNRESET: [104, "Connection reset by peer"],
  ENOTCONN: [107, "Transport endpoint is not connected"],
  ETIMEDOUT: [110, "Connection timed out"],
  ECONNREFUSED: [111, "Connection refused"],
  EHOSTUNREACH: [113, "No route to host"],
} as const satisfies Record<string, readonly [number, string]>;

/** What macOS numbers or words differently. */
const DARWIN: Partial<Record<ErrnoName, readonly [number, string]>> = {
  EAI_NONAME: [8, "nodename nor servname provided, or not known"],
  ENOTEMPTY: [66, "Directory not empty"],
  EADDRINUSE: [48, "Address already in use"],
  EADDRNOTAVAIL: [49, "Can't assign requested address"],
  ENETDOWN: [50, "Network is down"],
  ENETUNREACH: [51, "Network is unreachable"],
  ECONNABORTED: [53, "Software caused connection abort"],
  ECONNRESET: [54, "Connection reset by peer"],
  ENOTCONN: [57, "Socket is not connected"],
  ETIMEDOUT: [60, "Operation timed out"],
  ECONNREFUSED: [61, "Connection refused"],
  EHOSTUNREACH: [65, "No route to host"],
};

/** Tells whether the table knows a symbolic name, such as the `code` property of a platform's error. */
export function isErrnoName(name: unknown): name is ErrnoName {
  return typeof name === "string" && Object.hasOwn(LINUX, name);
}

/**
 * Number and text of a failure on a platform.
 *
 * @param name The symbolic name
 * @param platform Whose numbers to use
 * @returns The number, and the text without the number
 */
export function errnoOf(name: ErrnoName, platform: ErrnoPlatform = "linux"): readonly [number, string] {
  return (platform === "darwin" ? DARWIN[name] : undefined) ?? LINUX[name];
}

/**
 * Makes the error of a socket in the original's words: `[Errno 98] Address already in use`.
 *
 * @param name What went wrong
 * @param platform Whose numbers to use
 * @param options The cause, where there is one
 */
export function networkError(
  name: ErrnoName,
  platform: ErrnoPlatform = "linux",
  options: ErrorOptions = {},
): NetworkError {
  const [code, text] = errnoOf(name, platform);
  return new NetworkError(`[Errno ${code}] ${text}`, code, options);
}

const REASONS: Partial<Record<ErrnoName, FileError["reason"]>> = {
  ENOENT: "not found",
  EEXIST: "exists",
  EACCES: "not permitted",
  EPERM: "not permitted",
};

/**
 * Makes the error of a file operation: `Cannot read "/x": No such file or directory`.
 *
 * @param action The verb of the sentence, such as `read`
 * @param path What it was done to
 * @param name What went wrong
 * @param options The cause, where there is one
 */
export function fileError(action: string, path: string, name: ErrnoName, options?: ErrorOptions): FileError {
  return new FileError(`Cannot ${action} "${path}": ${LINUX[name][1]}`, REASONS[name] ?? "other", options);
}
