/** The emulated STM32L073 by its registers: time, sleep, interrupts, serial ports, memories. */
import assert from "node:assert/strict";
import type { RadioChip } from "../../../../hil/emulator/chips/index.ts";
import { bench } from "./programs.ts";

/** HSI16 of the model is off by this much; the crystal is not. */
const HSI16_HZ = 16_000_000 * 1.004;

/** A chip that answers with the complement of what it got before, and keeps what happened to it. */
class Echo implements RadioChip {
  readonly events: string[] = [];
  #last = 0;
  #listener: (dio: 0, level: boolean) => void = () => {};

  select(selected: boolean): void {
    this.events.push(selected ? "select" : "release");
  }

  transfer(out: number): number {
    const answer = ~this.#last & 0xff;
    this.#last = out;
    this.events.push(out.toString(16));
    return answer;
  }

  reset(asserted: boolean): void {
    this.events.push(asserted ? "reset" : "run");
  }

  onDio(listener: (dio: 0, level: boolean) => void): void {
    this.#listener = listener;
  }

  raise(level: boolean): void {
    this.#listener(0, level);
  }
}

const PINS = { radioSelect: "PA4", radioReset: "PC0", dio0: "PA10", dio1: "PB3" };

describe("Stm32l073: time", () => {
  it("starts on MSI and changes to HSI16 when told", async () => {
    const board = await bench("int main(void) { fast(); done = 1; for (;;) { } }");
    board.runTo(1000);
    assert.ok(board.machine.cycles <= 4, "2.1 MHz at first");
    board.runUntilDone();
    const { cycles } = board.machine;
    const fromNs = board.machine.nowNs();
    board.runTo(fromNs + 1e6);
    assert.ok(Math.abs(board.machine.cycles - cycles - HSI16_HZ / 1000) < 5);
    assert.deepEqual(board.messages, []);
  });

  it("counts a deadline of LPTIM1 by the crystal with its error, and is awake at it", async () => {
    const source = `
      volatile uint32_t before, after;
      int main(void) {
        fast(); start_lse(); start_lptim(BIT(0)); enable(13);
        before = LPTIM1(0x1c);
        compare(before + 1000);
        wfi();
        after = LPTIM1(0x1c);
        done = 1; for (;;) { }
      }
      void lptim1_irq(void) { LPTIM1(4) = BIT(0); }`;
    const wakeAt = async (clockErrorPpm: number) => {
      const board = await bench(source, { clockErrorPpm });
      board.runTo(2.01e9);
      const wakeNs = board.machine.nextWakeNs;
      board.runUntilDone();
      assert.equal(board.u32("after") - board.u32("before"), 1000);
      assert.deepEqual(board.messages, []);
      return wakeNs;
    };
    const exact = await wakeAt(0);
    const fast = await wakeAt(1000);
    assert.ok(Math.abs(exact - fast - 30_500) < 300, `${exact - fast} ns earlier with a crystal 0.1 % fast`);
  });

  it("stops its clocks in Stop mode, wakes on the clock that STOPWUCK says, and needs its time for it", async () => {
    const board = await bench(`
      volatile uint32_t cfgr;
      int main(void) {
        fast(); start_lse(); start_lptim(BIT(0)); enable(13);
        PWR_CR |= BIT(10) | BIT(9) | BIT(0);
        SCR = BIT(2);
        compare(LPTIM1(0x1c) + 3277);
        wfi();
        cfgr = RCC(0x0c);
        done = 1; for (;;) { }
      }
      void lptim1_irq(void) { LPTIM1(4) = BIT(0); }`);
    board.runTo(2.01e9);
    const { cycles } = board.machine;
    const wakeNs = board.machine.nextWakeNs;
    assert.ok(wakeNs > 2.09e9 && wakeNs < 2.11e9, `${wakeNs}`);
    board.runTo(wakeNs - 1);
    assert.equal(board.machine.cycles, cycles);
    board.runTo(wakeNs + 7_000);
    assert.equal(board.u8("done"), 0);
    board.runTo(wakeNs + 15_000);
    assert.equal(board.u8("done"), 1);
    assert.equal(board.u32("cfgr") & 15, 5, "HSI16 selected and in use");
    assert.deepEqual(board.messages, []);
  });

  it("holds TIM2 in Stop mode, and counts it in Sleep mode", async () => {
    const elapsed = async (deep: boolean) => {
      const board = await bench(`
        volatile uint32_t before, after;
        int main(void) {
          fast(); start_lse(); start_lptim(BIT(0)); enable(13);
          RCC(0x38) |= BIT(0);
          TIM2(0x28) = 15999; TIM2(0x14) = 1; TIM2(0) = 1;
          PWR_CR |= BIT(10); SCR = ${deep ? 4 : 0};
          before = TIM2(0x24);
          compare(LPTIM1(0x1c) + 3277);
          wfi();
          after = TIM2(0x24);
          done = 1; for (;;) { }
        }
        void lptim1_irq(void) { LPTIM1(4) = BIT(0); }`);
      board.runUntilDone();
      return board.u32("after") - board.u32("before");
    };
    assert.ok(Math.abs((await elapsed(false)) - 100) <= 1);
    assert.ok((await elapsed(true)) <= 1);
  });

  it("raises the interrupts of TIM2 and of SysTick at their rates", async () => {
    const board = await bench(`
      volatile uint32_t updates, ticks;
      int main(void) {
        fast();
        RCC(0x38) |= BIT(0);
        TIM2(0x28) = 15; TIM2(0x2c) = 999; TIM2(0x14) = 1; TIM2(0x10) = 0; TIM2(0x0c) = 1; TIM2(0) = 1;
        enable(15);
        REG(0xe000e014) = 7999; REG(0xe000e018) = 0; REG(0xe000e010) = 7;
        for (;;) { wfi(); }
      }
      void tim2_irq(void) { TIM2(0x10) = ~1u; updates++; }
      void systick(void) { ticks++; }`);
    board.runTo(1e6);
    const updates = board.u32("updates");
    const ticks = board.u32("ticks");
    board.runTo(1e6 + 100e6);
    assert.ok(Math.abs(board.u32("updates") - updates - 100.4) < 1);
    assert.ok(Math.abs(board.u32("ticks") - ticks - 200.8) < 1);
    assert.deepEqual(board.messages, []);
  });

  it("is reset by its watchdog, which tells so, and keeps its SRAM", async () => {
    const board = await bench(`
      __attribute__((section(".noinit"))) volatile uint32_t boots;
      volatile uint32_t cause;
      int main(void) {
        cause = RCC(0x50);
        if (cause & BIT(27)) boots = 1; else boots++;
        RCC(0x50) |= BIT(23);
        if (boots == 2) { done = 1; for (;;) { } }
        IWDG(0) = 0x5555; IWDG(8) = 924; IWDG(0) = 0xcccc;
        for (;;) { wfi(); }
      }`);
    board.runTo(99e6);
    assert.equal(board.u8("done"), 0);
    board.runTo(102e6); // 925 periods of 4 / 37 kHz
    assert.equal(board.u8("done"), 1);
    assert.equal(board.u32("cause") >>> 24, 0x24);
    assert.deepEqual(board.messages, []);
  });
});

