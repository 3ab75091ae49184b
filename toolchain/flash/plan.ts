/** Which commands get an image into a board. */
import type { FlashMethod, ProcessorBoard } from "../image/index.ts";
import { avrdudeSteps } from "./avrdude.ts";
import { FlashError } from "./errors.ts";
import type { FlashImage } from "./image-file.ts";
import { openOcdSteps } from "./openocd.ts";
import { stFlashSteps } from "./st-flash.ts";
import { uf2Steps } from "./uf2-drive.ts";

/** What the caller chooses of the way into the board. */
export interface FlashWish {
  /** The first of the board's methods that the other choices allow, where not given. */
  readonly method?: FlashMethod;
  /** The serial port of a boot loader, or of a programmer. */
  readonly port?: string;
  /** An ISP programmer, as avrdude's -c names it. */
  readonly programmer?: string;
  /** The rate of the programmer's port, where avrdude cannot know it. */
  readonly baud?: number;
  /** The folder that the drive of a UF2 boot loader is mounted at. */
  readonly volume?: string;
  /** The device forgets its identity, its keys and its nonces. */
  readonly eraseStore?: boolean;
}

/** A command, and what to say where it fails. */
export interface FlashStep {
  readonly words: readonly string[];
  readonly ifFails: string;
}

export interface FlashPlan {
  readonly method: FlashMethod;
  /** What must be installed. */
  readonly tool: string;
  /** One after the other, each only if those before it have done what they should. */
  readonly steps: readonly FlashStep[];
}

type Steps = (board: ProcessorBoard, image: FlashImage, wish: FlashWish) => FlashStep[];

/** Each method: the tool that does it, and the choices that belong to it. */
const METHODS: Readonly<
  Record<
    FlashMethod,
    { readonly tool: string; readonly choices: readonly (keyof FlashWish)[]; readonly steps: Steps }
  >
> = {
  avrdude: { tool: "avrdude", choices: ["port", "programmer", "baud"], steps: avrdudeSteps },
  openocd: { tool: "openocd", choices: [], steps: openOcdSteps },
  "st-flash": { tool: "st-flash", choices: [], steps: stFlashSteps },
  uf2: { tool: "cp", choices: ["volume"], steps: uf2Steps },
};

export const FLASH_METHODS = Object.keys(METHODS) as FlashMethod[];

/** Throws FlashError where the board has no such method, or the method cannot do what is asked for. */
export function planFlash(board: ProcessorBoard, image: FlashImage, wish: FlashWish): FlashPlan {
  const method = methodOf(board, wish);
  const { tool, steps } = METHODS[method];
  return { method, tool, steps: steps(board, image, wish) };
}

/** The tool that `planFlash` will need: known before there is an image. Throws FlashError as it does. */
export function toolFor(board: ProcessorBoard, wish: FlashWish): string {
  return METHODS[methodOf(board, wish)].tool;
}

function methodOf({ name, flashing = {} }: ProcessorBoard, wish: FlashWish): FlashMethod {
  const own = Object.keys(flashing) as FlashMethod[];
  if (own.length === 0) {
    throw new FlashError(
      "usage",
      `board.json of ${name} has no "flashing", which says how an image gets into it`,
    );
  }
  if (wish.method !== undefined && !own.includes(wish.method)) {
    throw new FlashError(
      "usage",
      `${name} is not flashed by ${wish.method}; its methods are ${own.join(", ")}`,
    );
  }
  const chosen = CHOICES.filter((choice) => wish[choice] !== undefined);
  const candidates = wish.method === undefined ? own : [wish.method];
  const method = candidates.find((each) => chosen.every((choice) => METHODS[each].choices.includes(choice)));
  if (method !== undefined) return method;
  const options = chosen.map((choice) => `--${choice}`).join(" and ");
  const belongs = chosen.length === 1 ? "does" : "do";
  throw new FlashError(
    "usage",
    `${options} ${belongs} not belong to ${candidates.join(" or ")}, by which ${name} is flashed`,
  );
}

const CHOICES = [...new Set(Object.values(METHODS).flatMap(({ choices }) => choices))];
