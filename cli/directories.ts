/** The directories that stand by themselves: that of a machine, and that of the local network. */

import {
  Aborted,
  bind,
  Boolean,
  HostPort,
  Returned,
  type Routine,
  type Settings,
  Stop,
  typeOf,
} from "../runtime/mod.ts";
import { isSet, type OpenDirectory, playDirectory, type PlayedDirectory } from "./attachment.ts";
import { stationLines } from "./station_text.ts";
import { tell } from "./tell.ts";

/** The port of directories, where nobody says. */
const DIRECTORY_PORT = 54195;

function hostAt(): HostPort {
  return new HostPort("127.0.0.1", DIRECTORY_PORT);
}

function lanAt(): HostPort {
  return new HostPort("0.0.0.0", DIRECTORY_PORT);
}

const HOST_SETTINGS = {
  directoryAtHost: typeOf(HostPort).default(hostAt),
  directoryAtLan: HostPort,
  encryptedDirectory: Boolean,
};

/** The directory of this machine: runs until it is stopped, or can't listen. */
export function host(self: Routine, settings: Settings<typeof HOST_SETTINGS>): Promise<unknown> {
  return play(self, {
    scope: "HOST",
    acceptAt: isSet(settings.directoryAtHost) ? settings.directoryAtHost : hostAt(),
    connectTo: isSet(settings.directoryAtLan) ? settings.directoryAtLan : new HostPort(),
    encrypted: settings.encryptedDirectory === true,
  });
}
bind(host, "layer_cake.host", { settings: HOST_SETTINGS });

const LAN_SETTINGS = {
  directoryAtLan: typeOf(HostPort).default(lanAt),
  encryptedDirectory: Boolean,
};

/** The directory of the local network: runs until it is stopped, or can't listen. */
export function lan(self: Routine, settings: Settings<typeof LAN_SETTINGS>): Promise<unknown> {
  const played: PlayedDirectory = {
    scope: "LAN",
    acceptAt: isSet(settings.directoryAtLan) ? settings.directoryAtLan : lanAt(),
    connectTo: new HostPort(),
    encrypted: settings.encryptedDirectory === true,
  };
  return play(self, played, (directory) => tellStations(self, directory));
}
bind(lan, "layer_cake.lan", { settings: LAN_SETTINGS });

/** Whoever sets up a LAN wants to know whether others will find it. */
function tellStations({ kernel: { world } }: Routine, { listening }: OpenDirectory): void {
  for (const { text, isWarning } of stationLines(listening, world.network.interfaceAddresses())) {
    tell(world, isWarning ? "?" : "^", `cake: ${isWarning ? "warning: " : ""}${text}`);
  }
}

async function play(
  self: Routine,
  settings: PlayedDirectory,
  opened: (directory: OpenDirectory) => void = () => {},
): Promise<unknown> {
  const directory = await playDirectory(self, settings);
  if (!("listening" in directory)) return directory;
  opened(directory);
  self.kernel.world.processes.notify(`READY=1\nSTATUS=Listening at ${directory.listening}`);
  self.console(`Listening at "${directory.listening}"`, { scope: settings.scope });
  const message = await self.select(Stop, Returned);
  if (message instanceof Returned) return message.message;
  await self.stop(directory.address);
  return new Aborted();
}
