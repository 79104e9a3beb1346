/** The end of a role's line to the composite process that runs it: it says that the role runs, and what it counts. */

import { Closed, connect, Connected, NotConnected } from "../net/mod.ts";
import {
  Aborted,
  bind,
  HostPort,
  Integer8,
  type Kernel,
  type ProcessContext,
  processContext,
  type Routine,
  Service,
  type Settings,
  Stop,
  Unicode,
} from "../runtime/mod.ts";
import { DIRECTORY, directoryCounts } from "./directory.ts";
import { GetRoleReport, RoleReport, RoleRuns } from "./role_messages.ts";

/** The variable in which a composite process tells its roles where it listens for them: `<port>:<token>`. */
export const COMPOSITE_VARIABLE = "CAKE_COMPOSITE";

/** The reporter of a process. */
const REPORTER: Service<ReturnType<Kernel["start"]>> = new Service("role reporter");

const SETTINGS = { port: Integer8, token: Unicode };

/** Connects to the composite process, and answers what it asks, until either ends. */
async function roleReporter(self: Routine, { port, token }: Settings<typeof SETTINGS>): Promise<Aborted> {
  const { commandLine } = processContext(self.kernel);
  connect(self, new HostPort("127.0.0.1", port));
  if (!(await self.select(Connected, NotConnected, Stop) instanceof Connected)) return new Aborted();
  const { pid } = self.kernel.world.processes;
  const roleName = commandLine.roleName ?? "";
  self.reply(new RoleRuns({ token: token ?? "", roleName, pid }));
  while (await self.select(GetRoleReport, Closed, Stop) instanceof GetRoleReport) {
    self.reply(reportOf(self.kernel, roleName));
  }
  return new Aborted();
}
bind(roleReporter, "layer_cake.role_reporter", { settings: SETTINGS });

function reportOf(kernel: Kernel, roleName: string): RoleReport {
  const { total } = kernel.ledger();
  const counts = directoryCounts(kernel, kernel.find(DIRECTORY)!);
  return new RoleReport({
    roleName,
    at: Number(kernel.world.clock.wall()) / 1e6,
    delivered: total.delivered,
    waiting: total.waiting,
    discarded: total.discarded.full + total.discarded.ended + total.discarded.aside,
    published: counts?.publications ?? 0,
    subscribed: counts?.subscriptions ?? 0,
    sessions: counts === null ? 0 : counts.pairings + counts.peers,
  });
}

/** Begins to report, where a composite process started this role and wants to know. */
export function startReporter(runtime: Kernel, { commandLine }: ProcessContext): void {
  const { origin, roleName } = commandLine;
  // What a role starts in turn inherits the variable, and is none of the composite process's roles.
  if ((origin !== "RUN_CHILD" && origin !== "START_CHILD") || roleName === null || roleName.includes(".")) return;
  const match = /^(\d{1,5}):(\w+)$/.exec(runtime.world.environment.variable(COMPOSITE_VARIABLE) ?? "");
  if (match === null) return;
  runtime.provide(REPORTER, runtime.start(roleReporter, { port: Number(match[1]), token: match[2]! }));
}

/** Ends the reports. */
export async function endReporter(runtime: Kernel): Promise<void> {
  const reporter = runtime.find(REPORTER);
  if (reporter === undefined) return;
  runtime.send(new Stop(), reporter.address, reporter.address);
  await reporter.returned;
}
