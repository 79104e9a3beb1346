// This module performs no I/O.

/** Network addresses and the scopes of directories, which the command line, transports and directories share. */

import { Message } from "../types/message.ts";
import { Address, Enumeration, Integer8, MapOf, Unicode } from "../types/portable.ts";
import { defType } from "../types/registry.ts";
import { registerAll } from "./signals.ts";

const HOST_PORT = { host: Unicode, port: Integer8 };

/** A network address: a host by name or number, and a port. Both null means: not set. */
export class HostPort extends Message(HOST_PORT) {
  /** @param host The host, or both members as one object. */
  constructor(host?: string | null | object, port?: number | null) {
    super(typeof host === "object" && host !== null ? host : { host: host ?? null, port: port ?? null });
  }

  /** `127.0.0.1:5050`, or `(not set)`. */
  override toString(): string {
    if (this.host === null) return "(not set)";
    return this.host.includes(":") ? `[${this.host}]:${this.port}` : `${this.host}:${this.port}`;
  }
}

/** How far a name reaches: the widest directory that knows it. Smaller numbers are wider. */
export const ScopeOfDirectory = Enumeration({ WAN: 1, LAN: 2, HOST: 3, GROUP: 4, PROCESS: 5, LIBRARY: 6 });
/** A name of {@link ScopeOfDirectory}. */
export type Scope = "WAN" | "LAN" | "HOST" | "GROUP" | "PROCESS" | "LIBRARY";

/** A network address that is local to a machine. */
export class LocalPort extends Message(HOST_PORT) {}

registerAll("ip_networking", { HostPort, LocalPort });
registerAll("command_line", { ScopeOfDirectory });
defType(MapOf(HostPort, Address));
