// This module performs no I/O.

/** The tables of sockets that Linux shows as `/proc/net/tcp` and `/proc/net/tcp6`. */

/** A port that somebody listens at. */
export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  /** The number of the socket, by which descriptors lead to it. */
  readonly inode: string;
}

/** The state of a socket that waits for connections. */
const LISTEN = "0A";

/** The sockets of a table that wait for connections. Lines that make no sense are left out. */
export function listeningSockets(table: string): ListeningSocket[] {
  const found: ListeningSocket[] = [];
  for (const line of table.split("\n").slice(1)) {
    // Slot, local and remote address, state, queues, timer, retransmissions, user, time, inode.
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const [, address = "", port = ""] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
    if (state !== LISTEN || address === "" || !/^\d+$/.test(inode)) continue;
    found.push({ address: addressText(address), port: parseInt(port, 16), inode });
  }
  return found;
}

/** An address as its words of four octets, each with its last octet first. */
function addressText(hex: string): string {
  const octets: number[] = [];
  for (let word = 0; word < hex.length; word += 8) {
    for (let at = word + 6; at >= word; at -= 2) octets.push(parseInt(hex.slice(at, at + 2), 16));
  }
  if (octets.length === 4) return octets.join(".");
  const isMapped = octets.slice(0, 10).every((octet) => octet === 0) && octets[10] === 0xff && octets[11] === 0xff;
  if (isMapped) return octets.slice(12).join(".");
  const groups: string[] = [];
  for (let at = 0; at < octets.length; at += 2) groups.push((octets[at]! * 256 + octets[at + 1]!).toString(16));
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return groups.join(":");
  return `${groups.slice(0, zeros.start).join(":")}::${groups.slice(zeros.start + zeros.length).join(":")}`;
}

/** Where most groups of zeros are in a row. */
function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === "0") length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The number of the socket that a descriptor leads to, by the text of its link in `/proc`; null for other things. */
export function socketInode(link: string): string | null {
  return /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? null;
}

/** A command line as Linux shows it, each argument with a zero behind it. */
export function commandText(cmdline: string): string {
  return cmdline.replace(/\0+$/, "").replaceAll("\0", " ");
}
