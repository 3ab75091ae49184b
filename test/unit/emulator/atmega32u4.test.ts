/** What the emulated ATmega32U4 does otherwise than the ATmega328P: data sheet Atmel-7766J. */
import assert from "node:assert/strict";
import { EchoChip } from "./support/echo-chip.ts";
import { Bench, buildBare, FEATHER } from "./support/programs.ts";

const build = (source: string) => buildBare(source, FEATHER);

/** The variable `value` when the program has run to the end of `main`'s body. */
async function resultOf(body: string, more = ""): Promise<{ value: number; findings: readonly string[] }> {
  const bench = new Bench(
    await build(`volatile uint16_t value; ${more} int main(void) { ${body} done = 1; for (;;) ; }`),
  );
  bench.runUntilDone();
  return { value: bench.u16("value"), findings: bench.messages };
}

/** A chip whose DIO0 is at `dio0` and whose DIO1 is at `dio1`. */
function connect(bench: Bench, { dio0 = "PE6", dio1 = "PB6" }): EchoChip {
  const chip = new EchoChip();
  bench.machine.attachRadio(chip, { radioSelect: "PB4", radioReset: "PD4", dio0, dio1 });
  return chip;
}

const POWER_DOWN = "SMCR = _BV(SE) | _BV(SM1);";
const SLEEP = '__asm__ volatile("sei"); __asm__ volatile("sleep");';

describe("the memories and pins of an emulated ATmega32U4", () => {
  it("has 2560 octets of SRAM, at whose end the stack begins", async () => {
    const bench = new Bench(await build("int main(void) { done = 1; for (;;) ; }"));
    bench.runUntilDone();
    assert.equal(bench.machine.readRam(0x100, 2560).length, 2560);
    assert.throws(() => bench.machine.readRam(0x100, 2561), RangeError);
    assert.throws(() => bench.machine.readRam(0xff, 1), RangeError);
    assert.ok(bench.machine.stackPeakBytes >= 2 && bench.machine.stackPeakBytes <= 4);
  });

  for (const pin of ["PC0", "PE0", "PF2", "PA0", "PB8", "E6"]) {
    it(`has no pin ${pin}`, async () => {
      const bench = new Bench(await build("int main(void) { for (;;) ; }"));
      assert.throws(() => connect(bench, { dio1: pin }), {
        name: "RangeError",
        message: `an ATmega32U4 has no pin "${pin}"`,
      });
    });
  }
});

