// This module performs no I/O.

/** Boot services as the platforms want them described: a unit of systemd, a property list of launchd, a task of Windows. */

/** What is to run at every start of the machine. */
export interface ServicePlan {
  /** By which the platform knows it: letters, digits, `-` and `_`. */
  readonly name: string;
  readonly description: string;
  /** The program with its arguments; the program by its absolute path. */
  readonly command: readonly string[];
  /** Where it starts, absolute; null where that doesn't matter. */
  readonly folder: string | null;
  /** A folder that it writes to, absolute; null for one that keeps nothing. */
  readonly writes: string | null;
  /** True for a service of one user, which starts when that user comes. */
  readonly isOfUser: boolean;
  /** Whose rights a service of the machine has; null for those of nobody. */
  readonly account: string | null;
}

/** How long a service may take to end: a composite process climbs from an interrupt to a kill meanwhile. */
const STOP_SECONDS = 45;
/** How often a service that fails is started again before the platform gives up, and within which time. */
const RESTARTS_MAX = 10;
const RESTART_INTERVAL_SECONDS = 300;
/** How long to wait before a service is started again. */
const RESTART_SECONDS = 2;

/** What a text for a service can't hold. */
export class ServiceTextError extends Error {
  /** `"ServiceTextError"`. */
  override readonly name = "ServiceTextError";
}

/** A text without characters that end a line or worse: no platform has a way to write all of them. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new ServiceTextError(`Cannot describe a service with ${JSON.stringify(text)}`);
  }
  return text;
}

/** The unit of systemd. */
export function systemdUnit(plan: ServicePlan): string {
  const { description, command, folder, isOfUser } = plan;
  return [
    "[Unit]",
    `Description=${specifiers(plain(description))}`,
    ...isOfUser ? [] : ["Wants=network-online.target", "After=network-online.target"],
    `StartLimitIntervalSec=${RESTART_INTERVAL_SECONDS}`,
    `StartLimitBurst=${RESTARTS_MAX}`,
    "",
    "[Service]",
    // Counted as started once a directory listens, or all roles have been started.
    "Type=notify",
    `ExecStart=${command.map(systemdWord).join(" ")}`,
    ...folder === null ? [] : [`WorkingDirectory=${specifiers(plain(folder))}`],
    "Restart=always",
    `RestartSec=${RESTART_SECONDS}`,
    // What cake ends with when it is interrupted.
    "SuccessExitStatus=71",
    // The composite process ends its roles by itself, in order.
    "KillMode=mixed",
    `TimeoutStopSec=${STOP_SECONDS}`,
    ...isOfUser ? [] : accountLines(plan),
    ...hardening(plan),
    "",
    "[Install]",
    `WantedBy=${isOfUser ? "default.target" : "multi-user.target"}`,
    "",
  ].join("\n");
}

function accountLines({ account }: ServicePlan): string[] {
  return account === null ? ["DynamicUser=yes"] : [`User=${specifiers(plain(account))}`];
}

/** Restrictions that cost nothing. Code is compiled while it runs, so memory must stay executable; roles may need devices. */
function hardening({ isOfUser, writes }: ServicePlan): string[] {
  const everywhere = [
    "NoNewPrivileges=yes",
    "LockPersonality=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
  ];
  if (isOfUser) return everywhere;
  const ofMachine = [
    "PrivateTmp=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
  ];
  if (writes !== null) {
    return [...everywhere, ...ofMachine, "ProtectSystem=full", `ReadWritePaths=${systemdWord(writes)}`];
  }
  return [
    ...everywhere,
    ...ofMachine,
    "PrivateDevices=yes",
    "ProtectHome=read-only",
    "ProtectHostname=yes",
    "ProtectSystem=strict",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX",
    "RestrictNamespaces=yes",
    "CapabilityBoundingSet=",
  ];
}

/** A word of a line that is split: quoted, with what systemd would replace doubled. */
function systemdWord(text: string): string {
  const escaped = specifiers(plain(text)).replace(/[\\"]/g, "\\$&").replaceAll("$", "$$$$");
  return `"${escaped}"`;
}

function specifiers(text: string): string {
  return text.replaceAll("%", "%%");
}

/** The property list of launchd. */
export function launchdPlist(plan: ServicePlan, logPath: string): string {
  const { name, command, folder, isOfUser, account } = plan;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`,
    `<plist version="1.0">`,
    "<dict>",
    "  <key>Label</key>",
    `  <string>${xml(name)}</string>`,
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...command.map((word) => `    <string>${xml(word)}</string>`),
    "  </array>",
    ...folder === null ? [] : ["  <key>WorkingDirectory</key>", `  <string>${xml(folder)}</string>`],
    ...isOfUser || account === null ? [] : ["  <key>UserName</key>", `  <string>${xml(account)}</string>`],
    "  <key>RunAtLoad</key>",
    "  <true/>",
    "  <key>KeepAlive</key>",
    "  <true/>",
    "  <key>ExitTimeOut</key>",
    `  <integer>${STOP_SECONDS}</integer>`,
    "  <key>StandardErrorPath</key>",
    `  <string>${xml(logPath)}</string>`,
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

/** The task of Windows' Task Scheduler. */
export function windowsTask(plan: ServicePlan): string {
  const { description, command, folder, isOfUser } = plan;
  const [program = "", ...args] = command;
  const trigger = isOfUser ? "LogonTrigger" : "BootTrigger";
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">`,
    `  <RegistrationInfo><Description>${xml(description)}</Description></RegistrationInfo>`,
    `  <Triggers><${trigger}><Enabled>true</Enabled></${trigger}></Triggers>`,
    ...isOfUser ? [] : [
      // The account LOCAL SERVICE.
      `  <Principals><Principal id="Author"><UserId>S-1-5-19</UserId></Principal></Principals>`,
    ],
    "  <Settings>",
    "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
    "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
    "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
    "    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>",
    `    <RestartOnFailure><Interval>PT1M</Interval><Count>${RESTARTS_MAX}</Count></RestartOnFailure>`,
    "  </Settings>",
    "  <Actions>",
    "    <Exec>",
    `      <Command>${xml(program)}</Command>`,
    `      <Arguments>${xml(args.map(windowsWord).join(" "))}</Arguments>`,
    ...folder === null ? [] : [`      <WorkingDirectory>${xml(folder)}</WorkingDirectory>`],
    "    </Exec>",
    "  </Actions>",
    "</Task>",
    "",
  ].join("\n");
}

const XML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function xml(text: string): string {
  return plain(text).replace(/[&<>"]/g, (character) => XML[character]!);
}

/** A word as programs of Windows read it back: backslashes count only before a quote. */
function windowsWord(text: string): string {
  if (/^[^\s"]+$/.test(text)) return text;
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
}
