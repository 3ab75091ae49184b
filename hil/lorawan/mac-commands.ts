/**
 * MAC commands, in FOpts or on FPort 0: CID(1) followed by a payload whose length the CID and the direction
 * fix. LoRaWAN L2 1.0.4 section 5, 1.1 section 5 (CIDs 01, 0B, 0C, 0E, 0F, 20 exist in 1.1 only).
 */
import type { Direction } from "./data-frame.ts";
import { gpsMsOf } from "./gps-time.ts";

interface Definition {
  readonly cid: number;
  /** Name of the exchange; the request or indication is `name`, its answer has the document's other suffix. */
  readonly up?: { readonly name: string; readonly octets: number };
  readonly down?: { readonly name: string; readonly octets: number };
}

const DEFINITIONS: readonly Definition[] = [
  { cid: 0x01, up: { name: "ResetInd", octets: 1 }, down: { name: "ResetConf", octets: 1 } },
  { cid: 0x02, up: { name: "LinkCheckReq", octets: 0 }, down: { name: "LinkCheckAns", octets: 2 } },
  { cid: 0x03, up: { name: "LinkADRAns", octets: 1 }, down: { name: "LinkADRReq", octets: 4 } },
  { cid: 0x04, up: { name: "DutyCycleAns", octets: 0 }, down: { name: "DutyCycleReq", octets: 1 } },
  { cid: 0x05, up: { name: "RXParamSetupAns", octets: 1 }, down: { name: "RXParamSetupReq", octets: 4 } },
  { cid: 0x06, up: { name: "DevStatusAns", octets: 2 }, down: { name: "DevStatusReq", octets: 0 } },
  { cid: 0x07, up: { name: "NewChannelAns", octets: 1 }, down: { name: "NewChannelReq", octets: 5 } },
  { cid: 0x08, up: { name: "RXTimingSetupAns", octets: 0 }, down: { name: "RXTimingSetupReq", octets: 1 } },
  { cid: 0x09, up: { name: "TXParamSetupAns", octets: 0 }, down: { name: "TXParamSetupReq", octets: 1 } },
  { cid: 0x0a, up: { name: "DlChannelAns", octets: 1 }, down: { name: "DlChannelReq", octets: 4 } },
  { cid: 0x0b, up: { name: "RekeyInd", octets: 1 }, down: { name: "RekeyConf", octets: 1 } },
  { cid: 0x0c, up: { name: "ADRParamSetupAns", octets: 0 }, down: { name: "ADRParamSetupReq", octets: 1 } },
  { cid: 0x0d, up: { name: "DeviceTimeReq", octets: 0 }, down: { name: "DeviceTimeAns", octets: 5 } },
  { cid: 0x0e, down: { name: "ForceRejoinReq", octets: 2 } },
  {
    cid: 0x0f,
    up: { name: "RejoinParamSetupAns", octets: 1 },
    down: { name: "RejoinParamSetupReq", octets: 1 },
  },
  { cid: 0x10, up: { name: "PingSlotInfoReq", octets: 1 }, down: { name: "PingSlotInfoAns", octets: 0 } },
  {
    cid: 0x11,
    up: { name: "PingSlotChannelAns", octets: 1 },
    down: { name: "PingSlotChannelReq", octets: 4 },
  },
  { cid: 0x12, up: { name: "BeaconTimingReq", octets: 0 }, down: { name: "BeaconTimingAns", octets: 3 } },
  { cid: 0x13, up: { name: "BeaconFreqAns", octets: 1 }, down: { name: "BeaconFreqReq", octets: 3 } },
  { cid: 0x20, up: { name: "DeviceModeInd", octets: 1 }, down: { name: "DeviceModeConf", octets: 1 } },
];

const BY_CID = new Map(DEFINITIONS.map((definition) => [definition.cid, definition]));

/** CIDs that the Network Server speaks itself, or whose answers it goes by. */
export const Cid = {
  reset: 0x01,
  linkCheck: 0x02,
  linkAdr: 0x03,
  rxParamSetup: 0x05,
  newChannel: 0x07,
  rxTimingSetup: 0x08,
  txParamSetup: 0x09,
  dlChannel: 0x0a,
  rekey: 0x0b,
  deviceTime: 0x0d,
  forceRejoin: 0x0e,
  pingSlotInfo: 0x10,
  pingSlotChannel: 0x11,
  beaconTiming: 0x12,
  beaconFreq: 0x13,
  deviceMode: 0x20,
} as const;

/** The octet of DeviceModeInd and DeviceModeConf (1.1, section 18.1). */
export const DeviceClass = { a: 0, c: 2 } as const;

/** Answers that a device repeats until it has heard a downlink (1.0.4 and 1.1, section 5, footnotes of the table). */
const STICKY: ReadonlySet<number> = new Set([
  Cid.rxParamSetup,
  Cid.rxTimingSetup,
  Cid.txParamSetup,
  Cid.dlChannel,
  Cid.pingSlotChannel,
]);