describe("the interrupts of an emulated ATmega32U4", () => {
  it("come by the vectors that avr/io.h has for them", async () => {
    const sources = {
      TIMER1_COMPA: "OCR1A = 9; TIMSK1 = _BV(OCIE1A); TCCR1B = _BV(CS11);",
      TIMER1_COMPB: "OCR1B = 9; TIMSK1 = _BV(OCIE1B); TCCR1B = _BV(CS11);",
      TIMER1_COMPC: "OCR1C = 9; TIMSK1 = _BV(OCIE1C); TCCR1B = _BV(CS11);",
      TIMER1_OVF: "TCNT1 = 0xfff0; TIMSK1 = _BV(TOIE1); TCCR1B = _BV(CS11);",
      TIMER3_COMPA: "OCR3A = 9; TIMSK3 = _BV(OCIE3A); TCCR3B = _BV(CS31);",
      TIMER3_COMPB: "OCR3B = 9; TIMSK3 = _BV(OCIE3B); TCCR3B = _BV(CS31);",
      TIMER3_COMPC: "OCR3C = 9; TIMSK3 = _BV(OCIE3C); TCCR3B = _BV(CS31);",
      TIMER3_OVF: "TCNT3 = 0xfff0; TIMSK3 = _BV(TOIE3); TCCR3B = _BV(CS31);",
      TIMER0_COMPA: "OCR0A = 9; TIMSK0 = _BV(OCIE0A); TCCR0B = _BV(CS01);",
      TIMER0_COMPB: "OCR0B = 9; TIMSK0 = _BV(OCIE0B); TCCR0B = _BV(CS01);",
      TIMER0_OVF: "TIMSK0 = _BV(TOIE0); TCCR0B = _BV(CS01);",
      SPI_STC: "DDRB = _BV(PB0) | _BV(PB1) | _BV(PB2); SPCR = _BV(SPE) | _BV(MSTR) | _BV(SPIE); SPDR = 1;",
      USART1_UDRE: "UBRR1 = 12; UCSR1B = _BV(TXEN1) | _BV(UDRIE1);",
      USART1_TX: "UBRR1 = 12; UCSR1B = _BV(TXEN1) | _BV(TXCIE1); UDR1 = 'a';",
      ADC: "ADCSRA = _BV(ADEN) | _BV(ADIE) | _BV(ADSC);",
      EE_READY: "EECR = _BV(EERIE);",
      WDT: "WDTCSR = _BV(WDCE) | _BV(WDE); WDTCSR = _BV(WDIE);",
      PCINT0: "PCICR = _BV(PCIE0); PCMSK0 = _BV(PB7); DDRB = _BV(PB7); PORTB = _BV(PB7);",
      INT2: "EICRA = _BV(ISC21) | _BV(ISC20); EIMSK = _BV(INT2); DDRD = _BV(PD2); PORTD = _BV(PD2);",
      INT6: "EICRB = _BV(ISC61) | _BV(ISC60); EIMSK = _BV(INT6); DDRE = _BV(PE6); PORTE = _BV(PE6);",
    };
    for (const [vector, start] of Object.entries(sources)) {
      const program = await build(
        `ISR(BADISR_vect) { done = 2; for (;;) ; }
         ISR(${vector}_vect) { done = 1; for (;;) ; }
         int main(void) { ${start} sei(); for (;;) ; }`,
      );
      const bench = new Bench(program);
      bench.runTo(20e6);
      assert.deepEqual([vector, bench.u8("done"), bench.messages], [vector, 1, []]);
    }
  });

  it("keeps an edge of INT6 that comes while it is masked", async () => {
    const bench = new Bench(
      await build(`ISR(INT6_vect) { done = 1; }
        int main(void) { EICRB = _BV(ISC61) | _BV(ISC60); while (!(EIFR & _BV(INTF6))) ; sei(); EIMSK = _BV(INT6); for (;;) ; }`),
    );
    const chip = connect(bench, {});
    bench.clock.at(1e6, () => chip.pulse(0));
    bench.runUntilDone();
  });

  for (const [number, pin] of ["PD0", "PD1", "PD2", "PD3"].entries()) {
    it(`is woken from power-down by an edge of INT${number}, which needs no clock`, async () => {
      const bench = new Bench(
        await build(`ISR(INT${number}_vect) { done = 1; }
          int main(void) { EICRA = 0xff; EIMSK = _BV(INT${number}); ${POWER_DOWN} ${SLEEP} for (;;) ; }`),
      );
      const chip = connect(bench, { dio0: pin });
      bench.clock.at(5e6, () => chip.pulse(0));
      bench.runUntilDone(20e6);
      assert.ok(bench.clock.nowNs() > 5e6);
    });
  }

  it("is not woken from power-down by an edge of INT6, which needs the I/O clock", async () => {
    const bench = new Bench(
      await build(`ISR(INT6_vect) { done = 1; }
        int main(void) { EICRB = 0x30; EIMSK = _BV(INT6); ${POWER_DOWN} ${SLEEP} for (;;) ; }`),
    );
    const chip = connect(bench, {});
    bench.clock.at(1e6, () => chip.rise(0));
    bench.runTo(50e6);
    assert.notEqual(bench.u8("done"), 1);
  });

  it("is woken from power-down by both changes of a pin of port B, and by no other pin's", async () => {
    const bench = new Bench(
      await build(`volatile uint8_t changes;
        ISR(PCINT0_vect) { if (++changes == 2) done = 1; }
        int main(void) { changes = 0; PCMSK0 = _BV(PCINT6); PCICR = _BV(PCIE0); for (;;) { ${POWER_DOWN} ${SLEEP} } }`),
    );
    const chip = connect(bench, { dio0: "PB7" });
    bench.clock.at(5e6, () => chip.pulse(0));
    bench.clock.at(10e6, () => chip.rise(1));
    bench.clock.at(20e6, () => chip.fall(1));
    bench.runTo(18e6);
    assert.equal(bench.u8("changes"), 1);
    bench.runUntilDone(40e6);
  });

  it("keeps a change that comes while PCICR masks it, whatever else is written to PCMSK0", async () => {
    const bench = new Bench(
      await build(`ISR(PCINT0_vect) { done = 1; }
        int main(void)
        {
            PCMSK0 = _BV(PCINT6);
            while (!(PCIFR & _BV(PCIF0)))
                ;
            PCMSK0 = 0;
            sei();
            PCICR = _BV(PCIE0);
            for (;;)
                ;
        }`),
    );
    const chip = connect(bench, {});
    bench.clock.at(1e6, () => chip.rise(1));
    bench.runUntilDone();
  });

  it("clears the flag of the third compare value that is written as one, and leaves the others", async () => {
    const { value } = await resultOf(
      `OCR3A = 5; OCR3C = 7; TCCR3B = _BV(CS31);
       while (!(TIFR3 & _BV(OCF3C))) ;
       value = TIFR3; TIFR3 = _BV(OCF3C); value |= (uint16_t)(TIFR3 << 8);`,
    );
    // OCR3B is 0 and has not been passed.
    assert.equal(value & 0xff, 0x0a);
    assert.equal(value >> 8, 0x02);
  });
});

