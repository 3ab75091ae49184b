/** From reset to a chip that is ready and sleeps: SX1261/2 data sheet, chapters 8, 9 and 14. */
import { wait } from "../../clock/index.ts";
import { radioReset, radioTransfer } from "../../hal/index.ts";
import { table8, u32 } from "../../lang/index.ts";
import { MAX_LENGTH, type PowerDbm } from "../limits.ts";
import { DC_DC, NO_TCXO, RF_SWITCH_ON_DIO2, TCXO_START_UP_US, TCXO_VOLTAGE } from "./board.ts";
import {
  begin,
  clearStuck,
  command,
  command2,
  endWith24,
  isStuck,
  Op,
  Register,
  readRegister,
  sendCommands,
} from "./commands.ts";
import { Bandwidth } from "./lora.ts";
import { STANDBY_RC, sleepRadio } from "./modes.ts";
import { setAmplifier } from "./power.ts";
import { calibrateImage, setFrequency } from "./tuning.ts";

const CALIBRATE_ALL = 0x7f;

/** What stands in the sync word's first register after reset. */
const SYNC_WORD_AFTER_RESET = 0x14;

/** NRESET low, and from its release until the chip has calibrated itself (data sheet, 8.1 and 9.2). */
const RESET_PULSE_US = 200;
const RESET_RECOVERY_US = 5000;
/** Calibration of all blocks (data sheet, 9.2.1). */
const CALIBRATION_US = 4000;

/**
 * LoRa; buffer from its start for both directions; modem settings, so that the noise can be taken; the gain of the
 * receiver boosted, and on the list of what outlives sleep; the sync word of LoRaWAN.
 */
// biome-ignore format: a command a line
const SETTINGS = table8([
  2, Op.SetPacketType, 1,
  3, Op.SetBufferBaseAddress, 0, 0,
  5, Op.SetModulationParams, 7, Bandwidth.Khz125, 1, 0,
  7, Op.SetPacketParams, 0, 8, 0, MAX_LENGTH, 1, 0,
  4, Op.WriteRegister, Register.RxGain >> 8, Register.RxGain & 0xff, 0x96,
  6, Op.WriteRegister, Register.RetentionList >> 8, Register.RetentionList & 0xff, 1, Register.RxGain >> 8, Register.RxGain & 0xff,
  5, Op.WriteRegister, Register.LoraSyncWord >> 8, Register.LoraSyncWord & 0xff, 0x34, 0x44,
]);

/** Supplies the TCXO by DIO3 and calibrates with it: what the chip did by itself after reset has failed. */
function startTcxo(): void {
  begin(Op.SetDio3AsTcxoCtrl);
  radioTransfer(TCXO_VOLTAGE);
  endWith24(u32((TCXO_START_UP_US * 8 + 124) / 125));
  command(Op.Calibrate, CALIBRATE_ALL);
  wait(TCXO_START_UP_US + CALIBRATION_US);
  command2(Op.ClearDeviceErrors, 0, 0);
}

/**
 * Resets the chip and makes it ready: oscillator, regulator, image calibration at `frequency`, LoRa mode, output
 * power, then sleep. False where no chip of the family answers, or BUSY stays high.
 */
export function startRadio(frequency: u32, powerDbm: PowerDbm): boolean {
  radioReset(true);
  wait(RESET_PULSE_US);
  radioReset(false);
  wait(RESET_RECOVERY_US);
  clearStuck();
  if (readRegister(Register.LoraSyncWord) !== SYNC_WORD_AFTER_RESET) return false;

  command(Op.SetStandby, STANDBY_RC);
  if (TCXO_VOLTAGE < NO_TCXO) startTcxo();
  if (DC_DC) command(Op.SetRegulatorMode, 1);
  sendCommands(SETTINGS);
  calibrateImage(frequency);
  setFrequency(frequency);
  if (RF_SWITCH_ON_DIO2) command(Op.SetDio2AsRfSwitchCtrl, 1);
  setAmplifier(powerDbm);
  sleepRadio();
  return !isStuck();
}
