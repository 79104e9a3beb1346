/** Descriptors that this process was given, and that a process which lives on must not get. */

/** The first descriptor behind the standard streams. */
const FIRST_OTHER = 3;
/** fcntl's command to set flags of a descriptor, and the flag that closes it in a new program: alike on all platforms here. */
const SET_FLAGS = 2;
const CLOSE_ON_EXEC = 1;

/**
 * Marks every descriptor but the standard streams so that programs started from here don't get it. Deno marks its own;
 * this is for those that came from a shell or another parent. Does nothing where libc can't be reached.
 */
export function keepDescriptorsBack(): void {
  const { os, arch } = Deno.build;
  // On Apple's arm64 a third argument of fcntl goes elsewhere; see record_lock.ts.
  if (os !== "linux" && !(os === "darwin" && arch === "x86_64")) return;
  try {
    const libc = Deno.dlopen(os === "linux" ? "libc.so.6" : "/usr/lib/libSystem.B.dylib", {
      fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
    });
    const descriptors = [...Deno.readDirSync(os === "linux" ? "/proc/self/fd" : "/dev/fd")].map(({ name }) =>
      Number(name)
    );
    for (const descriptor of descriptors) {
      if (descriptor >= FIRST_OTHER) libc.symbols.fcntl(descriptor, SET_FLAGS, CLOSE_ON_EXEC);
    }
    libc.close();
  } catch {
    // No permission for FFI, or another libc: what was inherited is passed on.
    return;
  }
}
