/** Whether a home is one that the original can open: an own reading of its format, apart from that of the runtime. */

import type { Disk } from "../../runtime/simulation/disk.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** `[type, value, pointers]`, or null. */
function isTyped(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 3 && isText(value[0]) && Array.isArray(value[2]));
}

function isSetting(pair: unknown): boolean {
  return Array.isArray(pair) && pair.length === 2 && isText(pair[0]) && isTyped(pair[1]);
}

function isRun(run: unknown): boolean {
  const { start, stop, returned } = run as Record<string, unknown>;
  const isMoment = (value: unknown) => isText(value) && MOMENT.test(value);
  return isMoment(start) && (stop === null || stop === undefined || isMoment(stop)) && isTyped(returned ?? null);
}

/** What each record of a role holds. */
const RECORDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  unique_id: (value) => isText(value) && UUID.test(value),
  start_stop: (value) => Array.isArray(value) && value.length <= 16 && value.every(isRun),
  settings: (value) => Array.isArray(value) && value.every(isSetting),
  log_storage: (value) => Number.isInteger(value),
  executable_file: (value) => isText(value) && value.startsWith("/"),
};

/** What is wrong with a home, as the original sees it: every role has five records, and nothing else is among the roles. */
export function homeProblems(disk: Disk, home: string): string[] {
  if (disk.info(`${home}/role`) === null) return [];
  return disk.list(`${home}/role`).flatMap((role) => roleProblems(disk, `${home}/role/${role}`));
}

function roleProblems(disk: Disk, role: string): string[] {
  if (disk.info(role)?.kind !== "folder") return [`${role} is no folder`];
  const problems: string[] = [];
  for (const [name, isRight] of Object.entries(RECORDS)) {
    const file = `${role}/${name}.json`;
    if (disk.info(file)?.kind !== "file") problems.push(`${file} is missing`);
    else if (!isRight(valueIn(disk.readText(file)))) problems.push(`${file} is not what it should be`);
  }
  return problems;
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text).value;
  } catch {
    return undefined;
  }
}
