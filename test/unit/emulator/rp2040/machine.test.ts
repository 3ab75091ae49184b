/** The emulated RP2040 by its registers: boot, clocks, sleep, interrupts, serial ports, flash. */
import assert from "node:assert/strict";
import { EchoChip } from "../support/echo-chip.ts";
import { bench, build, STORE_OFFSET } from "./programs.ts";

/** The ring oscillator of the model. */
const ROSC_HZ = 6_100_000;
const PINS = { radioSelect: "GPIO16", radioReset: "GPIO17", dio0: "GPIO21", dio1: "GPIO22" };

describe("Rp2040: boot", () => {
  it("runs the second stage that ends with its CRC, on the ring oscillator", async () => {
    const board = await bench("int main(void) { done = 1; for (;;) { } }");
    board.runUntilDone();
    const fromNs = board.machine.nowNs();
    const { cycles } = board.machine;
    assert.ok(fromNs > 3e6 && fromNs < 10e6, `${fromNs / 1e6} ms`);
    board.runTo(fromNs + 1e6);
    assert.ok(Math.abs(board.machine.cycles - cycles - ROSC_HZ / 1000) < 10);
    assert.deepEqual(board.messages, []);
  });

  it("waits on USB where the CRC is wrong", async () => {
    const { flash } = await build("int main(void) { done = 1; for (;;) { } }");
    const spoilt = Uint8Array.from(flash);
    spoilt[100] ^= 1;
    const board = await bench("int main(void) { done = 1; for (;;) { } }", { flash: spoilt });
    board.runTo(100e6);
    assert.notEqual(board.u8("done"), 1);
    assert.match(
      board.messages.join("; "),
      /^boots from USB: the first 256 octets .* CRC \(2\.8\.1\.3\.1\)$/,
    );
  });

  it("gives functions of the ROM by their names, and none for others", async () => {
    const board = await bench(`
      volatile uint32_t known, unknown;
      int main(void) { known = (uint32_t)rom('R', 'P'); unknown = (uint32_t)rom('?', '?'); done = 1; for (;;) { } }`);
    board.runUntilDone();
    assert.equal(board.u32("known") & 1, 1);
    assert.equal(board.u32("unknown"), 0);
    assert.deepEqual(board.messages, []);
  });

  it("reads the flash at the rate of its lines, and once for a line of the cache", async () => {
    const board = await bench(`
      volatile uint32_t first, second, past;
      IN_RAM uint32_t cycles_of(const volatile uint32_t *at) {
        REG(0xe000e018) = 0;
        (void)*at;
        return 0xffffff - REG(0xe000e018);
      }
      int main(void) {
        REG(0xe000e014) = 0xffffff; REG(0xe000e010) = 5;
        first = cycles_of((const volatile uint32_t *)0x10004000);
        second = cycles_of((const volatile uint32_t *)0x10004004);
        past = cycles_of((const volatile uint32_t *)0x13004000);
        done = 1; for (;;) { }
      }`);
    board.runUntilDone();
    const base = board.u32("second");
    // 64 bits a word, two cycles a bit; a line has two words.
    for (const [name, cycles] of [
      ["first", 256],
      ["past", 128],
    ] as const) {
      assert.ok(Math.abs(board.u32(name) - base - cycles) <= 1, `${board.u32(name)} and ${base} cycles`);
    }
    assert.deepEqual(board.messages, []);
  });
});

