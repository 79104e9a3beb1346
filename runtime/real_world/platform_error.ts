/** From the errors that Deno throws to those of the world. */

import { FileError, NetworkError } from "../world.ts";
import { type ErrnoName, errnoOf, type ErrnoPlatform, fileError, isErrnoName, networkError } from "./errno.ts";

const PLATFORM: ErrnoPlatform = Deno.build.os === "darwin" ? "darwin" : "linux";

/** Errors that come without the platform's number, by class. */
const BY_CLASS: ReadonlyArray<readonly [new (message: string) => Error, ErrnoName]> = [
  [Deno.errors.NotFound, "ENOENT"],
  [Deno.errors.AlreadyExists, "EEXIST"],
  [Deno.errors.PermissionDenied, "EACCES"],
  [Deno.errors.NotCapable, "EACCES"],
  [Deno.errors.ConnectionRefused, "ECONNREFUSED"],
  [Deno.errors.ConnectionReset, "ECONNRESET"],
  [Deno.errors.ConnectionAborted, "ECONNABORTED"],
  [Deno.errors.NotConnected, "ENOTCONN"],
  [Deno.errors.AddrInUse, "EADDRINUSE"],
  [Deno.errors.AddrNotAvailable, "EADDRNOTAVAIL"],
  [Deno.errors.BrokenPipe, "EPIPE"],
  [Deno.errors.TimedOut, "ETIMEDOUT"],
  [Deno.errors.NetworkUnreachable, "ENETUNREACH"],
  [Deno.errors.BadResource, "EBADF"],
  [Deno.errors.Interrupted, "EBADF"],
  [Deno.errors.IsADirectory, "EISDIR"],
  [Deno.errors.NotADirectory, "ENOTDIR"],
];

/** The symbolic name of what Deno threw, or null where it can't be told. */
export function errnoName(error: unknown): ErrnoName | null {
  if (!(error instanceof Error)) return null;
  const code: unknown = "code" in error ? error.code : undefined;
  // EINTR is how Deno reports an operation on something that was closed meanwhile.
  if (isErrnoName(code)) return code;
  if (error.message.startsWith("failed to lookup address")) return "EAI_NONAME";
  return BY_CLASS.find(([kind]) => error instanceof kind)?.[1] ?? null;
}

/**
 * Says what Deno threw about a socket in the original's words.
 *
 * A number in Deno's own text (`(os error 111)`) wins over the table, as it is the platform's.
 */
export function toNetworkError(error: unknown): NetworkError {
  if (error instanceof NetworkError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const own = /^(.*?) \(os error (-?\d+)\)/.exec(text);
  if (own?.[1] !== undefined) {
    return new NetworkError(`[Errno ${own[2]}] ${own[1]}`, Number(own[2]), { cause: error });
  }
  const name = errnoName(error);
  return name === null ? new NetworkError(text, 0, { cause: error }) : platformNetworkError(name, { cause: error });
}

/** A socket's error with this platform's number. */
export function platformNetworkError(name: ErrnoName, options: ErrorOptions = {}): NetworkError {
  return networkError(name, PLATFORM, options);
}

/** The platform's text in Deno's; that of a failed start is preceded by the name. */
const OWN_TEXT = /^(?:Failed to spawn '.*': )?(.*?) \(os error -?\d+\)/;

/** Says what Deno threw about a file; `action` is the verb of the sentence. */
export function toFileError(action: string, path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const name = errnoName(error);
  const own = error instanceof Error ? OWN_TEXT.exec(error.message)?.[1] : undefined;
  if (name !== null && (own === undefined || own === errnoOf(name)[1])) {
    return fileError(action, path, name, { cause: error });
  }
  const text = own ?? (error instanceof Error ? error.message : String(error));
  return new FileError(`Cannot ${action} "${path}": ${text}`, "other", { cause: error });
}
