/** Application Server. */
export {
  type ApplicationDownlink,
  ApplicationServer,
  type ApplicationServerOptions,
  type ApplicationUplink,
  type QueuedDownlink,
} from "./application-server.ts";
export type { ApplicationSession } from "./session.ts";
