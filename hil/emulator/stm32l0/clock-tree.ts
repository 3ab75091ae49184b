/**
 * The oscillators and what is derived from them. Sections are those of the reference manual RM0367, section 7
 * "Reset and clock control"; "DS" marks those of the STM32L073 data sheet, DS10685, section 6.3.
 *
 * HSE and HSI48 are not there: no board here has the one, no firmware the use of the other.
 */
import type { Clock } from "../../clock/index.ts";
import { Due } from "../cortex-m/due.ts";

export type Oscillator = "MSI" | "HSI16" | "PLL" | "LSE" | "LSI";

/** An RC oscillator is not at its nominal frequency; these lie within the tolerance at 25 °C (DS tables 45, 47, 48). */
const HSI16_HZ = 16_000_000;
const HSI16_ERROR = 0.004;
const MSI_ERROR = -0.004;
const LSI_HZ = 37_000;
const LSE_HZ = 32_768;
/** MSIRANGE of ICSCR (7.3.2). */
const MSI_HZ = [65_536, 131_072, 262_144, 524_288, 1_048_000, 2_097_000, 4_194_000];
/** From on to ready, in nanoseconds (DS tables 44 to 49). */
const START_UP_NS: Readonly<Record<Oscillator, number>> = {
  MSI: 3_500,
  HSI16: 3_700,
  PLL: 115_000,
  LSE: 2_000_000_000,
  LSI: 200_000,
};
/** HPRE (7.3.4): from 1000b on. */
const AHB_DIVIDERS = [2, 4, 8, 16, 64, 128, 256, 512];
/** PLLMUL and PLLDIV (7.3.4). */
const PLL_MULTIPLIERS = [3, 4, 6, 8, 12, 16, 24, 32, 48];

/** What RCC_CFGR and RCC_ICSCR say. */
export interface ClockSettings {
  readonly system: "MSI" | "HSI16" | "PLL";
  readonly msiRange: number;
  readonly ahb: number;
  readonly apb1: number;
  readonly apb2: number;
  readonly pllMultiplier: number;
  readonly pllDivider: number;
  readonly hsiDividedBy4: boolean;
}

export class ClockTree {
  readonly #listeners: (() => void)[] = [];
  readonly #on = new Set<Oscillator>(["MSI"]);
  readonly #ready = new Set<Oscillator>(["MSI"]);
  readonly #starting: Readonly<Record<Oscillator, Due>>;
  readonly #lseHz: number;
  #settings: ClockSettings;
  #stopped = false;

  /** `onReady`: an oscillator has become stable. */
  constructor(
    clock: Clock,
    settings: ClockSettings,
    options: { readonly errorPpm: number; readonly onReady: (oscillator: Oscillator) => void },
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#lseHz = LSE_HZ * (1 + options.errorPpm / 1e6);
    const starting = (oscillator: Oscillator) =>
      new Due(clock, () => {
        this.#ready.add(oscillator);
        options.onReady(oscillator);
        this.#changed();
      });
    this.#starting = {
      MSI: starting("MSI"),
      HSI16: starting("HSI16"),
      PLL: starting("PLL"),
      LSE: starting("LSE"),
      LSI: starting("LSI"),
    };
  }

  readonly #clock: Clock;

  isOn(oscillator: Oscillator): boolean {
    return this.#on.has(oscillator);
  }

  isReady(oscillator: Oscillator): boolean {
    return this.#ready.has(oscillator);
  }

  turn(oscillator: Oscillator, on: boolean): void {
    if (on === this.#on.has(oscillator)) return;
    const starting = this.#starting[oscillator];
    if (on) {
      this.#on.add(oscillator);
      starting.plan(this.#clock.nowNs() + START_UP_NS[oscillator]);
      return;
    }
    this.#on.delete(oscillator);
    this.#ready.delete(oscillator);
    starting.plan(Number.POSITIVE_INFINITY);
    this.#changed();
  }

  /** Running at once, as hardware leaves it after a Stop. */
  turnReady(oscillator: Oscillator): void {
    this.#on.add(oscillator);
    this.#ready.add(oscillator);
    this.#starting[oscillator].plan(Number.POSITIVE_INFINITY);
  }

  get settings(): ClockSettings {
    return this.#settings;
  }

  set settings(settings: ClockSettings) {
    this.#settings = settings;
    this.#changed();
  }

  /** Stop mode: nothing but LSE and LSI goes on (6.3.9). */
  set stopped(stopped: boolean) {
    this.#stopped = stopped;
    this.#changed();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** What the documents call the frequency of the system clock, as limits are checked against. */
  get nominalSystemHz(): number {
    return this.#systemHz(0, 0);
  }

  get systemHz(): number {
    return this.#stopped ? 0 : this.#systemHz(HSI16_ERROR, MSI_ERROR);
  }

  /** HCLK, which the core runs at. */
  get ahbHz(): number {
    const { ahb } = this.#settings;
    return this.systemHz / (ahb < 8 ? 1 : AHB_DIVIDERS[ahb - 8]);
  }

  get apb1Hz(): number {
    return this.ahbHz / apbDivider(this.#settings.apb1);
  }

  get apb2Hz(): number {
    return this.ahbHz / apbDivider(this.#settings.apb2);
  }

  /** The clock of a timer: twice that of its bus where the bus is divided (7.2). */
  timerHz(bus: 1 | 2): number {
    const setting = bus === 1 ? this.#settings.apb1 : this.#settings.apb2;
    return (bus === 1 ? this.apb1Hz : this.apb2Hz) * (setting < 4 ? 1 : 2);
  }

  /** An oscillator by itself; 0 while it is not ready. */
  oscillatorHz(oscillator: "HSI16" | "LSE" | "LSI"): number {
    if (!this.#ready.has(oscillator)) return 0;
    if (oscillator === "LSE") return this.#lseHz;
    if (oscillator === "LSI") return LSI_HZ;
    return this.#stopped ? 0 : this.#hsiHz(HSI16_ERROR);
  }

  #systemHz(hsiError: number, msiError: number): number {
    const { system, msiRange, pllMultiplier, pllDivider } = this.#settings;
    if (system === "MSI") return (MSI_HZ[msiRange] ?? MSI_HZ[MSI_HZ.length - 1]) * (1 + msiError);
    const hsiHz = this.#hsiHz(hsiError);
    if (system === "HSI16") return hsiHz;
    return (hsiHz * (PLL_MULTIPLIERS[pllMultiplier] ?? 48)) / (pllDivider + 1);
  }

  #hsiHz(error: number): number {
    return (HSI16_HZ * (1 + error)) / (this.#settings.hsiDividedBy4 ? 4 : 1);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** PPRE1 and PPRE2 (7.3.4): from 100b on. */
function apbDivider(setting: number): number {
  return setting < 4 ? 1 : 2 ** (setting - 3);
}
