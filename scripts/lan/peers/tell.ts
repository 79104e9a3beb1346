/** Lines about what a peer hears: to the file that PEER_LOG names, with the time, or to stderr. */
// deno-lint-ignore-file no-console

/** Says something. */
export function tell(label: string, event: string): void {
  const path = Deno.env.get("PEER_LOG");
  if (path === undefined) return console.error(event);
  Deno.writeTextFileSync(path, `${now().toFixed(3)} ${label} ${Deno.pid} ${event}\n`, { append: true });
}

/** Milliseconds since 1970. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
