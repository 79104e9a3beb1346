/**
 * Publish and subscribe: actors find each other by name, in a process, a group of processes, a host, a LAN.
 *
 * @module
 */

export { attachDirectory, detachDirectory, openDirectory } from "./attach.ts";
export { create, type CreateOptions, directoryHooks, type Meta } from "./create.ts";
export { DIRECTORY, directoryCounts, type DirectorySettings, ObjectDirectory } from "./directory.ts";
export {
  Advisory,
  Available,
  ClearPublished,
  ClearSubscribed,
  Delivered,
  DirectoryCursor,
  DirectoryListing,
  DirectoryOpened,
  DirectoryPart,
  type DirectoryPeer,
  Dropped,
  GetDirectory,
  ListDirectory,
  NotPublished,
  NotSubscribed,
  OpenDirectory,
  PublishAs,
  Published,
  PublishedCleared,
  Subscribed,
  SubscribedCleared,
  SubscribeTo,
} from "./messages.ts";
export { type OpenOptions, type OpenRuntime, openRuntime } from "./open_runtime.ts";
export { ownParentFault } from "./parent_address.ts";
export { GetRoleReport, RoleReport, RoleRuns } from "./role_messages.ts";
export { COMPOSITE_VARIABLE } from "./role_reporter.ts";
export {
  clearPublished,
  clearSubscribed,
  directoryOf,
  publish,
  type PublishOptions,
  subscribe,
  type SubscribeOptions,
} from "./publish.ts";
