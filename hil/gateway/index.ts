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
} from "./datagram.ts";
export { PacketError } from "./packet-error.ts";
export { formatDatr, parseDatr, payloadOf } from "./payload.ts";
export type { FskRxpk, LoraRxpk, Rxpk } from "./rxpk.ts";
export type { Stat } from "./stat.ts";
export type { FskTxpk, LoraTxpk, TxAckError, Txpk } from "./txpk.ts";
export { UdpGatewayServer, type UdpGatewayServerOptions, type Uplink } from "./udp-gateway-server.ts";
export {
  type BeaconPacket,
  type Gps,
  VirtualGateway,
  type VirtualGatewayOptions,
} from "./virtual-gateway.ts";
