/**
 * From the octets of the GFSK commands to settings, and from settings to what is sent and listened for. SX1261/2
 * datasheet, sections 6.2, 13.4.5.1 and 13.4.6.1.
 */
import type { FskCrc, FskModulation } from "../../../air/index.ts";
import type { FskReceiverSettings } from "../fsk/index.ts";
import { hex } from "../hex.ts";
import type { ChipState, GfskModulationParams, GfskPacketParams } from "./chip-state.ts";
import { stepsToHz } from "./frequency-steps.ts";
import type { GfskReady } from "./readiness.ts";
import { Reg } from "./registers.ts";
import type { Taken } from "./taken.ts";
import { whiteningSeed } from "./whitening-seed.ts";

/** SetModulationParams: 32 times the crystal's frequency over the bit rate, from 600 bit/s to 300 kbit/s. */
const BIT_RATE_NUMERATOR = 32 * 32e6;
const MOST_STEPS = Math.round(BIT_RATE_NUMERATOR / 600);
const LEAST_STEPS = Math.round(BIT_RATE_NUMERATOR / 300_000);
const MOST_DEVIATION_HZ = 200_000;

/** Table 13-46: no filter, or a Gaussian one with BT 0.3, 0.5, 0.7 or 1.0. */
const PULSE_SHAPES: readonly number[] = [0x00, 0x08, 0x09, 0x0a, 0x0b];

/** Table 13-47: the receiver's bandwidth, both sides, in hertz. */
const BANDWIDTHS_HZ: ReadonlyMap<number, number> = new Map([
  [0x1f, 4800],
  [0x17, 5800],
  [0x0f, 7300],
  [0x1e, 9700],
  [0x16, 11_700],
  [0x0e, 14_600],
  [0x1d, 19_500],
  [0x15, 23_400],
  [0x0d, 29_300],
  [0x1c, 39_000],
  [0x14, 46_900],
  [0x0c, 58_600],
  [0x1b, 78_200],
  [0x13, 93_800],
  [0x0b, 117_300],
  [0x1a, 156_200],
  [0x12, 187_200],
  [0x0a, 234_300],
  [0x19, 312_000],
  [0x11, 373_600],
  [0x09, 467_000],
]);

/** SetPacketParams: the preamble detector's code to bits. */
const DETECTOR_BITS: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [0x04, 8],
  [0x05, 16],
  [0x06, 24],
  [0x07, 32],
]);
const MOST_SYNC_BITS = 64;
const ADDRESS_FILTERS = ["off", "node", "node and broadcast"] as const;
const CRCS: ReadonlyMap<number, GfskPacketParams["crc"]> = new Map([
  [0x01, "off"],
  [0x02, "plain"],
  [0x06, "inverted"],
]);
/** CRCs of one octet, which the air does not have. */
const SHORT_CRCS: readonly number[] = [0x00, 0x04];

/** SetModulationParams, section 13.4.5.1: BR(23:0) PulseShape Bandwidth Fdev(23:0). */
export function gfskModulationParams(octets: Uint8Array): Taken<GfskModulationParams> {
  const [, , , pulseShape, bandwidth] = octets;
  const steps = u24(octets, 0);
  const bitRate = BIT_RATE_NUMERATOR / steps;
  const deviationHz = stepsToHz(u24(octets, 5));
  const receiverBandwidthHz = BANDWIDTHS_HZ.get(bandwidth);
  const faults: string[] = [];
  if (steps < LEAST_STEPS || steps > MOST_STEPS) {
    faults.push(`${Math.round(bitRate)} bit/s (${hex(steps, 6)}): the modem has 600 to 300000`);
  }
  if (!PULSE_SHAPES.includes(pulseShape)) faults.push(`pulse shape ${hex(pulseShape)} is reserved`);
  if (deviationHz === 0 || deviationHz > MOST_DEVIATION_HZ) {
    faults.push(`a deviation of ${deviationHz} Hz: the modem has up to ${MOST_DEVIATION_HZ}`);
  }
  if (receiverBandwidthHz === undefined) {
    return { faults: [...faults, `bandwidth ${hex(bandwidth)} is reserved`] };
  }
  if (faults.length > 0) return { faults };
  return { params: { bitRate, deviationHz, receiverBandwidthHz }, warnings: [] };
}

/**
 * SetPacketParams, section 13.4.6.1: PreambleLength(15:0) Detector SyncWordLength AddrComp PacketType PayloadLength CRC
 * Whitening.
 */
