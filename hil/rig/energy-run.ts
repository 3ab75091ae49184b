/**
 * What a board draws in a day with an image: the image runs on the emulated board, joins, and sends; the times in each
 * state, over the join and over some periods once nothing but the uplinks is left, make up a day.
 */
import {
  BuildError,
  type EnergyEstimate,
  type EnergyScenario,
  energyADay,
  type Image,
  type StateTimes,
} from "../../toolchain/image/index.ts";
import { type DeviceIdentity, eepromImage, personalisedImage } from "../../toolchain/provisioning/index.ts";
import type { RegionName } from "../../toolchain/regions/index.ts";
import { Air } from "../air/index.ts";
import { runLockstep, VirtualClock } from "../clock/index.ts";
import type { RadioEvent } from "../emulator/chips/index.ts";
import { createMachine, hasMachine } from "../emulator/index.ts";
import { FType, fTypeOf, NetworkPlan, parseDataFrame } from "../lorawan/index.ts";
import { connect, storeFormatOf } from "./device.ts";
import { DEV_EUI_PREFIX, JOIN_EUI } from "./names.ts";
import { DEV_ADDR, QuietNetwork } from "./quiet-network.ts";
import { seededRandom } from "./random.ts";
import { RigError } from "./rig-error.ts";
import { StateClock, timesBetween } from "./state-times.ts";

export interface EnergyRunOptions {
  readonly lorawan: "1.0.4" | "1.1";
  readonly region: RegionName;
  /** Whether the image is one of a personalised device, which never joins. */
  readonly personalised?: boolean;
  /** Whether the image has class B: there are beacons then. */
  readonly classB?: boolean;
  /** What the estimate says of a battery's life. */
  readonly batteryMilliampereHours?: number;
}

/** Periods that are measured. */
const PERIODS = 4;
/** Uplinks after which all that the network has set is answered, whatever else is in them. */
const ANSWERED_BY = 8;
/** A device that sends nothing for so long is given up. */
const SILENCE_NS = 2 * 86_400e9;
const LIMIT_NS = 30 * 86_400e9;
const SPREADING_FACTORS = [7, 8, 9, 10, 11, 12];

/** The keys do not count for the time that they take; the same ones make the same run. */
const IDENTITY: DeviceIdentity = {
  devEui: `${DEV_EUI_PREFIX}00000001`,
  joinEui: JOIN_EUI,
  nwkKey: Buffer.alloc(16, 1),
  appKey: Buffer.alloc(16, 2),
};
const SESSION = {
  fNwkSIntKey: Buffer.alloc(16, 3),
  sNwkSIntKey: Buffer.alloc(16, 3),
  nwkSEncKey: Buffer.alloc(16, 3),
  appSKey: Buffer.alloc(16, 4),
};

/**
 * A day at the fastest and at the slowest data rate of 125 kHz, or at the one that the device keeps to where it does not
 * take what the network sets. Throws RigError where the firmware does not do its part.
 */
export async function measureEnergy(image: Image, options: EnergyRunOptions): Promise<EnergyEstimate[]> {
  if (!hasMachine(image.board.processor)) {
    const { processor, name } = image.board;
    throw new RigError("usage", `there is no emulation of the ${processor}, which ${name} has`);
  }
  const plan = new NetworkPlan(options.region);
  const rates = SPREADING_FACTORS.flatMap(
    (spreadingFactor) => plan.dataRateIndex({ spreadingFactor, bandwidthHz: 125_000 }) ?? [],
  );
  const days = new Map<number, MeasuredDay>();
  for (const dataRate of new Set([rates[0], rates[rates.length - 1]])) {
    const day = await measureDay(dataRate, image, plan, options);
    days.set(day.scenario.dataRate, day);
  }
  try {
    return [...days.values()].map(({ scenario, ...times }) =>
      energyADay(image.board, scenario, times, options.batteryMilliampereHours),
    );
  } catch (error) {
    throw error instanceof BuildError ? new RigError("usage", error.message) : error;
  }
}

/** The store of a device that is switched on for the first time. */
function storeOf(board: Image["board"], { lorawan, personalised }: EnergyRunOptions): Uint8Array {
  const { devEui } = IDENTITY;
  const names = { devEui, devAddr: DEV_ADDR, lorawan };
  const session = { ...SESSION, nwkSKey: SESSION.fNwkSIntKey };
  const image = personalised
    ? personalisedImage({ ...names, ...session }, board.eepromBytes)
    : eepromImage(IDENTITY, board.eepromBytes);
  return storeFormatOf(board).pack(image);
}

