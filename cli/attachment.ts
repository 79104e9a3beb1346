/** What the command attaches to its programs: networking, a directory of the process, and the directories it plays. */

import { ObjectDirectory, ownParentFault } from "../directory/mod.ts";
import {
  type AddressValue,
  Enquiry,
  Faulted,
  HostPort,
  NetworkError,
  Returned,
  type Routine,
  type Scope,
  Stop,
} from "../runtime/mod.ts";

/** A directory that the command plays, besides that of its own process. */
export interface PlayedDirectory {
  readonly scope: Scope;
  readonly acceptAt: HostPort;
  /** The directory above, if it is to connect to one at once. */
  readonly connectTo: HostPort;
  readonly encrypted: boolean;
}

/** A directory that runs and listens. */
export interface OpenDirectory {
  readonly address: AddressValue;
  /** Where those below connect. */
  readonly listening: HostPort;
}

/** True for an address that was given. */
export function isSet(ipp: HostPort | null | undefined): ipp is HostPort {
  return ipp !== null && ipp !== undefined && ipp.host !== null && ipp.host !== undefined;
}

/**
 * Makes a directory as a child of an actor, and waits until it listens.
 *
 * @returns A fault when it can't listen, when it would connect to itself, or when the actor is stopped meanwhile.
 */
export async function playDirectory(self: Routine, settings: PlayedDirectory): Promise<OpenDirectory | Faulted> {
  const circle = ownParentFault(settings, self.kernel.world.network);
  if (circle !== null) return circle;
  const refused = await refusedPort(self, settings.acceptAt);
  if (refused !== null) return refused;
  const address = self.create(ObjectDirectory, { ...settings, executable: `${settings.scope.toLowerCase()}-cake` });
  self.send(new Enquiry(), address);
  const answer = await self.select(HostPort, Returned, Stop);
  if (answer instanceof HostPort) return { address, listening: answer };
  if (answer instanceof Returned) {
    return answer.message instanceof Faulted ? answer.message : new Faulted("directory ended unexpectedly");
  }
  const aborted = await self.stop(address);
  return aborted instanceof Faulted ? aborted : new Faulted("aborted", "user or software interrupt");
}

/** A directory tries for a while to get its port, as it may have been its own a moment ago; a user wants to know at once. */
async function refusedPort(self: Routine, at: HostPort): Promise<Faulted | null> {
  if (at.host === null || at.port === null || at.port === 0) return null;
  try {
    (await self.kernel.world.network.listen(at.host, at.port)).close();
    return null;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return new Faulted(`cannot listen at "${at}"`, error.message, { errorCode: error.errorCode });
  }
}
