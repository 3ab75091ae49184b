/** A PHYPayload field by field, as LoRaWAN L2 1.0.4 and 1.1, section 4, lay it out. */
import {
  FrameError,
  FType,
  fTypeOf,
  type ParsedDataFrame,
  parseDataFrame,
  parseJoinRequest,
  parseMacCommands,
} from "../../../lorawan/index.ts";
import type { AirFrame } from "../join-report.ts";
import type { RecordedDevice, RigRecord } from "../rig-record.ts";
import { count, spaced } from "./format.ts";

export interface FrameField {
  readonly name: string;
  /** In hexadecimal, as sent. */
  readonly octets: string;
  readonly meaning: string;
}

const FTYPE_NAMES: Readonly<Record<number, string>> = {
  [FType.joinRequest]: "join-request",
  [FType.joinAccept]: "join-accept",
  [FType.unconfirmedDataUp]: "unconfirmed data uplink",
  [FType.unconfirmedDataDown]: "unconfirmed data downlink",
  [FType.confirmedDataUp]: "confirmed data uplink",
  [FType.confirmedDataDown]: "confirmed data downlink",
  [FType.rejoinRequest]: "rejoin-request",
  [FType.proprietary]: "proprietary",
};

/** What servers and device have decrypted is told where the record holds it. */
export function frameFields(frame: AirFrame, rig: RigRecord): FrameField[] {
  const device = deviceOf(frame, rig);
  const octets = Buffer.from(frame.octets, "hex");
  if (frame.name === "beacon") return [whole(octets, "beacon of class B, without header")];
  try {
    const fType = fTypeOf(octets);
    const mhdr = field("MHDR", octets.subarray(0, 1), `FType ${fType} ${FTYPE_NAMES[fType]}, Major 0`);
    switch (fType) {
      case FType.joinRequest:
        return [mhdr, ...joinRequestFields(octets)];
      case FType.joinAccept:
        return [mhdr, field("encrypted", octets.subarray(1), joinAcceptMeaning(device))];
      case FType.rejoinRequest:
      case FType.proprietary:
        return [mhdr, field("content", octets.subarray(1), count(octets.length - 1, "octet"))];
      default:
        return [mhdr, ...dataFields(parseDataFrame(octets), octets, device)];
    }
  } catch (error) {
    if (error instanceof FrameError) return [whole(octets, `no frame of LoRaWAN R1: ${error.message}`)];
    throw error;
  }
}

/** Which device a frame is of: it has sent it, or it has got it. */
function deviceOf({ from, arrivals }: AirFrame, { devices }: RigRecord): RecordedDevice | undefined {
  const got = arrivals.filter(({ intact }) => intact === true).map(({ receiver }) => receiver);
  return (
    devices.find(({ name }) => name === from) ?? devices.find(({ name }) => got.includes(name)) ?? devices[0]
  );
}

function field(name: string, octets: Uint8Array, meaning: string): FrameField {
  return { name, octets: spaced(Buffer.from(octets).toString("hex")), meaning };
}

function whole(octets: Uint8Array, meaning: string): FrameField {
  return field("PHYPayload", octets, meaning);
}

function joinRequestFields(octets: Uint8Array): FrameField[] {
  const { joinEui, devEui, devNonce } = parseJoinRequest(octets);
  return [
    field("JoinEUI", octets.subarray(1, 9), joinEui),
    field("DevEUI", octets.subarray(9, 17), devEui),
    field("DevNonce", octets.subarray(17, 19), String(devNonce)),
    field("MIC", octets.subarray(19), "over all before it"),
  ];
}

function joinAcceptMeaning(device: RecordedDevice | undefined): string {
  const { joinNonce = null, devAddr = null } = device ?? {};
  if (joinNonce === null || devAddr === null) return "JoinNonce, NetID, DevAddr, settings, MIC";
  return `JoinNonce ${joinNonce}, DevAddr ${devAddr}, NetID, settings, MIC; of the last join-accept`;
}

function dataFields(
  frame: ParsedDataFrame,
  octets: Uint8Array,
  device: RecordedDevice | undefined,
): FrameField[] {
  const { devAddr, fCnt16, fOpts, fPort, frmPayload, mic } = frame;
  const fOptsEnd = 8 + fOpts.length;
  return [
    field("DevAddr", octets.subarray(1, 5), devAddr),
    field("FCtrl", octets.subarray(5, 6), fCtrlMeaning(frame)),
    field("FCnt", octets.subarray(6, 8), String(fCnt16)),
    ...(fOpts.length === 0 ? [] : [field("FOpts", fOpts, fOptsMeaning(frame, device))]),
    ...(fPort === undefined
      ? []
      : [
          field(
            "FPort",
            octets.subarray(fOptsEnd, fOptsEnd + 1),
            fPort === 0 ? "0, MAC commands" : String(fPort),
          ),
        ]),
    ...(frmPayload.length === 0 ? [] : [field("FRMPayload", frmPayload, payloadMeaning(frame, device))]),
    field("MIC", mic, "over all before it, and what the counters add"),
  ];
}

function fCtrlMeaning({ direction, adr, adrAckReq, ack, classBOrFPending, fOpts }: ParsedDataFrame): string {
  const bits = [
    adr ? "ADR" : undefined,
    adrAckReq ? "ADRACKReq" : undefined,
    ack ? "ACK" : undefined,
    classBOrFPending ? (direction === "up" ? "ClassB" : "FPending") : undefined,
    `FOptsLen ${fOpts.length}`,
  ];
  return bits.filter((bit) => bit !== undefined).join(", ");
}

/** LoRaWAN 1.1 encrypts FOpts (1.1, section 4.3.1.6). */
function fOptsMeaning({ fOpts, direction }: ParsedDataFrame, device: RecordedDevice | undefined): string {
  if (device?.lorawan === "1.1") return "MAC commands, encrypted";
  const { commands, rest } = parseMacCommands(fOpts, direction);
  const names = commands.map(({ name }) => name);
  return [
    ...names,
    ...(rest.length === 0 ? [] : [`${count(rest.length, "octet")} of no known command`]),
  ].join(", ");
}

function payloadMeaning(
  { direction, devAddr, fCnt16, fPort }: ParsedDataFrame,
  device: RecordedDevice | undefined,
): string {
  const exchanged = (direction === "up" ? device?.uplinks : device?.downlinks) ?? [];
  const plain = exchanged
    .filter((data) => data.devAddr === null || data.devAddr === devAddr)
    .find((data) => (data.fCnt & 0xffff) === fCnt16 && data.fPort === fPort);
  return plain === undefined ? "encrypted" : `encrypted; decrypted ${spaced(plain.payload)}`;
}
