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
export { type DispatchTable, type Entry, messageName, on, type Row, save, type SaveEntry } from "./dispatch.ts";
export { invariant } from "./invariant.ts";
export {
  type ActorTypeLike,
  Kernel,
  type Receiver,
  type Runnable,
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
export { Routine, type SelectOptions } from "./routine.ts";
export { type Running, Runtime } from "./runtime.ts";
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
