/**
 * Addresses in the data memory of the ATmega328P: data sheet DS40002061B, section 36 "Register Summary"
 * (the address in parentheses there). Only what this folder names, and which addresses exist at all.
 */

export const EIFR = 0x3c;
export const EIMSK = 0x3d;
export const EECR = 0x3f;
export const EEARL = 0x41;
export const EEARH = 0x42;
export const SPCR = 0x4c;
export const SPSR = 0x4d;
export const SPDR = 0x4e;
export const SMCR = 0x53;
export const MCUSR = 0x54;
export const SPL = 0x5d;
export const SREG = 0x5f;
export const WDTCSR = 0x60;
export const PRR = 0x64;
export const EICRA = 0x69;
export const ADCSRA = 0x7a;
export const UCSR0A = 0xc0;
export const UDR0 = 0xc6;

/** Octets of the register file and the I/O registers, before the SRAM. */
export const SRAM_START = 0x100;
export const SRAM_BYTES = 2048;
export const FLASH_BYTES = 32768;
export const EEPROM_BYTES = 1024;

/** First and last address of each run of I/O registers; what lies between is reserved. */
const IO_RUNS: readonly (readonly [number, number])[] = [
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
];

/** Whether an I/O address (below SRAM_START) is a register that a program may touch through memory. */
export const IS_IO_REGISTER: readonly boolean[] = Array.from({ length: SRAM_START }, (_, address) =>
  IO_RUNS.some(([first, last]) => address >= first && address <= last),
);

/** Registers that start a peripheral this model does not have, by what they start when written non-zero. */
export const NOT_MODELLED: ReadonlyMap<number, string> = new Map([
  [0x57, "self-programming (SPMCSR)"],
  [0xb6, "the asynchronous clock of Timer2 (ASSR)"],
  [0xbc, "the two-wire interface (TWCR)"],
]);

/** Module registers by the bit of PRR that stops the module's clock (10.11.3). */
const STOPPED_RUNS: readonly (readonly [first: number, last: number, bit: number])[] = [
  [0xb8, 0xbd, 7], // TWI
  [0xb0, 0xb4, 6], // Timer2
  [0x44, 0x48, 5], // Timer0
  [0x80, 0x8b, 3], // Timer1
  [0x4c, 0x4e, 2], // SPI
  [0xc0, 0xc6, 1], // USART0
  [0x78, 0x7c, 0], // ADC
];

/** For each I/O address the mask of the PRR bit that makes it unusable; 0 where none does. */
export const STOPPED_BY: readonly number[] = Array.from({ length: SRAM_START }, (_, address) => {
  const run = STOPPED_RUNS.find(([first, last]) => address >= first && address <= last);
  return run === undefined ? 0 : 1 << run[2];
});
