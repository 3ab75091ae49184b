/**
 * How images get into the flash of a board, as `board.json` says it: the methods that it has, by the tool that does it.
 */
import {
  type Check,
  line,
  matching,
  object,
  optional,
  type Shape,
  wholeNumber,
} from "../json-document/index.ts";

/** avrdude: through a boot loader at a serial port, or an ISP programmer. */
export interface AvrdudeFlashing {
  /** The processor as avrdude's -p names it: "m328p". */
  readonly part: string;
  /** The boot loader that boards of this kind are sold with. */
  readonly bootLoader?: {
    /** What speaks its protocol, as avrdude's -c names it. */
    readonly programmer: string;
    readonly baud: number;
    /** Octets at the end of the flash that it takes. */
    readonly bytes: number;
  };
  /** The high fuse for programming by ISP, hexadecimal, where the board is sold with another one. */
  readonly ispHighFuse?: string;
}

/** The methods of a board, the one to take first where nothing is chosen standing first. */
export interface Flashing {
  readonly avrdude?: AvrdudeFlashing;
  /**
   * OpenOCD: the configuration files of the probe and of the board, from its own `scripts`, and the probe's rate if
   * they give none.
   */
  readonly openocd?: { readonly config: readonly string[]; readonly speedKhz?: number };
  /** st-flash of the stlink tools, which finds out the processor by itself. */
  readonly "st-flash"?: object;
  /** A boot loader that shows up as a drive, by its label, and takes UF2 files. */
  readonly uf2?: { readonly volume: string };
}

export type FlashMethod = keyof Flashing;

const configFiles: Check = (value, field, fail) => {
  if (!Array.isArray(value) || value.length === 0)
    return fail(field, 'names of files such as ["board/st_nucleo_l073rz.cfg"]', value);
  value.forEach((name, index) => {
    line(name, `${field}.${index}`, fail);
  });
};

const METHODS: Readonly<Record<FlashMethod, Shape>> = {
  avrdude: {
    part: matching(/^[a-z0-9]+$/, 'a part as avrdude names it, such as "m328p"'),
    bootLoader: optional(object({ programmer: line, baud: wholeNumber(300), bytes: wholeNumber(1) })),
    ispHighFuse: optional(matching(/^[0-9A-F]{2}$/, "two upper-case hexadecimal digits")),
  },
  openocd: { config: configFiles, speedKhz: optional(wholeNumber(1)) },
  "st-flash": {},
  uf2: { volume: line },
};

/** `flashing` of a board whose processor has these methods. */
export function flashingOf(methods: readonly FlashMethod[]): Check {
  return optional(object(Object.fromEntries(methods.map((name) => [name, optional(object(METHODS[name]))]))));
}
