/** Misuse that the chip suffers in silence, and the emulation reports with its place. */
import { describeMisuse, type Misuse } from "./support/misuse.ts";
import { Bench, buildBare } from "./support/programs.ts";

const CASES: readonly Misuse[] = [
  {
    name: "a stack that reaches into the variables",
    source: `
      volatile uint8_t table[1900];
      static uint8_t deep(uint8_t n) { volatile uint8_t room[40]; room[0] = n; return n ? (uint8_t)(deep((uint8_t)(n - 1)) + room[0]) : 0; }
      int main(void) { table[0] = deep(5); done = 1; for (;;) ; }`,
    message: /^the stack reaches down to 0x08[0-9a-f]{2}, into the variables, which end at 0x08[67]/,
  },
  {
    name: "a read through a null pointer",
    source: "int main(void) { uint8_t *volatile p = 0; done = *p; done = 1; for (;;) ; }",
    message: /^reads data address 0x0000, a working register: a null pointer\?$/,
  },
  {
    name: "a write beyond the SRAM",
    source: "int main(void) { *(volatile uint8_t *)0x900 = 1; done = 1; for (;;) ; }",
    message: /^writes data address 0x0900, beyond the last of the SRAM, 0x08ff$/,
  },
  {
    name: "a write to a reserved register",
    source: "int main(void) { *(volatile uint8_t *)0x62 = 1; done = 1; for (;;) ; }",
    message: /^writes data address 0x0062, a reserved I\/O register$/,
  },
  {
    name: "a jump out of the image",
    source: "int main(void) { ((void (*)(void))0x3f00)(); done = 1; for (;;) ; }",
    message: /^executes erased flash/,
  },
  {
    name: "a module whose clock is stopped",
    source: "int main(void) { PRR = _BV(PRSPI); SPCR = _BV(SPE) | _BV(MSTR); done = 1; for (;;) ; }",
    message: /^writes register 0x004c, whose module PRR has stopped/,
  },
  {
    name: "a module that is not modelled",
    source: "int main(void) { TWCR = _BV(TWEN); done = 1; for (;;) ; }",
    message: /^starts the two-wire interface/,
  },
  {
    name: "conversions that a trigger is to start",
    source: "int main(void) { ADCSRA = _BV(ADEN) | _BV(ADATE); done = 1; for (;;) ; }",
    message: /^has conversions started by a trigger \(ADATE\), .*: start each by ADSC$/,
  },
  {
    name: "a converter that is switched off while it converts",
    source: "int main(void) { ADCSRA = _BV(ADEN) | _BV(ADSC); ADCSRA = 0; done = 1; for (;;) ; }",
    message: /^switches the converter off while it converts, .*: wait for ADSC$/,
  },
  {
    name: "an SPI transfer in mode 3",
    source: `int main(void) { DDRB = _BV(PB2) | _BV(PB3) | _BV(PB5);
      SPCR = _BV(SPE) | _BV(MSTR) | _BV(CPOL) | _BV(CPHA); SPDR = 1; done = 1; for (;;) ; }`,
    message: /^transfers on the SPI bus in another form than mode 0/,
  },
  {
    name: "a console octet written over another",
    source:
      "int main(void) { UBRR0 = 12; UCSR0B = _BV(TXEN0); UDR0 = 'a'; UDR0 = 'b'; done = 1; for (;;) ; }",
    message: /^writes UDR0 before it is empty/,
  },
  {
    name: "a console at the wrong rate",
    source: "int main(void) { UBRR0 = 51; UCSR0B = _BV(TXEN0); UDR0 = 'a'; done = 1; for (;;) ; }",
    message: /^sends to the console at 9615 Bd instead of 38400 Bd$/,
  },
  {
    name: "an EEPROM read during a write",
    source: `int main(void) { EEAR = 5; EEDR = 1; EECR |= _BV(EEMPE); EECR |= _BV(EEPE); EECR |= _BV(EERE);
      done = 1; for (;;) ; }`,
    message: /^reads the EEPROM while a write is going on/,
  },
  {
    name: "an EEPROM address changed during a write",
    source: `int main(void) { EEAR = 5; EEDR = 1; EECR |= _BV(EEMPE); EECR |= _BV(EEPE); EEARL = 6;
      done = 1; for (;;) ; }`,
    message: /^changes the EEPROM address while a write is going on/,
  },
  {
    name: "an EEPROM write during a write",
    source: `int main(void) { EEAR = 5; EEDR = 1; EECR |= _BV(EEMPE); EECR |= _BV(EEPE);
      EECR |= _BV(EEMPE); EECR |= _BV(EEPE); done = 1; for (;;) ; }`,
    message: /^writes the EEPROM while a write is going on/,
  },
  {
    name: "a sleep that nothing can end",
    source: 'int main(void) { done = 1; SMCR = _BV(SE); __asm__ volatile("sleep"); for (;;) ; }',
    message: /^sleeps with interrupts off: only a reset can wake it$/,
  },
  {
    name: "a clock stopped under an EEPROM write",
    source: `int main(void) { EEAR = 5; EEDR = 1; EECR |= _BV(EEMPE); EECR |= _BV(EEPE);
      done = 1; SMCR = _BV(SE) | _BV(SM1); __asm__ volatile("sei"); __asm__ volatile("sleep"); for (;;) ; }`,
    message: /^stops its clock while an EEPROM write is going on/,
  },
  {
    name: "a clock stopped under a console octet",
    source: `int main(void) { UBRR0 = 12; UCSR0B = _BV(TXEN0); UDR0 = 'a'; done = 1;
      SMCR = _BV(SE) | _BV(SM1); __asm__ volatile("sei"); __asm__ volatile("sleep"); for (;;) ; }`,
    message: /^stops its clock while the USART is transmitting$/,
  },
];

describeMisuse(
  "findings of the emulated ATmega328P",
  {
    boot: async (source) => new Bench(await buildBare(source)),
    symbolsOf: async (source) => (await buildBare(source)).symbols,
    withinNs: 3e6,
    badWrite: "*(volatile uint8_t *)0x1000 = 1;",
  },
  CASES,
);