export function gfskPacketParams(octets: Uint8Array): Taken<GfskPacketParams> {
  const [preambleMsb, preambleLsb, detector, syncWordBits, address, type, payloadLength, crcType, whitening] =
    octets;
  const preambleBits = (preambleMsb << 8) | preambleLsb;
  const detectorBits = DETECTOR_BITS.get(detector);
  const addressFilter = ADDRESS_FILTERS[address];
  const crc = CRCS.get(crcType);
  const faults: string[] = [];
  if (preambleBits === 0) faults.push("a preamble of 0 bits is not permitted");
  if (syncWordBits > MOST_SYNC_BITS) faults.push(`a sync word of ${syncWordBits} bits: 64 are the most`);
  else if (syncWordBits % 8 !== 0) {
    faults.push(`a sync word of ${syncWordBits} bits: whole octets only are modelled`);
  }
  if (type > 1) faults.push(`packet type ${type}: 0 is of known length, 1 has a length octet`);
  if (whitening > 1) faults.push(`whitening ${whitening}: 0 is off, 1 on`);
  if (SHORT_CRCS.includes(crcType)) faults.push(`a CRC of one octet (${hex(crcType)}) is not modelled`);
  else if (crc === undefined) faults.push(`CRC type ${hex(crcType)} is reserved`);
  if (detectorBits === undefined) faults.push(`preamble detector ${hex(detector)} is reserved`);
  if (addressFilter === undefined) {
    faults.push(`address filter ${address}: 0 is off, 1 the node's, 2 also the broadcast address`);
  }
  if (faults.length > 0 || crc === undefined || detectorBits === undefined || addressFilter === undefined) {
    return { faults };
  }
  const params: GfskPacketParams = {
    preambleBits,
    detectorBits,
    syncWordOctets: syncWordBits / 8,
    addressFilter,
    lengthOctet: type === 1,
    payloadLength,
    crc,
    whitening: whitening === 1,
  };
  const least = Math.min(preambleBits, syncWordBits);
  const warnings =
    detectorBits > least
      ? [
          `the preamble detector wants ${detectorBits} bits: not more than the preamble (${preambleBits}) and the sync word (${syncWordBits}) have (section 6.2.2.1)`,
        ]
      : [];
  return { params, warnings };
}

/** What is sent: settings and registers together. */
export function gfskModulation(chip: ChipState, { modulation, packet }: GfskReady): FskModulation {
  return {
    bitRate: modulation.bitRate,
    deviationHz: modulation.deviationHz,
    preambleOctets: packet.preambleBits / 8,
    ...frameSettings(chip, packet),
  };
}

/** What is listened for, and the addresses that the first octet of a payload may be; undefined where any may. */
export function gfskReceiverSettings(
  chip: ChipState,
  { frequencyHz, modulation, packet }: GfskReady,
): { settings: FskReceiverSettings; addresses: readonly number[] | undefined } {
  const { registers } = chip;
  const node = registers.read(Reg.NodeAddress);
  const addresses = {
    off: undefined,
    node: [node],
    "node and broadcast": [node, registers.read(Reg.BroadcastAddress)],
  }[packet.addressFilter];
  const settings: FskReceiverSettings = {
    frequencyHz,
    bitRate: modulation.bitRate,
    channelFilterHz: modulation.receiverBandwidthHz / 2,
    preambleDetectorOctets: packet.detectorBits / 8,
    payloadLength: packet.payloadLength,
    maxPayloadLength: packet.payloadLength,
    ...frameSettings(chip, packet),
  };
  return { settings, addresses };
}

/** What sender and receiver must agree on. */
function frameSettings(
  { registers }: ChipState,
  packet: GfskPacketParams,
): Pick<FskModulation, "syncWord" | "lengthOctet" | "whiteningSeed" | "crc"> {
  return {
    syncWord: Uint8Array.from({ length: packet.syncWordOctets }, (_, index) =>
      registers.read(Reg.GfskSyncWord + index),
    ),
    lengthOctet: packet.lengthOctet,
    whiteningSeed: packet.whitening ? whiteningSeed({ registers }) : undefined,
    crc: crcOf({ registers }, packet.crc),
  };
}

function crcOf(
  { registers }: Pick<ChipState, "registers">,
  crc: GfskPacketParams["crc"],
): FskCrc | undefined {
  if (crc === "off") return undefined;
  const word = (address: number) => (registers.read(address) << 8) | registers.read(address + 1);
  return { seed: word(Reg.CrcSeed), polynomial: word(Reg.CrcPolynomial), inverted: crc === "inverted" };
}

function u24(octets: Uint8Array, at: number): number {
  return (octets[at] << 16) | (octets[at + 1] << 8) | octets[at + 2];
}
