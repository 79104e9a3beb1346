/** The cake command: reads its arguments, finds the command that is meant, runs it, prints what it ends with. */

import {
  ArgumentError,
  castBack,
  CommandLine,
  dashed,
  extractSettings,
  extractStandard,
  Faulted,
  FileError,
  HomeError,
  nearestName,
  printResult,
  type SplitArguments,
  splitArguments,
  STANDARD_ARGUMENTS,
  type World,
} from "../runtime/mod.ts";
import { type Command, commandHelp, type CommandSetting, mainHelp, PROGRAM_NAME } from "./command.ts";
import { allCommands, COMMAND_NAMES, findCommand } from "./command_table.ts";
import { EXEC } from "./lazy_modules.ts";
import { refuseMissingValues } from "./value_forms.ts";
import { versionText } from "./version.ts";

/** The command whose line is its own to read. */
const EXEC_NAME = "exec";

/**
 * Runs the cake command.
 *
 * @returns Its exit status: 0, or 71 with a line on stderr. Null when the process has become that of a module, which
 * ends it.
 */
export async function runCake(world: World, argv: readonly string[]): Promise<number | null> {
  // What stands behind the module's name is the module's, to the letter.
  if (argv[0] === EXEC_NAME && argv[1] !== "--help") {
    const { execute } = await EXEC.load();
    return await execute(world, argv.slice(1));
  }
  let commandLine = new CommandLine();
  try {
    const { long, words, ...others } = splitArguments(argv);
    if (long.has("version")) {
      world.environment.writeOutput(`${PROGRAM_NAME} ${versionText()}\n`);
      return 0;
    }
    refuseMissingValues({ long, words, ...others }, STANDARD_ARGUMENTS);
    const standard = extractStandard({ long, words, ...others });
    commandLine = standard.commandLine;
    return await runCommand(world, commandLine, standard.rest);
  } catch (error) {
    if (!(error instanceof ArgumentError) && !(error instanceof HomeError) && !(error instanceof FileError)) {
      throw error;
    }
    return await printResult(world, PROGRAM_NAME, new Faulted(error.message), commandLine);
  }
}

async function runCommand(world: World, commandLine: CommandLine, rest: SplitArguments): Promise<number> {
  const [name, ...words] = rest.words;
  if (name === undefined || name === "help") {
    if (name === undefined && !commandLine.help) return await complain(world, commandLine, "no sub-command");
    return await helpOn(world, commandLine, words[0]);
  }
  const command = await findCommand(name);
  if (command === undefined) return await complain(world, commandLine, `unknown sub-command "${name}"`, meant(name));
  if (commandLine.help) return await help(world, name);
  refuseMissingValues(rest, command.settings);
  const own = extractOwn({ ...rest, words }, command.settings);
  const unknown = [...own.rest.long.keys(), ...own.rest.short.keys()];
  if (unknown.length > 0 && !command.forwards) {
    return await complain(
      world,
      commandLine,
      `cannot execute "${name}"`,
      `unknown arg(s) "${unknown.join(",")}"${meantArgument(unknown, command)}`,
    );
  }
  const unexpected = words.slice(command.wordsMax ?? words.length);
  if (unexpected.length > 0) {
    return await complain(world, commandLine, `cannot execute "${name}"`, `unexpected "${unexpected.join(" ")}"`);
  }
  const settings = new Map([...own.settings].map(([key, value]) => [key, castBack(value)]));
  const result = await command.run({ world, commandLine, words, settings, rest: own.rest });
  return "status" in result ? result.status : await printResult(world, PROGRAM_NAME, result.value, commandLine);
}

/** A question for whoever typed a name of no command. */
function meant(name: string): string | undefined {
  const nearest = nearestName(name, COMMAND_NAMES);
  return nearest === null ? undefined : `did you mean "${nearest}"?`;
}

/** A question for whoever typed a name of no argument. */
function meantArgument(unknown: readonly string[], command: Command): string {
  const names = [...command.settings, ...STANDARD_ARGUMENTS].map(({ wireName }) => dashed(wireName));
  const nearest = unknown.map((name) => name.length > 2 ? nearestName(dashed(name), names) : null)
    .filter((name) => name !== null);
  return nearest.length === 0 ? "" : `, did you mean ${nearest.map((name) => `--${name}`).join(", ")}?`;
}

/** Takes the settings of a command; some have no short form. */
function extractOwn(split: SplitArguments, table: readonly CommandSetting[]): ReturnType<typeof extractSettings> {
  const isShort = ({ longOnly }: CommandSetting) => longOnly !== true;
  const first = extractSettings(split, table.filter(isShort));
  const second = extractSettings(
    { ...first.rest, short: new Map() },
    table.filter((setting) => !isShort(setting)),
  );
  return {
    settings: new Map([...first.settings, ...second.settings]),
    rest: { ...second.rest, short: first.rest.short },
  };
}

/** `cake help`, or `cake help COMMAND`. */
async function helpOn(world: World, commandLine: CommandLine, name: string | undefined): Promise<number> {
  if (name === undefined || name === "help" || await findCommand(name) !== undefined) {
    return await help(world, name);
  }
  return await complain(world, commandLine, `unknown sub-command "${name}"`, meant(name));
}

async function help(world: World, name: string | undefined): Promise<number> {
  const command = name === undefined ? undefined : await findCommand(name);
  const width = helpWidth(world);
  const text = command === undefined ? mainHelp(await allCommands(), width) : commandHelp(command, width);
  world.environment.writeOutput(text);
  return 0;
}

/** The widest lines of help: longer ones are hard to read. */
const HELP_WIDTH_MAX = 120;

/** That of the terminal, within reason; undefined where there is none. */
function helpWidth({ environment }: World): number | undefined {
  const size = environment.terminalSize();
  return size === null ? undefined : Math.min(size.columns, HELP_WIDTH_MAX);
}

function complain(world: World, commandLine: CommandLine, condition: string, explanation?: string): Promise<number> {
  return printResult(world, PROGRAM_NAME, new Faulted(condition, explanation), commandLine);
}
