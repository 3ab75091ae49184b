/**
 * The ATmega32U4: data sheet Atmel-7766J; addresses and vectors as avr-libc's avr/iom32u4.h has them. The interrupts,
 * calls and returns take the four cycles of parts with a program counter of 16 bits, which its 16 K words need (AVR
 * Instruction Set Manual, DS40002198); its data sheet counts five in 4.8.1, and three octets of stack, as for the
 * larger parts that the text is of. Not here: USB, its PLL, and Timer4.
 */
import {
  ADCMuxInputType,
  ADCReference,
  adcConfig,
  portBConfig,
  portCConfig,
  portDConfig,
  portEConfig,
  portFConfig,
  timer0Config,
  timer1Config,
  usart0Config,
} from "avr8js";
import { ioSpace } from "../io-space.ts";
import type { Part } from "../part.ts";

const PRR0 = { register: 0x64, name: "PRR0" };
const PRR1 = { register: 0x65, name: "PRR1" };
const EICRA = 0x69;
const EICRB = 0x6a;
const ALL = 0xff;

/** Without interrupts of their own: those of avr8js lose edges. */
const withoutInterrupts = { externalInterrupts: [], pinChange: undefined };

/** Both 16-bit timers have a third compare value, in the bits that follow. */
const thirdCompare = { OCFC: 0x08, OCIEC: 0x08 };

/** Word address of a vector by its number: each is a JMP of two words. */
const vector = (number: number) => 2 * number;

const singleEnded = (channel: number) => ({ type: ADCMuxInputType.SingleEnded, channel }) as const;

