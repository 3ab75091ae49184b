export type { CounterChoice } from "./counter.ts";
export type { GatewayRadio, RadioSettings } from "./gateway-radio.ts";
export type {
  FrameToSend,
  GatewayInstant,
  GatewayServer,
  HeardFrame,
  SendTiming,
  SendWindow,
  SentFrame,
} from "./gateway-server.ts";
export type { BeaconPacket, Gps } from "./gps.ts";
export { isLoopback } from "./loopback.ts";
export { PacketError } from "./packet-error.ts";
export type { RateLimits } from "./station/rate-limit.ts";
export type { JoinEuiRange } from "./station/router-config.ts";
export type { StationAccess } from "./station/station-access.ts";
export { type StationForwarderOptions, stationForwarder } from "./station/station-forwarder.ts";
export { StationGatewayServer, type StationGatewayServerOptions } from "./station/station-server.ts";
export {
  encode,
  type FromGateway,
  type FromServer,
  type PullAck,
  type PullData,
  type PullResp,
  type PushAck,
  type PushData,
  parseFromGateway,
  parseFromServer,
  type TxAck,
} from "./udp/datagram.ts";
export { formatDatr, parseDatr, payloadOf } from "./udp/payload.ts";
export type { FskRxpk, LoraRxpk, Rxpk } from "./udp/rxpk.ts";
export type { Stat } from "./udp/stat.ts";
export type { FskTxpk, LoraTxpk, TxAckError, Txpk } from "./udp/txpk.ts";
export { type UdpForwarderOptions, udpForwarder } from "./udp/udp-forwarder.ts";
export { UdpGatewayServer, type UdpGatewayServerOptions, type Uplink } from "./udp/udp-gateway-server.ts";
export { udpGateways } from "./udp/udp-gateways.ts";
export { type Forwarder, VirtualGateway, type VirtualGatewayOptions } from "./virtual-gateway.ts";