/** Minor version that ResetInd, RekeyInd and their answers carry: LoRaWAN 1.1. */
export const MINOR_VERSION_1_1 = 1;

export interface MacCommand {
  readonly cid: number;
  readonly name: string;
  readonly payload: Uint8Array;
}

/**
 * The commands up to the end, or up to the first whose CID is unknown or whose payload is cut short: its
 * length is not known, so nothing behind it can be read; what stands before it is valid.
 */
export function parseMacCommands(
  octets: Uint8Array,
  direction: Direction,
): {
  readonly commands: readonly MacCommand[] /** The octets that could not be read. */;
  readonly rest: Uint8Array;
} {
  const commands: MacCommand[] = [];
  let at = 0;
  while (at < octets.length) {
    const shape = BY_CID.get(octets[at])?.[direction];
    if (!shape || at + 1 + shape.octets > octets.length) break;
    commands.push({
      cid: octets[at],
      name: shape.name,
      payload: octets.subarray(at + 1, at + 1 + shape.octets),
    });
    at += 1 + shape.octets;
  }
  return { commands, rest: octets.subarray(at) };
}

/** Whether a device repeats its answer until it has heard a downlink. */
export function isSticky({ cid }: MacCommand): boolean {
  return STICKY.has(cid);
}

/** The most that LinkCheckAns can tell; 255 is reserved. */
const MAX_MARGIN_DB = 254;

/**
 * Network to device: how far above the floor of the demodulator its uplink was, and at how many gateways (section 5.2).
 */
export function linkCheckAns(marginDb: number, gateways: number): Buffer {
  const margin = Math.min(Math.max(Math.round(marginDb), 0), MAX_MARGIN_DB);
  return Buffer.of(Cid.linkCheck, margin, Math.min(gateways, 0xff));
}

/** Network to device: GPS time at the end of its uplink, to 1/256 s (1.0.4, section 5.13; 1.1, section 5.12). */
export function deviceTimeAns(endOfUplink: Date): Buffer {
  const gpsMs = gpsMsOf(endOfUplink);
  const answer = Buffer.alloc(6);
  answer[0] = Cid.deviceTime;
  answer.writeUInt32LE(Math.floor(gpsMs / 1000) % 2 ** 32, 1);
  answer[5] = Math.floor(((gpsMs % 1000) * 256) / 1000);
  return answer;
}

/**
 * Network to device: data rate and channels, the power as it is, no repetitions (1.0.4, section 5.3; 1.1, section 5.3).
 */
export function linkAdrReq(dataRate: number, chMask: number, chMaskCntl: number): Buffer {
  const keepPower = 0xf;
  return Buffer.of(
    Cid.linkAdr,
    (dataRate << 4) | keepPower,
    chMask & 0xff,
    chMask >> 8,
    (chMaskCntl << 4) | 1,
  );
}

/** Network to device: its slots are known (1.0.4 and 1.1, section 14.1). */
export function pingSlotInfoAns(): Buffer {
  return Buffer.of(Cid.pingSlotInfo);
}

/**
 * Network to device: from the end of its uplink to the next beacon, in units of 30 ms, and on which of the beacon's
 * channels (1.0.4 and 1.1, section 14.3; deprecated, as DeviceTimeReq does the same).
 */
export function beaconTimingAns(untilBeaconMs: number, channel: number): Buffer {
  const answer = Buffer.of(Cid.beaconTiming, 0, 0, channel);
  answer.writeUInt16LE(Math.floor(untilBeaconMs / 30), 1);
  return answer;
}

/** Minor version in the payload of a ResetInd, RekeyInd or their answers: bits 3:0, the others are reserved. */
export function minorVersionOf(payload: Uint8Array): number {
  return payload[0] & 0x0f;
}

/**
 * Network to device: its settings are the defaults here, too, and this is the version that both will use (1.1, section
 * 5.1).
 */
export function resetConf(minorVersion: number): Buffer {
  return Buffer.of(Cid.reset, minorVersion);
}

/** Device to network, in every uplink after a 1.1 join until RekeyConf arrives (1.1, section 5.10). */
export function rekeyInd(minorVersion: number): Buffer {
  return Buffer.of(Cid.rekey, minorVersion);
}

/** Network to device: the version both will use (1.1, section 5.10). */
export function rekeyConf(minorVersion: number): Buffer {
  return Buffer.of(Cid.rekey, minorVersion);
}

/** Device to network, in every uplink until DeviceModeConf: the class that it is in from now on (1.1, section 18.1). */
export function deviceModeInd(deviceClass: number): Buffer {
  return Buffer.of(Cid.deviceMode, deviceClass);
}

/** Network to device: the class of the DeviceModeInd that it answers (1.1, section 18.1). */
export function deviceModeConf(deviceClass: number): Buffer {
  return Buffer.of(Cid.deviceMode, deviceClass);
}
