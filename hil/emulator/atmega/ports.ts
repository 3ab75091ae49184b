/** The ports of a part, by letter: data sheet DS40002061B, section 14 (Atmel-7766J, section 10). */
import { AVRIOPort, type CPU } from "avr8js";
import type { Part } from "./part.ts";

export type Ports = ReadonlyMap<string, AVRIOPort>;

export function attachPorts(cpu: CPU, { ports }: Part): Ports {
  return new Map(
    Object.entries(ports).map(([letter, { registers }]) => [letter, new AVRIOPort(cpu, registers)]),
  );
}

/** Throws RangeError for a letter that no port has: a fault of the description of the part. */
export function portOf(ports: Ports, letter: string): AVRIOPort {
  const port = ports.get(letter);
  if (port === undefined) throw new RangeError(`no port ${letter}`);
  return port;
}
