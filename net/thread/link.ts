/** The connection between two threads of a process: as any other, and trusted. */

import type { AddressValue as Address, ByteStream, Kernel } from "../../runtime/mod.ts";
import { Connection, type Ending } from "../connection.ts";
import { DETECT_SECONDS } from "../keep_alive.ts";
import { NETWORK_LIMITS, THREAD_OUTBOUND_BYTES_MAX } from "../limits.ts";
import { Reports } from "../reports.ts";

/** What a link is made from. */
export interface LinkOptions {
  readonly kernel: Kernel;
  readonly stream: ByteStream;
  readonly role: "connector" | "acceptor";
  /** What the other end says to this one, as opposed to its actors. */
  readonly onControl: (message: unknown, from: Address) => void;
  /** Called once, when the link has ended. */
  readonly onEnded: (ending: Ending) => void;
}

/** Makes a link; set it in motion with `begin`. */
export function makeLink({ kernel, stream, role, onControl, onEnded }: LinkOptions): Connection {
  return new Connection({
    kernel,
    stream,
    role,
    onControl,
    encrypted: false,
    keepAlive: false,
    detectSeconds: DETECT_SECONDS,
    controller: addressOfNobody(kernel),
    nobody: addressOfNobody(kernel),
    limits: { ...NETWORK_LIMITS, outboundBytesMax: THREAD_OUTBOUND_BYTES_MAX },
    reports: new Reports(kernel),
    onOpened() {},
    onEnded: (_connection, ending) => onEnded(ending),
  });
}

/** An address that no receiver will ever have, so that nobody outside can reach what is behind it. */
function addressOfNobody(kernel: Kernel): Address {
  const address = kernel.register({ deliver() {} });
  kernel.unregister(address);
  return address;
}
