/** Sleep modes and the watchdog: data sheet DS40002061B, sections 10 and 11.8. */
import assert from "node:assert/strict";
import { Bench, buildBare, buildOnHal } from "./support/programs.ts";

/** Connects a chip that does nothing; the result raises its DIO0, at PD2. */
function attachDio0(bench: Bench): () => void {
  let raise = () => {};
  bench.machine.attachRadio(
    {
      select: () => {},
      transfer: () => 0,
      reset: () => {},
      onDio: (listener) => {
        raise = () => listener(0, true);
      },
    },
    { radioSelect: "PB2", radioReset: "PB1", dio0: "PD2", dio1: "PD3" },
  );
  return () => raise();
}

describe("sleep of the emulated ATmega328P", () => {
  it("executes the instruction after SEI before a waiting interrupt, so that SLEEP is not passed by", async () => {
    const bench = new Bench(
      await buildBare(`
        volatile uint8_t order[4], n;
        ISR(TIMER1_COMPA_vect) { order[n++] = 'i'; TIMSK1 = 0; }
        int main(void)
        {
            n = 0;
            OCR1A = 10; TIMSK1 = _BV(OCIE1A); TCCR1B = _BV(CS11);
            while (!(TIFR1 & _BV(OCF1A)))
                ;
            SMCR = _BV(SE);
            __asm__ volatile("sei");
            __asm__ volatile("sleep");
            order[n++] = 'm';
            done = 1;
            for (;;)
                ;
        }`),
    );
    bench.runUntilDone(1e6);
    assert.equal(String.fromCharCode(...bench.octets("order").subarray(0, 2)), "im");
  });

  it("serves no interrupt between the OUT to SREG and the next instruction", async () => {
    // avr-gcc moves the stack pointer by: cli, out SPH, out SREG, out SPL.
    const bench = new Bench(
      await buildBare(`
        volatile uint8_t seen;
        ISR(TIMER1_COMPA_vect) { seen = GPIOR0; TIMSK1 = 0; }
        int main(void)
        {
            GPIOR0 = 0;
            OCR1A = 10; TIMSK1 = _BV(OCIE1A); TCCR1B = _BV(CS11);
            while (!(TIFR1 & _BV(OCF1A)))
                ;
            __asm__ volatile("out %0, %1\\n\\tout %2, %1" ::"I"(_SFR_IO_ADDR(SREG)), "r"(0x80),
                             "I"(_SFR_IO_ADDR(GPIOR0)));
            done = 1;
            for (;;)
                ;
        }`),
    );
    bench.runUntilDone(1e6);
    assert.equal(bench.u8("seen"), 0x80);
  });

  it("takes eight cycles and the jump of the vector from an interrupt in idle to its handler", async () => {
    const bench = new Bench(
      await buildBare(`
        volatile uint8_t at;
        void TIMER1_COMPA_vect(void) __attribute__((signal, naked, used, externally_visible));
        void TIMER1_COMPA_vect(void) { __asm__ volatile("lds r24, %0\\n\\tsts at, r24" ::"n"(_SFR_MEM_ADDR(TCNT1L))); done = 1; for (;;) ; }
        int main(void)
        {
            OCR1A = 200; TIMSK1 = _BV(OCIE1A); TCCR1B = _BV(CS11);
            SMCR = _BV(SE);
            __asm__ volatile("sei");
            __asm__ volatile("sleep");
            for (;;)
                ;
        }`),
    );
    bench.runUntilDone(1e6);
    // 4 cycles of wake-up, 4 of entry, 3 of the vector's JMP: TCNT1 is read in the second tick after the match.
    assert.equal(bench.u8("at"), 201);
  });

  it("stands still in power-down while time passes, and takes the start-up of the crystal to wake", async () => {
    const bench = new Bench(
      await buildBare(`
        volatile uint16_t before, after;
        ISR(PCINT2_vect) { after = TCNT1; done = 1; }
        int main(void)
        {
            PCMSK2 = _BV(PCINT18); PCICR = _BV(PCIE2);
            TCCR1B = _BV(CS11);
            SMCR = _BV(SE) | _BV(SM1);
            before = TCNT1;
            __asm__ volatile("sei");
            __asm__ volatile("sleep");
            for (;;)
                ;
        }`),
    );
    const raise = attachDio0(bench);
    bench.clock.at(500e6, () => raise());
    bench.runUntilDone();
    const wokeMs = bench.clock.nowNs() / 1e6;
    assert.ok(wokeMs > 502 && wokeMs < 502.3, `${wokeMs} ms`);
    const counted = bench.u16("after") - bench.u16("before");
    assert.ok(counted >= 0 && counted < 10, `${counted} ticks`);
    const { powerDown, idle } = bench.machine.asleepNs;
    assert.ok(Math.abs(powerDown - 502_048e3) < 100e3, `${powerDown} ns`);
    assert.equal(idle, 0);
  });

  for (const [low, cycles, what] of [
    ["FF", 16_384, "a crystal with slowly rising power"],
    ["CF", 1024, "a crystal with a brown-out detector"],
    ["EE", 1024, "a resonator with slowly rising power"],
    ["CE", 258, "a resonator with fast rising power"],
    ["E5", 32_768, "a watch crystal"],
    ["E2", 6, "the oscillator inside"],
    ["E0", 6, "a clock from outside"],
  ] as const)
    it(`takes ${cycles} cycles to wake from power-down with ${what}, low fuse ${low}`, async () => {
      const program = await buildBare(`
        ISR(PCINT2_vect) { done = 1; for (;;) ; }
        int main(void)
        {
            PCMSK2 = _BV(PCINT18); PCICR = _BV(PCIE2);
            SMCR = _BV(SE) | _BV(SM1);
            __asm__ volatile("sei");
            __asm__ volatile("sleep");
            for (;;)
                ;
        }`);
      const fuses = { low, high: "D1", extended: "FD" };
      const bench = new Bench({ ...program, board: { ...program.board, fuses } });
      const raise = attachDio0(bench);
      bench.clock.at(1e6, () => raise());
      while (bench.u8("done") !== 1) bench.runTo(bench.clock.nowNs() + 125);
      const tookCycles = (bench.clock.nowNs() - 1e6) / 125;
      assert.ok(tookCycles >= cycles && tookCycles < cycles + 40, `${tookCycles} cycles`);
    });

  it("is not woken from power-down by an edge of INT0, which needs the I/O clock", async () => {
    const bench = new Bench(
      await buildBare(`
        ISR(INT0_vect) { done = 1; }
        int main(void)
        {
            EICRA = _BV(ISC01) | _BV(ISC00); EIMSK = _BV(INT0);
            SMCR = _BV(SE) | _BV(SM1);
            __asm__ volatile("sei");
            __asm__ volatile("sleep");
            for (;;)
                ;
        }`),
    );
    const raise = attachDio0(bench);
    bench.clock.at(1e6, () => raise());
    bench.runTo(100e6);
    assert.notEqual(bench.u8("done"), 1);
  });
});

