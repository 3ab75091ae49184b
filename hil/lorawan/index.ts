/**
 * The servers' LoRaWAN codec and crypto, on node:crypto. Written apart from the device's code on purpose:
 * two implementations check each other at every join.
 */
export { aesCmac, aesDecrypt, aesEncrypt, cmacSubkeys } from "./aes.ts";
export {
  BEACON_PERIOD_S,
  type Beacon,
  type BeaconLayout,
  beaconOctets,
  buildBeacon,
  parseBeacon,
} from "./beacon.ts";
export { buildCfList, type CfList, parseCfList } from "./cf-list.ts";
export { type CipherInput, cryptFOpts, cryptFrmPayload, type FrameCounter } from "./data-encryption.ts";
export {
  buildDataMessage,
  type DataFrame,
  type Direction,
  devAddrIn,
  isDataFrame,
  type ParsedDataFrame,
  parseDataFrame,
} from "./data-frame.ts";
export { dataMic10, downlinkMic11, type MicInput, uplinkMic11 } from "./data-mic.ts";
export { devAddrOf, isDevAddrOf, nwkAddrBits } from "./dev-addr.ts";
export { type DlSettings, dlSettingsOctet, parseDlSettings } from "./dl-settings.ts";
export { FCNT_LIMIT, reconstructFCnt } from "./frame-counter.ts";
export { FrameError } from "./frame-error.ts";
export { gpsMsOf } from "./gps-time.ts";
export {
  DEV_ADDR_OCTETS,
  EUI_OCTETS,
  fromAirOrder,
  NET_ID_OCTETS,
  numberToAirOrder,
  toAirOrder,
} from "./identifiers.ts";
export {
  type AnsweredRequest,
  buildJoinAccept,
  isJoinAccept,
  type JoinAccept,
  JoinReqType,
  type OpenedJoinAccept,
  openJoinAccept,
  parsePlainJoinAccept,
  verifyJoinAcceptMic,
} from "./join-accept.ts";
export {
  buildJoinRequest,
  JOIN_REQUEST_OCTETS,
  type JoinRequest,
  parseJoinRequest,
  verifyJoinRequestMic,
} from "./join-request.ts";
export {
  deriveJoinServerKeys,
  deriveSessionKeys10,
  deriveSessionKeys11,
  type SessionKeys,
} from "./keys.ts";
export {
  beaconTimingAns,
  Cid,
  DeviceClass,
  deviceModeConf,
  deviceModeInd,
  deviceTimeAns,
  isSticky,
  linkAdrReq,
  linkCheckAns,
  type MacCommand,
  MINOR_VERSION_1_1,
  minorVersionOf,
  parseMacCommands,
  pingSlotInfoAns,
  rekeyConf,
  rekeyInd,
  resetConf,
} from "./mac-commands.ts";
export { FType, fTypeOf, mhdr } from "./mhdr.ts";
export { cmacMic, MIC_OCTETS, micEquals } from "./mic.ts";
export { type LoRaDataRate, type NetworkChannel, NetworkPlan } from "./network-plan.ts";
export {
  BEACON_RESERVED_MS,
  MAX_PERIODICITY,
  pingOffset,
  pingPeriodSlots,
  pingSlotsMs,
  SLOT_MS,
} from "./ping-slots.ts";
export {
  buildRejoinRequest,
  parseRejoinRequest,
  type RejoinRequest,
  verifyRejoinRequestMic,
} from "./rejoin-request.ts";
