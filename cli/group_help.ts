// This module performs no I/O.

/** The settings of a composite process as commands take them. */

import { HostPort } from "../runtime/messages/host_port.ts";
import { RetryIntervals } from "../runtime/process/retry.ts";
import { Boolean, Unicode } from "../runtime/types/portable.ts";
import type { CommandSetting } from "./command.ts";

/** Settings of a composite process: kept by `create`, overridden by `run`. */
export const GROUP_HELP: readonly CommandSetting[] = [
  {
    name: "directoryAtHost",
    wireName: "directory_at_host",
    type: HostPort.portable,
    help: 'where the HOST directory listens, as {"host": ..., "port": ...}',
  },
  {
    name: "directoryAtLan",
    wireName: "directory_at_lan",
    type: HostPort.portable,
    help: "where the LAN directory listens, for a machine without a HOST directory",
  },
  {
    name: "encryptedDirectory",
    wireName: "encrypted_directory",
    type: Boolean,
    help: "encrypt the connections of the roles to the directory of the group",
  },
  {
    name: "retry",
    wireName: "retry",
    type: RetryIntervals.portable,
    help: 'start roles that ended again, as {"first_steps": [1.0], "regular_steps": 4.0, ...}',
  },
  {
    name: "mainRole",
    wireName: "main_role",
    type: Unicode,
    help: "the role whose end is the end of all",
  },
];

/** Settings of one run, which `run` and `start` take: homes don't keep them, as the original does not know them. */
export const RUN_HELP: readonly CommandSetting[] = [
  ...GROUP_HELP,
  {
    name: "stopOnExit",
    wireName: "stop_on_exit",
    type: Boolean,
    help: "without a main role: end all when a role ends and is not started again",
    longOnly: true,
  },
  {
    name: "threads",
    wireName: "threads",
    type: Boolean,
    help: "run the roles that are modules as threads of one process, for machines with little memory",
    longOnly: true,
  },
];
