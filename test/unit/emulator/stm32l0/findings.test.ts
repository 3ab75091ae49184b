/**
 * Misuse that the STM32L073 suffers in silence or answers with a HardFault, and the emulation reports with its place.
 */
import { describeMisuse, type Misuse } from "../support/misuse.ts";
import { bench, build } from "./programs.ts";

const CASES: readonly Misuse[] = [
  {
    name: "a stack that reaches into the variables",
    source: `
      __attribute__((section(".noinit"))) volatile uint8_t table[20000];
      static uint8_t deep(uint8_t n) { volatile uint8_t room[80]; room[0] = n; return n ? (uint8_t)(deep((uint8_t)(n - 1)) + room[0]) : 0; }
      int main(void) { table[0] = deep(6); done = 1; for (;;) { } }`,
    message: /^the stack reaches down to 0x20004[0-9a-f]{3}, into the variables, which end at 0x20004e/,
  },
  {
    name: "a read through a null pointer",
    source: "int main(void) { uint32_t *volatile p = 0; done = (uint8_t)*p; for (;;) { } }",
    message: /^reads address 0x00000000, an image of the flash: a null pointer\?$/,
  },
  {
    name: "a write to the flash",
    source: "int main(void) { REG(0x08000100) = 1; for (;;) { } }",
    message: /^writes the flash at 0x08000100, which is locked/,
  },
  {
    name: "a read where nothing is",
    source: "int main(void) { done = (uint8_t)REG(0x20005000); for (;;) { } }",
    message: /^reads address 0x20005000, where nothing is: HardFault, and the processor stands still$/,
    stops: true,
  },
  {
    name: "a write where nothing is",
    source: "int main(void) { REG(0x60000000) = 1; for (;;) { } }",
    message: /^writes address 0x60000000, where nothing is: HardFault/,
    stops: true,
  },
  {
    name: "a word that is not aligned",
    source: "int main(void) { volatile uintptr_t at = 0x20000001; done = (uint8_t)REG(at); for (;;) { } }",
    message: /^reads a word at 0x20000001, which is no multiple of 4: HardFault/,
    stops: true,
  },
  {
    name: "an undefined instruction",
    source: 'int main(void) { __asm__ volatile(".short 0xb100"); for (;;) { } }',
    message: /^executes an undefined instruction at 0x080[0-9a-f]{5}: HardFault/,
    stops: true,
  },
  {
    name: "a jump out of the image",
    source: "int main(void) { ((void (*)(void))0x08010001)(); for (;;) { } }",
    message: /^executes what no image has put at 0x08010000/,
  },
  {
    name: "a peripheral without a clock",
    source: "int main(void) { SPI1(0) = 4; for (;;) { } }",
    message: /^writes 0x40013000 of SPI1, which has no clock: set SPI1EN of RCC_APB2ENR$/,
  },
  {
    name: "a port without a clock",
    source: "int main(void) { done = (uint8_t)GPIO('B', 0x10); for (;;) { } }",
    message: /^reads 0x50000410 of GPIOB, which has no clock: set IOPBEN of RCC_IOPENR$/,
  },
  {
    name: "a reserved register",
    source: "int main(void) { RCC(0x34) |= BIT(12); SPI1(0x40) = 4; for (;;) { } }",
    message: /^writes 0x40013040, a reserved address of SPI1$/,
  },
  {
    name: "a peripheral that is not modelled",
    source: "int main(void) { RCC(0x34) |= BIT(9); REG(0x40012408) = 1; for (;;) { } }",
    message: /^writes 0x40012408 of ADC1, which the emulation does not have$/,
  },
  {
    name: "an SPI transfer in mode 3",
    source: "int main(void) { fast(); start_spi(); SPI1(0) |= 3; (void)transfer(1); for (;;) { } }",
    message: /^transfers on SPI1 in another form than mode 0/,
  },
  {
    name: "an SPI whose clock no pin carries",
    source: "int main(void) { fast(); start_spi(); mode('A', 5, 1); (void)transfer(1); for (;;) { } }",
    message: /^transfers on SPI1 while no pin carries its SCK/,
  },
  {
    name: "an SPI master with its NSS low",
    source: "int main(void) { fast(); start_spi(); SPI1(0) = BIT(9) | BIT(6) | BIT(2); for (;;) { } }",
    message: /^loses its place as master of SPI1/,
  },
  {
    name: "a console octet written over another",
    source:
      "int main(void) { fast(); start_console(); for (char c = 'a'; c < 'd'; c++) USART2(0x28) = (uint8_t)c; for (;;) { } }",
    message: /^writes the TDR of USART2 before it is empty/,
  },
  {
    name: "a console at the wrong rate",
    source:
      "int main(void) { fast(); start_console(); USART2(0) = 0; USART2(0x0c) = 417; USART2(0) = 9; say('a'); for (;;) { } }",
    message: /^sends to the console at 38\d{3} Bd instead of 115200 Bd$/,
  },
  {
    name: "a console whose line no pin carries",
    source: "int main(void) { fast(); start_console(); mode('A', 2, 0); say('a'); for (;;) { } }",
    message: /^transmits on USART2 while no pin carries its TX/,
  },
  {
    name: "a wrong key for the data EEPROM",
    source: "int main(void) { FLASH(0x0c) = 0x12345678; for (;;) { } }",
    message: /^writes the wrong key 0x12345678 to FLASH_PEKEYR.*HardFault/,
    stops: true,
  },
  {
    name: "a write to the data EEPROM that is locked",
    source: "int main(void) { EEPROM(0) = 1; for (;;) { } }",
    message: /^writes the data EEPROM at 0x08080000 while PELOCK is set/,
  },
  {
    name: "a write to the data EEPROM during a write",
    source: `
      __attribute__((section(".data"), noinline)) void write_twice(void) { EEPROM(0) = 1; EEPROM(4) = 1; }
      int main(void) { unlock_eeprom(); ((void (*volatile)(void))write_twice)(); for (;;) { } }`,
    message: /^writes the data EEPROM at 0x08080004 while a write is going on: wait for BSY = 0$/,
  },
  {
    name: "16 MHz in the voltage range of 8",
    source: "int main(void) { RCC(0) |= 1; while (!(RCC(0) & 4)) { } RCC(0x0c) = 1; for (;;) { } }",
    message: /^runs at 16 MHz with 0 wait states in voltage range 2, which carries 8 MHz/,
  },
  {
    name: "an RTC domain that is locked",
    source: "int main(void) { RCC(0x50) |= BIT(8); for (;;) { } }",
    message: /^writes RTC or LSE bits of RCC_CSR, which are write-protected/,
  },
  {
    name: "a system clock that is off",
    source: "int main(void) { RCC(0x0c) = 1; for (;;) { } }",
    message: /^switches the system clock to HSI16, which is off/,
  },
  {
    name: "a clock stopped under a console octet",
    source: "int main(void) { fast(); start_console(); say('a'); SCR = 4; wfi(); for (;;) { } }",
    message: /^stops its clock while USART2 is transmitting$/,
  },
  {
    name: "a compare value of LPTIM1 on top of another",
    source: `int main(void) { RCC(0x50) |= 1; while (!(RCC(0x50) & 2)) { } RCC(0x4c) = BIT(18); RCC(0x38) |= BIT(31);
      LPTIM1(0x10) = 1; LPTIM1(0x14) = 5; LPTIM1(0x14) = 6; for (;;) { } }`,
    message: /^writes CMP of LPTIM1 while the last value is on its way: wait for CMPOK/,
  },
  {
    name: "an interrupt enable of LPTIM1 while it runs",
    source: "int main(void) { RCC(0x38) |= BIT(31); LPTIM1(0x10) = 1; LPTIM1(8) = 1; for (;;) { } }",
    message: /^writes IER of LPTIM1 while it is enabled/,
  },
  {
    name: "a watchdog register without its key",
    source: "int main(void) { IWDG(8) = 100; for (;;) { } }",
    message: /^writes a register of IWDG without the key/,
  },
];

describeMisuse(
  "findings of the emulated STM32L073",
  {
    boot: bench,
    symbolsOf: async (source) => (await build(source)).symbols,
    withinNs: 5e6,
    badWrite: "REG(0x08000100) = 1;",
  },
  CASES,
);
