/** The pins of a board, as `board.json` gives them: each has one use, and none is taken that the processor needs. */
import type { Check, Fail } from "../json-document/index.ts";
import { INTERRUPTING_LINES } from "./board-radio.ts";
import { PROCESSORS, type Processor } from "./processors.ts";

/** What of a `board.json` bears on its pins. */
interface PinFields {
  readonly processor?: string;
  readonly pins: Readonly<Record<string, string>>;
  readonly otherPins?: Readonly<Record<string, string>>;
  readonly fuses?: { readonly low: string };
}

/** Macros that the C of a board is compiled with besides those of its pins (family.ts). */
const OTHER_MACROS = ["F_CPU", "CONSOLE_BAUD", "FLASH_BYTES", "STORE_BYTES", "RADIO_RESET_LEVEL"];
/** Lines of the radio, which stand in `pins`. */
const RADIO_LINES = ["radioSelect", "radioReset", "dio0", "dio1", "busy"];

/** The macro of a pin: RADIO_SELECT for radioSelect. */
export function pinMacro(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** `otherPins`: those that the processor's C asks for, each where the processor has that function, and any more. */
export function otherPinsOf({ functionPins, pins }: Processor, pin: Check): Check {
  const asked = Object.entries(functionPins);
  return (value, field, fail) => {
    if (value === undefined && asked.length === 0) return;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return fail(field, "an object", value);
    }
    const named = value as Readonly<Record<string, unknown>>;
    for (const [name, itsPin] of Object.entries(named)) {
      checkName(name, `${field}.${name}`, pins, fail);
      pin(itsPin, `${field}.${name}`, fail);
    }
    for (const [name, places] of asked) {
      if (!places.includes(named[name] as string)) {
        fail(`${field}.${name}`, places.map((place) => `"${place}"`).join(" or "), named[name]);
      }
    }
  };
}

/** A name becomes a macro, which must be no other. */
function checkName(name: string, field: string, pins: Processor["pins"], fail: Fail): void {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) {
    fail.because(field, 'has a name that is no macro in C: write it as "antennaSwitch"');
  }
  if (RADIO_LINES.includes(name)) {
    fail.because(field, "is a line of the radio: those stand in pins");
  }
  const macro = pinMacro(name);
  if (pins.has(macro) || OTHER_MACROS.includes(macro)) {
    fail.because(field, `would be ${macro} in C, which is something else: give it another name`);
  }
}

/** Of a NodeMCU (ESP8266): the bus that its HAL uses, the console, and what the flash hangs on; D0 has no interrupt. */
const MODULE: PinRules = {
  reservedPins: {
    D5: "SCK of the SPI",
    D6: "MISO of the SPI",
    D7: "MOSI of the SPI",
    D9: "RX of the console",
    D10: "TX of the console",
    D11: "a line of the flash chip",
    D12: "a line of the flash chip",
  },
  withoutInterrupt: ["D0"],
};

type PinRules = Pick<Processor, "reservedPins" | "interruptLine" | "slaveSelect" | "crystalPins"> & {
  readonly withoutInterrupt?: readonly string[];
};

/** Calls `fail` where a pin has two uses, or cannot have that which it is given. */
export function checkPins(fields: Record<string, unknown>, fail: Fail): void {
  const { processor, pins, otherPins = {}, fuses } = fields as unknown as PinFields;
  const rules: PinRules = processor === undefined ? MODULE : PROCESSORS[processor];
  const bus = processor === undefined ? {} : PROCESSORS[processor].functionPins;
  const others = Object.entries(otherPins).map(([name, pin]) => ({
    line: name,
    field: `otherPins.${name}`,
    pin,
  }));
  // Of two that have one pin the later is refused: the bus and the console can be at few pins, a line of the radio at
  // most.
  const uses = [
    ...others.filter(({ line }) => Object.hasOwn(bus, line)),
    ...Object.entries(pins).map(([line, pin]) => ({ line, field: `pins.${line}`, pin })),
    ...others.filter(({ line }) => !Object.hasOwn(bus, line)),
  ];
  uses.forEach(({ line, field, pin }, index) => {
    const isOfRadio = RADIO_LINES.includes(line);
    const taken = (by: string) => fail.because(field, `is ${pin}, ${by}: take another pin`);
    for (const other of uses.slice(0, index)) {
      if (pin === other.pin) {
        fail.because(field, `is ${pin}, which ${other.field} is too: give each line a pin of its own`);
      }
      if (![line, other.line].every((name) => INTERRUPTING_LINES.includes(name))) continue;
      const shared = rules.interruptLine?.(pin);
      if (shared === undefined || shared !== rules.interruptLine?.(other.pin)) continue;
      const fault = `is ${pin}, which shares the interrupt ${shared} with ${other.field}, ${other.pin}: take pins of two numbers`;
      fail.because(field, fault);
    }
    if (Object.hasOwn(rules.reservedPins, pin)) taken(rules.reservedPins[pin]);
    if (pin === rules.slaveSelect && isOfRadio && line !== "radioSelect") {
      taken("SS of the SPI, which must be an output, as radioSelect is");
    }
    if (rules.crystalPins?.includes(pin) && fuses !== undefined && hasCrystal(fuses.low)) {
      taken(`where the crystal is that fuses.low, ${fuses.low}, chooses`);
    }
    if (rules.withoutInterrupt?.includes(pin) && INTERRUPTING_LINES.includes(line)) {
      taken("which has no interrupt");
    }
  });
}

/** CKSEL of an ATmega328P: neither an external clock nor one of its own oscillators (DS40002061B, table 9-1). */
function hasCrystal(lowFuse: string): boolean {
  return ![0b0000, 0b0010, 0b0011].includes(Number.parseInt(lowFuse, 16) & 0x0f);
}
