/** What `build` and `size` say of a day on a battery, where they are asked to. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { measureEnergy, RigError } from "../hil/rig/index.ts";
import type { EnergyEstimate, Image } from "../toolchain/image/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import type { Choice } from "./choice.ts";
import { refusalOf } from "./exit.ts";

export interface EnergyOptions {
  energy?: boolean;
  /** Milliampere-hours. */
  battery?: number;
}

/** How the help explains it. */
export const ENERGY_HELP = `--energy runs the image on the emulated board, which takes a second or two: it joins a network that then stays silent
but for the beacons of class B, and the times in each state, with the currents of board.json, make a day; at the
fastest and at the slowest data rate.`;

export function addEnergy(command: Command): Command {
  return command
    .option("--energy", "measure on the emulated board what it draws in a day, and of what")
    .addOption(
      new Option("--battery <mAh>", "with --energy, say how long a battery of so much would last")
        .argParser(milliampereHours)
        .implies({ energy: true }),
    );
}

/** What the board draws in a day with an image; undefined where nobody asks. Throws Refusal. */
export async function energyOf(
  image: Image,
  { lorawan, region, config }: Choice,
  { energy, battery }: EnergyOptions,
): Promise<readonly EnergyEstimate[] | undefined> {
  if (!energy) return undefined;
  try {
    const [firstRegion] = regionsOf(region);
    return await measureEnergy(image, {
      lorawan,
      region: firstRegion,
      personalised: config?.ABP === true,
      classB: config?.CLASS_B === true,
      batteryMilliampereHours: battery,
    });
  } catch (error) {
    throw error instanceof RigError ? refusalOf(error) : error;
  }
}

function milliampereHours(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("Write milliampere-hours.");
  return value;
}
