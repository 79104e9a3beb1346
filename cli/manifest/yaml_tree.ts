// This module performs no I/O.

/** The text of a YAML file as a tree in which everything has its place. */

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";

/** Where something stands in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong with a file. */
export interface Problem {
  readonly at: Place;
  readonly message: string;
}

/** A value of one line or several. */
export interface YamlScalar {
  readonly kind: "scalar";
  readonly at: Place;
  readonly value: string | number | boolean | null;
  /** As it was written, without quotes. */
  readonly text: string;
}

/** Values in an order. */
export interface YamlList {
  readonly kind: "list";
  readonly at: Place;
  readonly items: readonly YamlNode[];
}

/** An entry of a {@link YamlMap}. */
export interface YamlEntry {
  readonly key: string;
  readonly at: Place;
  readonly value: YamlNode;
}

/** Values by name, in the order in which they were written; a name may be there twice. */
export interface YamlMap {
  readonly kind: "map";
  readonly at: Place;
  readonly entries: readonly YamlEntry[];
}

/** A value. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/** A tree, and what is wrong with it. The tree is null when there is none. */
export interface YamlTree {
  readonly root: YamlNode | null;
  readonly problems: readonly Problem[];
}

/** Characters of a file. */
const TEXT_LENGTH_MAX = 256 * 1024;
/** Values, those that stand for others counted each time. */
const NODES_MAX = 100_000;
/** Values within values. */
const DEPTH_MAX = 64;

const TOO_DEEP = `holds more than ${DEPTH_MAX} values within values`;
/** The reader calls itself for values within values, and takes what comes of that for an error of the text. */
const STACK_OVERFLOW = /call stack size exceeded|stack overflow/i;

/** A value that stands for another one many times over, or for itself. */
class TreeLimit extends Error {
  override readonly name = "TreeLimit";
}

/** Reads a text by the core schema of YAML 1.2: `yes` is a text, `true` is not. */
export function readYaml(text: string): YamlTree {
  const lines = new LineCounter();
  if (text.length > TEXT_LENGTH_MAX) return broken(`is longer than ${TEXT_LENGTH_MAX} characters`);
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, schema: "core" });
  } catch (error) {
    if (error instanceof RangeError) return broken(TOO_DEEP);
    throw error;
  }
  if (document.errors.some(({ message }) => STACK_OVERFLOW.test(message))) return broken(TOO_DEEP);
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }): Problem => ({
    at: placeOf(lines, pos[0]),
    message: sentence(message),
  }));
  if (problems.length > 0) return { root: null, problems: inOrder(problems) };
  const reading = new Reading(lines);
  try {
    return { root: document.contents === null ? null : reading.node(document.contents, 0), problems: reading.problems };
  } catch (error) {
    if (!(error instanceof TreeLimit)) throw error;
    return broken(error.message);
  }
}

function broken(message: string): YamlTree {
  return { root: null, problems: [{ at: { line: 1, column: 1 }, message }] };
}

/** Problems in the order of their places. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}

function placeOf(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** A message of the reader in the manner of the others: without a capital, without advice about its own functions. */
function sentence(message: string): string {
  const text = message.startsWith("Source contains multiple documents") ? "holds more than one document" : message;
  return text.charAt(0).toLowerCase() + text.slice(1).replaceAll(/\s+/g, " ");
}

/** Turns the reader's tree into one of this module. */
class Reading {
  readonly problems: Problem[] = [];
  readonly #lines: LineCounter;
  /** Values that others can stand for, by the names that they have so far. */
  readonly #anchors = new Map<string, Node>();
  #count = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  node(node: Node | null, depth: number, fallback: Place = { line: 1, column: 1 }): YamlNode {
    if (++this.#count > NODES_MAX) throw new TreeLimit(`holds more than ${NODES_MAX} values`);
    if (depth > DEPTH_MAX) throw new TreeLimit(TOO_DEEP);
    const at = this.#place(node) ?? fallback;
    if (isAlias(node)) return this.#meant(node.source, depth, at);
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, node);
    }
    if (isMap(node)) return { kind: "map", at, entries: this.#entries(node, depth) };
    if (isSeq(node)) {
      return { kind: "list", at, items: node.items.map((item) => this.node(item as Node | null, depth + 1, at)) };
    }
    return scalar(node, at);
  }

  /** What a name stands for. */
  #meant(anchor: string, depth: number, at: Place): YamlNode {
    const node = this.#anchors.get(anchor);
    if (node !== undefined) return this.node(node, depth + 1, at);
    this.problems.push({ at, message: `"*${anchor}" stands for nothing before it` });
    return { kind: "scalar", at, value: null, text: "" };
  }

  #place(node: Node | null): Place | null {
    return node?.range ? placeOf(this.#lines, node.range[0]) : null;
  }

  #entries(map: YAMLMap, depth: number): YamlEntry[] {
    const entries: YamlEntry[] = [];
    for (const pair of map.items) {
      const at = this.#place(pair.key as Node | null) ?? this.#place(map)!;
      const key = this.node(pair.key as Node | null, depth + 1, at);
      if (key.kind !== "scalar") this.problems.push({ at, message: "expected a name, got a list or a map" });
      else entries.push({ key: key.text, at, value: this.node(pair.value as Node | null, depth + 1, at) });
    }
    return entries;
  }
}

function scalar(node: Node | null, at: Place): YamlScalar {
  const value: unknown = isScalar(node) ? node.value : null;
  const source = isScalar(node) && typeof value !== "string" ? node.source ?? "" : String(value ?? "");
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return { kind: "scalar", at, value, text: source };
  }
  return { kind: "scalar", at, value: null, text: source };
}
