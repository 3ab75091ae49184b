/** The model of a board's radio, by the chip's name. */
import type { Air } from "../../air/index.ts";
import type { Clock } from "../../clock/index.ts";
import type { Finding } from "../finding.ts";
import type { RadioChip, RadioEvent, RadioState } from "./radio-chip.ts";
import { Sx127x, type Sx127xOptions } from "./sx127x/index.ts";
import { type BoardTraits, Sx1262 } from "./sx1262/index.ts";

export interface RadioOptions {
  /** The board's own time; a chip alone takes any clock. */
  readonly clock: Clock;
  readonly air: Air;
  /** The station's name on the air. */
  readonly name: string;
  /** 0..1, seeded: what the chip draws random numbers from. */
  readonly random: () => number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onEvent?: (event: RadioEvent) => void;
  /** The chip is in another state from now on; it begins in standby. */
  readonly onState?: (state: RadioState) => void;
}

/** The chip and what is around it, as `radio` of `board.json` has it. */
export type RadioOfBoard =
  | { readonly chip: "sx1272" | "sx1276"; readonly tcxo?: Sx127xOptions["tcxo"] }
  | ({ readonly chip: "sx1261" | "sx1262" } & Omit<BoardTraits, "part">);

export function createRadio(radio: RadioOfBoard, options: RadioOptions): RadioChip {
  switch (radio.chip) {
    case "sx1272":
    case "sx1276":
      return new Sx127x({ ...options, part: radio.chip, tcxo: radio.tcxo });
    case "sx1261":
    case "sx1262":
      return new Sx1262({ ...options, board: { ...radio, part: radio.chip } });
  }
}
