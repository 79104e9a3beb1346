// This module performs no I/O.

/** Signals that end processes, by number. */

const NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGWINCH: 28,
  SIGSYS: 31,
};

/** What macOS numbers differently. */
const DARWIN: Readonly<Record<string, number>> = { SIGBUS: 10, SIGUSR1: 30, SIGUSR2: 31, SIGSYS: 12 };

/**
 * The number of a signal.
 *
 * @param name Such as `SIGTERM`
 * @param isDarwin Whether to count as macOS does
 * @returns The number, or null for a name that isn't known
 */
export function signalNumber(name: string, isDarwin = false): number | null {
  return (isDarwin ? DARWIN[name] : undefined) ?? NUMBERS[name] ?? null;
}
