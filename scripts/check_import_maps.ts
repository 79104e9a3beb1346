/** Checks that the two import maps name the same things, at the same pinned versions. */

/** What is read of an import map, or of a deno.json. */
export interface ImportMap {
  imports: Record<string, string>;
}

/** What is wrong with the pair of deno.json and scripts/imports.npm.json. */
export function checkImportMaps(denoJson: ImportMap, npmMap: ImportMap): string[] {
  const problems: string[] = [];
  const names = new Set([...Object.keys(denoJson.imports), ...Object.keys(npmMap.imports)]);
  for (const name of names) {
    const [first, second] = [denoJson.imports[name], npmMap.imports[name]];
    if (first === undefined) problems.push(`"${name}" is not in deno.json`);
    else if (second === undefined) problems.push(`"${name}" is not in scripts/imports.npm.json`);
    else problems.push(...checkPair(name, first, second));
  }
  return problems;
}

function checkPair(name: string, first: string, second: string): string[] {
  const problems: string[] = [];
  if (name.startsWith("@std/") && !first.startsWith("jsr:")) problems.push(`"${name}" is no JSR import in deno.json`);
  if (second.startsWith("jsr:")) problems.push(`"${name}" is a JSR import in scripts/imports.npm.json`);
  if (first.startsWith("npm:") && first !== second) problems.push(`"${name}" is ${first}, and then ${second}`);
  for (const target of [first, second]) {
    if (/^https?:/.test(target)) problems.push(`"${name}" comes from no registry: ${target}`);
    if (/^(jsr|npm):/.test(target) && !isPinned(target)) problems.push(`"${name}" is not pinned: ${target}`);
  }
  return problems;
}

/** Whether a specifier of a registry names one version, and no range. */
function isPinned(target: string): boolean {
  return /^(jsr|npm):(@[^/@]+\/)?[^/@]+@\d+\.\d+\.\d+[^/\s|<>*^~]*(\/|$)/.test(target);
}
