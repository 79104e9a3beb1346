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
import { isSet, playDirectory, type PlayedDirectory } from "./attachment.ts";

/** The port of directories, where nobody says. */
const DIRECTORY_PORT = 54195;

const HOST_SETTINGS = {
  directoryAtHost: typeOf(HostPort).default(() => new HostPort("127.0.0.1", DIRECTORY_PORT)),
  directoryAtLan: HostPort,
  encryptedDirectory: Boolean,
};

/** The directory of this machine: runs until it is stopped, or can't listen. */
export function host(self: Routine, settings: Settings<typeof HOST_SETTINGS>): Promise<unknown> {
  return play(self, {
    scope: "HOST",
    acceptAt: settings.directoryAtHost,
    connectTo: isSet(settings.directoryAtLan) ? settings.directoryAtLan : new HostPort(),
    encrypted: settings.encryptedDirectory === true,
  });
}
bind(host, "layer_cake.host", { settings: HOST_SETTINGS });

const LAN_SETTINGS = {
  directoryAtLan: typeOf(HostPort).default(() => new HostPort("0.0.0.0", DIRECTORY_PORT)),
  encryptedDirectory: Boolean,
};

/** The directory of the local network: runs until it is stopped, or can't listen. */
export function lan(self: Routine, settings: Settings<typeof LAN_SETTINGS>): Promise<unknown> {
  return play(self, {
    scope: "LAN",
    acceptAt: settings.directoryAtLan,
    connectTo: new HostPort(),
    encrypted: settings.encryptedDirectory === true,
  });
}
bind(lan, "layer_cake.lan", { settings: LAN_SETTINGS });

async function play(self: Routine, settings: PlayedDirectory): Promise<unknown> {
  const directory = await playDirectory(self, settings);
  if (!("listening" in directory)) return directory;
  self.console(`Listening at "${directory.listening}"`, { scope: settings.scope });
  const message = await self.select(Stop, Returned);
  if (message instanceof Returned) return message.message;
  await self.stop(directory.address);
  return new Aborted();
}
