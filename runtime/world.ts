// This module performs no I/O.

/**
 * What a runtime may reach outside itself. There are two implementations: the real world
 * (`real_world.ts`) and the simulated one (`simulation/`), and nothing in the project knows which of them it has.
 *
 * Units: durations and monotonic readings are milliseconds (fractions allowed); wall-clock readings are
 * microseconds since 1970-01-01T00:00:00Z.
 */

/** Cancels what it was returned for; calling it again, or too late, does nothing. */
export type Cancel = () => void;

/** Time as a service: readings and one-shot alarms. */
export interface Clock {
  /** Monotonic milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Microseconds since 1970 in UTC, by the wall clock; may jump. */
  wall(): bigint;
  /** The offset of local time from UTC at a moment (microseconds since 1970), in seconds; east is positive. */
  zoneOffset(wall: bigint): number;
  /** Calls `alarm` once, `milliseconds` from now, never early. */
  after(milliseconds: number, alarm: () => void): Cancel;
  /** Calls `task` as soon as pending input and output had their turn (a macrotask). */
  soon(task: () => void): void;
}

/** Randomness. The simulated world's is seeded. */
export interface Random {
  /** A float in [0, 1). */
  float(): number;
  /** A whole number in [0, bound). */
  integer(bound: number): number;
  /** A version 4 UUID in lower-case hyphenated form. */
  uuid(): string;
  /** `length` random bytes, fit for keys and nonces. */
  bytes(length: number): Uint8Array;
}

/** Where a socket is: a name or a numeric address, and a port. */
export interface Endpoint {
  /** A name or a numeric address. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** A reliable, ordered stream of bytes in both directions, such as a TCP connection. */
export interface ByteStream {
  /** This end. */
  readonly local: Endpoint;
  /** The other end. */
  readonly remote: Endpoint;
  /**
   * Reads at least one byte into `buffer`.
   *
   * @returns The count of bytes read, or null at the end of the stream.
   * @throws {NetworkError} When the connection broke.
   */
  read(buffer: Uint8Array): Promise<number | null>;
  /**
   * The same for those who read all the time: calls back once, later, with what {@linkcode read} gives or with its error. It takes
   * one promise less, and one turn of the queue behind it.
   */
  readThen(buffer: Uint8Array, done: (count: number | null) => void, failed: (error: unknown) => void): void;
  /** Writes all of `bytes`; resolves when they were handed to the network. One write at a time. */
  write(bytes: Uint8Array): Promise<void>;
  /** Is to {@linkcode write} as {@linkcode readThen} is to {@linkcode read}. */
  writeThen(bytes: Uint8Array, done: () => void, failed: (error: unknown) => void): void;
  /** Says that nothing more will be written; reading goes on. */
  closeWrite(): Promise<void>;
  /** Gives up the stream in both directions. Never throws; pending reads and writes reject or end. */
  close(): void;
}

/** An open port that yields the streams of those who connect. */
export interface StreamListener {
  /** Where it listens; the port in use, also when any was asked for. */
  readonly local: Endpoint;
  /**
   * Waits for somebody to connect.
   *
   * @returns The next accepted stream, or null once closed.
   * @throws {NetworkError} When accepting failed; the listener may still work afterwards.
   */
  accept(): Promise<ByteStream | null>;
  /** Closes the port; streams that were accepted live on. Never throws. */
  close(): void;
}

/** An IPv4 address of this machine, and how much of it names its own subnet. */
export interface InterfaceAddress {
  /** The interface as the system calls it, `eth0`. */
  readonly name: string;
  /** Dotted decimal, `192.168.0.12`. */
  readonly address: string;
  /** 24 for a netmask of 255.255.255.0. */
  readonly prefixBits: number;
}

/** Somebody of this machine who waits for connections. */
export interface PortHolder {
  /** Where: an IPv4 or IPv6 address; `0.0.0.0` and `::` are all of the machine's. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** The process, or null where it is none of this user's, and can't be told. */
  readonly pid: number | null;
  /** Its command line, or null. */
  readonly command: string | null;
}

/** Sockets. Datagrams will join streams here. */
export interface Network {
  /** Opens a port for streams; port 0 asks for any free one. Throws {@link NetworkError}. */
  listen(host: string, port: number): Promise<StreamListener>;
  /** Connects a stream; throws {@link NetworkError} when refused, unreachable or timed out. */
  connect(host: string, port: number): Promise<ByteStream>;
  /** The IPv4 address this machine would use towards others, or null where there is none. */
  primaryAddress(): string | null;
  /** The IPv4 addresses by which others can reach this machine; none of loopback. */
  interfaceAddresses(): readonly InterfaceAddress[];
  /** Who holds these ports of this machine; null where the platform doesn't say. */
  portHolders(ports: ReadonlySet<number>): Promise<readonly PortHolder[] | null>;
}

/** What went wrong with a socket, with the platform's own number where there is one. */
export class NetworkError extends Error {
  /** `"NetworkError"`. */
  override readonly name = "NetworkError";
  /** The platform's error number (98: address in use, 111: refused), 0 if unknown. */
  readonly errorCode: number;