describe("the converter of an emulated ATmega32U4", () => {
  const CONVERT =
    "ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADSC); while (ADCSRA & _BV(ADSC)) {} value = ADC; ADCSRA = 0;";

  it("measures the band gap against the supply of 3.3 V and its reference of 2.56 V", async () => {
    assert.deepEqual(await resultOf(`ADMUX = _BV(REFS0) | 0x1e; ${CONVERT}`), { value: 341, findings: [] });
    const own = await resultOf(`ADMUX = _BV(REFS1) | _BV(REFS0) | 0x1e; ${CONVERT}`);
    assert.deepEqual(own, { value: 440, findings: [] });
  });

  it("has channels behind MUX5, at 0 V", async () => {
    const { value } = await resultOf(`value = 9; ADCSRB = _BV(MUX5); ADMUX = _BV(REFS0) | 4; ${CONVERT}`);
    assert.equal(value, 0);
  });
});

describe("findings of the emulated ATmega32U4", () => {
  const CASES: readonly [name: string, body: string, message: RegExp][] = [
    [
      "a write beyond the SRAM",
      "*(volatile uint8_t *)0xb00 = 1;",
      /^writes data address 0x0b00, .*, 0x0aff$/,
    ],
    ["a reserved register", "*(volatile uint8_t *)0x3a = 1;", /^writes data address 0x003a, a reserved/],
    ["USB", "USBCON = _BV(USBE);", /^starts the USB controller \(USBE of USBCON\), which/],
    ["the PLL", "PLLCSR = _BV(PLLE);", /^starts the PLL \(PLLE of PLLCSR\), which/],
    ["Timer4", "TCCR4B = _BV(CS40);", /^starts Timer4 \(CS43:40 of TCCR4B\), which/],
    ["the two-wire interface", "TWCR = _BV(TWEN);", /^starts the two-wire interface/],
    [
      "a module that PRR0 stops",
      "PRR0 = _BV(PRSPI); SPCR = _BV(SPE);",
      /^writes register 0x004c, whose module PRR0/,
    ],
    [
      "a module that PRR1 stops",
      "PRR1 = _BV(PRTIM3); TCNT3L = 1;",
      /^writes register 0x0094, whose module PRR1/,
    ],
    ["USB behind PRR1", "PRR1 = _BV(PRUSB); USBCON = 0;", /^writes register 0x00d8, whose module PRR1/],
    [
      "a full transmitter",
      "UCSR1B = _BV(TXEN1); UBRR1 = 12; UDR1 = 'a'; UDR1 = 'b';",
      /^writes UDR1 .*wait for UDRE1$/,
    ],
    ["no transmitter", "UDR1 = 'a';", /^writes UDR1 with the transmitter off: set TXEN1$/],
  ];
  for (const [name, body, message] of CASES) {
    it(`report ${name}, once`, async () => {
      const { findings } = await resultOf(body);
      assert.equal(findings.length, 1, findings.join("; "));
      assert.match(findings[0], message);
    });
  }

  it("say nothing of USB that is switched off", async () => {
    const { findings } = await resultOf("USBCON = _BV(FRZCLK); PLLCSR = 0; UHWCON = 0; PRR1 = _BV(PRUSB);");
    assert.deepEqual(findings, []);
  });
});
