import { assertEquals } from "@std/assert";
import { commandText, listeningSockets, socketInode } from "../../runtime/real_world/socket_table.ts";
import { realWorld } from "../../runtime/mod.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

function row(local: string, state: string, inode: string): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0\n`;
}

Deno.test("listeningSockets() reads where somebody listens, in both kinds of address", () => {
  const zeros = "0".repeat(24);
  const table = HEAD + row("0100007F:D3B3", "0A", "11") + row("00000000:D3B3", "0A", "12") +
    row("0100007F:D3B3", "01", "13") + row(`${zeros}00000000:0016`, "0A", "14") +
    row(`${zeros}01000000:0016`, "0A", "15") +
    row("0000000000000000FFFF00000100007F:D3B3", "0A", "16") + row("B80D0120000000000000000001000000:0050", "0A", "17");
  assertEquals(listeningSockets(table).map(({ address, port, inode }) => `${inode} ${address} ${port}`), [
    "11 127.0.0.1 54195",
    "12 0.0.0.0 54195",
    "14 :: 22",
    "15 ::1 22",
    "16 127.0.0.1 54195",
    "17 2001:db8::1 80",
  ]);
});

Deno.test("listeningSockets() leaves out what makes no sense", () => {
  for (
    const line of ["", "x", row("7F:1", "0A", "1"), row("0100007F:D3B3", "0A", "x"), row("0100007f:d3b3", "0A", "1")]
  ) {
    assertEquals(listeningSockets(HEAD + line), [], line);
  }
});

Deno.test("socketInode() and commandText() read what Linux shows of a process", () => {
  assertEquals([socketInode("socket:[4026]"), socketInode("pipe:[4026]"), socketInode("/dev/null")], [
    "4026",
    null,
    null,
  ]);
  assertEquals([commandText("python3\0-m\0http.server\0"), commandText("")], ["python3 -m http.server", ""]);
});

Deno.test({
  name: "Network.portHolders() names this process for a port that it holds",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { network } = realWorld();
    const listener = await network.listen("127.0.0.1", 0);
    const { port } = listener.local;
    const [holder, ...others] = await network.portHolders(new Set([port])) ?? [];
    assertEquals([holder?.address, holder?.port, holder?.pid, others.length], ["127.0.0.1", port, Deno.pid, 0]);
    listener.close();
    assertEquals(await network.portHolders(new Set([port])), []);
  },
});
