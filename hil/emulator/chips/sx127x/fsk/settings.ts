/** What the FSK modem takes from its registers when it starts to transmit or receive: datasheet chapters 2 and 6.2. */
import { CRC_CCITT, CRC_IBM, type FskModulation, WHITENING_SEED } from "../../../../air/index.ts";
import type { FskReceiverSettings } from "../../fsk/index.ts";
import { hex } from "../../hex.ts";
import { carrierHz, FREQUENCY_STEP_HZ } from "../carrier.ts";
import { FskReg, Reg, type Registers } from "../registers.ts";

const CRYSTAL_HZ = 32e6;
/** Table 2 of the datasheet, and section 2.1.4.3. */
const BIT_RATE_LIMITS = [1_200, 300_000] as const;
const DEVIATION_LIMITS_HZ = [600, 200_000] as const;
const OCCUPIED_LIMIT_HZ = 250_000;
/** Twice the deviation over the bit rate. */
const MODULATION_INDEX_LIMITS = [0.5, 10] as const;
/** RegRxBw 4:3. */
const FILTER_MANTISSAS = [16, 20, 24] as const;
/** RegOpMode 6:5 with FSK. */
const MODULATION_TYPE = 0x60;

export interface FskSettings extends FskModulation {
  /** A packet without length octet has as many. */
  readonly payloadLength: number;
}

/** How packets are made; `faults` says what the chip would not do with it. */
export function fskSettings(registers: Registers): { settings: FskSettings; faults: string[] } {
  const { fsk } = registers;
  const faults: string[] = [];
  const bitRateDivider = registers.common16(FskReg.BitrateMsb);
  const bitRate = CRYSTAL_HZ / Math.max(bitRateDivider, 1);
  const deviationHz = (registers.common16(FskReg.FdevMsb) & 0x3fff) * FREQUENCY_STEP_HZ;
  faults.push(...signalFaults(bitRate, deviationHz));
  const config1 = fsk[FskReg.PacketConfig1];
  const config2 = fsk[FskReg.PacketConfig2];
  const dcFree = (config1 >> 5) & 3;
  if (dcFree === 3) faults.push(`RegPacketConfig1 is ${hex(config1)}: DcFree 3 is reserved`);
  const lengthOctet = (config1 & 0x80) !== 0;
  const payloadLength = ((config2 & 7) << 8) | fsk[FskReg.PayloadLength];
  faults.push(...notModelled(registers, { dcFree, lengthOctet, payloadLength }));
  const crcType = (config1 & 1) === 0 ? CRC_CCITT : CRC_IBM;
  const settings: FskSettings = {
    bitRate,
    deviationHz,
    preambleOctets: (fsk[FskReg.PreambleMsb] << 8) | fsk[FskReg.PreambleLsb],
    syncWord: syncWord(fsk),
    lengthOctet,
    whiteningSeed: dcFree === 2 ? WHITENING_SEED : undefined,
    crc: (config1 & 0x10) !== 0 ? crcType : undefined,
    payloadLength,
  };
  if (settings.syncWord.includes(0)) {
    faults.push("the sync word has an octet of 0x00, which is not permitted (registers 0x28 to 0x2F)");
  }
  return { settings, faults };
}

/** What the receiver listens for. */
export function fskReceiverSettings(
  registers: Registers,
  frf: number,
): { settings: FskReceiverSettings; faults: string[] } {
  const { fsk } = registers;
  const { settings, faults } = fskSettings(registers);
  const { bitRate, deviationHz, syncWord, lengthOctet, whiteningSeed, crc, payloadLength } = settings;
  const channelFilterHz = filterHz(fsk[FskReg.RxBw], faults);
  // The registers give the deviation in steps of 61 Hz.
  if (deviationHz - FREQUENCY_STEP_HZ + bitRate / 2 > channelFilterHz) {
    faults.push(
      `RegRxBw ${hex(fsk[FskReg.RxBw])} lets ${khz(channelFilterHz)} kHz pass, deviation and half the bit rate are ${khz(deviationHz + bitRate / 2)} kHz`,
    );
  }
  if (((fsk[FskReg.PacketConfig1] >> 1) & 3) === 3) {
    faults.push(`RegPacketConfig1 is ${hex(fsk[FskReg.PacketConfig1])}: AddressFiltering 3 is reserved`);
  }
  if (syncWord.length === 0) {
    faults.push("RX with SyncOn 0, which is not modelled: nothing tells where a packet begins");
  }
  const detector = fsk[FskReg.PreambleDetect];
  const received: FskReceiverSettings = {
    frequencyHz: carrierHz(frf),
    bitRate,
    channelFilterHz: channelFilterHz + FREQUENCY_STEP_HZ,
    preambleDetectorOctets: (detector & 0x80) === 0 ? 0 : ((detector >> 5) & 3) + 1,
    syncWord,
    lengthOctet,
    whiteningSeed,
    crc,
    payloadLength,
    maxPayloadLength: fsk[FskReg.PayloadLength],
  };
  return { settings: received, faults };
}

