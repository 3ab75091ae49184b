/**
 * What lies where, and which bit clocks it: reference manual RM0367, section 2.2.2 "Memory map and register boundary
 * addresses" and sections 7.3.12 to 7.3.15.
 */
import type { EnableRegister } from "./rcc.ts";

/** Where the clock of a block is switched; "always": it has no bit. */
export type ClockBit = readonly [register: EnableRegister, bit: number, name: string] | "always";

export interface Block {
  readonly name: string;
  readonly base: number;
  readonly bytes: number;
  readonly clock: ClockBit;
}

/** Beside the flash at its own address it shows at 0, where the core starts (2.4). */
export const BOOT_ALIAS = 0x00000000;
export const SRAM_START = 0x20000000;
export const SRAM_BYTES = 20 * 1024;
/** Three words of an identity that the factory gives each part (34.2), and the size of its flash in KB (34.1.1). */
export const UNIQUE_ID = [0x1ff80050, 0x1ff80054, 0x1ff80064];
export const FLASH_SIZE = 0x1ff8007c;
/** Octet and half-word writes reach every bit of an APB register, the value repeated (2.2). */
export const APB_START = 0x40000000;
export const APB_LIMIT = 0x40018000;

export const BLOCKS: readonly Block[] = [
  { name: "TIM2", base: 0x40000000, bytes: 0x400, clock: ["APB1ENR", 0, "TIM2EN"] },
  { name: "TIM3", base: 0x40000400, bytes: 0x400, clock: ["APB1ENR", 1, "TIM3EN"] },
  { name: "TIM6", base: 0x40001000, bytes: 0x400, clock: ["APB1ENR", 4, "TIM6EN"] },
  { name: "TIM7", base: 0x40001400, bytes: 0x400, clock: ["APB1ENR", 5, "TIM7EN"] },
  { name: "LCD", base: 0x40002400, bytes: 0x400, clock: ["APB1ENR", 9, "LCDEN"] },
  { name: "RTC", base: 0x40002800, bytes: 0x400, clock: "always" },
  { name: "WWDG", base: 0x40002c00, bytes: 0x400, clock: ["APB1ENR", 11, "WWDGEN"] },
  { name: "IWDG", base: 0x40003000, bytes: 0x400, clock: "always" },
  { name: "SPI2", base: 0x40003800, bytes: 0x400, clock: ["APB1ENR", 14, "SPI2EN"] },
  { name: "USART2", base: 0x40004400, bytes: 0x400, clock: ["APB1ENR", 17, "USART2EN"] },
  { name: "LPUART1", base: 0x40004800, bytes: 0x400, clock: ["APB1ENR", 18, "LPUART1EN"] },
  { name: "USART4", base: 0x40004c00, bytes: 0x400, clock: ["APB1ENR", 19, "USART4EN"] },
  { name: "USART5", base: 0x40005000, bytes: 0x400, clock: ["APB1ENR", 20, "USART5EN"] },
  { name: "I2C1", base: 0x40005400, bytes: 0x400, clock: ["APB1ENR", 21, "I2C1EN"] },
  { name: "I2C2", base: 0x40005800, bytes: 0x400, clock: ["APB1ENR", 22, "I2C2EN"] },
  { name: "USB", base: 0x40005c00, bytes: 0x800, clock: ["APB1ENR", 23, "USBEN"] },
  { name: "CRS", base: 0x40006c00, bytes: 0x400, clock: ["APB1ENR", 27, "CRSEN"] },
  { name: "PWR", base: 0x40007000, bytes: 0x400, clock: ["APB1ENR", 28, "PWREN"] },
  { name: "DAC", base: 0x40007400, bytes: 0x400, clock: ["APB1ENR", 29, "DACEN"] },
  { name: "I2C3", base: 0x40007800, bytes: 0x400, clock: ["APB1ENR", 30, "I2C3EN"] },
  { name: "LPTIM1", base: 0x40007c00, bytes: 0x400, clock: ["APB1ENR", 31, "LPTIM1EN"] },
  { name: "SYSCFG", base: 0x40010000, bytes: 0x400, clock: ["APB2ENR", 0, "SYSCFGEN"] },
  { name: "EXTI", base: 0x40010400, bytes: 0x400, clock: "always" },
  { name: "TIM21", base: 0x40010800, bytes: 0x400, clock: ["APB2ENR", 2, "TIM21EN"] },
  { name: "TIM22", base: 0x40011400, bytes: 0x400, clock: ["APB2ENR", 5, "TIM22EN"] },
  { name: "FIREWALL", base: 0x40011c00, bytes: 0x400, clock: ["APB2ENR", 7, "FWEN"] },
  { name: "ADC1", base: 0x40012400, bytes: 0x400, clock: ["APB2ENR", 9, "ADCEN"] },
  { name: "SPI1", base: 0x40013000, bytes: 0x400, clock: ["APB2ENR", 12, "SPI1EN"] },
  { name: "USART1", base: 0x40013800, bytes: 0x400, clock: ["APB2ENR", 14, "USART1EN"] },
  { name: "DBG", base: 0x40015800, bytes: 0x400, clock: ["APB2ENR", 22, "DBGEN"] },
  { name: "DMA1", base: 0x40020000, bytes: 0x400, clock: ["AHBENR", 0, "DMAEN"] },
  { name: "RCC", base: 0x40021000, bytes: 0x400, clock: "always" },
  { name: "FLASH", base: 0x40022000, bytes: 0x400, clock: ["AHBENR", 8, "MIFEN"] },
  { name: "CRC", base: 0x40023000, bytes: 0x400, clock: ["AHBENR", 12, "CRCEN"] },
  { name: "TSC", base: 0x40024000, bytes: 0x400, clock: ["AHBENR", 16, "TSCEN"] },
  { name: "RNG", base: 0x40025000, bytes: 0x400, clock: ["AHBENR", 20, "RNGEN"] },
  { name: "GPIOA", base: 0x50000000, bytes: 0x400, clock: ["IOPENR", 0, "IOPAEN"] },
  { name: "GPIOB", base: 0x50000400, bytes: 0x400, clock: ["IOPENR", 1, "IOPBEN"] },
  { name: "GPIOC", base: 0x50000800, bytes: 0x400, clock: ["IOPENR", 2, "IOPCEN"] },
  { name: "GPIOD", base: 0x50000c00, bytes: 0x400, clock: ["IOPENR", 3, "IOPDEN"] },
  { name: "GPIOE", base: 0x50001000, bytes: 0x400, clock: ["IOPENR", 4, "IOPEEN"] },
  { name: "GPIOH", base: 0x50001c00, bytes: 0x400, clock: ["IOPENR", 7, "IOPHEN"] },
];
