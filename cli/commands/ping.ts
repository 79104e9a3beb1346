/** `cake ping`: measures the way to a directory and back. */

import { Faulted, Integer8, Ping, type Routine } from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { pause, runDirectoryRoutine } from "../directory_routine.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { askTree } from "../tree/ask_tree.ts";
import { findIdentity, silentCount } from "../tree/directory_tree.ts";
import { pingText } from "../tree/ping_text.ts";
import { isGiven, OPEN_SCOPE, openScope } from "./network.ts";

const PING_COUNT = 4;
/** From the answer to one to the next. */
const PAUSE_MS = 1000;
const ANSWER_SECONDS = 3;

/** Measures the way to a directory. */
export const ping: Command = {
  name: "ping",
  usage: "<identity>",
  summary: "Measure how long a directory takes to answer; its identity, or the start of it, is what network shows",
  settings: [
    OPEN_SCOPE,
    { name: "pingCount", wireName: "ping_count", type: Integer8, help: `how often (default ${PING_COUNT})` },
    JSON_SETTING,
  ],
  wordsMax: 1,
  forwards: false,
  json: {
    argument: "json",
    of: "the directory",
    fields: [
      ["unique_id", "its identity"],
      ["seconds", "a list: how long each answer took, or null for one that did not come"],
    ],
  },
  examples: ["ping 540e4147 --ping-count=1"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const [prefix] = call.words;
  if (prefix === undefined) return { value: new Faulted("cannot ping", "no identity specified") };
  return { value: await runDirectoryRoutine(call, "ping", (self, signal) => pingAll(self, { call, prefix, signal })) };
}

interface PingWork {
  readonly call: CommandCall;
  readonly prefix: string;
  readonly signal: AbortSignal;
}

async function pingAll(self: Routine, { call, prefix, signal }: PingWork): Promise<unknown> {
  const tree = await askTree(self, {
    scope: openScope(call),
    wanted: { published: true, subscribed: true },
    identity: prefix,
    isFound: ({ uniqueId }) => uniqueId?.startsWith(prefix) === true,
    signal,
  });
  if (tree instanceof Faulted || signal.aborted) return tree;
  const found = findIdentity(tree, prefix);
  if (found === null) {
    const silent = silentCount(tree);
    const doubt = silent === 0 ? "" : `, ${silent} ${silent === 1 ? "directory" : "directories"} did not answer`;
    return new Faulted(`cannot ping "${prefix}"`, `not present in directory${doubt}`);
  }
  if (found === "listing") return new Faulted(`cannot ping "${prefix}"`, "not a directory node");
  const { clock, environment } = call.world;
  const count = (call.settings.get("ping_count") as number | undefined) ?? PING_COUNT;
  const json = isGiven(call, JSON_SETTING);
  const answers: (number | null)[] = [];
  for (let index = 0; index < count; index++) {
    if (index > 0) await pause(self, PAUSE_MS, signal);
    if (signal.aborted) break;
    if (!json) environment.writeOutput(`[${index}] ... `);
    const begun = clock.now();
    const answer = await self.ask(new Ping(), found.directoryAddress!, {
      timeout: ANSWER_SECONDS,
      type: Ping,
      signal,
    });
    const seconds = answer instanceof Faulted ? null : (clock.now() - begun) / 1000;
    answers.push(seconds);
    if (!json) environment.writeOutput(`${pingText(seconds)}\n`);
  }
  if (json) writeJson(call.world, { unique_id: found.uniqueId, seconds: answers });
  return null;
}
