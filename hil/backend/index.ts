/** The servers: Join Server, Network Server, Application Server. */
export {
  type ApplicationDownlink,
  ApplicationServer,
  type ApplicationServerOptions,
  type ApplicationSession,
  type ApplicationUplink,
  type QueuedDownlink,
} from "./application-server/index.ts";
export type { EventSink, ServerEvent } from "./events.ts";
export type { ListeningServer, ListenOptions, Peer } from "./http.ts";
export type { Kek, KeyEnvelope } from "./interfaces/index.ts";
export {
  type DeviceRegistration,
  JoinServer,
  type JoinServerOptions,
  type JoinServerPeer,
  RegistrationError,
} from "./join-server/index.ts";
export type { JoinServerLink } from "./join-server-link.ts";
export {
  type DeviceProfile,
  type GatewayServer,
  NetworkServer,
  type NetworkServerOptions,
  type NetworkSession,
  type PersonalisedDevice,
  type RoamingOptions,
  type RoamingPartner,
} from "./network-server/index.ts";
export * from "./storage/index.ts";
export type { XmitDataPeer } from "./xmit-data.ts";
