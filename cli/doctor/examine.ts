/** Looks at everything that the checks are about. Nothing that is there is changed, and nothing is left behind. */

import { join } from "@std/path";
import {
  cacheFolder,
  castBack,
  Faulted,
  FileError,
  GROUP_ROLE,
  type Home,
  HostPort,
  launchModule,
  NetworkError,
  openHome,
  type PortHolder,
  roleHolders,
  VERSION_DATE,
  type World,
} from "../../runtime/mod.ts";
import type { CommandCall } from "../command.ts";
import { readControlFile } from "../control/control_file.ts";
import { absolutePath, givenHome } from "../homes.ts";
import { askPlaces } from "./ask_places.ts";
import type { Check } from "./check.ts";
import { type DirectoryPlaces, directoryPlaces } from "./directory_places.ts";
import { homeChecks, type HomeFacts } from "./home_check.ts";
import {
  clockCheck,
  type FolderFacts,
  foldersCheck,
  libcOf,
  locksCheck,
  type ModuleOutcome,
  modulesCheck,
  platformCheck,
} from "./machine_checks.ts";
import {
  type AskedPlace,
  directoryCheck,
  placeText,
  portCheck,
  type PortFacts,
  stationCheck,
} from "./network_checks.ts";

/** How long a module may take, before the others have waited long enough. */
const MODULE_SECONDS = 5;
/** What a module writes to stderr that is kept, to say why it did not run. */
const MODULE_ERROR_BYTES_MAX = 4096;
/** Uses an import of cake, and types, which have to go before it can run. */
const MODULE_TEXT = `import { Ack } from "@layer-cake/cake";
const answer: string = new Ack() instanceof Ack ? "well" : "not well";
console.log(answer);
`;

/** Runs all checks, in the order in which they are shown. */
export async function examine(call: CommandCall): Promise<Check[] | Faulted> {
  const { world } = call;
  const { clock, files, network, processes } = world;
  const begun = { now: clock.now(), wall: clock.wall() };
  const path = absolutePath(world, givenHome(call));
  const home = await openHome(world, path, { group: true, subRoles: true });
  const places = placesOf(call, home);
  const [asked, maps, folders, module, homeFacts] = await Promise.all([
    askPlaces(call, [...places.host, ...places.lan], isEncrypted(call, home)),
    readOrNothing(world, "/proc/self/maps"),
    Promise.all(foldersOf(world).map((folder) => folderFacts(world, folder))),
    runModule(world),
    home === null ? null : examineHome(world, home),
  ]);
  if (asked instanceof Faulted) return asked;
  const ports = await examinePorts(call, path, asked);
  const variable = (name: string) => world.environment.variable(name) || null;
  const [wall, elapsedMs] = [clock.wall(), clock.now() - begun.now];
  const placed = await modifiedOf(world, processes.self.executable);
  return [
    platformCheck({ ...processes.self, libc: libcOf(maps) }),
    foldersCheck(variable("HOME") ?? variable("USERPROFILE"), folders),
    locksCheck(files.lockKind()),
    modulesCheck(module),
    clockCheck({
      wall,
      made: BigInt(Date.parse(VERSION_DATE)) * 1000n,
      placed,
      jumpMs: Number(wall - begun.wall) / 1000 - elapsedMs,
      recorded: home === null ? null : latestRecord(home),
      peers: peersOf(asked),
    }),
    ...ports.map(portCheck),
    stationCheck(network.interfaceAddresses()),
    directoryCheck("HOST", asked.filter(({ place }) => places.host.includes(place))),
    directoryCheck("LAN", asked.filter(({ place }) => places.lan.includes(place))),
    ...homeChecks(homeFacts, path),
  ];
}

