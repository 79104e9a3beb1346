/** The service manager that started this process, as far as systemd's conventions go. */

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Bytes of an address of a socket: two for the family, then the path. */
const FAMILY_BYTES = 2;
const PATH_BYTES_MAX = 107;

/** True for the process that a service manager started itself; not for what that process starts. */
export function isSupervised(): boolean {
  // The socket is inherited by all that a service starts; who was started by the manager itself is said by newer ones.
  const started = Deno.env.get("SYSTEMD_EXEC_PID");
  return started ? started === String(Deno.pid) : notifySocket() !== null;
}

/** The path of the socket; null where nobody wants to be told. */
function notifySocket(): string | null {
  const path = Deno.env.get("NOTIFY_SOCKET") ?? "";
  return Deno.build.os === "linux" && /^[@/]/.test(path) ? path : null;
}

/**
 * Sends lines such as `READY=1` to the service manager; nothing happens where there is none, or where it can't be reached.
 *
 * Deno's own datagrams of this kind are not stable (`Deno.listenDatagram` with `unixpacket` wants `--unstable-net`), Node's
 * have none, and of a program that sends for this one (`systemd-notify`) the manager takes no word by default. So it is libc.
 */
export function notifyServiceManager(text: string): void {
  const path = notifySocket();
  if (path === null) return;
  try {
    send(addressOf(path), new TextEncoder().encode(text));
  } catch {
    // Another libc, or a path that is none: a service that is not told is no worse than one without a manager.
    return;
  }
}

/** `struct sockaddr_un`; a path that begins with `@` is of no file, and begins with a zero there. */
function addressOf(path: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(path);
  if (bytes.length > PATH_BYTES_MAX) throw new RangeError(`Cannot send to "${path}": the path is too long`);
  const address = new Uint8Array(FAMILY_BYTES + bytes.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(bytes, FAMILY_BYTES);
  if (path.startsWith("@")) address[FAMILY_BYTES] = 0;
  return address;
}

function send(address: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>): void {
  const { symbols, close } = Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
  });
  try {
    const socket = symbols.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return;
    symbols.sendto(socket, bytes, BigInt(bytes.length), MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length);
    symbols.close(socket);
  } finally {
    close();
  }
}

/** True when stderr leads to the journal, which says by which device and file it knows it. */
export function isErrorJournal(): boolean {
  const journal = Deno.env.get("JOURNAL_STREAM");
  if (journal === undefined || Deno.build.os !== "linux") return false;
  try {
    const { dev, ino } = Deno.statSync("/proc/self/fd/2");
    return journal === `${dev}:${ino}`;
  } catch {
    // No stderr, or no file system of processes.
    return false;
  }
}

const SIGHUP_BIT = 1n;

/** True when whoever started this process wanted it to outlive its terminal, as `nohup` does. */
export function ignoresHangup(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1] ?? "0";
    return (BigInt(`0x${mask}`) & SIGHUP_BIT) !== 0n;
  } catch {
    return false;
  }
}
