/** The directory's part in private libraries: where they connect, and when their main objects are there. */

import {
  type AddressValue as Address,
  Enquiry,
  Faulted,
  HostPort,
  type Kernel,
  type LibraryConnector,
} from "../runtime/mod.ts";
import { Available, ClearSubscribed, Dropped, Subscribed, SubscribeTo } from "./messages.ts";

/** How long the own directory may take to say where it listens. */
const ENQUIRY_SECONDS = 10;

/** What is special in search patterns. */
const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** Connects libraries through a directory. */
export function libraryConnector(directory: Address): LibraryConnector {
  return {
    accepting: async (self) => {
      const answer = await self.ask(new Enquiry(), directory, { timeout: ENQUIRY_SECONDS, type: HostPort });
      if (answer instanceof Faulted || answer.host !== null) return answer;
      return new Faulted("cannot connect a library", "the directory of this process does not listen");
    },
    watch: (kernel, roleName, listener) => watch(kernel, directory, roleName, listener),
  };
}

function watch(
  kernel: Kernel,
  directory: Address,
  roleName: string,
  listener: (main: Address | null) => void,
): () => void {
  let subscribed: Subscribed | null = null;
  const address = kernel.register({
    deliver: (message) => {
      if (message instanceof Subscribed) subscribed = message;
      else if (message instanceof Available) listener(message.publisherAddress);
      else if (message instanceof Dropped) listener(null);
    },
  });
  const search = roleName.replaceAll(SPECIAL, "\\$&");
  kernel.send(new SubscribeTo({ search, scope: "PROCESS", subscriberAddress: address }), directory, address);
  return () => {
    if (subscribed !== null) {
      const { search, scope, subscribedId } = subscribed;
      kernel.send(new ClearSubscribed({ search, scope, subscribedId }), directory, address);
    }
    kernel.unregister(address);
  };
}
