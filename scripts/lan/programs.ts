/** The programs that run in laboratories: those of this checkout, and those of the original where it is on PATH. */

import { join } from "@std/path";

/** Who made a program. */
export type Make = "cake" | "original";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const PEERS = `${ROOT}scripts/lan/peers`;

/** The import map that works without the network's help. */
export const IMPORT_MAP = Deno.env.get("CAKE_IMPORT_MAP") ?? `${ROOT}scripts/imports.npm.json`;

/** Variables that programs in a laboratory need. */
export function programEnvironment(folder: string, peerLog: string): Record<string, string> {
  const path = `${folder}:${Deno.env.get("PATH")}`;
  return { PATH: path, PEER_LOG: peerLog, CAKE_IMPORT_MAP: IMPORT_MAP, NO_COLOR: "1" };
}

/** Writes `cake`, and peers that both makes can run as roles, into a folder that is to be on PATH. */
export async function writePrograms(folder: string): Promise<void> {
  const flags = `-A --no-lock --quiet --config ${ROOT}deno.json --import-map ${IMPORT_MAP}`;
  const deno = Deno.execPath();
  await writeScript(join(folder, "cake"), `exec ${deno} run ${flags} ${ROOT}cli/main.ts "$@"`);
  await writeScript(join(folder, "peer"), `exec ${deno} run ${flags} "$@"`);
  for await (const { name } of Deno.readDir(PEERS)) {
    if (name.startsWith("__")) continue;
    // The original starts roles that are not Python by their first line.
    const text = await Deno.readTextFile(`${PEERS}/${name}`);
    const isProgram = name.endsWith(".ts") && name !== "tell.ts";
    const first = isProgram ? `#!${join(folder, "peer")}\n` : "";
    await Deno.writeTextFile(join(folder, name), first + text, { mode: isProgram ? 0o755 : 0o644 });
  }
}

async function writeScript(path: string, line: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

/** A peer as a command. */
export function peerCommand(make: Make, folder: string, peer: "publisher" | "subscriber" | "pool"): string[] {
  return make === "cake" ? [join(folder, "peer"), join(folder, `${peer}.ts`)] : ["python3", join(folder, `${peer}.py`)];
}

/** A command that plays a directory or works on homes. */
export function command(make: Make, name: "host" | "lan" | "home"): string[] {
  if (name === "home") return [make === "cake" ? "cake" : "layer-cake"];
  return make === "cake" ? ["cake", name] : [`${name}-cake`];
}