/** As the command line and the group of the home say, or as one looks that was told nothing. */
function placesOf({ world: { network }, commandLine }: CommandCall, home: Home | null): DirectoryPlaces {
  const settings = home?.roles.get(GROUP_ROLE)?.settings;
  const setting = (name: string): HostPort | null => {
    const value = castBack(settings?.get(name));
    return value instanceof HostPort ? value : null;
  };
  const address = network.primaryAddress();
  const prefixBits = network.interfaceAddresses().find((one) => one.address === address)?.prefixBits ?? null;
  return directoryPlaces({
    given: commandLine.connectToDirectory,
    atHost: setting("directory_at_host"),
    atLan: setting("directory_at_lan"),
    primary: { address, prefixBits },
  });
}

/** Whether the group of the home encrypts its connection to the directory above it, or the command line says so. */
function isEncrypted({ commandLine }: CommandCall, home: Home | null): boolean {
  return commandLine.encryptedProcess ||
    castBack(home?.roles.get(GROUP_ROLE)?.settings.get("encrypted_directory")) === true;
}

/** The ports of this machine that are cake's: that of directories, those that are configured here, that of a group which runs. */
async function examinePorts({ world }: CommandCall, path: string, asked: readonly AskedPlace[]): Promise<PortFacts[]> {
  const own = new Set(["127.0.0.1", "localhost", ...world.network.interfaceAddresses().map(({ address }) => address)]);
  const wanted = new Map<string, Omit<PortFacts, "holders">>();
  const add = (host: string, port: number, use: string, answer: PortFacts["answer"]) => {
    const key = placeText({ host, port });
    if (!wanted.has(key)) wanted.set(key, { host, port, use, answer });
  };
  for (const { place: { host, port }, answer } of asked) {
    if (own.has(host)) add(host, port, "a HOST or LAN directory", answer);
  }
  const control = await readControlFile(world, path);
  const isRunning = (await roleHolders(world, path, [GROUP_ROLE])).get(GROUP_ROLE) === control?.pid;
  if (control !== null && isRunning) add("127.0.0.1", control.directoryPort, "the GROUP directory of the home", null);
  const holders = await world.network.portHolders(new Set([...wanted.values()].map(({ port }) => port)));
  return await Promise.all([...wanted.values()].map(async (port) => ({
    ...port,
    holders: holders === null ? await guessedHolders(world, port) : holders.filter((one) => isHolding(one, port)),
  })));
}

const EVERYWHERE = new Set(["0.0.0.0", "::"]);

/** True where somebody is in the way of listening at that place. */
function isHolding(holder: PortHolder, { host, port }: Pick<PortFacts, "host" | "port">): boolean {
  const address = host === "localhost" ? "127.0.0.1" : host;
  return holder.port === port && (holder.address === address || EVERYWHERE.has(holder.address));
}

/** Where the platform does not say who holds a port: nobody, if it can be had; otherwise somebody. */
async function guessedHolders(
  { network }: World,
  { host, port }: Pick<PortFacts, "host" | "port">,
): Promise<[] | null> {
  try {
    (await network.listen(host, port)).close();
    return [];
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return null;
  }
}

function peersOf(asked: readonly AskedPlace[]): { who: string; aheadMs: number }[] {
  return asked.flatMap(({ place, answer }) => {
    // This machine's own clock agrees with itself.
    if (answer.kind !== "directory" || answer.aheadMs === null || place.host.startsWith("127.")) return [];
    return [{ who: placeText(place), aheadMs: answer.aheadMs }];
  });
}

function foldersOf(world: World): { use: string; path: string | null }[] {
  return [{ use: "the cache of modules", path: cacheFolder(world) }];
}

/** Tries to write where a folder is, or would be made. */
async function folderFacts(world: World, { use, path }: { use: string; path: string | null }): Promise<FolderFacts> {
  if (path === null) return { use, path, problem: null };
  return { use, path, problem: await writeProblem(world, await nearestFolder(world, path)) };
}

