/** Reads values as Python prints them, as far as the recordings need it. */

/** What Python printed. */
export type PythonValue =
  | { readonly kind: "none" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "str"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: Uint8Array }
  | { readonly kind: "list" | "tuple" | "set"; readonly items: readonly PythonValue[] }
  | { readonly kind: "dict"; readonly items: readonly (readonly [PythonValue, PythonValue])[] }
  | {
    readonly kind: "call";
    readonly name: string;
    readonly items: readonly PythonValue[];
    readonly named: NamedValues;
  }
  /** `<Colour.RED: 1>`, `<class 'x.Y'>`, `<function f>`: the text between the angle brackets. */
  | { readonly kind: "angle"; readonly text: string };

type NamedValues = ReadonlyMap<string, PythonValue>;

/** Reads a value; undefined for what is written in no Python notation. */
export function parsePython(text: string): PythonValue | undefined {
  try {
    const parser = new PythonParser(text);
    const value = parser.value();
    return parser.ended() ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const NUMBER = /-?(?:inf|nan|\d+(?:\.\d+)?(?:e[-+]?\d+)?)/y;
const NAME = /[A-Za-z_][\w.]*/y;
const STRING = /(b?)('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/sy;
const ESCAPE = /\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)/gs;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

class PythonParser {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  ended(): boolean {
    return this.#at === this.#text.length;
  }

  value(): PythonValue {
    const string = this.#match(STRING);
    if (string !== undefined) return stringValue(string);
    const number = this.#match(NUMBER);
    if (number !== undefined) return numberValue(number[0]);
    switch (this.#text[this.#at]) {
      case "[":
        return { kind: "list", items: this.#items("[", "]") };
      case "(":
        return { kind: "tuple", items: this.#items("(", ")") };
      case "{":
        return this.#braces();
      case "<":
        return this.#angle();
    }
    return this.#named();
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new SyntaxError(`Expected ${text} at ${this.#at} of ${this.#text}`);
  }

  #items(open: string, close: string): PythonValue[] {
    this.#expect(open);
    const items: PythonValue[] = [];
    while (!this.#take(close)) {
      items.push(this.value());
      if (!this.#take(", ")) this.#take(",");
    }
    return items;
  }

  #braces(): PythonValue {
    this.#expect("{");
    if (this.#take("}")) return { kind: "dict", items: [] };
    const first = this.value();
    if (!this.#take(": ")) {
      this.#take(", ");
      return { kind: "set", items: [first, ...this.#rest()] };
    }
    const items: [PythonValue, PythonValue][] = [[first, this.value()]];
    while (this.#take(", ")) {
      const key = this.value();
      this.#expect(": ");
      items.push([key, this.value()]);
    }
    this.#expect("}");
    return { kind: "dict", items };
  }

  #rest(): PythonValue[] {
    const items: PythonValue[] = [];
    while (!this.#take("}")) {
      items.push(this.value());
      this.#take(", ");
    }
    return items;
  }

  #angle(): PythonValue {
    const start = this.#at + 1;
    const end = this.#text.indexOf(">", start);
    if (end < 0) throw new SyntaxError(`Open angle bracket in ${this.#text}`);
    this.#at = end + 1;
    return { kind: "angle", text: this.#text.slice(start, end) };
  }

  /** What is in angle brackets that may hold others, brackets included. */
  #brackets(): string {
    const start = this.#at;
    let open = 0;
    do {
      const character = this.#text[this.#at++];
      if (character === undefined) throw new SyntaxError(`Open angle bracket in ${this.#text}`);
      open += character === "<" ? 1 : character === ">" ? -1 : 0;
    } while (open > 0);
    return this.#text.slice(start, this.#at);
  }

  #named(): PythonValue {
    const name = this.#match(NAME)?.[0];
    if (name === undefined) throw new SyntaxError(`Unexpected text at ${this.#at} of ${this.#text}`);
    if (name === "None") return { kind: "none" };
    if (name === "True" || name === "False") return { kind: "bool", value: name === "True" };
    if (this.#text[this.#at] === "<") return { kind: "angle", text: name + this.#brackets() };
    const items: PythonValue[] = [];
    const named = new Map<string, PythonValue>();
    if (this.#text[this.#at] !== "(") return { kind: "angle", text: name };
    this.#expect("(");
    while (!this.#take(")")) {
      const key = /([a-z_]\w*)=/y;
      const argument = this.#match(key)?.[1];
      if (argument === undefined) items.push(this.value());
      else named.set(argument, this.value());
      this.#take(", ");
    }
    return { kind: "call", name, items, named };
  }
}

function numberValue(text: string): PythonValue {
  if (/^-?\d+$/.test(text)) return { kind: "int", value: BigInt(text) };
  return { kind: "float", value: Number(text.replace("inf", "Infinity").replace("nan", "NaN")) };
}

function stringValue([, prefix, quoted]: RegExpExecArray): PythonValue {
  const text = quoted!.slice(1, -1).replace(ESCAPE, (_, escape: string) => {
    if (escape.length > 1) return String.fromCodePoint(parseInt(escape.slice(1), 16));
    return SHORT_ESCAPES[escape] ?? escape;
  });
  if (prefix === "") return { kind: "str", value: text };
  return { kind: "bytes", value: Uint8Array.from(text, (character) => character.charCodeAt(0)) };
}
