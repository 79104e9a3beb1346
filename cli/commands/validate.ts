/** `cake validate`: says whether a manifest can be used, and what is wrong with it. */

import {
  Aborted,
  Boolean,
  FAULT_EXIT_STATUS,
  Faulted,
  GROUP_ROLE,
  performProgram,
  ProcessObject,
  Returned,
  type Routine,
  Stop,
  type World,
} from "../../runtime/mod.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { runRoutine } from "../command_routine.ts";
import { groupProgram } from "../group_program.ts";
import { JSON_SETTING, writeJson } from "../json_output.ts";
import { argumentsOf, groupTexts } from "../manifest/group_texts.ts";
import { roleNames } from "../manifest/manifest.ts";
import { type LoadedManifest, loadManifest, tellProblems } from "../manifest/manifest_file.ts";
import { MANIFEST_FILE } from "../manifest/manifest_place.ts";
import { refusalProblem } from "../manifest/refusal.ts";
import { manifestSchema } from "../manifest/schema.ts";
import { Progress } from "../progress.ts";
import type { Problem } from "../manifest/yaml_tree.ts";

/** Checks a manifest. */
export const validate: Command = {
  name: "validate",
  usage: "[file]",
  summary: "Check a manifest (by default cake.yaml), and whether its executables take their settings",
  settings: [
    {
      name: "fileOnly",
      wireName: "file_only",
      type: Boolean,
      help: "check what the file alone shows; otherwise each executable is asked whether it takes its settings",
      longOnly: true,
    },
    { name: "schema", wireName: "schema", type: Boolean, help: "print the JSON schema for editors", longOnly: true },
    JSON_SETTING,
  ],
  forwards: false,
  json: {
    argument: "json",
    of: "each problem",
    fields: [
      ["file", "the manifest, as it was named"],
      ["line", "from 1 on"],
      ["column", "from 1 on"],
      ["message", "what is wrong"],
    ],
  },
  examples: ["validate", "validate deploy/cake.yaml", "validate --schema > cake.schema.json"],
  run,
};

async function run(call: CommandCall): Promise<CommandResult> {
  const { world, settings } = call;
  if (settings.get("schema") === true) {
    writeJson(world, manifestSchema());
    return { value: null };
  }
  const loaded = await loadManifest(world, call.words[0] ?? MANIFEST_FILE);
  if (loaded instanceof Faulted) return { value: loaded };
  if ("problems" in loaded) return answer(call, loaded.name, loaded.problems);
  const asked = settings.get("file_only") === true
    ? []
    : await runRoutine(call, "validate", (self) => refusals(self, loaded));
  if (asked instanceof Faulted) return { value: asked };
  const problems = asked as readonly Problem[];
  if (problems.length === 0 && settings.get("json") !== true) tellWhole(call, loaded);
  return answer(call, loaded.name, problems);
}

function answer(call: CommandCall, name: string, problems: readonly Problem[]): CommandResult {
  if (call.settings.get("json") !== true) {
    return { value: problems.length === 0 ? null : tellProblems(call.world, { name, problems }) };
  }
  writeJson(call.world, problems.map(({ at, message }) => ({ file: name, line: at.line, column: at.column, message })));
  return { status: problems.length === 0 ? 0 : FAULT_EXIT_STATUS };
}

function tellWhole({ world }: CommandCall, { name, manifest, overrides }: LoadedManifest): void {
  const count = [...manifest.roles].reduce((sum, [entry, role]) => sum + roleNames(entry, role).length, 0);
  const lines = [`${name}: ${count === 1 ? "1 role" : `${count} roles`}`];
  for (const { variable, path } of overrides) lines.push(`${name}: ${path} is that of ${variable}`);
  world.environment.writeOutput(lines.map((line) => `${line}\n`).join(""));
}

/** What the executables refuse. Nothing is made or changed: all they are asked for is their help. */
async function refusals(self: Routine, loaded: LoadedManifest): Promise<Problem[] | Faulted> {
  const { world } = self.kernel;
  const { manifest, executables } = loaded;
  const problems: Problem[] = [];
  const refused = await groupRefusal(world, loaded);
  if (refused !== null) problems.push(refusalProblem(refused, GROUP_ROLE, manifest));
  const progress = new Progress(world);
  try {
    for (const [entry, { settings }] of manifest.roles) {
      progress.tell(`asking the executable of "${entry}"`);
      const forwarded = [...argumentsOf(settings), "--help"];
      const executable = executables.get(entry)!;
      // Started as by hand, it looks at no home.
      const asked = self.create(ProcessObject, { executable, origin: "SHELL", topRole: true, forwarded });
      const message = await self.select(Returned, Stop);
      if (message instanceof Stop) {
        await self.stop(asked);
        return new Aborted();
      }
      if (message.message instanceof Faulted) problems.push(refusalProblem(message.message, entry, manifest));
    }
    return problems;
  } finally {
    progress.end();
  }
}

async function groupRefusal(world: World, { manifest }: LoadedManifest): Promise<Faulted | null> {
  let answer: unknown = null;
  const argv = [...argumentsOf(groupTexts(manifest.group)), "--help", "--child-process"];
  await performProgram(world, groupProgram(world), argv, (value) => {
    answer = value;
    return 0;
  });
  return answer instanceof Faulted ? answer : null;
}