describe("Stm32l073: interrupts", () => {
  it("wakes from WFI by an edge of a DIO line, in Stop mode too", async () => {
    const board = await bench(`
      volatile uint32_t edges;
      int main(void) {
        fast();
        RCC(0x34) |= BIT(0);
        mode('A', 10, 0);
        SYSCFG(0x10) = 0; EXTI(8) = BIT(10); EXTI(0) |= BIT(10); enable(7);
        PWR_CR |= BIT(10); SCR = BIT(2);
        done = 1;
        for (;;) { wfi(); }
      }
      void exti4_15_irq(void) { EXTI(0x14) = BIT(10); edges++; }`);
    const chip = new Echo();
    board.machine.attachRadio(chip, PINS);
    board.runUntilDone();
    board.runTo(1e9);
    assert.equal(board.u32("edges"), 0);
    assert.equal(board.machine.nextWakeNs, Number.POSITIVE_INFINITY);
    chip.raise(true);
    assert.equal(board.machine.nextWakeNs, board.machine.nowNs());
    board.runTo(1e9 + 30_000);
    assert.equal(board.u32("edges"), 1);
    chip.raise(false);
    board.runTo(1.1e9);
    assert.equal(board.u32("edges"), 1, "the falling edge is not asked for");
    assert.deepEqual(board.messages, []);
  });

  it("goes on after WFI with interrupts masked, and serves the one that waited when they are not", async () => {
    const board = await bench(`
      volatile uint32_t served, seen;
      int main(void) {
        mask(); enable(31); REG(0xe000e200) = BIT(31);
        wfi();
        seen = served;
        unmask();
        __asm__ volatile("nop");
        done = served == 1 && seen == 0;
        for (;;) { }
      }
      void last_irq(void) { served++; }`);
    board.runUntilDone(1e6);
  });

  it("serves an interrupt of a higher priority inside another, and one of the same after it", async () => {
    const order = async (priority: number) => {
      const board = await bench(`
        volatile uint8_t order[4], count;
        int main(void) {
          REG(0xe000e404) = 0x40u << 24; REG(0xe000e408) = 0;
          REG(0xe000e400 + 28) = ${priority}u << 30;
          REG(0xe000e100) = BIT(31) | BIT(7);
          REG(0xe000e200) = BIT(7);
          done = 1; for (;;) { }
        }
        void exti4_15_irq(void) { REG(0xe000e200) = BIT(31); order[count++] = 1; order[count++] = 2; }
        void last_irq(void) { order[count++] = 3; }`);
      board.runUntilDone(1e6);
      return [...board.octets("order")].slice(0, 3);
    };
    assert.deepEqual(await order(0), [3, 1, 2]);
    assert.deepEqual(await order(1), [1, 2, 3]);
  });

  it("calls a handler again as long as its peripheral asks for it", async () => {
    const board = await bench(`
      volatile uint32_t calls;
      int main(void) { RCC(0x38) |= BIT(0); TIM2(0x0c) = 1; enable(15); TIM2(0x14) = 1; done = 1; for (;;) { } }
      void tim2_irq(void) { if (++calls == 3) TIM2(0x10) = 0; }`);
    board.runUntilDone(1e6);
    assert.equal(board.u32("calls"), 3);
  });
});