function signalFaults(bitRate: number, deviationHz: number): string[] {
  const faults: string[] = [];
  if (bitRate < BIT_RATE_LIMITS[0] || bitRate > BIT_RATE_LIMITS[1]) {
    faults.push(`a bit rate of ${Math.round(bitRate)} bit/s: the modem has 1200 to 300000 (section 2.1.4.1)`);
  }
  if (deviationHz < DEVIATION_LIMITS_HZ[0] || deviationHz > DEVIATION_LIMITS_HZ[1]) {
    faults.push(
      `a deviation of ${Math.round(deviationHz)} Hz: the modem has 600 Hz to 200 kHz (section 2.1.4.3)`,
    );
  } else if (deviationHz + bitRate / 2 > OCCUPIED_LIMIT_HZ) {
    faults.push(
      `deviation and half the bit rate are ${khz(deviationHz + bitRate / 2)} kHz, 250 kHz is the most (section 2.1.4.3)`,
    );
  } else {
    const index = (2 * deviationHz) / bitRate;
    if (index < MODULATION_INDEX_LIMITS[0] || index > MODULATION_INDEX_LIMITS[1]) {
      faults.push(`a modulation index of ${index.toFixed(2)}: 0.5 to 10 is permitted (section 2.1.4.3)`);
    }
  }
  return faults;
}

/** RegPacketConfig2: the bits come and go by DIO2, not by the FIFO. */
export function isContinuous({ fsk }: Registers): boolean {
  return (fsk[FskReg.PacketConfig2] & 0x40) === 0;
}

/** What the chip has and the model has not. */
function notModelled(
  registers: Registers,
  packet: { dcFree: number; lengthOctet: boolean; payloadLength: number },
): string[] {
  const { fsk } = registers;
  const faults: string[] = [];
  const not = (what: string) => faults.push(`${what}, which is not modelled`);
  if ((registers.common(Reg.OpMode) & MODULATION_TYPE) !== 0) not("RegOpMode selects OOK");
  if (isContinuous(registers)) not("RegPacketConfig2 selects continuous mode");
  if ((fsk[FskReg.PacketConfig2] & 0x28) !== 0) not("RegPacketConfig2 selects IoHome or a beacon");
  if (packet.dcFree === 1) not("RegPacketConfig1 selects Manchester coding");
  if (!packet.lengthOctet && packet.payloadLength === 0)
    not("a packet of unlimited length (PayloadLength 0)");
  return faults;
}

function syncWord(fsk: Uint8Array): Uint8Array {
  const config = fsk[FskReg.SyncConfig];
  if ((config & 0x10) === 0) return new Uint8Array(0);
  return fsk.slice(FskReg.SyncValue1, FskReg.SyncValue1 + (config & 7) + 1);
}

/** RegRxBw to one side of the carrier (section 2.1.7.3 with table 40). */
function filterHz(rxBw: number, faults: string[]): number {
  const mantissa = FILTER_MANTISSAS[(rxBw >> 3) & 3];
  const exponent = rxBw & 7;
  if (mantissa === undefined || exponent === 0) {
    faults.push(`RegRxBw is ${hex(rxBw)}: mantissa 3 and exponent 0 are reserved`);
    return 0;
  }
  return CRYSTAL_HZ / (mantissa * 2 ** (exponent + 2));
}

function khz(hertz: number): string {
  return (hertz / 1000).toFixed(1);
}
