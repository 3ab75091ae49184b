/** What tells one ATmega from another: a description of each is in `parts/`. */
import type { ADCConfig, AVRPortConfig, AVRTimerConfig, usart0Config } from "avr8js";
import type { IoSpace } from "./io-space.ts";

/** Word address of an interrupt's vector. */
type Vector = number;

/** A port and the bits of it that have pins. */
export interface Port {
  readonly registers: AVRPortConfig;
  readonly bonded: number;
}

/** An input INTn. */
export interface ExternalInterrupt {
  /** The bit of EIFR and EIMSK. */
  readonly bit: number;
  readonly port: string;
  readonly pin: number;
  readonly vector: Vector;
  /** Where ISCn1:0 are. */
  readonly senseRegister: number;
  readonly senseShift: number;
  /** Edges are seen without the I/O clock too. */
  readonly asynchronous: boolean;
}

/** The pins of a port, whose changes raise one interrupt. */
export interface PinChangeGroup {
  /** The bit of PCIFR and PCICR. */
  readonly bit: number;
  readonly port: string;
  readonly maskRegister: number;
  readonly vector: Vector;
}

export interface Part {
  /** As people know it: "ATmega328P". */
  readonly name: string;
  readonly flashBytes: number;
  readonly sramBytes: number;
  readonly eepromBytes: number;
  readonly io: IoSpace;
  /** By letter. */
  readonly ports: Readonly<Record<string, Port>>;
  readonly externalInterrupts: readonly ExternalInterrupt[];
  readonly pinChanges: readonly PinChangeGroup[];
  readonly timers: readonly AVRTimerConfig[];
  readonly usart: {
    readonly registers: typeof usart0Config;
    /** What its registers and bits end with: UDR0, UDRE0. */
    readonly number: number;
  };
  readonly converter: ADCConfig;
  readonly spiVector: Vector;
  readonly eepromVector: Vector;
  readonly watchdogVector: Vector;
}
