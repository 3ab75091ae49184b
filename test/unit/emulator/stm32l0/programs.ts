/** What the test programs for an STM32L073 have in common: its addresses (RM0367), and ways to start its parts. */
import { type MachineOptions, Stm32l073 } from "../../../../hil/emulator/index.ts";
import { ArmBench, type ArmProgram, buildProgram, type Part } from "../support/arm-programs.ts";

const HANDLERS = [
  ...["", "", "", "", "rcc_irq", "exti0_1_irq", "exti2_3_irq", "exti4_15_irq", "", "", "", "", ""],
  ...[
    "lptim1_irq",
    "",
    "tim2_irq",
    "",
    "",
    "",
    "",
    "tim21_irq",
    "",
    "",
    "",
    "",
    "spi1_irq",
    "",
    "",
    "usart2_irq",
  ],
  ...["", "", "last_irq"],
];

const PRELUDE = `
#define RCC(OFFSET) REG(0x40021000 + (OFFSET))
#define PWR_CR REG(0x40007000)
#define PWR_CSR REG(0x40007004)
#define FLASH(OFFSET) REG(0x40022000 + (OFFSET))
#define EEPROM(OFFSET) REG(0x08080000 + (OFFSET))
#define GPIO(PORT, OFFSET) REG(0x50000000 + 0x400 * ((PORT) - 'A') + (OFFSET))
#define SYSCFG(OFFSET) REG(0x40010000 + (OFFSET))
#define EXTI(OFFSET) REG(0x40010400 + (OFFSET))
#define SPI1(OFFSET) REG(0x40013000 + (OFFSET))
#define USART2(OFFSET) REG(0x40004400 + (OFFSET))
#define LPTIM1(OFFSET) REG(0x40007c00 + (OFFSET))
#define TIM2(OFFSET) REG(0x40000000 + (OFFSET))
#define IWDG(OFFSET) REG(0x40003000 + (OFFSET))
#define SCR REG(0xe000ed10)
static inline void mode(char port, int pin, uint32_t value) {
  GPIO(port, 0) = (GPIO(port, 0) & ~(3u << (2 * pin))) | value << (2 * pin);
}
static inline void alternate(char port, int pin, uint32_t function) {
  uint32_t at = 0x20 + 4 * (pin / 8), shift = 4 * (pin & 7);
  GPIO(port, at) = (GPIO(port, at) & ~(15u << shift)) | function << shift;
  mode(port, pin, 2);
}
/* HSI16 as the system clock, in voltage range 1; ports A, B, C; PWR. */
static inline void fast(void) {
  RCC(0x38) |= BIT(28);
  PWR_CR = (PWR_CR & ~0x1800u) | 0x800;
  while (PWR_CSR & BIT(4)) { }
  RCC(0) |= BIT(0);
  while (!(RCC(0) & BIT(2))) { }
  RCC(0x0c) |= BIT(15) | 1;
  while ((RCC(0x0c) & 12) != 4) { }
  RCC(0x2c) |= 7;
}
/* SPI1 on PA5, PA6 and PA7, master, 8 bits, clock by 4. */
static inline void start_spi(void) {
  RCC(0x34) |= BIT(12);
  alternate('A', 5, 0); alternate('A', 6, 0); alternate('A', 7, 0);
  SPI1(0) = BIT(9) | BIT(8) | BIT(6) | BIT(3) | BIT(2);
}
static inline uint8_t transfer(uint8_t out) {
  SPI1(0x0c) = out;
  while (!(SPI1(8) & BIT(0))) { }
  return (uint8_t)SPI1(0x0c);
}
static inline void start_console(void) {
  RCC(0x38) |= BIT(17);
  alternate('A', 2, 4);
  USART2(0x0c) = 139;
  USART2(0) = BIT(3) | BIT(0);
}
static inline void say(uint8_t character) {
  while (!(USART2(0x1c) & BIT(7))) { }
  USART2(0x28) = character;
}
static inline void unlock_eeprom(void) {
  FLASH(0x0c) = 0x89abcdef;
  FLASH(0x0c) = 0x02030405;
}
/* LSE, and LPTIM1 on it, started with a period of 65536. */
static inline void start_lse(void) {
  RCC(0x38) |= BIT(28);
  PWR_CR |= BIT(8);
  RCC(0x50) |= BIT(8);
  while (!(RCC(0x50) & BIT(9))) { }
}
static inline void start_lptim(uint32_t interrupts) {
  RCC(0x4c) |= 3u << 18;
  RCC(0x38) |= BIT(31);
  LPTIM1(8) = interrupts;
  LPTIM1(0x10) = 1;
  LPTIM1(0x18) = 0xffff;
  while (!(LPTIM1(0) & BIT(4))) { }
  LPTIM1(0x10) = 5;
}
static inline void compare(uint32_t value) {
  LPTIM1(4) = BIT(3) | BIT(0);
  LPTIM1(0x14) = value;
  while (!(LPTIM1(0) & BIT(3))) { }
}
`;

const PART: Part = {
  flashStart: 0x08000000,
  ramStart: 0x20000000,
  ramBytes: 20 * 1024,
  handlers: HANDLERS,
  prelude: PRELUDE,
};

export function build(source: string): Promise<ArmProgram> {
  return buildProgram(PART, source);
}

export async function bench(source: string, options: Partial<MachineOptions> = {}): Promise<ArmBench> {
  return new ArmBench(await build(source), Stm32l073, options);
}
