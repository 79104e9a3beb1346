/**
 * The actor runtime: actors that exchange messages, portable types and their codec, timers, logs.
 *
 * ## Guarantees
 *
 * What actors can count on, within one process. The tests are in `tests/runtime`.
 *
 * - Messages from one sender to one receiver arrive in the order in which they were sent.
 *   (test: "order is kept between one sender and one receiver") (test: "order is kept for each of several senders")
 * - `send` never runs the receiver: it returns first. (test: "send() returns before the receiver runs")
 * - An actor handles one message at a time: nothing else of it runs between a message and the end of its handler, or
 *   the next wait of a routine. (test: "an actor handles one message at a time")
 * - A handler of a machine may be an async function; the next message comes after its end.
 *   (test: "a handler that is an async function is over before the next message is handled")
 * - No member that users give to an actor can get in the way of what makes it work.
 *   (test: "no member of a machine can get in the way of what makes it work")
 *   (test: "no member that a routine gives itself can get in the way of what makes it work")
 * - A message belongs to its receiver once sent; strict mode freezes it, so that a sender who changes it gets an
 *   exception, and a class bound with `copyBeforeSending` is copied.
 *   (test: "a message belongs to its receiver once sent, and strict mode holds the sender to it")
 * - Messages put aside come back in order of arrival, and none is lost.
 *   (test: "messages put aside come back in order of arrival, and none is lost")
 * - As many can be put aside as a mailbox holds; further ones are treated as an overflow.
 *   (test: "more messages put aside than a mailbox holds are discarded, counted and warned about")
 * - `Stop` is a message like any other: it comes after what was sent before, and the receiver decides.
 *   (test: "Stop is a message: it comes after what was sent before, and the receiver decides")
 * - `abort` sends `Stop` to the noted children and to nobody else; children of an actor that ended live on.
 *   (test: "abort() stops the noted children only, and children outlive an actor that ends")
 * - The parent of an actor that ends gets `Returned`, once, from its address, after everything else that it sent there.
 *   (test: "the parent gets Returned once, from the child's address, after all else that the child sent it")
 * - `Returned` is never discarded, however full the mailbox. (test: "Returned is taken into a full mailbox")
 * - Messages to an actor that ended are dropped without a word, and counted, as are those that waited when it ended.
 *   (test: "messages to an actor that ended are dropped quietly and counted")
 * - An exception ends its actor: the parent gets a fault with the text, the log has the stack, and all other actors live
 *   on. (test: "an exception ends its actor with a fault, has a line in the log, and touches nobody else")
 *   (test: "a machine whose constructor throws ends as one whose handler throws")
 *   (test: "a handler that is an async function and throws ends its machine as any other")
 * - A mailbox holds {@linkcode MAILBOX_MESSAGES_MAX} messages; further ones are discarded and counted, and one warning a
 *   second names the receivers and how much they lost.
 *   (test: "messages to a full mailbox are discarded, and one warning a second names receivers and counts")
 * - The ledger agrees at every moment: what was accepted is what was delivered, waits, or was discarded.
 *   (test: "the ledger agrees under random load, at every moment") (test: "the ledger counts what each actor got")
 * - An actor with many messages does not keep others from theirs.
 *   (test: "an actor with many messages does not keep others from theirs")
 * - Messages without end between actors do not keep timers and input from their turn.
 *   (test: "messages without end do not keep timers and input from their turn")
 * - Few messages are handled between two turns of timers and input, however many wait.
 *   (test: "few messages are handled between two turns of timers and input, however many wait")
 * - Few milliseconds go by between two of them, unless a single handler takes longer.
 *   (test: "Turns leaves room for the platform after a few milliseconds when messages take long")
 * - An actor whose mailbox fills faster than its turns come gets more of them.
 *   (test: "100 000 actors that answer one collector at once lose nothing")
 *   (test: "1000 who send to one at once lose nothing, however many each time")
 * - A timer is never early, and in a process that is not busy it is at most a millisecond late.
 *   (test: "a timer is never early, and at most a millisecond late")
 * - Starting a timer again replaces its time and its repetition. (test: "starting a timer again replaces it")
 * - A timer that was taken back does not arrive, unless it was due before.
 *   (test: "a timer that was taken back does not arrive, unless it was due before")
 * - A repeating timer is counted from each arrival. (test: "a repeating timer is counted from each arrival")
 * - Timers of an actor end with it. (test: "the timers of an actor end with it")
 * - A process ends in this order: its main object, its child processes, connections and directory, logs, role.
 *   (test: "a process ends in order: main object, result, children, what was attached, logs, role")
 *
 * @module
 */

