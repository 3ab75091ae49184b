/** Output power and what protects the amplifier: SX1261/2 datasheet, sections 5.1, 13.1.14 (table 13-21) and 13.4.4. */
import type { BoardTraits } from "./board-traits.ts";
import type { PaConfig } from "./chip-state.ts";

/** Register 0x08E7: steps of the current limit, and what SetPaConfig sets it to (60 mA and 140 mA). */
const OCP_STEP_MA = 2.5;
export const DEFAULT_OCP = { sx1261: 0x18, sx1262: 0x38 } as const;

/** What SetTxParams may ask for, in dBm. */
export const POWER_RANGE = { sx1261: [-17, 14], sx1262: [-9, 22] } as const;

/** SetTxParams: ramp times in microseconds. */
export const RAMPS_US = [10, 20, 40, 80, 200, 800, 1700, 3400] as const;

/**
 * SX1262: the most that comes out, by hpMax, at the duty cycle beside it. The rows of table 13-21 have hpMax 2
 * (14 dBm), 3 (17 dBm), 5 (20 dBm) and 7 (22 dBm); the others lie between.
 */
const HIGH_POWER: ReadonlyArray<readonly [reachDbm: number, dutyCycle: number]> = [
  [-10, 2],
  [10, 2],
  [14, 2],
  [17, 2],
  [18.5, 3],
  [20, 3],
  [21, 4],
  [22, 4],
];
const HIGH_POWER_SETTING_DBM = 22;
/** What a step of the duty cycle makes of it. */
const DUTY_STEP_DB = 0.5;

/**
 * SX1261: the most that comes out by duty cycle: 10, 14 and 15 dBm at 1, 4 and 6 in table 13-21, with the settings
 * there.
 */
const LOW_POWER_REACH_DBM = [10, 11, 12, 13, 14, 14.5, 15, 15.5] as const;
const LOW_POWER_SETTING_DBM = 14;

/** Supply current at the pin's power, table 3-7: a lower limit cuts the transmission short. */
const CURRENT_MA: ReadonlyArray<readonly [fromDbm: number, currentMa: number]> = [
  [21, 118],
  [18, 84],
  [15, 58],
  [-100, 33],
];

/** What is wrong with the octets of SetPaConfig. */
export function paConfigFaults(parameters: Uint8Array, part: BoardTraits["part"]): string[] {
  const [dutyCycle, hpMax, device, lut] = parameters;
  const faults: string[] = [];
  if (device > 1) faults.push(`deviceSel ${device} is reserved: 0 is the SX1262, 1 the SX1261`);
  else if (device !== (part === "sx1262" ? 0 : 1)) {
    faults.push(`deviceSel ${device} is the amplifier of the ${device === 0 ? "SX1262" : "SX1261"}`);
  }
  if (lut !== 1) faults.push(`paLut ${lut} is reserved: it is always 1`);
  if (hpMax > 7) faults.push(`hpMax ${hpMax} is more than 7: it ages the chip`);
  if (part === "sx1262" && dutyCycle > 4)
    faults.push(`paDutyCycle ${dutyCycle} is more than 4: it ages the chip`);
  if (part === "sx1261" && dutyCycle > 7) faults.push(`paDutyCycle ${dutyCycle} is more than 7`);
  return faults;
}

/** The power at the pin in dBm, and what is wrong with the settings together. */
export function outputPower(settings: { pa: PaConfig; powerDbm: number; ocp: number }): {
  powerDbm: number;
  faults: string[];
} {
  const { pa, ocp } = settings;
  const faults: string[] = [];
  const powerDbm = settings.powerDbm - backOffDb(pa);
  if (pa.device === "sx1262" && pa.hpMax === 0) faults.push("SetPaConfig has hpMax 0: the amplifier is off");
  const limitMa = ocp * OCP_STEP_MA;
  const [, neededMa] =
    CURRENT_MA.find(([fromDbm]) => powerDbm >= fromDbm) ?? CURRENT_MA[CURRENT_MA.length - 1];
  if (limitMa < neededMa) {
    faults.push(
      `register 0x08E7 limits the current to ${limitMa} mA, ${powerDbm} dBm need ${neededMa} mA: write it after SetPaConfig`,
    );
  }
  return { powerDbm, faults };
}

/** How far the amplifier's configuration stays under what SetTxParams says. */
function backOffDb({ device, dutyCycle, hpMax }: PaConfig): number {
  if (device === "sx1261") {
    return LOW_POWER_SETTING_DBM - LOW_POWER_REACH_DBM[Math.min(dutyCycle, LOW_POWER_REACH_DBM.length - 1)];
  }
  const [reachDbm, atDutyCycle] = HIGH_POWER[Math.min(hpMax, HIGH_POWER.length - 1)];
  return HIGH_POWER_SETTING_DBM - reachDbm - (dutyCycle - atDutyCycle) * DUTY_STEP_DB;
}