describe("Rp2040: clocks and time", () => {
  it("runs on the crystal when told, with its error", async () => {
    const board = await bench("int main(void) { fast(); done = 1; for (;;) { } }", { clockErrorPpm: 100 });
    board.runUntilDone();
    const { cycles } = board.machine;
    board.runTo(board.machine.nowNs() + 10e6);
    assert.ok(Math.abs(board.machine.cycles - cycles - 120_012) < 20, `${board.machine.cycles - cycles}`);
    assert.deepEqual(board.messages, []);
  });

  it("runs on a PLL that has locked", async () => {
    const board = await bench(`
      IN_RAM void run(void) {
        CLOCKS(0x3c) = 1;
        while (!(CLOCKS(0x44) & 2)) { }
        done = 1;
        for (;;) { }
      }
      int main(void) {
        fast(); release(BIT(12));
        PLL_SYS(0) = 1; PLL_SYS(8) = 125; PLL_SYS(12) = 0x62000; PLL_SYS(4) = 8;
        while (!(PLL_SYS(0) & BIT(31))) { }
        PLL_SYS(4) = 0;
        run();
        for (;;) { }
      }`);
    board.runUntilDone();
    const { cycles } = board.machine;
    board.runTo(board.machine.nowNs() + 1e6);
    assert.ok(Math.abs(board.machine.cycles - cycles - 125_000) < 50, `${board.machine.cycles - cycles}`);
    assert.deepEqual(board.messages, []);
  });

  it("sleeps with no clock but that of the timer, and is awake at its alarm", async () => {
    const board = await bench(`
      volatile uint32_t before, after;
      int main(void) {
        fast(); enable(0);
        CLOCKS(0xa8) = 0; CLOCKS(0xac) = BIT(5);
        SCR = 4;
        TIMER(0x38) = 1;
        before = TIMER(0x28);
        TIMER(0x10) = before + 50000;
        wfi();
        after = TIMER(0x28);
        done = 1; for (;;) { }
      }
      void timer0_irq(void) { TIMER(0x34) = 1; }`);
    board.runTo(40e6);
    const { cycles } = board.machine;
    const wakeNs = board.machine.nextWakeNs;
    board.runTo(wakeNs - 1);
    assert.equal(board.machine.cycles, cycles, "no cycle passes asleep");
    board.runUntilDone();
    const slept = board.u32("after") - board.u32("before");
    // The way back leads through lines of the flash that no cache has.
    assert.ok(slept >= 50_000 && slept < 50_200, `${slept} µs`);
    assert.deepEqual(board.messages, []);
  });

  it("holds the timer asleep where SLEEP_EN does not let it run", async () => {
    const board = await bench(`
      int main(void) {
        fast(); enable(0);
        CLOCKS(0xa8) = 0; CLOCKS(0xac) = 0;
        SCR = 4; TIMER(0x38) = 1; TIMER(0x10) = TIMER(0x28) + 1000;
        wfi();
        done = 1; for (;;) { }
      }
      void timer0_irq(void) { TIMER(0x34) = 1; }`);
    board.runTo(1e9);
    assert.equal(board.machine.nextWakeNs, Number.POSITIVE_INFINITY);
    assert.equal(board.u8("done"), 0);
  });

  it("is reset by the watchdog in half the time that its counter says (RP2040-E1), and tells why", async () => {
    const board = await bench(`
      __attribute__((section(".noinit"))) volatile uint32_t reason;
      int main(void) {
        reason = WATCHDOG(8);
        if (reason) { done = 1; for (;;) { } }
        fast(); PSM(8) = 0x1ffff;
        WATCHDOG(4) = 200000; REG(0x4005a000) = BIT(30);
        for (;;) { }
      }`);
    board.runUntilDone();
    assert.equal(board.u32("reason"), 1);
    const sinceMs = board.machine.nowNs() / 1e6;
    assert.ok(sinceMs > 100 && sinceMs < 125, `${sinceMs} ms`);
    assert.deepEqual(board.messages, []);
  });
});

describe("Rp2040: pins and serial ports", () => {
  it("latches an edge asleep, and wakes", async () => {
    const board = await bench(`
      volatile uint32_t edges;
      int main(void) {
        fast(); enable(13);
        CLOCKS(0xa8) = BIT(8); CLOCKS(0xac) = 0; SCR = 4;
        IO_BANK0(0x108) = 8u << 20;
        wfi();
        done = 1; for (;;) { }
      }
      void io_irq(void) { edges = IO_BANK0(0x128); IO_BANK0(0xf8) = 8u << 20; }`);
    const chip = new EchoChip();
    board.machine.attachRadio(chip, PINS);
    board.clock.at(50e6, () => chip.pulse(0));
    board.runTo(49e6);
    assert.equal(board.machine.nextWakeNs, Number.POSITIVE_INFINITY);
    board.runUntilDone();
    assert.equal(board.u32("edges"), 8 << 20);
    assert.deepEqual(board.messages, []);
  });

  it("leaves no trace of an edge asleep where IO_BANK0 has no clock", async () => {
    const board = await bench(`
      int main(void) {
        fast(); enable(13);
        CLOCKS(0xa8) = 0; SCR = 4;
        IO_BANK0(0x108) = 8u << 20;
        wfi();
        done = 1; for (;;) { }
      }
      void io_irq(void) { IO_BANK0(0xf8) = 8u << 20; }`);
    const chip = new EchoChip();
    board.machine.attachRadio(chip, PINS);
    board.clock.at(50e6, () => chip.pulse(0));
    board.runTo(100e6);
    assert.equal(board.u8("done"), 0);
  });

  it("brings select, reset and octets to the radio, and its answers back", async () => {
    const board = await bench(`
      volatile uint8_t answers[2];
      int main(void) {
        fast(); start_spi();
        SIO(0x14) = BIT(16); SIO(0x24) = BIT(16) | BIT(17);
        function(16, 5); function(17, 5);
        SIO(0x28) = BIT(17);
        SIO(0x18) = BIT(16);
        answers[0] = transfer(0x42);
        answers[1] = transfer(0x10);
        SIO(0x14) = BIT(16);
        done = 1; for (;;) { }
      }`);
    const chip = new EchoChip();
    board.machine.attachRadio(chip, PINS);
    board.runUntilDone();
    assert.deepEqual(chip.log, ["reset", "release", "select", "42", "10", "deselect"]);
    assert.deepEqual([...board.octets("answers")], [0xbd, 0xef]);
    assert.deepEqual(board.messages, []);
  });

  it("takes eight periods of the SPI clock for an octet", async () => {
    const board = await bench(`
      volatile uint32_t took;
      int main(void) {
        fast(); start_spi();
        SPI1(0x10) = 254;
        uint32_t before = TIMER(0x28);
        (void)transfer(0);
        took = TIMER(0x28) - before;
        done = 1; for (;;) { }
      }`);
    board.runUntilDone();
    // 8 · 254 cycles of 12 MHz are 169 µs; the polling is read from the flash.
    assert.ok(board.u32("took") >= 169 && board.u32("took") < 400, `${board.u32("took")} µs`);
  });

  it("sends to the console, and the last octet has left when BUSY is clear", async () => {
    const board = await bench(`
      int main(void) {
        fast(); start_console();
        for (const char *text = "hello"; *text; text++) say((uint8_t)*text);
        while (UART0(0x18) & BIT(3)) { }
        done = 1; for (;;) { }
      }`);
    board.runUntilDone();
    assert.equal(board.console, "hello");
    assert.deepEqual(board.messages, []);
  });
});

