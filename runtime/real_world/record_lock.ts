/** POSIX record locks through FFI on libc: open, fcntl, close, and the layouts of `struct flock`. */

import { FileError } from "../world.ts";

/** The calls on descriptors that a lock needs. All are synchronous. */
export interface RecordLocks {
  /** Opens an existing file, not inherited by children. Throws {@link FileError}. */
  open(path: string, access: "read" | "write"): number;
  /** Takes the exclusive lock over the whole file; false when another process holds one. */
  take(descriptor: number): boolean;
  /** The process that holds a lock, 0 when it has no number here, null when none does. Never this process. */
  holder(descriptor: number): number | null;
  /** Closes a descriptor, which drops this process's lock on the file. */
  close(descriptor: number): void;
}

/** What differs between the platforms. */
interface Layout {
  readonly library: string;
  readonly readOnly: number;
  readonly readWrite: number;
  readonly setLock: number;
  readonly getLock: number;
  readonly writeLock: number;
  readonly unlocked: number;
  /** Bytes of `struct flock`, and where its members are; the rest is zero: from the start, to the end. */
  readonly size: number;
  readonly typeAt: number;
  readonly pidAt: number;
}

/** x86-64 and arm64 agree; l_type, l_whence, l_start at 8, l_len at 16, l_pid at 24. */
const LINUX: Layout = {
  library: "libc.so.6",
  readOnly: 0x80000, // O_RDONLY | O_CLOEXEC
  readWrite: 0x80002,
  setLock: 6,
  getLock: 5,
  writeLock: 1,
  unlocked: 2,
  size: 32,
  typeAt: 0,
  pidAt: 24,
};

/** l_start, l_len at 8, l_pid at 16, l_type at 20, l_whence at 22. */
const DARWIN: Layout = {
  library: "/usr/lib/libSystem.B.dylib",
  readOnly: 0x1000000,
  readWrite: 0x1000002,
  setLock: 8,
  getLock: 7,
  writeLock: 3,
  unlocked: 2,
  size: 24,
  typeAt: 20,
  pidAt: 16,
};

interface Calls {
  open(path: Uint8Array<ArrayBuffer>, flags: number): number;
  fcntl(descriptor: number, command: number, flock: Uint8Array<ArrayBuffer>): number;
  close(descriptor: number): number;
}

/** Opens libc; null where it can't be reached or its layouts aren't known. */
export function openRecordLocks(): RecordLocks | null {
  const { os, arch } = Deno.build;
  const layout = os === "linux" ? LINUX : os === "darwin" ? DARWIN : null;
  if (layout === null) return null;
  try {
    const calls = os === "darwin" && arch === "aarch64" ? openAppleCalls(layout) : openCalls(layout);
    return makeLocks(layout, calls);
  } catch {
    // No permission for FFI, or another libc.
    return null;
  }
}

function openCalls({ library }: Layout): Calls {
  const { symbols } = Deno.dlopen(library, {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    fcntl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  return {
    open: (path, flags) => symbols.open(path, flags),
    fcntl: (descriptor, command, flock) => symbols.fcntl(descriptor, command, flock),
    close: (descriptor) => symbols.close(descriptor),
  };
}

/**
 * On Apple's arm64 the variable arguments of a C function go on the stack, the named ones in eight
 * registers. Six idle numbers after fcntl's two named arguments fill the registers, and the third goes where fcntl
 * looks for it. `open` has a variable argument only when it creates, which it doesn't here.
 */
function openAppleCalls({ library }: Layout): Calls {
  const { symbols } = Deno.dlopen(library, {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    fcntl: { parameters: ["i32", "i32", "i64", "i64", "i64", "i64", "i64", "i64", "buffer"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  return {
    open: (path, flags) => symbols.open(path, flags),
    fcntl: (descriptor, command, flock) => symbols.fcntl(descriptor, command, 0n, 0n, 0n, 0n, 0n, 0n, flock),
    close: (descriptor) => symbols.close(descriptor),
  };
}

function makeLocks(layout: Layout, calls: Calls): RecordLocks {
  const flock = new Uint8Array(layout.size);
  const view = new DataView(flock.buffer);
  const prepare = (): void => {
    flock.fill(0);
    view.setInt16(layout.typeAt, layout.writeLock, true);
  };
  return {
    open(path, access) {
      const name = new TextEncoder().encode(`${path}\0`);
      const descriptor = calls.open(name, access === "read" ? layout.readOnly : layout.readWrite);
      // errno doesn't survive the way back from FFI reliably, so the reason stays unsaid.
      if (descriptor < 0) throw new FileError(`Cannot open "${path}" for its lock`, "other");
      return descriptor;
    },
    take(descriptor) {
      prepare();
      return calls.fcntl(descriptor, layout.setLock, flock) === 0;
    },
    holder(descriptor) {
      prepare();
      if (calls.fcntl(descriptor, layout.getLock, flock) !== 0) return null;
      if (view.getInt16(layout.typeAt, true) === layout.unlocked) return null;
      return Math.max(view.getInt32(layout.pidAt, true), 0);
    },
    close: (descriptor) => void calls.close(descriptor),
  };
}
