/** From reset to a chip that is ready and sleeps: data sheet, sections 2.1.3.8, 4.1.5 and 7.2.2. */
import { wait } from "../../clock/index.ts";
import { FRONT_END_OFF, FRONT_END_RECEIVE, radioFrontEnd, radioReset } from "../../hal/index.ts";
import { lengthOf, table8, type u32 } from "../../lang/index.ts";
import { MAX_LENGTH, type PowerDbm } from "../limits.ts";
import { FRONT_END, IS_SX1272, TCXO } from "./board.ts";
import { Mode, START_UP_US, setMode } from "./modes.ts";
import { setFirstPower } from "./power.ts";
import { Register, readRegister, TCXO_INPUT, writeRegister } from "./registers.ts";
import { calibrateImage, setFrequency } from "./tuning.ts";

/** RegVersion of the family. */
const CHIP_VERSION = IS_SX1272 ? 0x22 : 0x12;

/** The reset line driven, and until the chip may be spoken to (data sheet, 7.2.2). */
const RESET_PULSE_US = 200;
const RESET_RECOVERY_US = 6000;

/** RegTcxo: the clock comes in, instead of being made with a crystal. */
const TCXO_INPUT_ON = 0x10;

/** RegDetectOptimize. */
const AUTOMATIC_IF = 0x80;

/**
 * Registers that stay as they are, address and value in turn: highest LNA gain with boost, FIFO from its start also for
 * transmissions, the sync word of LoRaWAN. Preamble (8 symbols), RegFifoRxBaseAddr, RegDetectionThreshold, and what limits
 * the power up to 17 dBm are right after reset.
 */
// biome-ignore format: a register a line
const SETTINGS = table8([
  Register.Lna, 0x23,
  Register.FifoTxBaseAddr, 0x00,
  Register.MaxPayloadLength, MAX_LENGTH,
  Register.SyncWord, 0x34,
]);

/** Has the chip take the clock of a TCXO, once that runs. */
function useTcxo(): void {
  setMode(Mode.FskSleep);
  writeRegister(TCXO_INPUT, readRegister(TCXO_INPUT) | TCXO_INPUT_ON);
  wait(START_UP_US);
}

/** Item 2.2 of the SX1272's errata note, at all bandwidths. What the other bits are for, the data sheet does not say. */
function avoidSpuriousReception(): void {
  writeRegister(Register.DetectOptimize, readRegister(Register.DetectOptimize) | AUTOMATIC_IF);
}

/**
 * Resets the chip and makes it ready: image calibration at `frequency`, LoRa mode, output power, then sleep.
 * False where no chip of the family answers.
 */
export function startRadio(frequency: u32, powerDbm: PowerDbm): boolean {
  if (FRONT_END) radioFrontEnd(FRONT_END_RECEIVE);
  radioReset(true);
  wait(RESET_PULSE_US);
  radioReset(false);
  wait(RESET_RECOVERY_US);
  if (readRegister(Register.Version) !== CHIP_VERSION) {
    if (FRONT_END) radioFrontEnd(FRONT_END_OFF);
    return false;
  }

  if (TCXO) useTcxo();
  setMode(Mode.FskStandby);
  setFrequency(frequency);
  calibrateImage();
  setMode(Mode.FskSleep);
  setMode(Mode.Sleep);
  if (FRONT_END) radioFrontEnd(FRONT_END_OFF);
  for (let i = 0; i < lengthOf(SETTINGS); i += 2) writeRegister(SETTINGS[i], SETTINGS[i + 1]);
  if (IS_SX1272) avoidSpuriousReception();
  setFirstPower(powerDbm);
  return true;
}
