/** Recorded command lines of the original, through the real command. */

import { assertEquals } from "@std/assert";
import { expected, type Outcome, recordings, replay } from "../helpers/replay.ts";

/** What is not there yet, or has no counterpart. */
const UNAVAILABLE = /layer-cake (script|resource|model)|group-cake|sticky/;

/** Cases where cake does something else on purpose, and what. */
const DIFFERENT: Readonly<Record<string, Partial<Outcome> | "skip">> = {
  // Help is printed.
  "top-help": "skip",
  // Settings are checked before a home is made: nothing is left behind.
  "create-unknown-setting": { stdout: "exit 71\n", exit: 1 },
  // The fault of a role that can't start is passed on, as the reason is in it.
  "add-collide": { stderr: "cake: collision in settings names - role_name\n" },
  // Roles that are well are listed, and the file that is not is named.
  "list-corrupt": {
    stderr: 'cake: cannot list "<PROJECT>/.layer-cake" (cannot read "<PROJECT>/.layer-cake/role/greet/settings.json" ' +
      "(cannot decode (...))\n",
  },
  "list-incomplete": {
    stderr:
      'cake: cannot list "<PROJECT>/.layer-cake" (cannot open "<PROJECT>/.layer-cake/role/greet" (missing property "settings"))\n',
  },
  "list-stray-file": {
    stdout: "greet\n",
    stderr:
      'cake: cannot list "<PROJECT>/.layer-cake" (cannot open "<PROJECT>/.layer-cake/role/stray" (not a folder))\n',
  },
  "list-stray-folder": {
    stdout: "greet\n",
    stderr:
      'cake: cannot list "<PROJECT>/.layer-cake" (cannot open "<PROJECT>/.layer-cake/role/stray" (missing property "unique_id"))\n',
  },
  // Search words are RE2.
  "list-bad-regex": {
    stderr: 'cake: cannot list "<PROJECT>/.layer-cake" (unterminated character set at position 1)\n',
  },
  // The name of the executable is a byte count, too.
  "list-long": "skip",
  // The table of results is returned (the original fails to encode it).
  "run-one": {
    stdout:
      '[\n    [\n        "greet",\n        [\n            "unicode",\n            "hello world",\n            []\n        ]\n    ]\n]\n',
    stderr: "",
    exit: 0,
  },
  // A main role that is not there is refused instead of waited for.
  "run-main-role-unknown": {
    stderr: 'cake: cannot run "<PROJECT>/.layer-cake" (no role "nosuch" to be the main role)\n',
    exit: 71,
  },
  // The commands are those of cake.
  "add-host-cake": "skip",
  // Python's own messages.
  "add-broken": "skip",
  "run-asker": "skip",
  // A port in use is said.
  "host-busy": {
    stderr: 'cake: cannot listen at "127.0.0.1:54195" (Address already in use (os error 98))\n',
    exit: 71,
  },
  // Every process of the original logs its own commands.
  "run-debug": "skip",
  "run-debug-bad": { exit: 71 },
  // Who runs it is said.
  "run-already": {
    stderr: 'cake: cannot run "<PROJECT>/.layer-cake" (roles "idle" are already running, pid <PID>)\n',
  },
  // The table of results is returned, and why a role ended is said.
  "run-retry": "skip",
  // Without a main role the whole goes on while a role runs.
  "run-two-no-main": "skip",
};

for (
  const recording of recordings(
    ...["top", "create", "add", "update", "edit", "delete", "list", "destroy", "run", "role", "host", "lan"],
  )
) {
  const { id } = recording;
  const different = DIFFERENT[id];
  const lines = [...recording.cwd_setup, recording.command];
  if (different === "skip" || (different === undefined && lines.some((line) => UNAVAILABLE.test(line)))) continue;
  // Directories use the default port of the machine, which may be taken while tests run.
  if (id.startsWith("host-") || id.startsWith("lan-")) continue;
  Deno.test(`cake replays ${id}`, async () => {
    assertEquals(await replay(recording), { ...expected(recording), ...different });
  });
}
