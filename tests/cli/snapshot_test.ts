/**
 * What every command prints and every error says, as it was when somebody looked last: `tests/testdata/commands.txt`. Run
 * with `CAKE_UPDATE_SNAPSHOTS=1` to write it anew, and look at the difference.
 */

import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../cli/mod.ts";
import { shellWords } from "../helpers/shell_words.ts";
import { HOME, PROJECT, type SimulatedCake, simulatedCake } from "../helpers/simulated_cake.ts";

const FILE = new URL("../testdata/commands.txt", import.meta.url);

/** Command lines one after the other on one machine. A line that begins with `!` changes a file; `&` goes on in the background. */
const SESSION = `
cake
cake bake
cake statsu
cake help statsu
cake create --colour=red
cake create --retry=5
cake list
cake run
cake start
cake stop
cake status
cake destroy
cake update web --name=x
cake delete web
cake edit web
cake history web
cake returned web
cake log web
cake resource server
cake model web
cake script
cake top
cake create --main-role=web
cake create
cake list
cake run
cake start
cake stop
cake status
cake script
cake add
cake add nosuch
cake add x.txt
cake add nosuch.ts
cake add /bin/server ../up
cake add /bin/server groupie
cake add /bin/server web --port=many
cake add /bin/server web --nmae=x
cake add /bin/server web --name=one --port=5050
cake add /bin/server web
cake add /bin/idle w --role-count=0
cake add /bin/idle w --role-count=2
cake add /bin/idle w --role-count=2
cake list
cake list --group-role
cake list --json
cake list w-
cake list nosuch
cake list wbe
cake list [
cake list --long
cake list --colour=red -x
cake list --debug-level=TRCE
cake list --debug-level=LOUD
cake list --home-path=
cake update
cake update nosuch --name=x
cake update web --prot=1
cake update web --name=two
cake update group --retry=x
cake history
cake history wbe
cake history web
cake returned web
cake returned nosuch
cake log
cake log wbe
cake log web
cake log web --tail=0
cake log web --tail=1 --back=1h
cake log web --to=2026-01-01 --count=1
cake log web --from=yesterday
cake log web --last=HUOR
cake log web --start=0
cake log web --span=1h
cake log web --from=2026-01-02 --to=2026-01-01
cake log web --sample=x --tags=!
cake run web
cake run web --main-role=nosuch
cake run nosuch
cake history web --json
cake returned web
cake returned web --json
cake returned web --start=7
cake returned
cake edit
cake edit nosuch
cake edit web
cake resource
cake resource nosuch
cake resource server
cake resource server nosuch
cake resource server pages
cake resource server pages --clear-all
cake resource server pages --make-changes
cake resource server --recursive-listing --long-listing
cake model
cake model wbe
cake model web pages
cake model web --clear-all
cake model web pages --make-changes
cake model web --get-latest=backup
cake script
cake pack
cake pack project.tar.gz
cake pack pages
cake pack x.tar.gz nosuch
cake unpack
cake unpack nosuch.tar.gz
cake unpack project.tar.gz pages
cake unpack project.tar.gz .
cake unpack pages/one
cake unpack project.tar.gz copy
cake list --home-path=copy/.layer-cake
cake unpack project.tar.gz copy --replace
cake & run w- --main-role=w-0
cake status
cake status --long-listing --group-role
cake status --json
cake run
cake start
cake destroy
cake delete w-
cake model w-0 pages
cake pack y.tar.gz
cake edit w-0
cake stop
cake status
cake network
cake network --json --open-scope=PROCESS
cake ping
cake ping 1234
cake why
cake why nosuch
cake exec
cake exec nosuch.ts
cake doctor
cake doctor --json
cake doctor here
cake completion
cake completion bsh
cake validate
! bad.yaml roles: [
cake validate bad.yaml
! bad.yaml roles: { a: { excutable: x } }
cake validate bad.yaml
cake validate bad.yaml --json
cake run --manifest=bad.yaml
! good.yaml roles: { web: { executable: server, settings: { name: three } }, x: { executable: idle } }
cake validate good.yaml
cake run web --manifest=good.yaml
! .layer-cake/role/web/settings.json {
cake list
cake run
cake status
cake update web --name=x
cake history web
cake model web
cake delete
cake delete nosuch
cake delete web
cake delete --all-roles
cake destroy nowhere
cake destroy
`;

/** What differs from run to run, or tells of this machine. */
function normalized(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<UUID>")
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?/g, "<TIME>")
    .replaceAll(/\([0-9a-f]{8}\)/g, "(<ID8>)").replaceAll(/127\.0\.0\.1:\d{5}/g, "127.0.0.1:<PORT>")
    .replaceAll(/"port": \d{5}/g, '"port": <PORT>')
    .replaceAll(/"(pid|seconds)": [\d.]+/g, '"$1": <NUMBER>').replaceAll(/\bpid \d+/g, "pid <PID>")
    .replaceAll(/files, \d+ bytes/g, "files, <NUMBER> bytes").replaceAll(/\.before-[0-9a-f]{8}/g, ".before-<ID8>")
    .replaceAll(/<\d+> \S+$/gm, "<PID> <SPAN>");
}

async function step(bench: SimulatedCake, line: string): Promise<string> {
  if (line.startsWith("! ")) {
    const [, file, text] = /^! (\S+) (.*)$/.exec(line)!;
    bench.host.disk.writeText(`${PROJECT}/${file}`, `${text}\n`, 0);
    return "";
  }
  if (line.startsWith("cake & ")) {
    bench.start(...shellWords(line.slice("cake & ".length)));
    await bench.simulation.runFor(3000);
    return "";
  }
  const process = bench.start(...shellWords(line).slice(1));
  await bench.simulation.runUntil(() => !process.isAlive);
  const status = process.exitStatus === 0 ? "" : `exit ${process.exitStatus}\n`;
  return normalized(process.output.join("") + process.errors.join("") + status);
}

/** Everything that is held: the help of all commands, then the session. */
async function transcript(): Promise<string> {
  const bench = simulatedCake();
  bench.host.disk.makeFolder(`${PROJECT}/pages`, 0);
  bench.host.disk.writeText(`${PROJECT}/pages/one`, "1", 0);
  const lines = [
    "cake help",
    ...COMMANDS.map(({ name }) => `cake help ${name}`),
    ...SESSION.trim().split("\n"),
  ];
  let text = "";
  for (const line of lines) text += `$ ${line}\n${await step(bench, line)}`;
  assertEquals(bench.host.disk.info(HOME), null, "the session ends with nothing left");
  return text;
}

Deno.test("every command and every error prints what tests/testdata/commands.txt holds", async () => {
  const text = await transcript();
  if (Deno.env.get("CAKE_UPDATE_SNAPSHOTS") === "1") await Deno.writeTextFile(FILE, text);
  const held = await Deno.readTextFile(FILE);
  const [found, wanted] = [text, held].map((one) => one.split(/^(?=\$ )/m));
  for (const [i, section] of found!.entries()) assertEquals(section, wanted![i] ?? "", section.split("\n", 1)[0]);
  assertEquals(found!.length, wanted!.length);
  for (const { name } of COMMANDS) {
    assert(text.includes(`$ cake ${name}\n`) || text.includes(`$ cake ${name} `) || isEndless(name), name);
  }
});

/** Directories run until they are interrupted, and what needs a terminal or a service manager is tested elsewhere. */
function isEndless(name: string): boolean {
  return ["host", "lan", "compile", "service"].includes(name);
}