  /** Makes an error with a text that names the endpoint. */
  constructor(message: string, errorCode = 0, options?: ErrorOptions) {
    super(message, options);
    this.errorCode = errorCode;
  }
}

/** What is known of a file or folder without opening it; links are not followed. */
export interface FileInfo {
  /** What it is. */
  readonly kind: "file" | "folder" | "link" | "other";
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, or null where the platform doesn't say. */
  readonly modified: number | null;
  /** Kind and permission bits as POSIX has them, or null where the platform has none. */
  readonly mode: number | null;
  /** Ids of who owns it, or null where the platform has none. */
  readonly owner: { readonly user: number; readonly group: number } | null;
}

/** Files and folders. Paths are those of the platform. Failures throw {@link FileError}. */
export interface FileSystem {
  /** The content of a file, decoded as UTF-8. */
  readText(path: string): Promise<string>;
  /** The end of a file: its last bytes, so many at most, decoded as UTF-8 from the first whole character on. */
  readTextEnd(path: string, bytesMax: number): Promise<string>;
  /** Part of a file from a byte on; less than `length` bytes where the file ends before. */
  readBytes(path: string, offset: number, length: number): Promise<Uint8Array>;
  /**
   * Replaces the content of a file as a whole: a temporary file beside it, synced, then renamed, so that a
   * reader or a power cut sees the old content or the new, never a part. The mode of a file that is replaced stays.
   *
   * @param options `mode`: permission bits of a new file, where the platform has them
   */
  writeTextAtomic(path: string, text: string, options?: { readonly mode?: number }): Promise<void>;
  /** Adds to the end of a file, making it when missing. */
  appendText(path: string, text: string): Promise<void>;
  /**
   * Makes a file of pieces as they come, synced. A failure, one of the pieces' included, leaves no part of it.
   *
   * @param options `mode`: permission bits, where the platform has them; those that it keeps from new files stay off
   * @throws {FileError} When there is something of that name, or it can't be written. What the pieces throw is passed on.
   */
  writeNew(path: string, pieces: AsyncIterable<Uint8Array>, options?: { readonly mode?: number }): Promise<void>;
  /** Null when there is nothing of that name. Links are reported as links. */
  info(path: string): Promise<FileInfo | null>;
  /** Names in a folder, sorted. */
  list(path: string): Promise<string[]>;
  /** Makes a folder with its parents; no error when it exists. */
  makeFolder(path: string): Promise<void>;
  /** Removes a file, a link (not its target), or a folder with everything below. No error when absent. */
  remove(path: string): Promise<void>;
  /** Gives a file or folder another name; a file that has it is replaced. */
  rename(from: string, to: string): Promise<void>;
  /**
   * Copies a file (what a link leads to) with its permission bits, over a file that is there. The copy counts as
   * modified when the original was: never before, and less than 2 ms after.
   */
  copyFile(from: string, to: string): Promise<void>;
  /** Sets permission bits; other bits of `mode` don't matter. */
  setMode(path: string, mode: number): Promise<void>;
  /** The path by which there are no links on the way, or null when it leads to nothing. */
  realPath(path: string): Promise<string | null>;
  /** Makes an empty temporary folder and returns its path. */
  makeTemporaryFolder(prefix: string): Promise<string>;
  /** The current folder, absolute. */
  currentFolder(): string;
  /**
   * Takes the exclusive advisory lock that the original uses (a POSIX record lock over the whole file), making
   * the file when missing. The lock lasts until released or until the process ends.
   *
   * @returns A way to release it, or null when another process holds it.
   */
  lock(path: string): Promise<Cancel | null>;
  /** Process id of the holder of such a lock, or null when it is free. Taking nothing, changing nothing. */
  lockHolder(path: string): Promise<number | null>;
  /**
   * What kind of lock {@linkcode FileSystem.lock} takes: a record lock, which programs of the original see and whose holder
   * is known, or where there is none a lock of the whole file that only cake knows.
   */
  lockKind(): "record" | "file";
}

/** A file operation that failed; the message names the path. */
export class FileError extends Error {
  /** `"FileError"`. */
  override readonly name = "FileError";
  /** Closed set of reasons that callers tell apart. */
  readonly reason: "not found" | "exists" | "not permitted" | "other";

