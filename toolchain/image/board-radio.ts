/** The radio of a board, as `board.json` describes it: what it must say of each chip, and which lines the chip has. */
import { type Check, object, oneOf, optional, type Shape, wholeNumber } from "../json-document/index.ts";

export interface Sx127xRadio {
  readonly chip: "sx1276" | "sx1272";
  /** The output that the antenna hangs on. */
  readonly powerPin: "PA_BOOST" | "RFO";
  /** The oscillator that gives the chip its clock; a crystal where not given. */
  readonly tcxo?: {
    /** From its supply on; 0 where it is always supplied. */
    readonly startUpUs: number;
  };
  /** "HAL": lines of the processor turn the antenna switch, or supply the TCXO. */
  readonly frontEnd?: "HAL";
}

export interface Sx126xRadio {
  readonly chip: "sx1262" | "sx1261";
  /** Whether DIO2 drives the switch between the antenna and the chip. */
  readonly rfSwitch: "DIO2" | "none";
  /** "LDO": the board lacks the inductor of the DC-DC converter. */
  readonly regulator: "DCDC" | "LDO";
  /** The oscillator that DIO3 supplies; a crystal where not given. */
  readonly tcxo?: { readonly millivolts: number; readonly startUpUs: number };
}

export type Radio = Sx127xRadio | Sx126xRadio;

/** The pins that the lines of the radio are wired to: with an SX127x `dio0`, with an SX126x `busy`. */
export interface RadioPins {
  readonly radioSelect: string;
  readonly radioReset: string;
  readonly dio0?: string;
  readonly dio1: string;
  readonly busy?: string;
}

/** The lines of a radio that interrupt the processor. */
export const INTERRUPTING_LINES: readonly string[] = ["dio0", "dio1"];

/** SetDIO3AsTCXOCtrl: the supplies that its codes 0 to 7 stand for (SX1261/2 data sheet, table 13-35). */
export const TCXO_MILLIVOLTS: readonly number[] = [1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300];

/** The longest start of an oscillator that the driver waits for. */
const TCXO_START_UP_LIMIT_US = 100_000;

const SX127X_CHIPS = ["sx1276", "sx1272"];
const SX126X_CHIPS = ["sx1262", "sx1261"];

export function isSx126x(radio: Pick<Radio, "chip">): radio is Sx126xRadio {
  return SX126X_CHIPS.includes(radio.chip);
}

/** The level at which the reset line resets the chip: section 7.2.2 of the data sheets, 8.1 of the SX1261/2's. */
export function resetLevel({ chip }: Pick<Radio, "chip">): "low" | "high" {
  return chip === "sx1272" ? "high" : "low";
}

const tcxoMillivolts: Check = (value, field, fail) => {
  if (!TCXO_MILLIVOLTS.includes(value as number)) {
    fail(field, `what DIO3 can supply, one of ${TCXO_MILLIVOLTS.join(", ")}`, value);
  }
};

const tcxoStartUp: Check = (value, field, fail) => {
  wholeNumber(0)(value, field, fail);
  if ((value as number) > TCXO_START_UP_LIMIT_US) fail(field, `at most ${TCXO_START_UP_LIMIT_US}`, value);
};

const SX127X: Shape = {
  chip: oneOf(...SX127X_CHIPS),
  powerPin: oneOf("PA_BOOST", "RFO"),
  tcxo: optional(object({ startUpUs: tcxoStartUp })),
  frontEnd: optional(oneOf("HAL")),
};
const SX126X: Shape = {
  chip: oneOf(...SX126X_CHIPS),
  rfSwitch: oneOf("DIO2", "none"),
  regulator: oneOf("DCDC", "LDO"),
  tcxo: optional(object({ millivolts: tcxoMillivolts, startUpUs: tcxoStartUp })),
};

/** `radio` of a board whose HAL can drive each chip. */
export const radioOfAnyFamily: Check = object((fields, fail) => {
  oneOf(...SX127X_CHIPS, ...SX126X_CHIPS)(fields.chip, "radio.chip", fail);
  return isSx126x(fields as unknown as Radio) ? SX126X : SX127X;
});

/** `radio` of a board whose HAL has no BUSY. */
export const radioWithoutBusy: Check = object(SX127X);

/** `pins` of a board with an SX127x. `pin`: what is a pin there. */
export const pinsOfSx127x = (pin: Check): Check =>
  object({ radioSelect: pin, radioReset: pin, dio0: pin, dio1: pin });

/** `pins` of a board with an SX126x. `pin`: what is a pin there. */
export const pinsOfSx126x = (pin: Check): Check =>
  object({ radioSelect: pin, radioReset: pin, busy: pin, dio1: pin });
