/**
 * What the test programs for an RP2040 have in common: its addresses (RP2040 datasheet), and ways to start its parts.
 * They run from the flash, where a second stage of their own leaves them.
 */
import { type MachineOptions, Rp2040 } from "../../../../hil/emulator/index.ts";
import { crc32 } from "../../../../toolchain/image/second-stage.ts";
import { ArmBench, type ArmProgram, buildProgram, type Part } from "../support/arm-programs.ts";

const HANDLERS = [
  ...["timer0_irq", "", "", "", "", "", "", "", "", "", "", "", "", "io_irq", "", "", "", "", "spi0_irq"],
  ...["spi1_irq", "uart0_irq"],
];

const STAGE_BYTES = 256;
/** Reads the flash by the command 03h, and enters the program through its vectors. */
const SECOND_STAGE = `
__attribute__((naked, used, section(".boot2"))) void second_stage(void) {
  __asm__ volatile(
    "ldr r3, =0x18000000\\n movs r1, #0\\n str r1, [r3, #8]\\n movs r1, #2\\n str r1, [r3, #20]\\n"
    "ldr r1, =0x001f0300\\n str r1, [r3]\\n ldr r2, =0x180000f4\\n ldr r1, =0x03000218\\n str r1, [r2]\\n"
    "movs r1, #1\\n str r1, [r3, #8]\\n ldr r0, =0x10000100\\n ldr r1, =0xe000ed08\\n str r0, [r1]\\n"
    "ldmia r0!, {r1, r2}\\n msr msp, r1\\n bx r2\\n .ltorg\\n .space second_stage + 256 - .\\n");
}`;

const PRELUDE = `${SECOND_STAGE}
#define CLOCKS(OFFSET) REG(0x40008000 + (OFFSET))
#define RESETS(OFFSET) REG(0x4000c000 + (OFFSET))
#define PSM(OFFSET) REG(0x40010000 + (OFFSET))
#define IO_BANK0(OFFSET) REG(0x40014000 + (OFFSET))
#define PADS_BANK0(OFFSET) REG(0x4001c000 + (OFFSET))
#define XOSC(OFFSET) REG(0x40024000 + (OFFSET))
#define PLL_SYS(OFFSET) REG(0x40028000 + (OFFSET))
#define UART0(OFFSET) REG(0x40034000 + (OFFSET))
#define SPI1(OFFSET) REG(0x40040000 + (OFFSET))
#define TIMER(OFFSET) REG(0x40054000 + (OFFSET))
#define WATCHDOG(OFFSET) REG(0x40058000 + (OFFSET))
#define ROSC(OFFSET) REG(0x40060000 + (OFFSET))
#define SIO(OFFSET) REG(0xd0000000 + (OFFSET))
#define SCR REG(0xe000ed10)
#define IN_RAM __attribute__((section(".data.code"), noinline, long_call))
static inline void function(int pin, uint32_t value) { IO_BANK0(8 * pin + 4) = value; }
static inline void release(uint32_t bits) {
  REG(0x4000f000) = bits;
  while ((RESETS(8) & bits) != bits) { }
}
/* The crystal as clk_ref and clk_sys, clk_peri, a tick a microsecond; pins, SPI1, UART0, TIMER. */
static inline void fast(void) {
  XOSC(0x0c) = 47;
  XOSC(0) = 0xfabaa0;
  while (!(XOSC(4) & BIT(31))) { }
  CLOCKS(0x30) = 2;
  while (!(CLOCKS(0x38) & 4)) { }
  CLOCKS(0x48) = BIT(11);
  WATCHDOG(0x2c) = BIT(9) | 12;
  release(BIT(22) | BIT(21) | BIT(17) | BIT(8) | BIT(5));
}
/* SPI1 on GPIO8, 14 and 15, master, 8 bits, clock by 2. */
static inline void start_spi(void) {
  function(8, 1); function(14, 1); function(15, 1);
  SPI1(0x10) = 2; SPI1(0) = 7; SPI1(4) = 2;
}
static inline uint8_t transfer(uint8_t out) {
  SPI1(8) = out;
  while (!(SPI1(0x0c) & BIT(2))) { }
  return (uint8_t)SPI1(8);
}
static inline void start_console(void) {
  function(0, 2);
  UART0(0x24) = 6; UART0(0x28) = 33; UART0(0x2c) = 0x60; UART0(0x30) = 0x101;
}
static inline void say(uint8_t character) {
  while (UART0(0x18) & BIT(5)) { }
  UART0(0) = character;
}
typedef void (*rom4)(uint32_t, uint32_t, uint32_t, uint32_t);
typedef uintptr_t (*rom_lookup)(uintptr_t, uint32_t);
static volatile uintptr_t rom_pointers = 0x14;
static inline rom4 rom(char a, char b) {
  volatile uint16_t *pointers = (volatile uint16_t *)rom_pointers;
  return (rom4)((rom_lookup)(uintptr_t)pointers[2])(pointers[0], (uint32_t)(a | b << 8));
}
`;

const PART: Part = {
  flashStart: 0x10000000,
  ramStart: 0x20000000,
  ramBytes: 264 * 1024,
  handlers: HANDLERS,
  prelude: PRELUDE,
};

/** Where the store lies in the flash of the bench. */
export const STORE_OFFSET = 0x3fe000;
const FLASH_BYTES = 0x400000;

export async function build(source: string): Promise<ArmProgram> {
  const program = await buildProgram(PART, source);
  const flash = Buffer.from(program.flash);
  flash.writeUInt32LE(crc32(flash.subarray(0, STAGE_BYTES - 4)), STAGE_BYTES - 4);
  return { ...program, flash };
}

/** A board with 4 MB of flash, erased where neither the program nor `eeprom` lies. */
export async function bench(source: string, options: Partial<MachineOptions> = {}): Promise<ArmBench> {
  const eeprom = new Uint8Array(FLASH_BYTES - STORE_OFFSET).fill(0xff);
  return new ArmBench(await build(source), Rp2040, { flashBytes: FLASH_BYTES, eeprom, ...options });
}