describe("watchdog of the emulated ATmega328P", () => {
  const BOOT = `
    #include <avr/wdt.h>
    volatile uint8_t boots __attribute__((section(".noinit"))), cause, kept __attribute__((section(".noinit")));`;

  it("resets a program that does not restart it, and says so in MCUSR", async () => {
    const bench = new Bench(
      await buildBare(`${BOOT}
        int main(void)
        {
            cause = MCUSR;
            MCUSR = 0;
            wdt_disable();
            if (cause & _BV(PORF)) { kept = 0x77; boots = 0; wdt_enable(WDTO_30MS); for (;;) ; }
            boots++;
            done = 1;
            for (;;)
                ;
        }`),
    );
    bench.runUntilDone();
    const tookMs = bench.clock.nowNs() / 1e6;
    assert.ok(tookMs >= 32 && tookMs < 33, `${tookMs} ms`);
    assert.equal(bench.u8("cause") & 0x08, 0x08);
    assert.equal(bench.u8("kept"), 0x77, "a reset keeps the SRAM");
    bench.runTo(bench.clock.nowNs() + 1e9);
    assert.equal(bench.u8("boots"), 1, "turned off, it does not reset again");
  });

  it("lets the EEPROM finish the octet that it is programming", async () => {
    const bench = new Bench(
      await buildOnHal(`
        #include <avr/io.h>
        #include <avr/wdt.h>
        volatile uint8_t done, boots __attribute__((section(".noinit")));
        void joinery_main(void)
        {
            if (boots == 1)
                for (done = 1;;)
                    ;
            boots = 1;
            wdt_enable(WDTO_15MS);
            for (uint16_t address = 0;; address++)
                hal_store_write(address, 0x5a);
        }`),
    );
    bench.runUntilDone();
    // 16 ms at 3.4 ms an octet: the reset comes in the middle of the fifth.
    assert.deepEqual([...bench.machine.eeprom.subarray(0, 6)], [0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0xff]);
  });

  it("is held off by WDR", async () => {
    const bench = new Bench(
      await buildBare(`${BOOT}
        int main(void)
        {
            boots = MCUSR & _BV(PORF) ? 1 : (uint8_t)(boots + 1);
            MCUSR = 0;
            wdt_enable(WDTO_15MS);
            for (uint16_t n = 0; n < 60000; n++)
                wdt_reset();
            wdt_disable();
            done = 1;
            for (;;)
                ;
        }`),
    );
    bench.runUntilDone();
    assert.equal(bench.u8("boots"), 1);
    assert.ok(bench.clock.nowNs() > 15e6);
  });

  it("wakes the processor from power-down by its interrupt, after its period of real time", async () => {
    const bench = new Bench(
      await buildBare(`
        ISR(WDT_vect) { done = 1; }
        int main(void)
        {
            WDTCSR = _BV(WDCE) | _BV(WDE);
            WDTCSR = _BV(WDIE) | _BV(WDP3) | _BV(WDP0);
            SMCR = _BV(SE) | _BV(SM1);
            __asm__ volatile("sei");
            __asm__ volatile("sleep");
            for (;;)
                ;
        }`),
    );
    bench.runUntilDone(20e9);
    const tookMs = bench.clock.nowNs() / 1e6;
    assert.ok(Math.abs(tookMs - 8192 - 2) < 1, `${tookMs} ms`);
  });

  for (const percent of [-10, 7])
    it(`counts an oscillator that is ${percent} % off`, async () => {
      const program = await buildBare(`
        ISR(WDT_vect) { done = 1; }
        int main(void)
        {
            WDTCSR = _BV(WDCE) | _BV(WDE);
            WDTCSR = _BV(WDIE) | _BV(WDP2) | _BV(WDP1);
            __asm__ volatile("sei");
            for (;;)
                ;
        }`);
      const bench = new Bench(program, { watchdogError: percent / 100 });
      bench.runUntilDone();
      const tookMs = bench.clock.nowNs() / 1e6;
      assert.ok(Math.abs(tookMs - 1024 / (1 + percent / 100)) < 0.2, `${tookMs} ms`);
    });

  it("clears WDIE with the service of its interrupt where the next time-out resets, and not before", async () => {
    const bench = new Bench(
      await buildBare(`${BOOT}
        EMPTY_INTERRUPT(WDT_vect)
        int main(void)
        {
            cause = MCUSR;
            MCUSR = 0;
            if (cause & _BV(WDRF)) { wdt_disable(); done = 1; for (;;) ; }
            WDTCSR = _BV(WDCE) | _BV(WDE);
            WDTCSR = _BV(WDE) | _BV(WDIE);
            while (!(WDTCSR & _BV(WDIF)))
                ;
            kept = WDTCSR & _BV(WDIE);
            __asm__ volatile("sei\\n\\tnop\\n\\tcli");
            boots = WDTCSR & (_BV(WDIE) | _BV(WDIF) | _BV(WDE));
            for (;;)
                ;
        }`),
    );
    bench.runUntilDone(100e6);
    assert.equal(bench.u8("kept"), 0x40);
    assert.equal(bench.u8("boots"), 0x08);
    assert.ok(bench.clock.nowNs() > 32e6 && bench.clock.nowNs() < 33e6, "reset by the second time-out");
  });

  it("does not let WDE be cleared without the timed sequence", async () => {
    const bench = new Bench(
      await buildBare(`${BOOT}
        int main(void)
        {
            cause = MCUSR;
            MCUSR = 0;
            if (cause & _BV(WDRF)) { wdt_disable(); done = 1; for (;;) ; }
            wdt_enable(WDTO_15MS);
            WDTCSR = 0;
            for (;;)
                ;
        }`),
    );
    bench.runUntilDone(100e6);
    assert.equal(bench.u8("cause") & 0x08, 0x08);
  });
});
