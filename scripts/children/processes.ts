/** What the machine knows of processes and descriptors, from /proc. */

/** A process that runs, or has ended and waits to be noticed. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** `Z` for one that has ended and was never asked for its status. */
  readonly state: string;
}

/** All processes at the moment. */
export async function processes(): Promise<ProcessEntry[]> {
  const found: ProcessEntry[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    // The name of the program stands in parentheses, and may have any character.
    const [, state, parent] = /.*\) (\S) (\d+) /s.exec(text) ?? [];
    if (state !== undefined) found.push({ pid: Number(name), parent: Number(parent), state });
  }
  return found;
}

/** The children of a process. */
export async function childrenOf(pid: number): Promise<ProcessEntry[]> {
  return (await processes()).filter(({ parent }) => parent === pid);
}

/** Processes, other than this one, that have inherited a variable. */
export async function heirsOf(variable: string): Promise<number[]> {
  const heirs: number[] = [];
  for (const { pid } of await processes()) {
    if (pid === Deno.pid) continue;
    const text = await Deno.readTextFile(`/proc/${pid}/environ`).catch(() => "");
    if (text.split("\0").includes(variable)) heirs.push(pid);
  }
  return heirs;
}

/** The descriptors that this process has open, each with what it leads to. */
export async function openDescriptors(): Promise<string[]> {
  const open: string[] = [];
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    // Those by which processes are looked at are not meant.
    const target = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => null);
    if (target !== null && !target.startsWith("/proc")) open.push(`${name} ${target}`);
  }
  return open;
}
