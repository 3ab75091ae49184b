/**
 * FSK of LoRaWAN: 50 kbit/s, deviation 25 kHz, Gaussian filter BT 1.0, packets of variable length with whitening and
 * CRC-CCITT (RP002, section 4.2). Data sheet, sections 2.1.12 to 2.1.14 and 6.2.
 *
 * The FIFO holds 64 octets, one less than a frame of 64 with its length octet. So the last octets of a transmission follow
 * the others while it runs, and the first octets of a reception are taken as soon as they are there.
 */
import { lengthOf, table8, type u32 } from "../../lang/index.ts";
import { IS_SX1272 } from "./board.ts";
import { wakeFsk } from "./modes.ts";
import { FskRegister, Register, writeRegister } from "./registers.ts";
import { setFrequency } from "./tuning.ts";

/**
 * Address and value in turn: 32 MHz / 50 kbit/s; 25 kHz * 2^19 / 32 MHz; gain and frequency controlled by the preamble, in
 * a channel of 50 kHz to each side, and of 83.3 kHz until then; five octets of preamble, of which the detector wants two;
 * the sync word C1 94 C1; variable length, whitening, CRC, and no frame dropped in silence; a start with the first octet
 * in the FIFO. DIO0 tells PacketSent and PayloadReady; DIO1 tells FifoLevel, over 63 octets: here that stays low.
 */
// biome-ignore format: a register a line
const SETTINGS = table8([
  FskRegister.BitrateMsb, 0x02,
  FskRegister.BitrateLsb, 0x80,
  FskRegister.FdevMsb, 0x01,
  FskRegister.FdevLsb, 0x9a,
  FskRegister.RxConfig, 0x1e,
  FskRegister.RxBw, 0x0b,
  FskRegister.AfcBw, 0x12,
  FskRegister.PreambleDetect, 0xaa,
  FskRegister.PreambleMsb, 0x00,
  FskRegister.PreambleLsb, 0x05,
  FskRegister.SyncConfig, 0x12,
  FskRegister.SyncValue1, 0xc1,
  FskRegister.SyncValue2, 0x94,
  FskRegister.SyncValue3, 0xc1,
  FskRegister.PacketConfig1, 0xd8,
  FskRegister.PayloadLength, 0xff,
  FskRegister.FifoThresh, 0xbf,
  Register.DioMapping1, 0x00,
]);

/** RegPaRamp of the SX1276: BT 1.0, 40 microseconds. */
const SHAPING_AND_RAMP = 0x29;

/** From sleep to standby with the FSK modem, on a channel. */
export function wakeForFsk(frequency: u32): void {
  wakeFsk();
  for (let i = 0; i < lengthOf(SETTINGS); i += 2) writeRegister(SETTINGS[i], SETTINGS[i + 1]);
  if (!IS_SX1272) writeRegister(Register.PaRamp, SHAPING_AND_RAMP);
  setFrequency(frequency);
}
