// This module performs no I/O.

/** What a Python module imports, as far as its lines tell. */

const IMPORT = /^[ \t]*import[ \t]+([^#;\n]+)/gm;
const FROM = /^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^#;\n]+))/gm;

/** Most names that are taken from one file. */
const NAMES_MAX = 4096;

/**
 * Paths that its imports may lead to, relative to its folder and without an extension: `a/b` for `import a.b`. Many lead
 * nowhere, as the modules of a platform do.
 */
export function pythonImports(text: string): string[] {
  const names = new Set<string>();
  const add = (path: string) => {
    if (path !== "" && !path.endsWith("/") && names.size < NAMES_MAX) names.add(path);
  };
  for (const [, list] of text.matchAll(IMPORT)) {
    for (const item of list!.split(",")) add(slashed(item.trim().split(/\s/)[0]!));
  }
  for (const [, from, inParentheses, plain] of text.matchAll(FROM)) {
    const folder = slashed(from!);
    add(folder);
    // What is imported may be a module itself.
    for (const item of (inParentheses ?? plain!).split(",")) {
      const name = item.trim().split(/\s/)[0]!;
      if (/^\w+$/.test(name)) add(folder === "" || folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`);
    }
  }
  return [...names];
}

/** `a.b` as `a/b`, `.b` as `b`, `..b` as `../b`. */
function slashed(name: string): string {
  const dots = /^\.*/.exec(name)![0].length;
  const rest = name.slice(dots).replaceAll(".", "/");
  return `${"../".repeat(Math.max(0, dots - 1))}${rest}`;
}
