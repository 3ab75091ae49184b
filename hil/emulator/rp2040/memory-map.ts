/** What lies where, and which bit of RESETS holds it: RP2040 datasheet, sections 2.2 and 2.14.3. */

export interface Block {
  readonly name: string;
  readonly base: number;
  readonly bytes: number;
  /** Its bit in RESETS, which is set after power-up. */
  readonly reset?: number;
  /** Whether it has the addresses that set and clear bits (2.1.2). */
  readonly atomic: boolean;
}

export const ROM_BYTES = 16 * 1024;
/** Of the address in the flash there are four images, with and without the cache (2.6.3.1). */
export const XIP_START = 0x10000000;
export const XIP_LIMIT = 0x14000000;
export const XIP_BYTES = 0x01000000;
export const SRAM_START = 0x20000000;
export const SRAM_BYTES = 264 * 1024;

/** The bits of RESETS that the boot ROM uses. */
export const RESET_IO_QSPI = 6;
export const RESET_PADS_QSPI = 9;
export const RESET_TIMER = 21;
export const RESET_BITS = 25;

const APB_BYTES = 0x4000;
const apb = (name: string, number: number, reset?: number): Block => ({
  name,
  base: 0x40000000 + number * APB_BYTES,
  bytes: APB_BYTES,
  reset,
  atomic: true,
});

export const BLOCKS: readonly Block[] = [
  apb("SYSINFO", 0, 19),
  apb("SYSCFG", 1, 18),
  apb("CLOCKS", 2),
  apb("RESETS", 3),
  apb("PSM", 4),
  apb("IO_BANK0", 5, 5),
  apb("IO_QSPI", 6, RESET_IO_QSPI),
  apb("PADS_BANK0", 7, 8),
  apb("PADS_QSPI", 8, RESET_PADS_QSPI),
  apb("XOSC", 9),
  apb("PLL_SYS", 10, 12),
  apb("PLL_USB", 11, 13),
  apb("BUSCTRL", 12, 1),
  apb("UART0", 13, 22),
  apb("UART1", 14, 23),
  apb("SPI0", 15, 16),
  apb("SPI1", 16, 17),
  apb("I2C0", 17, 3),
  apb("I2C1", 18, 4),
  apb("ADC", 19, 0),
  apb("PWM", 20, 14),
  apb("TIMER", 21, RESET_TIMER),
  apb("WATCHDOG", 22),
  apb("RTC", 23, 15),
  apb("ROSC", 24),
  apb("VREG_AND_CHIP_RESET", 25),
  apb("TBMAN", 27, 20),
  { name: "XIP_CTRL", base: 0x14000000, bytes: APB_BYTES, atomic: true },
  { name: "XIP_SSI", base: 0x18000000, bytes: APB_BYTES, atomic: false },
  { name: "DMA", base: 0x50000000, bytes: APB_BYTES, reset: 2, atomic: true },
  { name: "USBCTRL", base: 0x50100000, bytes: 5 * APB_BYTES, reset: 24, atomic: true },
  { name: "PIO0", base: 0x50200000, bytes: APB_BYTES, reset: 10, atomic: true },
  { name: "PIO1", base: 0x50300000, bytes: APB_BYTES, reset: 11, atomic: true },
  { name: "SIO", base: 0xd0000000, bytes: APB_BYTES, atomic: false },
];

/** Blocks begin at multiples of this. */
export const BLOCK_SHIFT = 14;
