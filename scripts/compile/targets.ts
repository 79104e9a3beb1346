// This module performs no I/O.

/** The platforms that cake is compiled for, and how to tell what a file of theirs looks like. */

/** One platform. */
export interface Target {
  /** As users say it, `linux-arm64`. */
  readonly name: string;
  /** As Deno says it. */
  readonly triple: string;
  /** The file that is made for it. */
  readonly file: string;
}

/** All platforms. */
export const TARGETS: readonly Target[] = [
  { name: "linux-x86_64", triple: "x86_64-unknown-linux-gnu", file: "cake-linux-x86_64" },
  { name: "linux-arm64", triple: "aarch64-unknown-linux-gnu", file: "cake-linux-arm64" },
  { name: "macos-x86_64", triple: "x86_64-apple-darwin", file: "cake-macos-x86_64" },
  { name: "macos-arm64", triple: "aarch64-apple-darwin", file: "cake-macos-arm64" },
  { name: "windows-x86_64", triple: "x86_64-pc-windows-msvc", file: "cake-windows-x86_64.exe" },
];

/** What the command line asks for. */
export interface CompileArguments {
  readonly targets: readonly Target[];
  /** Where the files go, if not to `dist/`. */
  readonly output: string | null;
}

/** Reads the command line; a text says what is wrong with it. */
export function parseArguments(args: readonly string[], host: string): CompileArguments | string {
  const chosen = new Set<Target>();
  let output: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = splitOnce(args[i]!);
    if (name === "--all") TARGETS.forEach((target) => chosen.add(target));
    else if (name === "--target" || name === "--output") {
      const value = inline ?? args[++i];
      if (!value) return `Cannot compile: ${name} needs a value`;
      if (name === "--output") output = value;
      else {
        const target = targetOf(value);
        if (target === undefined) return `Cannot compile for "${value}": there are ${names()}`;
        chosen.add(target);
      }
    } else return `Cannot compile: unknown argument "${args[i]}"; there are --target=<name>, --all, --output=<folder>`;
  }
  if (chosen.size === 0) {
    const own = targetOf(host);
    if (own === undefined) return `Cannot compile for this machine, "${host}": there are ${names()}`;
    chosen.add(own);
  }
  return { targets: TARGETS.filter((target) => chosen.has(target)), output };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function names(): string {
  return TARGETS.map(({ name }) => name).join(", ");
}

/** The platform of a name, as users or Deno say it. */
export function targetOf(name: string): Target | undefined {
  return TARGETS.find((target) => target.name === name || target.triple === name);
}

/** Bytes at the start of an executable that tell what it is for. */
export const HEADER_BYTES = 20;

const ELF_MACHINES: Readonly<Record<number, string>> = { 0x3e: "linux-x86_64", 0xb7: "linux-arm64" };
const MACH_CPUS: Readonly<Record<number, string>> = { 0x0100_0007: "macos-x86_64", 0x0100_000c: "macos-arm64" };

/** The platform that an executable is for by its first bytes, or undefined for none that is known. */
export function targetOfExecutable(header: Uint8Array): Target | undefined {
  if (header.length < HEADER_BYTES) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const magic = view.getUint32(0, false);
  if (magic === 0x7f45_4c46) return targetOf(ELF_MACHINES[view.getUint16(18, true)] ?? "");
  if (magic === 0xcffa_edfe) return targetOf(MACH_CPUS[view.getUint32(4, true)] ?? "");
  return magic >>> 16 === 0x4d5a ? targetOf("windows-x86_64") : undefined;
}

/** The text of a file of checksums, as `sha256sum --check` reads it. */
export function checksumText(checksums: ReadonlyMap<string, string>): string {
  return [...checksums].toSorted(([a], [b]) => a < b ? -1 : 1).map(([file, sum]) => `${sum}  ${file}\n`).join("");
}

/** The checksums that such a text holds. */
export function parseChecksums(text: string): Map<string, string> {
  const lines = [...text.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm)];
  return new Map(lines.map((match) => [match[2]!, match[1]!]));
}

/** What to say when `deno compile` failed: its own text, and what helps where the base runtime was out of reach. */
export function failureText(target: Target, output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/<unknown>/.test(line));
  const isDownload = /Setting up base binary|Download\s+https/.test(output) &&
    /sending request|error sending|download/i.test(output);
  if (!isDownload) return [`Cannot compile for ${target.name}:`, ...lines].join("\n");
  return [
    `Cannot compile for ${target.name}: the base runtime, which deno compile joins the program to, could not be downloaded`,
    `  ${/https:\S+/.exec(output)?.[0].replace(/[)\s.]*$/, "") ?? ""}`,
    "It is downloaded once for each version of Deno and each platform, and kept. Where that address can't be reached,",
    "copy Deno's folder of downloads from a machine that has it, or name a base runtime of the same version yourself:",
    "  DENORT_BIN     the base runtime (denort) of one platform, as it is in the archive at that address",
    "  DENO_COMPILE   the deno whose version it has, if that is not the one that runs this",
  ].join("\n");
}
