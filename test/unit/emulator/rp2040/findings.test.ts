/** Misuse that the RP2040 suffers in silence or answers with a HardFault, and the emulation reports with its place. */
import { describeMisuse, type Misuse } from "../support/misuse.ts";
import { bench, build, STORE_OFFSET } from "./programs.ts";

const CASES: readonly Misuse[] = [
  {
    name: "a stack that reaches into the variables",
    source: `
      __attribute__((section(".noinit"))) volatile uint8_t table[269900];
      static uint8_t deep(uint8_t n) { volatile uint8_t room[80]; room[0] = n; return n ? (uint8_t)(deep((uint8_t)(n - 1)) + room[0]) : 0; }
      int main(void) { table[0] = deep(6); done = 1; for (;;) { } }`,
    message: /^the stack reaches down to 0x20041[0-9a-f]{3}, into the variables, which end at 0x20041e/,
  },
  {
    name: "a read through a null pointer",
    source: "int main(void) { uint32_t *volatile p = 0; done = (uint8_t)*p; for (;;) { } }",
    message: /^reads address 0x00000000 in the boot ROM: a null pointer\?$/,
  },
  {
    name: "a write through a null pointer",
    source: "int main(void) { volatile uint32_t *volatile p = 0; *p = 1; for (;;) { } }",
    message: /^writes address 0x00000000 in the boot ROM: a null pointer\?$/,
  },
  {
    name: "a write to the flash as memory",
    source: "int main(void) { REG(0x10000100) = 1; for (;;) { } }",
    message: /^writes address 0x10000100 in the flash, which only drops it from the cache/,
  },
  {
    name: "a read where nothing is",
    source: "int main(void) { done = (uint8_t)REG(0x20042000); for (;;) { } }",
    message: /^reads address 0x20042000, where nothing is: HardFault, and the processor stands still$/,
    stops: true,
  },
  {
    name: "a word that is not aligned",
    source: "int main(void) { volatile uintptr_t at = 0x20000001; done = (uint8_t)REG(at); for (;;) { } }",
    message: /^reads a word at 0x20000001, which is no multiple of 4: HardFault/,
    stops: true,
  },
  {
    name: "a jump into memory that holds no code",
    source: "int main(void) { ((void (*)(void))0x20030001)(); for (;;) { } }",
    message: /^executes what no image has put at 0x20030000/,
  },
  {
    name: "a peripheral in reset",
    source: "int main(void) { SPI1(0) = 7; for (;;) { } }",
    message: /^writes 0x40040000 of SPI1, which is held in reset: clear bit 17 of RESETS_RESET/,
  },
  {
    name: "a reserved register",
    source: "int main(void) { fast(); SPI1(0x40) = 4; for (;;) { } }",
    message: /^writes 0x40040040, a reserved address of SPI1$/,
  },
  {
    name: "a peripheral that is not modelled",
    source: "int main(void) { release(BIT(0)); REG(0x4004c000) = 1; for (;;) { } }",
    message: /^writes 0x4004c000 of ADC, which the emulation does not have$/,
  },
  {
    name: "a clock that does not run yet",
    source: "int main(void) { XOSC(0) = 0xfabaa0; CLOCKS(0x30) = 2; for (;;) { } }",
    message: /^takes the clock away from the processor: .*: HardFault/,
    stops: true,
  },
  {
    name: "an SPI transfer without clk_peri",
    source: "int main(void) { fast(); CLOCKS(0x48) = 0; start_spi(); SPI1(8) = 1; for (;;) { } }",
    message: /^transfers on SPI1 without a clock: enable clk_peri/,
  },
  {
    name: "an SPI transfer in mode 3",
    source: "int main(void) { fast(); start_spi(); SPI1(0) = 0xc7; (void)transfer(1); for (;;) { } }",
    message: /^transfers on SPI1 in another form than mode 0 with 8 bits/,
  },
  {
    name: "an SPI whose clock no pin carries",
    source: "int main(void) { fast(); start_spi(); function(14, 5); (void)transfer(1); for (;;) { } }",
    message: /^transfers on SPI1 while no pin carries its SCK/,
  },
  {
    name: "a console octet written over another",
    source:
      "int main(void) { fast(); start_console(); for (char c = 'a'; c < 'd'; c++) UART0(0) = (uint8_t)c; for (;;) { } }",
    message: /^writes UARTDR of UART0 while its FIFO is full/,
  },
  {
    name: "a console at the wrong rate",
    source:
      "int main(void) { fast(); start_console(); UART0(0x24) = 19; UART0(0x2c) = 0x60; say('a'); for (;;) { } }",
    message: /^sends to the console at 38\d{3} Bd instead of 115200 Bd$/,
  },
  {
    name: "a console whose line no pin carries",
    source: "int main(void) { fast(); start_console(); function(0, 5); say('a'); for (;;) { } }",
    message: /^transmits on UART0 while no pin carries its TX/,
  },
  {
    name: "a clock stopped under a console octet",
    source: "int main(void) { fast(); start_console(); say('a'); SCR = 4; wfi(); for (;;) { } }",
    message: /^goes to sleep while UART0 is transmitting, which stops its clock$/,
  },
  {
    name: "a program of the flash while the program runs there",
    source: `
      __attribute__((noinline, aligned(64))) void elsewhere(void) { done = 1; }
      int main(void) { fast(); rom('E', 'X')(0, 0, 0, 0); elsewhere(); for (;;) { } }`,
    message:
      /^reads the flash at 0x100[0-9a-f]{5} while the SSI is not set to read by the command 03h: .*HardFault/,
    stops: true,
  },
  {
    name: "flash_range_program without flash_exit_xip",
    source: `int main(void) { fast(); rom('R', 'P')(${STORE_OFFSET}, 0x20000000, 256, 0); for (;;) { } }`,
    message: /^calls flash_range_program without flash_exit_xip before/,
  },
  {
    name: "an erase of the image",
    source: `
      IN_RAM void erase(void) {
        rom4 leave = rom('E', 'X'), remove = rom('R', 'E'), enter = rom('C', 'X');
        leave(0, 0, 0, 0); remove(0, 4096, 1u << 31, 0); enter(0, 0, 0, 0);
      }
      int main(void) { fast(); ((void (*volatile)(void))erase)(); for (;;) { } }`,
    message:
      /^erases the flash at 0x00000000; the store, which is all that a program may change, begins at 0x003fe000$/,
  },
  {
    name: "a watchdog that leaves the ring oscillator off",
    source: `
      int main(void) {
        if (WATCHDOG(8)) { done = 1; for (;;) { } }
        fast(); ROSC(0) = 0xd1eaa0; PSM(8) = 0x1fffc; REG(0x4005a000) = BIT(31); for (;;) { } }`,
    message: /^is reset by the watchdog onto the ring oscillator, which is off: set ROSC in PSM_WDSEL$/,
  },
];

describeMisuse(
  "findings of the emulated RP2040",
  {
    boot: bench,
    symbolsOf: async (source) => (await build(source)).symbols,
    withinNs: 25e6,
    badWrite: "REG(0x10000100) = 1;",
  },
  CASES,
);
