/** `cake host` and `cake lan`: directories that stand by themselves. */

import { directoryHooks } from "../../directory/mod.ts";
import {
  actorInfo,
  type ActorTypeLike,
  type AddressUses,
  Boolean,
  HostPort,
  runProgram,
  type SettingValues,
} from "../../runtime/mod.ts";
import { type Command, type CommandCall, type CommandResult, type CommandSetting, PROGRAM_NAME } from "../command.ts";
import { host as hostDirectory, lan as lanDirectory } from "../directories.ts";
import { DIRECTORY_ADDRESSES } from "../directory_addresses.ts";
import { settingArguments } from "../group_program.ts";
import { standardFlags } from "../standard_flags.ts";

const AT_HOST: CommandSetting = {
  name: "directoryAtHost",
  wireName: "directory_at_host",
  type: HostPort.portable,
  help: 'where to listen (default {"host": "127.0.0.1", "port": 54195})',
};
const AT_LAN: CommandSetting = {
  name: "directoryAtLan",
  wireName: "directory_at_lan",
  type: HostPort.portable,
  help: 'where to listen (default {"host": "0.0.0.0", "port": 54195})',
};
const ABOVE: CommandSetting = { ...AT_LAN, help: "where the LAN directory listens, to connect to it at once" };
const ENCRYPTED: CommandSetting = {
  name: "encryptedDirectory",
  wireName: "encrypted_directory",
  type: Boolean,
  help: "encrypt the connections below and above",
};

/** The directory of this machine. */
export const host: Command = {
  name: "host",
  usage: "",
  summary: "Run the directory of this machine, until you interrupt",
  settings: [AT_HOST, ABOVE, ENCRYPTED],
  wordsMax: 0,
  forwards: false,
  examples: ["host", `host --directory-at-lan='{"host": "192.168.1.7", "port": 54195}'`],
  run: (call) => runDirectory(call, hostDirectory, DIRECTORY_ADDRESSES.host),
};

/** The directory of the local network. */
export const lan: Command = {
  name: "lan",
  usage: "",
  summary: "Run the directory of the local network, until you interrupt",
  settings: [AT_LAN, ENCRYPTED],
  wordsMax: 0,
  forwards: false,
  examples: ["lan", `lan --directory-at-lan='{"host": "0.0.0.0", "port": 54195}'`],
  run: (call) => runDirectory(call, lanDirectory, DIRECTORY_ADDRESSES.lan),
};

async function runDirectory(call: CommandCall, main: ActorTypeLike, addresses: AddressUses): Promise<CommandResult> {
  const hooks = directoryHooks({ scope: "PROCESS" });
  const program = { main, name: PROGRAM_NAME, executable: "", addresses, hooks, tellsReady: true };
  const settings: SettingValues = new Map(call.settings);
  const argv = [...settingArguments(settings, actorInfo(main).settings), ...standardFlags(call.commandLine)];
  return { status: await runProgram(call.world, program, argv) };
}