/** What a day is made of. */
export interface MeasuredDay {
  readonly scenario: EnergyScenario;
  /** From power-up to the first uplink: the join, where there is one. */
  readonly join: StateTimes;
  /** From an uplink to the next one, in the mean. */
  readonly period: StateTimes;
}

/** An uplink as it begins, and what had passed until then. */
interface Mark {
  readonly atNs: number;
  readonly event: RadioEvent & { readonly type: "tx-start" };
  readonly times: StateTimes;
}

export async function measureDay(
  dataRate: number,
  image: Image,
  plan: NetworkPlan,
  options: EnergyRunOptions,
): Promise<MeasuredDay> {
  const { board } = image;
  const { lorawan, region, personalised = false, classB } = options;
  const clock = new VirtualClock();
  const air = new Air({ clock, random: seededRandom(1) });
  let failure: string | undefined;
  const machine = createMachine(image, {
    clock,
    eeprom: storeOf(board, options),
    onFinding: ({ message }) => {
      failure ??= `the firmware misuses the hardware: it ${message}`;
    },
  });
  const states = new StateClock(machine);
  const marks: Mark[] = [];
  connect(machine, board, {
    air,
    random: seededRandom(2),
    onConsoleLine: () => {},
    onRadioState: (state) => states.enter(state),
    onRadioEvent: (event) => {
      if (event.type !== "tx-start" || !isDataUplink(event.payload)) return;
      marks.push({ atNs: event.atNs, event, times: states.read() });
    },
  });
  const session = personalised ? SESSION : undefined;
  new QuietNetwork({ clock, air, plan, lorawan, identity: IDENTITY, session, dataRate, classB });
  await runLockstep({
    clock,
    machines: [machine],
    participants: [],
    done: () => {
      if (clock.nowNs() - (marks.at(-1)?.atNs ?? 0) > SILENCE_NS) {
        failure ??= `the firmware sends nothing for ${SILENCE_NS / 3600e9} hours, so there is no period to measure`;
      }
      return failure !== undefined || settled(marks).length > PERIODS;
    },
    limitNs: LIMIT_NS,
  });
  if (failure !== undefined) throw new RigError("failed", `${failure} (joinery hil run join tells more)`);
  const periods = settled(marks);
  const [first, last] = [periods[0], periods[PERIODS]];
  const periodS = (last.atNs - first.atNs) / PERIODS / 1e9;
  const period = timesBetween(first.times, last.times, 1 / PERIODS);
  return {
    scenario: {
      ...scenarioOf(first.event, plan),
      ...{ lorawan, region, personalised },
      deviceClass: isClassB(first) ? "B" : period.radio.receive > periodS / 2 ? "C" : "A",
      periodS: Math.round(periodS * 1000) / 1000,
    },
    join: marks[0].times,
    period,
  };
}

/**
 * From the first uplink of a period that has nothing to answer any more: the one that tells of class B is between two
 * periods. A device that always has something to say is as it is.
 */
function settled(marks: readonly Mark[]): readonly Mark[] {
  const first = marks.findIndex(
    (mark, i) => i > 1 && fOptsOf(mark).length === 0 && isClassB(mark) === isClassB(marks[i - 1]),
  );
  return marks.slice(first < 0 ? ANSWERED_BY : Math.min(first, ANSWERED_BY));
}

function fOptsOf({ event }: Mark): Uint8Array {
  return parseDataFrame(event.payload).fOpts;
}

/** By the ClassB bit of the uplink. */
function isClassB({ event }: Mark): boolean {
  return parseDataFrame(event.payload).classBOrFPending;
}

function isDataUplink(payload: Uint8Array): boolean {
  const fType = fTypeOf(payload);
  return fType === FType.unconfirmedDataUp || fType === FType.confirmedDataUp;
}

/** What an uplink says of how it was sent. */
function scenarioOf({ spreadingFactor, bandwidthHz, powerDbm, payload }: Mark["event"], plan: NetworkPlan) {
  const dataRate =
    spreadingFactor === undefined ? undefined : plan.dataRateIndex({ spreadingFactor, bandwidthHz });
  if (spreadingFactor === undefined || dataRate === undefined) {
    throw new RigError("usage", "the device sends in FSK, which this measurement does not know");
  }
  return {
    ...{ dataRate, spreadingFactor, bandwidthHz, powerDbm },
    octets: payload.length,
    acknowledged: fTypeOf(payload) === FType.confirmedDataUp,
  };
}
