import { assertEquals } from "@std/assert";
import { scriptStart, startProgram } from "../helpers/cake_command.ts";

function isThere(program: string): boolean {
  try {
    return new Deno.Command("which", { args: [program], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const missing = Deno.build.os === "linux" ? ["curl", "wrk"].filter((program) => !isThere(program)) : ["Linux"];

Deno.test({
  name: `curl and wrk are served by the demo, and leave nothing behind` +
    (missing.length === 0 ? "" : ` (needs ${missing.join(" and ")})`),
  ignore: missing.length > 0,
  async fn() {
    const script = decodeURIComponent(new URL("../../scripts/http_clients.ts", import.meta.url).pathname);
    const { code, out, err } = await startProgram(scriptStart(script), "/", ["--seconds", "1"]).outcome();
    assertEquals([code, out.trim().split("\n").at(-1)], [0, "0 problems"], out + err);
  },
});
