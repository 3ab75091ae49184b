/** Beacons of class B right on the air, for the quiet network: by them a device comes into class B, and stays there. */
import { type Air, airtimeUs } from "../air/index.ts";
import type { VirtualClock } from "../clock/index.ts";
import { BEACON_PERIOD_S, buildBeacon, gpsMsOf, type NetworkPlan } from "../lorawan/index.ts";

const PERIOD_NS = BEACON_PERIOD_S * 1e9;
const SYNC_WORD = 0x34;
const PREAMBLE_SYMBOLS = 10;

/** The clock's zero: about when does not matter, as long as it is the same in each run. */
const ZERO_MS = Date.UTC(2026, 0, 1);

/** The instant at which the clock says so. */
export function dateAt(ns: number): Date {
  return new Date(ZERO_MS + ns / 1e6);
}

/** Has a station send each beacon from now on. */
export function sendBeacons(station: string, clock: VirtualClock, air: Air, plan: NetworkPlan): void {
  const { beaconDataRate, beaconLayout } = plan.classB;
  const rate = plan.dataRate(beaconDataRate);
  const modulation = {
    ...rate,
    codingRate: 1,
    preambleSymbols: PREAMBLE_SYMBOLS,
    implicitHeader: true,
    crc: false,
    lowDataRateOptimize: rate.spreadingFactor >= 11 && rate.bandwidthHz === 125_000,
  };
  const send = (startNs: number): void => {
    const time = Math.round(gpsMsOf(dateAt(startNs)) / 1000);
    const payload = buildBeacon({ time, precision: 0, infoDesc: 0, info: Buffer.alloc(6) }, beaconLayout);
    const frequencyHz = plan.beaconFrequencyHz(time);
    air.transmit({
      ...modulation,
      modulation: "lora",
      from: station,
      frequencyHz,
      iqInverted: false,
      syncWord: SYNC_WORD,
      powerDbm: plan.powerDbm(frequencyHz),
      payload,
      startNs,
      endNs: startNs + Math.round(airtimeUs({ ...modulation, payloadBytes: payload.length }) * 1000),
    });
    clock.at(startNs + PERIOD_NS, () => send(startNs + PERIOD_NS));
  };
  const sinceMs = gpsMsOf(dateAt(0)) % (BEACON_PERIOD_S * 1000);
  const firstNs = PERIOD_NS - sinceMs * 1e6;
  clock.at(firstNs, () => send(firstNs));
}
