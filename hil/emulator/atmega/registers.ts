/**
 * Addresses in the data memory that the ATmegas of this folder share, by their data sheets' "Register Summary":
 * DS40002061B, section 36, and Atmel-7766J, section 31 (the address in parentheses there). Only what this folder names.
 */

export const PCIFR = 0x3b;
export const EIFR = 0x3c;
export const EIMSK = 0x3d;
export const EECR = 0x3f;
export const EEARL = 0x41;
export const EEARH = 0x42;
export const SPCR = 0x4c;
export const SPDR = 0x4e;
export const SMCR = 0x53;
export const MCUSR = 0x54;
export const SPL = 0x5d;
export const SREG = 0x5f;
export const WDTCSR = 0x60;
export const PCICR = 0x68;
export const ADCSRA = 0x7a;
