/** The connection of `cake top` to the composite process of a home, kept up as long as there is one. */

import { Closed, connect, Connected, NotConnected } from "../../net/mod.ts";
import { Ack, type AddressValue, Faulted, HostPort, type Routine } from "../../runtime/mod.ts";
import { type ControlPlace, readControlFile } from "../control/control_file.ts";
import { CompositeStatus, GetCompositeStatus, RoleWish } from "../control/messages.ts";

/** What the other end said. */
export type ControlNews = { readonly status: CompositeStatus } | { readonly note: string } | { readonly lost: true };

/** Asks and steers. */
export class ControlLine {
  readonly #self: Routine;
  readonly #homePath: string;
  #place: ControlPlace | null = null;
  #peer: AddressValue | null = null;
  #isConnecting = false;

  constructor(self: Routine, homePath: string) {
    this.#self = self;
    this.#homePath = homePath;
  }

  get isOpen(): boolean {
    return this.#peer !== null;
  }

  /** Asks how the roles stand; where there is no connection, looks for somebody to connect to. */
  async ask(): Promise<void> {
    if (this.#peer !== null) {
      this.#self.send(new GetCompositeStatus({ token: this.#place!.token }), this.#peer);
      return;
    }
    if (this.#isConnecting) return;
    this.#place = await readControlFile(this.#self.kernel.world, this.#homePath);
    if (this.#place === null) return;
    this.#isConnecting = true;
    connect(this.#self, new HostPort("127.0.0.1", this.#place.port));
  }

  /** Asks that something is done to a role. False: there is nobody to ask. */
  wish(role: string, action: "START" | "STOP" | "RESTART"): boolean {
    if (this.#peer === null) return false;
    this.#self.send(new RoleWish({ token: this.#place!.token, role, action }), this.#peer);
    return true;
  }

  /** What a message means for those who watch; undefined for one that is none of this connection's. */
  take(message: unknown): ControlNews | null | undefined {
    if (message instanceof Connected) {
      this.#isConnecting = false;
      this.#peer = this.#self.returnAddress;
      this.#self.send(new GetCompositeStatus({ token: this.#place!.token }), this.#peer);
      return null;
    }
    if (message instanceof NotConnected) {
      this.#isConnecting = false;
      return null;
    }
    if (message instanceof Closed) {
      this.#peer = null;
      return { lost: true };
    }
    if (message instanceof CompositeStatus) return { status: message };
    if (message instanceof Ack) return { note: "" };
    return message instanceof Faulted ? { note: String(message) } : undefined;
  }
}
