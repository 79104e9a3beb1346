// This module performs no I/O.

/** Network addresses and the scopes of directories, which the command line, transports and directories share. */

import { Message } from "../types/message.ts";
import { Address, Enumeration, type EnumerationType, Integer8, MapOf, Unicode } from "../types/portable.ts";
import { defType } from "../types/registry.ts";
import { registerAll } from "./signals.ts";

/** A network address: a host by name or number, and a port. Both null means: not set. */
export class HostPort extends Message({ host: Unicode, port: Integer8 }) {
  /**
   * Makes an address.
   *
   * @param host The host, or both members as one object.
   * @param port The port, 0 to 65535; 0 asks for any free one.
   */
  constructor(host?: string | null | { host?: string | null; port?: number | null }, port?: number | null) {
    super(typeof host === "object" && host !== null ? host : { host: host ?? null, port: port ?? null });
  }

  /** `127.0.0.1:5050`, or `(not set)`. */
  override toString(): string {
    if (this.host === null) return "(not set)";
    return this.host.includes(":") ? `[${this.host}]:${this.port}` : `${this.host}:${this.port}`;
  }
}

/** How far a name reaches: the widest directory that knows it. Smaller numbers are wider. */
export const ScopeOfDirectory: EnumerationType<Scope> = Enumeration({
  WAN: 1,
  LAN: 2,
  HOST: 3,
  GROUP: 4,
  PROCESS: 5,
  LIBRARY: 6,
});
/** A name of {@link ScopeOfDirectory}. */
export type Scope = "WAN" | "LAN" | "HOST" | "GROUP" | "PROCESS" | "LIBRARY";

/** A network address that is local to a machine. */
export class LocalPort extends Message({ host: Unicode, port: Integer8 }) {}

registerAll("ip_networking", { HostPort, LocalPort });
registerAll("command_line", { ScopeOfDirectory });
defType(MapOf(HostPort, Address));
