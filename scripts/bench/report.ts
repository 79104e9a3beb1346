// This module performs no I/O.

/** Measured rows for people and for programs. */

import type { Figure } from "./aims.ts";

/** A row, what it is to reach, and what others do. */
export interface ReportRow {
  readonly figure: Figure;
  readonly aim: string | undefined;
  /** 1 or more: the aim is reached. */
  readonly reached: number | undefined;
  readonly beside: Readonly<Record<"original" | "erlang" | "nats", Figure | undefined>>;
}

/** One row as JSON. */
export function jsonLine({ figure, aim, reached, beside }: ReportRow): string {
  const others = Object.entries(beside).flatMap(([name, other]) => other === undefined ? [] : [[name, other.median]]);
  return JSON.stringify({ ...figure, aim, reached: reached && rounded(reached), ...Object.fromEntries(others) });
}

/** All rows as a table in Markdown. Columns of those who were not measured are left out. */
export function tableOf(rows: readonly ReportRow[]): string {
  const names = (["original", "erlang", "nats"] as const).filter((name) => rows.some(({ beside }) => beside[name]));
  const heads = ["row", "median (least to most)", "floor", "ratio", ...names, "aim", "reached"];
  const lines = rows.map(({ figure, aim, reached, beside }) => [
    figure.row,
    `${amount(figure.median, figure.unit)} (${amount(figure.min, "")} to ${amount(figure.max, "")})`,
    figure.floor === undefined ? "" : amount(figure.floor, figure.unit),
    figure.ratio === undefined ? "" : `${figure.ratio}`,
    ...names.map((name) => beside[name] === undefined ? "" : amount(beside[name].median, figure.unit)),
    aim ?? "",
    reached === undefined ? "" : reached >= 1 ? "yes" : `no, ${rounded(reached)} of it`,
  ]);
  return [heads, heads.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** `13.2 k/s`, `1.8 M/s`, `0.53 s`, `1020 B`. */
function amount(value: number, unit: string): string {
  if (unit !== "1/s" && unit !== "") return `${rounded(value)} ${unit}`;
  const [scaled, prefix] = value >= 1e6 ? [value / 1e6, "M"] : value >= 1e3 ? [value / 1e3, "k"] : [value, ""];
  const text = `${rounded(scaled)}${prefix === "" ? "" : ` ${prefix}`}`;
  return unit === "1/s" ? `${text}/s` : text;
}

/** Three significant digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
