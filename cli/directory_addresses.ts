// This module performs no I/O.

/** The settings of programs of the command that are addresses of directories, and what they are for. */

import { HostPort } from "../runtime/messages/host_port.ts";
import { type AddressUses, refuseBadAddresses } from "../runtime/process/address_settings.ts";
import { extractSettings, type SettingShape, type SplitArguments } from "../runtime/process/arguments.ts";

/** By what runs: the directory of a machine, that of the network, and a composite process. */
export const DIRECTORY_ADDRESSES = {
  host: { directory_at_host: "listen", directory_at_lan: "connect" },
  lan: { directory_at_lan: "listen" },
  group: { directory_at_host: "connect", directory_at_lan: "connect" },
} as const satisfies Readonly<Record<string, AddressUses>>;

const SETTINGS: readonly SettingShape[] = [
  { name: "directoryAtHost", wireName: "directory_at_host", type: HostPort.portable },
  { name: "directoryAtLan", wireName: "directory_at_lan", type: HostPort.portable },
];

/**
 * Refuses addresses among arguments that somebody else is to take later.
 *
 * @throws {ArgumentError} Naming the argument and its value.
 */
export function refuseBadDirectories(split: SplitArguments, what: keyof typeof DIRECTORY_ADDRESSES): void {
  refuseBadAddresses(extractSettings(split, SETTINGS).settings, DIRECTORY_ADDRESSES[what]);
}