describe("Stm32l073: serial ports", () => {
  it("exchanges octets with the chip that is selected, at the rate of SPI1", async () => {
    const board = await bench(`
      volatile uint8_t answers[3];
      int main(void) {
        fast(); start_spi();
        GPIO('A', 0x18) = BIT(4); mode('A', 4, 1);
        GPIO('C', 0x18) = BIT(16); mode('C', 0, 1);
        mode('C', 0, 0);
        answers[0] = transfer(0x11);
        GPIO('A', 0x28) = BIT(4);
        answers[1] = transfer(0x42);
        answers[2] = transfer(0x43);
        GPIO('A', 0x18) = BIT(4);
        done = 1; for (;;) { }
      }`);
    const chip = new Echo();
    board.machine.attachRadio(chip, PINS);
    board.runUntilDone();
    assert.deepEqual(chip.events, ["reset", "run", "select", "42", "43", "release"]);
    assert.deepEqual([...board.octets("answers")], [0xff, 0xff, 0xbd]);
    assert.deepEqual(board.messages, []);
  });

  it("takes eight periods of the SPI clock for an octet", async () => {
    const board = await bench(`
      volatile uint32_t cycles;
      int main(void) {
        fast(); start_spi();
        SPI1(0) = BIT(9) | BIT(8) | BIT(6) | 7 << 3 | BIT(2);
        RCC(0x38) |= BIT(0); TIM2(0) = 1;
        uint32_t before = TIM2(0x24);
        (void)transfer(0);
        cycles = TIM2(0x24) - before;
        done = 1; for (;;) { }
      }`);
    board.runUntilDone();
    const cycles = board.u32("cycles");
    assert.ok(cycles >= 8 * 256 && cycles < 8 * 256 + 40, `${cycles}`);
  });

  it("sends to the console, and the last octet has left when TC is set", async () => {
    const board = await bench(`
      int main(void) {
        fast(); start_console();
        for (const char *text = "hello"; *text; text++) say((uint8_t)*text);
        while (!(USART2(0x1c) & BIT(6))) { }
        done = 1; for (;;) { }
      }`);
    board.runUntilDone();
    assert.equal(board.console, "hello");
    assert.ok(board.machine.nowNs() >= 5 * 86_000);
    assert.deepEqual(board.messages, []);
  });
});

