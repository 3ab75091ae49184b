/** The pins of a processor, by the names of its documents. Each function throws RangeError for a name that is none. */
export interface Pins {
  /** Something outside drives the pin. */
  drive(pin: string, level: boolean): void;
  /** The level that the processor drives; undefined where it drives none. */
  driven(pin: string): boolean | undefined;
  /** Calls `listener` after each change of what the processor drives. */
  onChange(listener: () => void): void;
}