  /** Makes an error with a text that names the path. */
  constructor(message: string, reason: FileError["reason"], options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What to run as a child process. */
export interface ChildCommand {
  /** A path, or a name that is looked up on PATH. */
  readonly executable: string;
  /** Its arguments, as they are: no shell reads them. */
  readonly arguments: readonly string[];
  /** Variables in addition to (or instead of) those inherited. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it starts; in the current folder where nobody says. */
  readonly folder?: string;
  /**
   * What becomes of its standard streams. `captured`: stdout is kept, the others are those of this process.
   * `terminal`: all three are those of this process. `detached`: it has none, inherits no other descriptor, and
   * lives on in a session of its own when this process or its terminal ends.
   *
   * @default {"captured"}
   */
  readonly streams?: "captured" | "terminal" | "detached";
  /** What it finds on stdin, which then ends, in place of what {@linkcode ChildCommand.streams} says of stdin. */
  readonly input?: Uint8Array;
  /** Gets what it writes to stderr, piece by piece, in place of what {@linkcode ChildCommand.streams} says of stderr. */
  readonly onError?: (bytes: Uint8Array) => void;
}

/** What to run in a thread of this process as if it were a child process. */
export interface ThreadCommand {
  /** What makes a thread stand for a process, as a URL; it runs the module. */
  readonly program: string;
  /** The URL of the module's file. */
  readonly module: string;
  /** The command line of the module. */
  readonly arguments: readonly string[];
  /** For whoever looks at the threads of a process. */
  readonly name: string;
  /** Variables in addition to those of this process, for those who ask their world for them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Gets what it writes to stderr, piece by piece, which otherwise goes where this process's own goes. */
  readonly onError?: (bytes: Uint8Array) => void;
}

/** How a child process ended: a status, or the signal that ended it. */
export interface ChildStatus {
  /** Exit status; negative for a signal (-9), as parents of the original report it. */
  readonly code: number;
}

/** A running child process. */
export interface ChildProcess {
  /** Its process id. */
  readonly pid: number;
  /**
   * All of stdout as bytes, bounded by `limit` bytes (more is read and thrown away), resolved at its end. Empty unless
   * it is captured.
   */
  output(limit: number): Promise<{ readonly bytes: Uint8Array; readonly truncated: boolean }>;
  /** Resolves when it has ended. */
  readonly status: Promise<ChildStatus>;
  /** Sends it a signal; nothing happens when it has ended. */
  signal(name: SignalName): void;
}

/** Signals that the project sends or receives. */
export type SignalName =
  | "SIGINT"
  | "SIGTERM"
  | "SIGKILL"
  | "SIGHUP"
  | "SIGQUIT"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGWINCH";

/** The program that runs now, as far as others of its kind need to know to be started, and what it was told. */
export interface ProgramInfo {
  /** Absolute path of the program file: Deno's, or that of the compiled cake. */
  readonly executable: string;
  /** True when that file is a compiled cake, which runs modules by itself. */
  readonly compiled: boolean;
  /** The command line, without program and module. */
  readonly arguments: readonly string[];
  /** The operating system: `linux`, `darwin`, `windows` or another. */
  readonly platform: string;
  /** The processor: `x86_64`, `aarch64` or another. */
  readonly architecture: string;
}

/** Child processes, and this process as one. */
export interface Processes {
  /** The id of this process. */
  readonly pid: number;
  /** The parent at this moment; it changes when the parent ends. */
  readonly parentPid: number;
  /** The program that runs now. */
  readonly self: ProgramInfo;
  /** Throws {@link FileError} when it can't be started. */
  spawn(command: ChildCommand): ChildProcess;
  /**
   * Runs a module in a thread as if it were a child process: it has a command line, streams, signals and locks of its own, and an
   * end that leaves this process alone. Its id is that of this process, and memory, current folder and variables are shared.
   */
  spawnThread(command: ThreadCommand): ChildProcess;
  /** Sends a signal to a process by id; false when there is none. */
  signal(pid: number, name: SignalName): boolean;
  /** Calls `handler` at each signal of that name from now on. */
  onSignal(name: SignalName, handler: () => void): Cancel;
  /**
   * Makes a module the program of this process: from now on {@linkcode ProgramInfo.arguments} are its own, and it is
   * loaded. Only a compiled cake needs this: Deno starts programs by itself.
   *
   * @param url The module's file.
   * @throws {ModuleError} When it, or what it imports, can't be had. What the module itself throws is passed on.
   */
  become(url: string, args: readonly string[]): Promise<void>;
  /**
   * Calls `handler` with an error that nobody caught, in place of what the platform does about one: end the process at
   * once.
   */
  onUncaught(handler: (error: unknown) => void): Cancel;
  /** True for a service: the process that a service manager such as systemd started itself. What that starts is none. */
  readonly isSupervised: boolean;
  /**
   * Tells the service manager what it waits for: `READY=1`, `STOPPING=1`, `STATUS=...`, one a line. Nothing happens where there
   * is none.
   */
  notify(text: string): void;
  /** Ends this process with a status. What was written before is out. */
  exit(status: number): void;
}

/** What a thread runs: a module of its own, or where threads are simulated, a function of the same program. */
export interface ThreadProgram {
  /** The URL of the module; it finds its way out by {@link Threads.parent}. */
  readonly url: string;
  /** What that module does, for worlds in which threads share the program. */
  run(world: World): void;
}

/**
 * One end of a way between two threads: what is posted at one end arrives at the other, in order. Texts, numbers, binary
 * data and lists of those can be posted; binary data must not be changed afterwards.
 */
export interface ThreadPort {
  /** Sends something; the given ports change hands with it. Nothing happens once either end is gone. */
  post(parcel: unknown, ports?: readonly ThreadPort[]): void;
  /**
   * Says who takes what arrives; nothing that came before is lost.
   *
   * @param ended Called after the last arrival, when the thread at the other end ends by itself
   */
  listen(take: (parcel: unknown, ports: readonly ThreadPort[]) => void, ended: () => void): void;
  /** Lets go of this end. Nothing further arrives. */
  close(): void;
}

/** A thread that was started. */
export interface Thread {
  /** The way to and from it, from the first moment on. */
  readonly port: ThreadPort;
  /**
   * Resolves when it has ended, after the last of what it posted arrived, with what it died of: the text of an error, or
   * null when it was ended.
   */
  readonly ended: Promise<string | null>;
  /** Ends it at once, whatever it does. */
  terminate(): void;
}

/** Threads of this process: programs beside this one that share nothing with it. */
export interface Threads {
  /** The way to whoever started this thread; null outside of threads. */
  readonly parent: ThreadPort | null;
  /** Starts a thread. */
  start(program: ThreadProgram, name: string): Thread;
  /** Makes a way whose ends are to be given to two threads. */
  channel(): readonly [ThreadPort, ThreadPort];
  /** Loads a module, so that what it binds is known. Throws what the module throws. */
  load(url: string): Promise<void>;
  /** Calls `run` when this thread ends by itself, just before others learn of it. The last call counts. */
  onEnding(run: () => void): void;
}

/** The size of a terminal, in characters. */
export interface TerminalSize {
  /** Characters in a line. */
  readonly columns: number;
  /** Lines on the screen. */
  readonly lines: number;
}

/** The edges of the process: variables, standard streams. */
export interface Environment {
  /** An environment variable, or undefined where it is not set. */
  variable(name: string): string | undefined;
  /** The names of all variables that are set. */
  variableNames(): readonly string[];
  /** The size of the terminal that stdout leads to, or null when it leads elsewhere. It may change at any time. */
  terminalSize(): TerminalSize | null;
  /** True when stderr leads to a terminal. */
  isErrorTerminal(): boolean;
  /** True when stderr leads to the journal of systemd, which takes a level before each line. */
  isErrorJournal(): boolean;
  /**
   * Takes the keyboard: what is typed arrives as it is typed, unseen, and Ctrl-C is a key as others are.
   *
   * @param take Gets what was typed, as UTF-8: mostly one key at a time.
   * @returns A way to give it back, or null when stdin is no terminal.
   */
  takeKeys(take: (typed: Uint8Array) => void): Cancel | null;
  /** Writes to stdout; it is out when this returns. */
  writeOutput(text: string): void;
  /** Writes to stderr; it is out when this returns. */
  writeError(text: string): void;
}

/** Everything outside a runtime. */
export interface World {
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Sockets. */
  readonly network: Network;
  /** Files and folders. */
  readonly files: FileSystem;
  /** Child processes, signals, and this process. */
  readonly processes: Processes;
  /** Variables and standard streams. */
  readonly environment: Environment;
  /** Further threads of this process. */
  readonly threads: Threads;
}
