/** Who listens at ports of this machine, as far as the system shows it to this user. */

import type { PortHolder } from "../world.ts";
import { commandText, listeningSockets, socketInode } from "./socket_table.ts";

/** Processes that are looked at, so that the search ends on any machine. */
const PROCESSES_MAX = 50_000;

/** The holders of these ports, by port; null on platforms without `/proc`. */
export async function portHolders(ports: ReadonlySet<number>): Promise<readonly PortHolder[] | null> {
  if (Deno.build.os !== "linux") return null;
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readOrNull(path)));
  if (tables.every((table) => table === null)) return null;
  const sockets = tables.flatMap((table) => listeningSockets(table ?? "")).filter(({ port }) => ports.has(port));
  const owners = await ownersOf(new Set(sockets.map(({ inode }) => inode)));
  const holders = await Promise.all(sockets.map(async ({ address, port, inode }) => {
    const pid = owners.get(inode) ?? null;
    const command = pid === null ? null : await readOrNull(`/proc/${pid}/cmdline`);
    return { address, port, pid, command: command === null ? null : commandText(command) };
  }));
  return holders.sort((a, b) => a.port - b.port || (a.address < b.address ? -1 : 1));
}

/** The process that has each of these sockets; those of other users can't be told. */
async function ownersOf(inodes: ReadonlySet<string>): Promise<Map<string, number>> {
  const owners = new Map<string, number>();
  if (inodes.size === 0) return owners;
  const pids = (await namesIn("/proc")).filter((name) => /^\d+$/.test(name)).slice(0, PROCESSES_MAX);
  for (const pid of pids) {
    for (const descriptor of await namesIn(`/proc/${pid}/fd`)) {
      const inode = socketInode(await linkOrNothing(`/proc/${pid}/fd/${descriptor}`));
      // A child may have inherited it: the one that is listed first is the older.
      if (inode !== null && inodes.has(inode) && !owners.has(inode)) owners.set(inode, Number(pid));
    }
    if (owners.size === inodes.size) break;
  }
  return owners;
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort((a, b) => Number(a) - Number(b));
  } catch {
    // Not this user's, or it has ended.
    return [];
  }
}

async function linkOrNothing(path: string): Promise<string> {
  try {
    return await Deno.readLink(path);
  } catch {
    return "";
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return null;
  }
}
