/** The ATmega328P: data sheet DS40002061B. Vectors: table 12-6. */
import {
  adcConfig,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
} from "avr8js";
import { ioSpace } from "../io-space.ts";
import type { Part } from "../part.ts";

/** 10.11.3. */
const PRR = { register: 0x64, name: "PRR" };
const EICRA = 0x69;
const ALL = 0xff;

/** Without interrupts of their own: those of avr8js lose edges. */
const withoutInterrupts = { externalInterrupts: [], pinChange: undefined };

export const ATMEGA328P: Part = {
  name: "ATmega328P",
  flashBytes: 32 * 1024,
  sramBytes: 2048,
  eepromBytes: 1024,
  io: ioSpace({
    runs: [
      [0x23, 0x2b], // ports B, C, D
      [0x35, 0x37], // TIFR0..2
      [0x3b, 0x48], // PCIFR .. OCR0B
      [0x4a, 0x4e], // GPIOR1 .. SPDR
      [0x50, 0x51], // ACSR, DWDR
      [0x53, 0x55], // SMCR, MCUSR, MCUCR
      [0x57, 0x57], // SPMCSR
      [0x5d, 0x61], // SP, SREG, WDTCSR, CLKPR
      [0x64, 0x64], // PRR
      [0x66, 0x66], // OSCCAL
      [0x68, 0x69], // PCICR, EICRA
      [0x6b, 0x70], // PCMSK0..2, TIMSK0..2
      [0x78, 0x7c], // ADC
      [0x7e, 0x82], // DIDR0, DIDR1, TCCR1A..C
      [0x84, 0x8b], // TCNT1, ICR1, OCR1A, OCR1B
      [0xb0, 0xb4], // Timer2
      [0xb6, 0xb6], // ASSR
      [0xb8, 0xbd], // TWI
      [0xc0, 0xc2], // UCSR0A..C
      [0xc4, 0xc6], // UBRR0, UDR0
    ],
    stopped: [
      { ...PRR, mask: 0x80, runs: [[0xb8, 0xbd]] }, // TWI
      { ...PRR, mask: 0x40, runs: [[0xb0, 0xb4]] }, // Timer2
      { ...PRR, mask: 0x20, runs: [[0x44, 0x48]] }, // Timer0
      { ...PRR, mask: 0x08, runs: [[0x80, 0x8b]] }, // Timer1
      { ...PRR, mask: 0x04, runs: [[0x4c, 0x4e]] }, // SPI
      { ...PRR, mask: 0x02, runs: [[0xc0, 0xc6]] }, // USART0
      { ...PRR, mask: 0x01, runs: [[0x78, 0x7c]] }, // ADC
    ],
    missing: {
      87: { bits: ALL, what: "self-programming (SPMCSR)" },
      182: { bits: ALL, what: "the asynchronous clock of Timer2 (ASSR)" },
      188: { bits: ALL, what: "the two-wire interface (TWCR)" },
    },
  }),
  ports: {
    B: { registers: { ...portBConfig, ...withoutInterrupts }, bonded: 0xff },
    C: { registers: { ...portCConfig, ...withoutInterrupts }, bonded: 0x7f },
    D: { registers: { ...portDConfig, ...withoutInterrupts }, bonded: 0xff },
  },
  // Section 13: edges need the I/O clock.
  externalInterrupts: [
    { bit: 0, port: "D", pin: 2, vector: 0x02, senseRegister: EICRA, senseShift: 0, asynchronous: false },
    { bit: 1, port: "D", pin: 3, vector: 0x04, senseRegister: EICRA, senseShift: 2, asynchronous: false },
  ],
  pinChanges: [
    { bit: 0, port: "B", maskRegister: 0x6b, vector: 0x06 },
    { bit: 1, port: "C", maskRegister: 0x6c, vector: 0x08 },
    { bit: 2, port: "D", maskRegister: 0x6d, vector: 0x0a },
  ],
  timers: [timer0Config, timer1Config, timer2Config],
  usart: { registers: usart0Config, number: 0 },
  converter: adcConfig,
  spiVector: 0x22,
  eepromVector: 0x2c,
  watchdogVector: 0x0c,
};