describe("Rp2040: flash", () => {
  const WRITE = `
    static uint8_t page[256];
    volatile uint32_t ticks;
    void systick(void) { ticks++; }
    IN_RAM void write(void) {
      rom4 connect = rom('I', 'F'), leave = rom('E', 'X'), erase = rom('R', 'E'), program = rom('R', 'P');
      rom4 flush = rom('F', 'C'), enter = rom('C', 'X');
      connect(0, 0, 0, 0); leave(0, 0, 0, 0);
      erase(${STORE_OFFSET}, 4096, 1u << 31, 0);
      program(${STORE_OFFSET}, (uint32_t)page, 256, 0);
      flush(0, 0, 0, 0); enter(0, 0, 0, 0);
    }
    int main(void) {
      fast();
      for (int i = 0; i < 256; i++) page[i] = i < 4 ? (uint8_t)(0x10 * i + 1) : 0xff;
      ((void (*volatile)(void))write)();
      done = 1; for (;;) { }
    }`;

  it("erases a sector and programs a page by the functions of the ROM, each in its time", async () => {
    const eeprom = new Uint8Array(8192).fill(0x77);
    const board = await bench(WRITE, { eeprom });
    board.runUntilDone();
    assert.deepEqual([...eeprom.subarray(0, 6)], [0x01, 0x11, 0x21, 0x31, 0xff, 0xff]);
    assert.ok(eeprom.subarray(6, 4096).every((octet) => octet === 0xff));
    assert.ok(eeprom.subarray(4096).every((octet) => octet === 0x77));
    assert.ok(board.machine.nowNs() > 46e6, "45 ms for the sector, and more");
    assert.deepEqual(board.messages, []);
  });

  for (const [phase, left] of [
    ["before", /^(77){4096}$/],
    ["during", /^(?!(77)+$)(?!(ff)+$)(?!(00)+$)/],
    ["after", /^(ff){4096}$/],
  ] as const) {
    it(`loses its power ${phase} an erase, and comes back with what that leaves`, async () => {
      const eeprom = Buffer.alloc(8192, 0x77);
      const board = await bench(WRITE, { eeprom });
      board.machine.cutPowerAtStoreWrite(1, phase);
      board.runTo(200e6);
      assert.equal(board.machine.powered, false);
      assert.match(eeprom.toString("hex", 0, 4096), left);
      assert.equal(eeprom[4096], 0x77);
      board.machine.powerOn();
      board.runTo(500e6);
      assert.equal(board.u8("done"), 1);
      assert.equal(eeprom[0], 0x01);
    });
  }

  it("clears a sector before it sets the bits of it, so that a cut may leave it with fewer ones than it had", async () => {
    const onesAfter = async (erasingMs: number) => {
      const eeprom = new Uint8Array(8192).fill(0x77);
      const board = await bench(WRITE, { eeprom });
      while (!board.machine.storeBusy) board.runTo(board.clock.nowNs() + 1000);
      board.clock.at(board.clock.nowNs() + erasingMs * 1e6, () => board.machine.powerOff());
      board.runTo(200e6);
      assert.equal(board.machine.powered, false);
      return eeprom
        .subarray(0, 4096)
        .reduce((sum, octet) => sum + octet.toString(2).replaceAll("0", "").length, 0);
    };
    const ones = [await onesAfter(5), await onesAfter(15), await onesAfter(30), await onesAfter(44.9)];
    const all = 8 * 4096;
    assert.ok(ones[0] < (6 / 8) * all && ones[0] > all / 3, `${ones}`);
    assert.ok(ones[1] < 100, `${ones}`);
    assert.ok(Math.abs(ones[2] - all / 2) < all / 50, `${ones}`);
    assert.ok(ones[3] > 0.99 * all && ones[3] < all, `${ones}`);
  });

  it("refuses a store that is no whole sectors, and more than the flash has", async () => {
    const source = "int main(void) { done = 1; for (;;) { } }";
    await assert.rejects(
      bench(source, { eeprom: new Uint8Array(1024) }),
      /whole sectors of 4096 octets.*not 1024/,
    );
    await assert.rejects(bench(source, { flashBytes: 8192 }), /do not fit 8192 of flash/);
  });
});
