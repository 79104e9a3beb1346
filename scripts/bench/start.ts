/** Rows for how long it takes until something runs from a checkout: a process, and a composite process of ten roles. */

import { type Row, runRows } from "./rows.ts";
import { inFolder, type Launch, makeTenRoles, ROLES, untilAllAvailable, untilFirstLine } from "./starting.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

function deno(module: string): Launch {
  const importMap = Deno.env.get("CAKE_IMPORT_MAP");
  const map = importMap ? ["--import-map", importMap] : [];
  const flags = ["-A", "--quiet", "--no-lock", "--config", `${root}deno.json`, ...map];
  return { executable: Deno.execPath(), arguments: ["run", ...flags, module] };
}

function firstLine(): Promise<number> {
  return inFolder((folder) => untilFirstLine(deno(`${ROLES}first_line.ts`), [], folder));
}

/** The platform alone, with one line of JavaScript. */
function bareLine(): Promise<number> {
  return inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/bare.js`,
      'Deno.stderr.writeSync(new TextEncoder().encode("first line\\n"));\n',
    );
    const bare = { executable: Deno.execPath(), arguments: ["run", "-A", "--quiet", "--no-config", "bare.js"] };
    return await untilFirstLine(bare, [], folder);
  });
}

function tenRoles(): Promise<number> {
  return inFolder(async (folder) => {
    const cake = deno(`${root}cli/main.ts`);
    await makeTenRoles(cake, folder);
    return await untilAllAvailable(cake, folder);
  });
}

/** Rows for beginnings. */
export const START_ROWS: readonly Row[] = [
  {
    name: "start of a process to its main actor's first line",
    unit: "s",
    measure: firstLine,
    floor: { name: "a line of JavaScript, by the platform alone", measure: bareLine },
  },
  { name: "cake run of 10 roles to all Available", unit: "s", measure: tenRoles },
];

if (import.meta.main) await runRows(START_ROWS);
