/** The Join Server (TS002-1.0 and 1.1). */
export { type DeviceRegistration, RegistrationError } from "./device.ts";
export { JoinServer, type JoinServerOptions } from "./join-server.ts";
export type { JoinServerPeer } from "./peers.ts";