export {
  Actor,
  type MachineClass,
  OnReturned,
  type ReturnHandler,
  type RoutineFunction,
  type Sendable,
} from "./actor.ts";
export {
  type ActorInfo,
  actorInfo,
  type ActorOptions,
  completeSettings,
  type Settings,
  threadType,
} from "./actor_type.ts";
export { type AskOptions } from "./ask.ts";
export {
  type Address as AddressValue,
  addressOf,
  addressPath,
  addressText,
  isRemote,
  lastHop,
  localAddress,
  NO_ADDRESS,
} from "./address.ts";
export {
  bind,
  type MachineOptions,
  type MessageOptions,
  moduleName,
  type NextOf,
  type Origin,
  type StateOf,
} from "./bind.ts";
export { Concurrently, type ConcurrentlySettings, CreateFrame, type Item } from "./combine/concurrently.ts";
export { Delay, type DelaySettings } from "./combine/delay.ts";
export { spreadOut } from "./combine/spread_out.ts";
export { Sequentially } from "./combine/sequentially.ts";
export { Supervised, type SupervisedSettings } from "./combine/supervised.ts";
export { type RestartLimits, RestartPolicy } from "./restart_policy.ts";
export { GetResponse, type GetResponseSettings } from "./combine/get_response.ts";
export { BookReader, BookWriter } from "./codec/address_book.ts";
export {
  constantText,
  decode,
  decodeMessage,
  type DecodeOptions,
  decodePart,
  encode,
  encodeMessage,
  type EncodeOptions,
  type TypedValue,
} from "./codec/codec.ts";
export { type CodecActivity, CodecError } from "./codec/codec_error.ts";
export { DECODE_LIMITS, type DecodeLimits } from "./codec/limits.ts";
export { type AddressReader, type AddressWriter, InlineAddresses } from "./codec/routing.ts";
export { type ZoneOffset } from "./codec/text_forms.ts";
export { type DispatchTable, type Entry, messageName, on, type Row, save, type SaveEntry } from "./dispatch.ts";
export { File, type FileOptions, type FileOwner, type StorePlace } from "./files/file.ts";
export { Folder, type FolderOptions, type KeysNames } from "./files/folder.ts";
export { modelFolder, resourceFolder, temporaryFolder } from "./files/process_folders.ts";
export { blockOf, type Elsewhere, firstIdOf, lastIdOf } from "./elsewhere.ts";
export { invariant } from "./invariant.ts";
export {
  type ActorTypeLike,
  Kernel,
  type Receiver,
  type Running,
  type RuntimeCounts,
  type RuntimeOptions,
  Service,
} from "./kernel.ts";
export {
  type Account,
  type Discards,
  isBalanced,
  type Ledger,
  type QueueAccount,
  type Traffic,
  type TransportAccount,
} from "./ledger.ts";
export {
  allSinks,
  functionSink,
  Log,
  LOG_LEVELS,
  type LogLevel,
  logLine,
  type LogRecord,
  type LogSample,
  type LogSink,
  type LogTag,
  type LogText,
  type LogValues,
  sampleSink,
} from "./log.ts";
export { Machine, Stateless, StateMachine } from "./machine.ts";
export { MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
export {
  Aborted,
  Busy,
  type FaultDetails,
  Faulted,
  type FaultMembers,
  OutOfService,
  Overloaded,
  TemporarilyUnavailable,
  TimedOut,
  ToBeConfirmed,
} from "./messages/faults.ts";
export { HostPort, LocalPort, type Scope, ScopeOfDirectory } from "./messages/host_port.ts";
export { Incognito, Unknown } from "./messages/incognito.ts";
export {
  Ack,
  Anything,
  Discover,
  Enquiry,
  Inspect,
  Nak,
  NotReady,
  Pause,
  Ping,
  Ready,
  ReForm,
  registerAll,
  Resume,
  Returned,
  Start,
  Stop,
  T1,
  T2,
  T3,
  T4,
} from "./messages/signals.ts";
export { addressProblem, type AddressUse, type AddressUses } from "./process/address_settings.ts";
export {
  ArgumentError,
  dashed,
  extractSettings,
  forwardedArguments,
  type Settings as SettingValues,
  type SettingShape,
  type SplitArguments,
  splitArguments,
} from "./process/arguments.ts";
export { type ExecutableKind, executableKind, FAULT_EXIT_STATUS, stemOf } from "./process/child.ts";
export {
  ChildCollection,
  CHILDREN,
  childrenOf,
  modelPath,
  PROCESS_CONTEXT,
  type ProcessContext,
  processContext,
  resourcePath,
  type RunningChild,
  temporaryPath,
  words,
} from "./process/context.ts";
export {
  absolute,
  findExecutable,
  findRoleExecutable,
  isCakeScript,
  type Launch,
  launchModule,
  launchOf,
} from "./process/executable.ts";
export { localSources } from "./modules/local_sources.ts";
export { cacheFolder } from "./modules/module_mirror.ts";
export { ModuleError } from "./modules/module_error.ts";
export { helpRows } from "./process/help.ts";
export {
  type Home,
  makeHome,
  openHome,
  removeHome,
  roleHolders,
  roleNames,
  type RoleSelection,
  runningRoles,
} from "./process/home.ts";
export { meantText, nearestName } from "./suggestion.ts";
export { HomeError } from "./process/home_error.ts";
export { watchSignals } from "./process/interruption.ts";
export { LIBRARY_CONNECTOR, type LibraryConnector } from "./process/library.ts";
export { RetryIntervals, retryPauses } from "./process/retry.ts";
export { journalLines } from "./process/journal_lines.ts";
export { editRole } from "./process/edit_role.ts";
export {
  createRole,
  formsOf,
  openRole,
  removeRole,
  resourceFolder as roleResourceFolder,
  Role,
  roleHolder,
  rolePath,
} from "./process/role.ts";
export { GROUP_ROLE, isReservedName, isRoleName, isSubRole, LockedOut, StartStop } from "./process/role_records.ts";
export {
  assumedFlags,
  performProgram,
  printResult,
  type Program,
  type Report,
  runProgram,
  type ShellHooks,
} from "./process/shell.ts";
export {
  CommandLine,
  CommandResponse,
  DEFAULT_HOME,
  extractStandard,
  memberValues,
  ProcessOrigin,
  STANDARD_ARGUMENTS,
  UserLog,
} from "./process/standard_arguments.ts";
export { type TextForms, textFromValue, TextValueError, valueFromText } from "./process/text_value.ts";
export { outputText, recordingText, typeNameOf } from "./process/typed_text.ts";
export { type ChildOptions } from "./process/child.ts";
export { ProcessObject, type ProcessRequest } from "./process_object.ts";
export { beginsProgram, enterThread, realWorld } from "./real_world.ts";
export { Routine, type SelectOptions } from "./routine.ts";
export { Runtime } from "./runtime.ts";
export { THREAD_HOST, type ThreadHost } from "./thread_host.ts";
export { JoinSpool, LeaveSpool } from "./spool/messages.ts";
export { ObjectSpool, type ObjectSpoolSettings } from "./spool/object_spool.ts";
export { Utility, type UtilitySettings } from "./utility.ts";
export { VERSION, VERSION_DATE } from "./version.ts";
export { type ArgumentValue, type UtilityArgument } from "./process/utility_arguments.ts";
export { Cast, castBack, castTo } from "./types/cast.ts";
export {
  isMessageClass,
  type Members,
  type MemberShape,
  type MemberValue,
  type MemberValues,
  Message,
  MessageBase,
  type MessageClass,
  type MessageConstructor,
} from "./types/message.ts";
export { camelCase, snakeCase } from "./types/names.ts";
export {
  Address,
  Any,
  ArrayOf,
  Block,
  Boolean,
  Byte,
  Character,
  ClockTime,
  Declared,
  DequeOf,
  Enumeration,
  EnumerationType,
  Float4,
  Float8,
  Integer2,
  Integer4,
  Integer8,
  Integer8Wide,
  MapOf,
  PointerTo,
  Portable,
  Rune,
  SetOf,
  String,
  TargetAddress,
  TimeDelta,
  TimeSpan,
  Type,
  type TypeLike,
  typeOf,
  Unicode,
  Unsigned2,
  Unsigned4,
  Unsigned8,
  Unsigned8Wide,
  UUID,
  type ValueOf,
  VectorOf,
  Word,
  WorldTime,
} from "./types/portable.ts";
export { defType, registeredSignatures, typeBySignature } from "./types/registry.ts";
export { Duration, Instant } from "./types/time.ts";
export { type Word as WordValue, WordFloat } from "./types/word.ts";
export {
  type ByteStream,
  type Cancel,
  type ChildCommand,
  type ChildProcess,
  type ChildStatus,
  type Clock,
  type Endpoint,
  type Environment,
  FileError,
  type FileInfo,
  type FileSystem,
  type InterfaceAddress,
  type Network,
  NetworkError,
  type PortHolder,
  type Processes,
  type ProgramInfo,
  type Random,
  type SignalName,
  type StreamListener,
  type TerminalSize,
  type Thread,
  type ThreadCommand,
  type ThreadPort,
  type ThreadProgram,
  type Threads,
  type World,
} from "./world.ts";
export { parseSignature, type SignatureOptions } from "./types/signature.ts";