describe("Stm32l073: data EEPROM", () => {
  const WRITE = `
    volatile uint32_t value;
    int main(void) {
      fast(); unlock_eeprom();
      *(volatile uint8_t *)0x08080005 = 0x5a;
      while (FLASH(0x18) & BIT(0)) { }
      EEPROM(8) = 0x11223344;
      while (FLASH(0x18) & BIT(0)) { }
      value = EEPROM(4);
      done = 1; for (;;) { }
    }`;

  it("writes octets and words after both keys, each in its time, while the program stands still", async () => {
    const eeprom = new Uint8Array(1024);
    eeprom[5] = 0xff;
    const board = await bench(WRITE, { eeprom });
    board.runUntilDone();
    assert.deepEqual([...eeprom.subarray(4, 12)], [0, 0x5a, 0, 0, 0x44, 0x33, 0x22, 0x11]);
    assert.equal(board.u32("value"), 0x5a00);
    // Erase and write for the octet, write alone for the word, which was zero.
    const tookMs = board.machine.nowNs() / 1e6;
    assert.ok(tookMs > 3 * 3.28 && tookMs < 3 * 3.28 + 0.3, `${tookMs} ms`);
    assert.deepEqual(board.messages, []);
  });

  for (const [phase, octet, rest] of [
    ["before", 0xff, 0xff],
    ["after", 0x5a, 0xff],
  ] as const) {
    it(`loses its power ${phase} a write, and comes back with what that leaves`, async () => {
      const eeprom = new Uint8Array(1024).fill(0xff);
      const board = await bench(WRITE, { eeprom });
      board.machine.cutPowerAtStoreWrite(1, phase);
      board.runTo(50e6);
      assert.equal(board.machine.powered, false);
      assert.deepEqual([...eeprom.subarray(4, 9)], [rest, octet, rest, rest, 0xff]);
      board.machine.powerOn();
      board.runTo(100e6);
      assert.equal(board.u8("done"), 1);
      assert.deepEqual([...eeprom.subarray(4, 9)], [rest, 0x5a, rest, rest, 0x44]);
    });
  }

  it("counts the writes to where the power goes", async () => {
    const eeprom = new Uint8Array(1024);
    const board = await bench(WRITE, { eeprom });
    board.machine.cutPowerAtStoreWrite(2, "before");
    board.runTo(50e6);
    assert.equal(board.machine.powered, false);
    assert.deepEqual([eeprom[5], eeprom[8]], [0x5a, 0]);
  });

  it("refuses a store that is larger than the data EEPROM, and a flash that is larger than the part's", async () => {
    await assert.rejects(bench(WRITE, { eeprom: new Uint8Array(6145) }), /6145 octets does not fit the 6144/);
    await assert.rejects(
      bench(WRITE, { flash: new Uint8Array(200_000) }),
      /200000 octets does not fit 196608/,
    );
  });
});

describe("Stm32l073: arithmetic of its core", () => {
  it("compares numbers of 64 bits where the borrow meets the sign", async () => {
    const board = await bench(`
      volatile int64_t numbers[] = {0, 0x7fffffff00000001, -1, INT64_MIN, 0x7fffffffffffffff, 0x8000000080000000u, 1};
      volatile uint32_t wrong;
      static int order(volatile int64_t *a, volatile int64_t *b) { return *a < *b; }
      int main(void) {
        static const uint8_t ranks[] = {3, 5, 2, 0, 6, 0, 4};
        for (int i = 0; i < 7; i++) for (int j = 0; j < 7; j++) {
          if (i == 5 || j == 5) continue;
          if (order(&numbers[i], &numbers[j]) != (ranks[i] < ranks[j])) wrong++;
        }
        done = 1; for (;;) { }
      }`);
    board.runUntilDone();
    assert.equal(board.u32("wrong"), 0);
  });
});
