/** Checks what the pages of the project say about its tasks and its Deno. */

/** What is wrong with the tasks that a page names: it is to name every task there is, and no other. */
export function checkTasks(page: string, tasks: readonly string[]): string[] {
  const named = new Set([...page.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z][\w:-]*)/g)].map((match) => match[1]!));
  return [
    ...[...named].filter((name) => !tasks.includes(name)).map((name) => `names the task "${name}", which is not there`),
    ...tasks.filter((name) => !named.has(name)).map((name) => `does not name the task "${name}"`),
  ];
}

/** What is wrong with the versions of `deno@…` that texts name: it is to be one, everywhere. */
export function checkDenoVersions(texts: Readonly<Record<string, string>>): string[] {
  const files = new Map<string, string[]>();
  for (const [file, text] of Object.entries(texts)) {
    const versions = new Set([...text.matchAll(/\bdeno@([^\s"'`]*\d)/g)].map((match) => match[1]!));
    if (versions.size === 0) files.set("none", [...files.get("none") ?? [], file]);
    for (const version of versions) files.set(version, [...files.get(version) ?? [], file]);
  }
  if (files.size <= 1 && !files.has("none")) return [];
  return [...files].map(([version, names]) => `deno ${version} is named by ${names.join(", ")}`);
}
