import { assertEquals } from "@std/assert";
import { stationLines } from "../../cli/station_text.ts";
import { HostPort } from "../../runtime/mod.ts";

const EVERYWHERE = new HostPort("0.0.0.0", 54195);

function texts(listening: HostPort, ...addresses: [string, number][]): string[] {
  return stationLines(listening, addresses.map(([address, prefixBits]) => ({ name: "eth0", address, prefixBits })))
    .map(({ text, isWarning }) => `${isWarning ? "! " : ""}${text}`);
}

Deno.test("stationLines() tells which station addresses a directory answers to", () => {
  const own = "Answers to the station address 192.168.1.195, of its own subnet /24";
  assertEquals(texts(EVERYWHERE, ["192.168.1.195", 24]), [own]);
  const both = [
    "Answers to the station address 192.168.0.195, of its own subnet /24",
    "Answers to the station address 192.168.0.195, of all machines that derive it as the original does",
  ];
  assertEquals(texts(EVERYWHERE, ["192.168.0.195", 24], ["203.0.113.195", 24]), both);
  assertEquals(texts(new HostPort("192.168.0.195", 54195), ["192.168.0.195", 24], ["192.168.1.195", 24]), both);
});

Deno.test("stationLines() warns where nobody would find the directory", () => {
  const told = "tell each host with --directory-at-lan where this directory is";
  assertEquals(texts(EVERYWHERE, ["192.168.1.7", 24]), [
    `! Not on a station address: others look at 192.168.1.195:54195 and 192.168.0.195:54195; ${told}`,
  ]);
  assertEquals(texts(new HostPort("127.0.0.1", 54195), ["10.0.0.195", 8]), [
    `! Not on a station address: others look at 10.0.0.195:54195; ${told}`,
  ]);
  assertEquals(texts(new HostPort("0.0.0.0", 5000), ["10.0.0.195", 8]).length, 1);
  assertEquals(texts(EVERYWHERE, ["203.0.113.195", 24]), [`! Not on a station address; ${told}`]);
});
