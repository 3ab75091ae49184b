/** Figures as the page writes them. */

/** A figure with a sign that is not a hyphen. */
function figure(value: number, digits: number): string {
  return value.toFixed(digits).replace("-", "\u2212");
}

/** Virtual time: "6.0249 s". */
export function seconds(ms: number): string {
  return `${figure(ms / 1000, 4)} s`;
}

/** A duration: "61.7 ms", "59.4 s". */
export function duration(ms: number): string {
  return ms < 1000 ? `${figure(ms, 1)} ms` : `${figure(ms / 1000, 1)} s`;
}

export function megahertz(hz: number): string {
  return figure(hz / 1e6, 3);
}

export function decibels(value: number): string {
  return figure(value, Number.isInteger(value) ? 0 : 1);
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Octets in pairs, for reading: "00 01 0b". */
export function spaced(hex: string): string {
  return hex.replace(/(..)(?=.)/g, "$1 ");
}

/** How a packet is modulated: "SF7, 125 kHz". */
export function modulation(packet: {
  readonly spreadingFactor: number | null;
  readonly bandwidthHz: number;
}): string {
  return packet.spreadingFactor === null
    ? "FSK"
    : `SF${packet.spreadingFactor}, ${packet.bandwidthHz / 1000} kHz`;
}
