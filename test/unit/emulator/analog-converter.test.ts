/** The converter of the ATmega328P, as a program sees it: data sheet DS40002061B, section 24. */
import assert from "node:assert/strict";
import { Bench, buildBare } from "./support/programs.ts";

async function measured(body: string, more = ""): Promise<{ value: number; findings: readonly string[] }> {
  const bench = new Bench(
    await buildBare(`volatile uint16_t value; ${more} int main(void) { ${body} done = 1; for (;;) ; }`),
  );
  bench.runUntilDone();
  return { value: bench.u16("value"), findings: bench.messages };
}

const CONVERT = "ADCSRA |= _BV(ADSC); while (ADCSRA & _BV(ADSC)) {}";
const AT_125_KHZ = "ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1);";

describe("the analogue-to-digital converter", () => {
  it("measures the band gap against a supply of 3.3 V, and 0 V at a pin", async () => {
    const gap = await measured(`ADMUX = _BV(REFS0) | 14; ${AT_125_KHZ} ${CONVERT} value = ADC;`);
    assert.deepEqual(gap, { value: 341, findings: [] });
    const pin = await measured(`value = 9; ADMUX = _BV(REFS0); ${AT_125_KHZ} ${CONVERT} value = ADC;`);
    assert.deepEqual(pin, { value: 0, findings: [] });
  });

  it("takes 25 of its cycles for the first conversion, and 13 for each after it", async () => {
    const count = "TCCR1B = _BV(CS10);";
    const first = await measured(`${count} ${AT_125_KHZ} TCNT1 = 0; ${CONVERT} value = TCNT1;`);
    const next = await measured(`${count} ${AT_125_KHZ} ${CONVERT} TCNT1 = 0; ${CONVERT} value = TCNT1;`);
    assert.ok(first.value >= 25 * 64 && first.value < 25 * 64 + 20, `${first.value}`);
    assert.ok(next.value >= 13 * 64 && next.value < 13 * 64 + 20, `${next.value}`);
  });

  it("does not start while it is off", async () => {
    const { value } = await measured("ADCSRA = _BV(ADSC); value = ADCSRA;");
    assert.equal(value, 0);
  });

  it("keeps its flag until a one is written to it", async () => {
    const note = "value = (uint16_t)(value << 1 | ((ADCSRA & _BV(ADIF)) != 0));";
    const { value } = await measured(
      `${AT_125_KHZ} ${CONVERT} ${note} ADCSRA &= (uint8_t)~_BV(ADIF); ${note} ADCSRA |= _BV(ADIF); ${note}`,
    );
    assert.equal(value, 0b110);
  });

  it("interrupts once for each conversion", async () => {
    const { value } = await measured(
      `${AT_125_KHZ} ADCSRA |= _BV(ADIE); sei(); ${CONVERT} ${CONVERT} ADCSRA |= _BV(ADIF);`,
      "ISR(ADC_vect) { value++; }",
    );
    assert.equal(value, 2);
  });
});
