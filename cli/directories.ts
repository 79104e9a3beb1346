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
  T1,
  typeOf,
  type World,
} from "../runtime/mod.ts";
import { isSet, type OpenDirectory, playDirectory, type PlayedDirectory } from "./attachment.ts";
import { stationLines } from "./station_text.ts";
import { tell } from "./tell.ts";

/** How often the machine's addresses are looked at. */
const WATCH_SECONDS = 5;

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
  const stations = new StationTeller(self.kernel.world);
  return play(self, played, (directory) => stations.look(directory));
}
bind(lan, "layer_cake.lan", { settings: LAN_SETTINGS });

/**
 * Whoever sets up a LAN wants to know whether others will find it: at the start, and when that changes since the machine gets its
 * address later, or another one.
 */
class StationTeller {
  readonly #world: World;
  #told = "";

  constructor(world: World) {
    this.#world = world;
  }

  look({ listening }: OpenDirectory): void {
    const lines = stationLines(listening, this.#world.network.interfaceAddresses());
    const seen = lines.map(({ text }) => text).join("\n");
    if (seen === this.#told) return;
    this.#told = seen;
    for (const { text, isWarning } of lines) {
      tell(this.#world, isWarning ? "?" : "^", `cake: ${isWarning ? "warning: " : ""}${text}`);
    }
  }
}

/** @param watch What is looked at once the directory is open, and again and again. */
async function play(
  self: Routine,
  settings: PlayedDirectory,
  watch: ((directory: OpenDirectory) => void) | null = null,
): Promise<unknown> {
  const directory = await playDirectory(self, settings);
  if (!("listening" in directory)) return directory;
  watch?.(directory);
  self.kernel.world.processes.notify(`READY=1\nSTATUS=Listening at ${directory.listening}`);
  self.console(`Listening at "${directory.listening}"`, { scope: settings.scope });
  for (;;) {
    if (watch !== null) self.start(T1, WATCH_SECONDS);
    const message = await self.select(T1, Stop, Returned);
    if (message instanceof Returned) return message.message;
    if (message instanceof Stop) break;
    watch?.(directory);
  }
  await self.stop(directory.address);
  return new Aborted();
}
