/** What a board draws in a day, as a person reads it in a terminal. */
import type { EnergyEstimate, EnergyScenario } from "./energy.ts";

/** What a device hears that nobody sends to. */
const SILENCE = {
  A: "both windows empty",
  B: "windows and ping slots empty",
  C: "listening in between for nothing",
} as const;

/** "3.72 mAh a day at DR5 (SF7), an uplink each 60.5 s". */
export function energyLine({ milliampereHours, scenario }: EnergyEstimate): string {
  return `${milliampereHours.toFixed(2)} mAh a day at ${rateText(scenario)}, an uplink each ${periodText(scenario)}`;
}

/** The scenario, a row for each part, and the sum. */
export function energyLines(estimate: EnergyEstimate): string[] {
  const { scenario, parts, milliampereHours, meanMicroampere, joinMilliampereHours, battery } = estimate;
  const { region, lorawan, personalised, deviceClass, octets, powerDbm, acknowledged } = scenario;
  const rows = parts.map(({ state, seconds, microampere, milliampereHours: part }) => [
    part.toFixed(4),
    ((100 * part) / milliampereHours).toFixed(1),
    seconds.toFixed(3),
    String(microampere),
    state,
  ]);
  const lines = [["mAh", "%", "seconds", "µA", "state"], ...rows];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return [
    `  ${region}, LoRaWAN ${lorawan}, class ${deviceClass}: an uplink of ${octets} octets each ${periodText(scenario)} at ${rateText(scenario)} and ${powerDbm} dBm,`,
    `  ${acknowledged ? "each acknowledged" : SILENCE[deviceClass]}; ${personalised ? "a start" : "a join"} at the begin of the day, ${joinMilliampereHours.toFixed(4)} mAh of it`,
    ...lines.map(
      (line) =>
        `  ${line.map((cell, i) => (i === line.length - 1 ? cell : cell.padStart(widths[i]))).join("  ")}`,
    ),
    `  ${milliampereHours.toFixed(4)} mAh in all, ${meanMicroampere.toFixed(1)} µA in the mean`,
    ...(battery === undefined
      ? []
      : [
          `  a battery of ${battery.milliampereHours} mAh would last ${battery.years.toFixed(1)} years, its own discharge not counted`,
        ]),
  ];
}

function rateText({ dataRate, spreadingFactor, bandwidthHz }: EnergyScenario): string {
  const bandwidth = bandwidthHz === 125_000 ? "" : `, ${bandwidthHz / 1000} kHz`;
  return `DR${dataRate} (SF${spreadingFactor}${bandwidth})`;
}

function periodText({ periodS }: EnergyScenario): string {
  return `${Number(periodS.toFixed(1))} s`;
}