async function nearestFolder({ files }: World, path: string): Promise<string> {
  for (let folder = path;; folder = join(folder, "..")) {
    try {
      if (await files.info(folder) !== null || join(folder, "..") === folder) return folder;
    } catch (error) {
      // What is above may say more.
      if (!(error instanceof FileError) || join(folder, "..") === folder) return folder;
    }
  }
}

/** Why nothing can be written in a folder, or null. */
async function writeProblem({ files, random }: World, folder: string): Promise<string | null> {
  // By its name, whatever tidies up after commands that were cut off takes it away.
  const probe = join(folder, `old-probe-${random.uuid().slice(0, 8)}`);
  try {
    await files.writeTextAtomic(probe, "");
    await files.remove(probe);
    return null;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return error.message;
  }
}

/** Runs a module as roles are run. */
async function runModule(world: World): Promise<ModuleOutcome> {
  const { clock, files, processes } = world;
  const begun = clock.now();
  let folder: string | null = null;
  try {
    folder = await files.makeTemporaryFolder("cake-doctor-");
    const path = join(folder, "module.ts");
    await files.writeTextAtomic(path, MODULE_TEXT);
    let errors = "";
    const decoder = new TextDecoder();
    const onError = (bytes: Uint8Array) => {
      if (errors.length < MODULE_ERROR_BYTES_MAX) errors += decoder.decode(bytes, { stream: true });
    };
    const child = processes.spawn({ ...await launchModule(world, path, []), onError });
    let isLate = false;
    const cancel = clock.after(1000 * MODULE_SECONDS, () => {
      isLate = true;
      child.signal("SIGKILL");
    });
    const [output, { code }] = await Promise.all([child.output(MODULE_ERROR_BYTES_MAX), child.status]);
    cancel();
    if (isLate) return { kind: "late", seconds: MODULE_SECONDS };
    if (code === 0 && new TextDecoder().decode(output.bytes) === "well\n") {
      return { kind: "ran", seconds: (clock.now() - begun) / 1000 };
    }
    return { kind: "failed", why: firstLine(errors) ?? `it ended with ${code}` };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { kind: "failed", why: error.message };
  } finally {
    if (folder !== null) await files.remove(folder).catch(() => {});
  }
}

function firstLine(text: string): string | null {
  return text.split("\n").map((line) => line.trim()).find((line) => line !== "") ?? null;
}

async function examineHome(world: World, home: Home): Promise<HomeFacts> {
  const names = [...home.roles.keys(), ...home.damage.keys()];
  return {
    path: home.path,
    roles: names.filter((name) => name !== GROUP_ROLE).sort(),
    damage: [...home.damage.values()].map(({ message }) => message),
    holders: await roleHolders(world, home.path, names),
    isGroupOpen: home.roles.get(GROUP_ROLE)?.records.startStop.at(-1)?.stop === null,
    leftOver: (await namesIn(world, home.path)).filter((name) => LEFT_OVER.test(name)),
    problem: await writeProblem(world, home.path),
  };
}

/** What commands make in a home, or move there, and take away at their end. */
const LEFT_OVER = /^(?:new|old)-.*-[0-9a-f]{8}$/;

async function namesIn({ files }: World, path: string): Promise<string[]> {
  try {
    return await files.list(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return [];
  }
}

/** The latest moment in the history of any role. */
function latestRecord(home: Home): bigint | null {
  let latest: bigint | null = null;
  for (const { records } of home.roles.values()) {
    for (const { start, stop } of records.startStop) {
      for (const moment of [start?.epochMicroseconds, stop?.epochMicroseconds]) {
        if (moment !== undefined && (latest === null || moment > latest)) latest = moment;
      }
    }
  }
  return latest;
}

async function modifiedOf({ files }: World, path: string): Promise<bigint | null> {
  try {
    const modified = (await files.info(path))?.modified ?? null;
    return modified === null ? null : BigInt(Math.floor(modified)) * 1000n;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return null;
  }
}

async function readOrNothing({ files }: World, path: string): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return "";
  }
}
