/** Network Server. */
export type { GatewayServer } from "./gateways.ts";
export type { DeviceProfile } from "./join.ts";
export { NetworkServer, type NetworkServerOptions } from "./network-server.ts";
export type { PersonalisedDevice } from "./personalised-device.ts";
export type { RoamingOptions, RoamingPartner } from "./roaming/index.ts";
export type { NetworkSession } from "./session.ts";
