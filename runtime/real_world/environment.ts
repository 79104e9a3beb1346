/** Variables and standard streams of this process. */

import { isErrorJournal } from "./service_manager.ts";
import type { Cancel, Environment, TerminalSize } from "../world.ts";

/** How long to wait before trying a full pipe again. */
const FULL_PIPE_WAIT_MS = 1;

/** Makes the environment of the real world. Writes are complete when they return. */
export function realEnvironment(): Environment {
  return {
    variable: (name) => Deno.env.get(name),
    variableNames: () => Object.keys(Deno.env.toObject()),
    terminalSize,
    isErrorTerminal: () => Deno.stderr.isTerminal(),
    isErrorJournal,
    takeKeys,
    writeOutput: (text) => writeAll(Deno.stdout, text),
    writeError: (text) => writeAll(Deno.stderr, text),
  };
}

function terminalSize(): TerminalSize | null {
  if (!Deno.stdout.isTerminal()) return null;
  const { columns, rows } = Deno.consoleSize();
  return { columns, lines: rows };
}

/** The longest run of typed or pasted characters that is taken at once. */
const TYPED_BYTES_MAX = 1024;

function takeKeys(take: (typed: Uint8Array) => void): Cancel | null {
  const { stdin } = Deno;
  if (!stdin.isTerminal()) return null;
  stdin.setRaw(true);
  let isTaken = true;
  const read = async () => {
    const buffer = new Uint8Array(TYPED_BYTES_MAX);
    while (isTaken) {
      const length = await stdin.read(buffer).catch(() => null);
      if (length === null) return;
      if (isTaken) take(buffer.slice(0, length));
    }
  };
  read();
  return () => {
    if (isTaken) stdin.setRaw(false);
    isTaken = false;
  };
}

interface SyncWriter {
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes the whole text, waiting for a slow reader; what nobody can read any more is dropped.
 *
 * A standard stream whose reader has gone must not bring the process down, least of all in the middle of a log line.
 */
export function writeAll(stream: SyncWriter, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += stream.writeSync(bytes.subarray(at));
    } catch (error) {
      // A pipe shared with a program that made it non-blocking; the contract here is to block.
      if (!(error instanceof Deno.errors.WouldBlock)) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_WAIT_MS);
    }
  }
}