export const ATMEGA32U4: Part = {
  name: "ATmega32U4",
  flashBytes: 32 * 1024,
  sramBytes: 2560,
  eepromBytes: 1024,
  io: ioSpace({
    runs: [
      [0x23, 0x31], // ports B to F
      [0x35, 0x36], // TIFR0, TIFR1
      [0x38, 0x39], // TIFR3, TIFR4
      [0x3b, 0x4e], // PCIFR .. SPDR
      [0x50, 0x55], // ACSR .. MCUCR
      [0x57, 0x57], // SPMCSR
      [0x5b, 0x61], // RAMPZ, EIND, SP, SREG, WDTCSR, CLKPR
      [0x64, 0x6b], // PRR0 .. PCMSK0
      [0x6e, 0x6f], // TIMSK0, TIMSK1
      [0x71, 0x72], // TIMSK3, TIMSK4
      [0x78, 0x82], // ADC, DIDR0..2, TCCR1A..C
      [0x84, 0x8d], // TCNT1 .. OCR1C
      [0x90, 0x92], // TCCR3A..C
      [0x94, 0x9d], // TCNT3 .. OCR3C
      [0xb8, 0xd2], // TWI, Timer4, CLKSEL, USART1, OCR4A..D
      [0xd4, 0xd4], // DT4
      [0xd7, 0xda], // UHWCON .. USBINT
      [0xe0, 0xe6], // UDCON .. UDMFN
      [0xe8, 0xf4], // UEINTX .. UEINT
    ],
    stopped: [
      { ...PRR0, mask: 0x80, runs: [[0xb8, 0xbd]] }, // TWI
      { ...PRR0, mask: 0x20, runs: [[0x44, 0x48]] }, // Timer0
      { ...PRR0, mask: 0x08, runs: [[0x80, 0x8d]] }, // Timer1
      { ...PRR0, mask: 0x04, runs: [[0x4c, 0x4e]] }, // SPI
      { ...PRR0, mask: 0x01, runs: [[0x78, 0x7c]] }, // ADC
      { ...PRR1, mask: 0x80, runs: [[0xd8, 0xf4]] }, // USB
      {
        ...PRR1,
        mask: 0x10, // Timer4
        runs: [
          [0xbe, 0xc4],
          [0xcf, 0xd4],
        ],
      },
      { ...PRR1, mask: 0x08, runs: [[0x90, 0x9d]] }, // Timer3
      { ...PRR1, mask: 0x01, runs: [[0xc8, 0xce]] }, // USART1
    ],
    missing: {
      73: { bits: 0x02, what: "the PLL (PLLE of PLLCSR)" },
      87: { bits: ALL, what: "self-programming (SPMCSR)" },
      188: { bits: ALL, what: "the two-wire interface (TWCR)" },
      193: { bits: 0x0f, what: "Timer4 (CS43:40 of TCCR4B)" },
      197: { bits: ALL, what: "another clock (CLKSEL0)" },
      203: { bits: ALL, what: "the flow control of USART1 (UCSR1D)" },
      216: { bits: 0x80, what: "the USB controller (USBE of USBCON)" },
    },
  }),
  ports: {
    B: { registers: { ...portBConfig, ...withoutInterrupts }, bonded: 0xff },
    C: { registers: { ...portCConfig, ...withoutInterrupts }, bonded: 0xc0 },
    D: { registers: { ...portDConfig, ...withoutInterrupts }, bonded: 0xff },
    E: { registers: portEConfig, bonded: 0x44 },
    F: { registers: portFConfig, bonded: 0xf3 },
  },
  // Section 11: edges of INT6 need the I/O clock, those of INT3:0 do not.
  externalInterrupts: [
    ...[0, 1, 2, 3].map((number) => ({
      bit: number,
      port: "D",
      pin: number,
      vector: vector(1 + number),
      senseRegister: EICRA,
      senseShift: 2 * number,
      asynchronous: true,
    })),
    {
      bit: 6,
      port: "E",
      pin: 6,
      vector: vector(7),
      senseRegister: EICRB,
      senseShift: 4,
      asynchronous: false,
    },
  ],
  pinChanges: [{ bit: 0, port: "B", maskRegister: 0x6b, vector: vector(9) }],
  timers: [
    {
      ...timer0Config,
      compAInterrupt: vector(21),
      compBInterrupt: vector(22),
      ovfInterrupt: vector(23),
      compPortA: portBConfig.PORT,
      compPinA: 7,
      compPortB: portDConfig.PORT,
      compPinB: 0,
      externalClockPort: portDConfig.PORT,
      externalClockPin: 7,
    },
    {
      ...timer1Config,
      ...thirdCompare,
      captureInterrupt: vector(16),
      compAInterrupt: vector(17),
      compBInterrupt: vector(18),
      compCInterrupt: vector(19),
      ovfInterrupt: vector(20),
      OCRC: 0x8c,
      compPortA: portBConfig.PORT,
      compPinA: 5,
      compPortB: portBConfig.PORT,
      compPinB: 6,
      compPortC: portBConfig.PORT,
      compPinC: 7,
      externalClockPort: portDConfig.PORT,
      externalClockPin: 6,
    },
    // OC3B, OC3C and T3 have no pins.
    {
      ...timer1Config,
      ...thirdCompare,
      captureInterrupt: vector(31),
      compAInterrupt: vector(32),
      compBInterrupt: vector(33),
      compCInterrupt: vector(34),
      ovfInterrupt: vector(35),
      TIFR: 0x38,
      TIMSK: 0x71,
      TCCRA: 0x90,
      TCCRB: 0x91,
      TCCRC: 0x92,
      TCNT: 0x94,
      ICR: 0x96,
      OCRA: 0x98,
      OCRB: 0x9a,
      OCRC: 0x9c,
      compPortA: portCConfig.PORT,
      compPinA: 6,
      compPortB: 0,
      compPinB: 0,
      compPortC: 0,
      compPinC: 0,
      externalClockPort: 0,
      externalClockPin: 0,
    },
  ],
  usart: {
    registers: {
      ...usart0Config,
      rxCompleteInterrupt: vector(25),
      dataRegisterEmptyInterrupt: vector(26),
      txCompleteInterrupt: vector(27),
      UCSRA: 0xc8,
      UCSRB: 0xc9,
      UCSRC: 0xca,
      UBRRL: 0xcc,
      UBRRH: 0xcd,
      UDR: 0xce,
    },
    number: 1,
  },
  // Table 24-4, MUX5:0. The differential channels measure nothing against nothing.
  converter: {
    ...adcConfig,
    adcInterrupt: vector(29),
    numChannels: 14,
    muxInputMask: 0x3f,
    muxChannels: {
      ...Object.fromEntries([0, 1, 4, 5, 6, 7].map((channel) => [channel, singleEnded(channel)])),
      30: { type: ADCMuxInputType.Constant, voltage: 1.1 },
      31: { type: ADCMuxInputType.Constant, voltage: 0 },
      ...Object.fromEntries(
        [8, 9, 10, 11, 12, 13].map((channel) => [0x20 + channel - 8, singleEnded(channel)]),
      ),
      39: { type: ADCMuxInputType.Temperature },
    },
    adcReferences: [ADCReference.AREF, ADCReference.AVCC, ADCReference.Reserved, ADCReference.Internal2V56],
  },
  spiVector: vector(24),
  eepromVector: vector(30),
  watchdogVector: vector(12),
};
