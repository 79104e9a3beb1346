/**
 * The actor runtime: actors that exchange messages, portable types and their codec, timers, logs.
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
export { type ActorInfo, actorInfo, type ActorOptions, completeSettings, type Settings } from "./actor_type.ts";
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
export { Sequentially } from "./combine/sequentially.ts";
export { GetResponse, type GetResponseSettings } from "./combine/get_response.ts";
export { BookReader, BookWriter } from "./codec/address_book.ts";
export { decode, type DecodeOptions, encode, encodeMessage, type EncodeOptions } from "./codec/codec.ts";
export { CodecError } from "./codec/codec_error.ts";
export { InlineAddresses } from "./codec/routing.ts";
export { type ZoneOffset } from "./codec/text_forms.ts";
export { type DispatchTable, type Entry, messageName, on, type Row, save, type SaveEntry } from "./dispatch.ts";
export { invariant } from "./invariant.ts";
export {
  type ActorTypeLike,
  Kernel,
  type Receiver,
  type Runnable,
  type Running,
  type RuntimeCounts,
  type RuntimeOptions,
  Service,
} from "./kernel.ts";
export {
  Log,
  LOG_LEVELS,
  type LogLevel,
  logLine,
  type LogRecord,
  type LogSink,
  type LogTag,
  type LogValues,
} from "./log.ts";
export { Machine, Stateless, StateMachine } from "./machine.ts";
export { MAILBOX_MESSAGES_MAX } from "./mailbox.ts";
export {
  Aborted,
  Busy,
  type FaultDetails,
  Faulted,
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
export {
  ArgumentError,
  dashed,
  extractSettings,
  forwardedArguments,
  type Settings as SettingValues,
  type SettingShape,
  splitArguments,
  type SplitArguments,
} from "./process/arguments.ts";
export { type ExecutableKind, executableKind, FAULT_EXIT_STATUS, stemOf } from "./process/child.ts";
export {
  modelPath,
  PROCESS_CONTEXT,
  processContext,
  type ProcessContext,
  resourcePath,
  temporaryPath,
  words,
} from "./process/context.ts";
export { absolute } from "./process/executable.ts";
export { helpRows } from "./process/help.ts";
export { type Home, makeHome, openHome, roleNames, type RoleSelection, runningRoles } from "./process/home.ts";
export { HomeError } from "./process/home_error.ts";
export { watchSignals } from "./process/interruption.ts";
export { RetryIntervals, retryPauses } from "./process/retry.ts";
export { openRole, Role, roleHolder, rolePath } from "./process/role.ts";
export { GROUP_ROLE, isReservedName, isRoleName, isSubRole, LockedOut, StartStop } from "./process/role_records.ts";
export { performProgram, printResult, type Program, type Report, runProgram, type ShellHooks } from "./process/shell.ts";
export {
  CommandLine,
  CommandResponse,
  DEFAULT_HOME,
  extractStandard,
  memberValues,
  ProcessOrigin,
  STANDARD_ARGUMENTS,
} from "./process/standard_arguments.ts";
export { textFromValue, type TextForms, TextValueError, valueFromText } from "./process/text_value.ts";
export { typeNameOf } from "./process/typed_text.ts";
export { type ChildOptions } from "./process/child.ts";
export { ProcessObject, type ProcessRequest } from "./process_object.ts";
export { realWorld } from "./real_world.ts";
export { Routine, type SelectOptions } from "./routine.ts";
export { Runtime } from "./runtime.ts";
export { JoinSpool, LeaveSpool } from "./spool/messages.ts";
export { ObjectSpool, type ObjectSpoolSettings } from "./spool/object_spool.ts";
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
  type Network,
  NetworkError,
  type Processes,
  type Random,
  type SignalName,
  type StreamListener,
  type World,
} from "./world.ts";
