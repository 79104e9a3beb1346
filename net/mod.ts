/**
 * The transport: messages between processes, over TCP and HTTP, in clear or encrypted.
 *
 * @module
 */

export { connect, type ConnectOptions, listen, type ListenOptions, stopListening } from "./faces.ts";
export { FormRequest, HttpRequest, HttpResponse } from "./http/messages.ts";
export { decodeBody, decodeResource, ResourceDispatch } from "./http/resource_dispatch.ts";
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
export { isTransitReceiver, type Transit, type TransitReceiver } from "./relay.ts";
export { prepareEncryption } from "./sodium_boxes.ts";
