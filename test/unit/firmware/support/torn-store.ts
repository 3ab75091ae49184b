/** The firmware's store on a memory whose power goes in the midst of writes, as `StoreMemory` models that. */
import type * as HalModule from "../../../../firmware/hal/index.ts";
import type * as StoreModule from "../../../../firmware/store/index.ts";
import { VirtualClock } from "../../../../hil/clock/index.ts";
import { type Step, StoreMemory } from "../../../../hil/emulator/store-memory.ts";
import { seededRandom } from "../../../../hil/rig/random.ts";
import { loadFirmware } from "./instance.ts";

const STEP_NS = 1000;

export class PowerCut extends Error {}

export interface MemoryKind {
  readonly name: string;
  readonly seed: number;
  /** What is erased and programmed at once, and how it reads when erased. */
  readonly wordBytes: number;
  readonly erased: 0 | 0xff;
}

export const OCTETS: MemoryKind = { name: "octets, as of an AVR", seed: 1, wordBytes: 1, erased: 0xff };
export const WORDS: MemoryKind = {
  name: "words of four, as of an STM32L0",
  seed: 2,
  wordBytes: 4,
  erased: 0,
};

/** `octets`: what the memory holds, changed in place. */
export function tornStore({ wordBytes, erased, seed }: MemoryKind, octets: Uint8Array) {
  const random = seededRandom(seed);
  const clock = new VirtualClock();
  const memory = new StoreMemory({ octets, clock, powerOff: () => {}, random });
  let writesLeft = Number.POSITIVE_INFINITY;

  const storeWrite = (address: number, value: number) => {
    const word = address - (address % wordBytes);
    const next = octets.slice(word, word + wordBytes);
    next[address - word] = value;
    const all = new Uint8Array(wordBytes).fill(0xff);
    const steps: Step[] = [
      { takesNs: STEP_NS, drives: all, to: erased === 0 ? 0 : 1 },
      { takesNs: STEP_NS, drives: next.map((octet) => octet ^ erased), to: erased === 0 ? 1 : 0 },
    ];
    memory.begin(word, steps);
    if (writesLeft-- > 0) {
      memory.complete();
      return;
    }
    clock.advanceTo(clock.nowNs() + Math.round(random() * 2 * STEP_NS));
    memory.losePower();
    throw new PowerCut();
  };
  const firmware = loadFirmware();
  const hal = firmware("hal/index.ts") as unknown as typeof HalModule;
  hal.bindHal({ storeRead: (address: number) => octets[address], storeWrite } as unknown as HalModule.Hal);
  const store = firmware("store/index.ts") as unknown as typeof StoreModule;
  return {
    ...store,
    random,
    octets,
    /** Power is back, and goes again at that write: open what is to be read. */
    start(cutAt: number): void {
      writesLeft = cutAt;
      memory.regainPower();
    },
  };
}
