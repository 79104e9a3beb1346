/** Where a composite process is seen and steered from outside: it takes reports of roles, and wishes of people. */

import { GetRoleReport, RoleReport, RoleRuns } from "../../directory/mod.ts";
import { Closed, listen, Listening, NotListening } from "../../net/mod.ts";
import { Aborted, type AddressValue, bind, Faulted, HostPort, lastHop, type Routine, Stop } from "../../runtime/mod.ts";
import type { RoleBoard } from "../role_board.ts";
import { CompositeStatus, GetCompositeStatus, RoleWish } from "./messages.ts";

/** What a composite process gives its {@link CompositeControl}. */
export interface ControlSettings {
  /** What proves that somebody may ask. */
  readonly token: string;
  readonly board: RoleBoard;
  /** The main object of a role runs. */
  readonly onUp: (role: string) => void;
}

/** A connection with a role. */
interface Line {
  readonly role: string;
  /** Who counts there. */
  readonly reporter: AddressValue;
}

/**
 * Listens on this machine at any free port, and sends its parent the `HostPort`, or a fault. Wishes that may be made go on to
 * the parent, which answers them.
 */
export async function CompositeControl(self: Routine, settings: ControlSettings): Promise<Aborted> {
  const { token, board, onUp } = settings;
  /** By connection. */
  const lines = new Map<AddressValue, Line>();
  const reports = new Map<string, RoleReport>();
  listen(self, new HostPort("127.0.0.1", 0));
  for (;;) {
    const m = await self.input();
    if (m instanceof Stop) return new Aborted();
    if (m instanceof Listening) self.send(new HostPort(m.listeningIpp.host, m.listeningIpp.port), self.parentAddress);
    else if (m instanceof NotListening) self.send(new Faulted(`${m}`), self.parentAddress);
    else if (m instanceof Closed) {
      const role = lines.get(self.returnAddress)?.role;
      lines.delete(self.returnAddress);
      // It may have been started again, and its new line may have come before the end of the old one.
      if (role !== undefined && !lines.values().some((other) => other.role === role)) reports.delete(role);
    } else if (m instanceof RoleRuns) {
      if (m.token !== token || !board.has(m.roleName)) continue;
      lines.set(lastHop(self.returnAddress), { role: m.roleName, reporter: self.returnAddress });
      onUp(m.roleName);
    } else if (m instanceof RoleReport) {
      if (lines.get(lastHop(self.returnAddress))?.role === m.roleName) reports.set(m.roleName, m);
    } else if (m instanceof GetCompositeStatus || m instanceof RoleWish) {
      const refusal = refuse(m, settings);
      if (refusal !== null) self.reply(refusal);
      else if (m instanceof RoleWish) self.forward(m, self.parentAddress, self.returnAddress);
      else {
        self.reply(new CompositeStatus({ roles: board.roles, reports: [...reports.values()] }));
        // What they count now is there for the next question.
        for (const { reporter } of lines.values()) self.send(new GetRoleReport(), reporter);
      }
    }
  }
}
bind(CompositeControl, "layer_cake.composite_control");

function refuse(m: GetCompositeStatus | RoleWish, { token, board }: ControlSettings): Faulted | null {
  if (m.token !== token) return new Faulted("not permitted", "the token is not the one in the home");
  if (m instanceof RoleWish && !board.has(m.role)) return new Faulted(`no role "${m.role}"`);
  return null;
}
