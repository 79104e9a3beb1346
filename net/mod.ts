/**
 * The transport: messages between processes, over TCP and HTTP, in clear or encrypted.
 *
 * @module
 */

export { connect, type ConnectOptions, listen, type ListenOptions, stopListening } from "./faces.ts";
export { FormRequest, type HttpBody, HttpRequest, HttpResponse } from "./http/messages.ts";
export {
  type Arguments as ResourceArguments,
  type BodyConversion,
  type Conversions as ResourceConversions,
  decodeBody,
  decodeResource,
  HTTP_METHODS,
  type HttpMethod,
  type RequestPart,
  type ResourceConversion,
  ResourceDispatch,
} from "./http/resource_dispatch.ts";
export { prepareHttp } from "./http_door.ts";
export { HTTP_LIMITS, type HttpLimits } from "./http/limits.ts";
export { NETWORK_LIMITS, type NetworkLimits } from "./limits.ts";
export {
  Accepted,
  Close,
  Closed,
  Connected,
  ConnectStream,
  Diffie,
  EndOfTransport,
  type EndReason,
  Header,
  Hellman,
  KeepAlive,
  ListenForStream,
  Listening,
  NotAccepted,
  NotConnected,
  NotListening,
  OpenKeep,
  Relay,
  StillThere,
  StopListening,
} from "./messages.ts";
export {
  attachNetwork,
  detachNetwork,
  type NetworkCounts,
  type NetworkOptions,
  type NetworkService,
} from "./network_service.ts";
export type { PortStatus } from "./port.ts";
export { isTransitReceiver, type Transit, type TransitReceiver } from "./relay.ts";
export { prepareEncryption } from "./sodium_boxes.ts";
export { type AttachInThread, runThread } from "./thread/inside_thread.ts";
export { attachThreads, detachThreads, terminateThread, type ThreadOptions } from "./thread/main_threads.ts";
