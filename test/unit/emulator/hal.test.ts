/**
 * The promises of firmware/hal, on every emulated board. A new board of a processor that is here has its tests by
 * having a folder; what only one processor or one board has is tested in files of their own.
 */
import assert from "node:assert/strict";
import { storeLayoutOf } from "../../../toolchain/image/index.ts";
import { storeFormat } from "../../../toolchain/provisioning/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { EchoChip } from "./support/echo-chip.ts";
import { EMULATED_BOARDS } from "./support/emulated-boards.ts";
import { Bench, buildOnHal } from "./support/programs.ts";

/** How well the HAL of a processor keeps the promises. */
interface Precision {
  /** How much earlier than it is an instant may be read: the tick of the timer. */
  readonly tickUs: number;
  /** How far two ways to the same reading may differ, in the handlers and calls. */
  readonly pathUs: number;
  /** After how long the timer goes round; any time where it does not. */
  readonly lapUs: number;
  /** How late a sleep may end. */
  readonly lateUs: number;
  /** The time between an octet handed to the store and its being there, at least and at most. */
  readonly storeWriteUs: readonly [number, number];
  /** How finely edges are put around a sleep: no coarser than the code between two looks at an event. */
  readonly edgeStepNs: number;
  /** Which the call of sleep, from its first instruction on, is over within, the processor asleep. */
  readonly callUs: number;
  /** From power-up over 60 s of sleep to a reset by the watchdog and a start, at least and at most. */
  readonly watchdogS: readonly [number, number];
}

/** A cycle at 8 MHz is 125 ns; Timer1 counts microseconds. 30 s asleep, 30 s of rest, 8.2 s of the watchdog. */
const AVR: Precision = {
  ...{ tickUs: 1, pathUs: 1, lapUs: 65_536, lateUs: 20, storeWriteUs: [3370, 3430] },
  ...{ edgeStepNs: 125, callUs: 20, watchdogS: [68, 69] },
};

const PRECISIONS: Readonly<Record<string, Precision>> = {
  atmega328p: AVR,
  atmega32u4: AVR,
  // LPTIM1 on 32768 Hz. Two programming times a word. 2 s until the crystal swings, 60 s asleep, 28 s of the watchdog
  // at 37 kHz, 2 s again or none.
  stm32l073rz: {
    ...{ tickUs: 1e6 / 32768, pathUs: 5, lapUs: 2_000_000, lateUs: 100, storeWriteUs: [6460, 6660] },
    ...{ edgeStepNs: 500, callUs: 20, watchdogS: [88, 96] },
  },
  // Out of XIP and back, 260 octets at 2 MHz, a page of the flash. 60 s asleep, 8.4 s of the watchdog, and two starts.
  rp2040: {
    ...{ tickUs: 1, pathUs: 1, lapUs: 1_000_000, lateUs: 20, storeWriteUs: [2000, 4000] },
    ...{ edgeStepNs: 500, callUs: 20, watchdogS: [68, 69.5] },
  },
};

const READINGS = `
volatile uint32_t at[20];
void joinery_main(void)
{
    for (uint8_t i = 0; i < 20; i++) {
        hal_radio_select(true);
        at[i] = hal_now();
        hal_radio_select(false);
        hal_sleep_until(at[i] + 517003);
    }
    done = 1;
}`;

/** Near, far, and around the ends of laps, where it sleeps behind the middle of each. */
const DEADLINES = (lapUs: number) => `
volatile int32_t late[126];
static uint32_t ahead(uint8_t i)
{
    if (i < 72)
        return i;
    if (i < 80)
        return (i - 65u) * 9u;
    if (i < 106)
        return (uint32_t)1 << (i - 80);
    return ${lapUs}u - hal_now() % ${lapUs}u + (i - 116u) * 17u + ${lapUs}u;
}
void joinery_main(void)
{
    for (uint8_t i = 0; i < 126; i++) {
        uint32_t deadline = hal_now() + ahead(i);
        hal_sleep_until(deadline);
        late[i] = (int32_t)(hal_now() - deadline);
    }
    done = 1;
}`;

const RESTS_MS = [0, 1, 20, 40, 100, 1000, 10_000, 60_000];

const RESTS = `
volatile uint32_t counted[${RESTS_MS.length}];
static const uint32_t rests[] = {${RESTS_MS.join(", ")}};
void joinery_main(void)
{
    for (uint8_t i = 0; i < ${RESTS_MS.length}; i++) {
        hal_radio_select(true);
        uint32_t begin = hal_now();
        hal_rest_until(begin + rests[i] * 1000);
        counted[i] = hal_now() - begin;
        hal_radio_select(false);
    }
    done = 1;
}`;

/** The event is there before the rest begins. */
const REST_WITH_EVENT = `
volatile uint8_t events;
void joinery_main(void)
{
    hal_radio_select(true);
    hal_sleep_until(hal_now() + 60000000);
    hal_rest_until(hal_now() + 60000000);
    events = hal_radio_events();
    done = 1;
}`;

const COMMAND_AT_DEADLINE = `
volatile uint32_t deadline;
void joinery_main(void)
{
    deadline = hal_now() + 1000000;
    hal_radio_select(true);
    hal_radio_select(false);
    hal_sleep_until(deadline);
    hal_radio_select(true);
    hal_radio_transfer(0x81);
    hal_radio_transfer(0x06);
    hal_radio_select(false);
    done = 1;
}`;

/**
 * The second sleep, for the same deadline, has nothing left to set: the first look at the events is the last one there.
 * The first is ended by an edge, whose line is low again when the second begins.
 */
const SLEEP_AGAIN = `
volatile uint8_t events;
volatile uint32_t before, after;
void joinery_main(void)
{
    uint32_t deadline = hal_now() + 60000;
    hal_radio_select(true);
    hal_radio_select(false);
    hal_sleep_until(deadline);
    (void)hal_radio_events();
    for (uint32_t woken = hal_now(); hal_now() - woken < 100;)
        ;
    before = hal_now();
    hal_radio_select(true);
    hal_sleep_until(deadline);
    after = hal_now();
    events = hal_radio_events();
    done = 1;
}`;

const TWO_EDGES = `
volatile uint8_t first, second, third;
volatile uint32_t begun, firstEdge, secondEdge;
void joinery_main(void)
{
    hal_radio_select(true);
    begun = hal_now();
    hal_sleep_until(begun + 3000000);
    first = hal_radio_events();
    firstEdge = hal_radio_event_time();
    hal_sleep_until(begun + 3000000);
    second = hal_radio_events();
    secondEdge = hal_radio_event_time();
    third = hal_radio_events();
    done = 1;
}`;

/** What the rest of the HAL does in one program: transfers, the console, an octet of the store. */
const OUTPUT = `
volatile uint8_t in[2], found, beside, written;
volatile uint32_t took;
void joinery_main(void)
{
    hal_radio_reset(true);
    hal_radio_reset(false);
    hal_radio_select(true);
    in[0] = hal_radio_transfer(0x42);
    in[1] = hal_radio_transfer(0x00);
    hal_radio_select(false);
    for (uint8_t c = 'a'; c < 'k'; c++)
        hal_console_write(c);
    hal_sleep_until(hal_now() + 10000);
    found = hal_store_read(LAST);
    beside = hal_store_read(LAST - 1);
    uint32_t start = hal_now();
    hal_store_write(LAST, 0x5a);
    took = hal_now() - start;
    written = hal_store_read(LAST);
    done = 1;
    for (;;)
        hal_sleep_until(hal_now() + 1000000);
}`;

/** As the driver resets the radio. */
const RESET = `
void joinery_main(void)
{
    hal_radio_reset(true);
    hal_sleep_until(hal_now() + 200);
    hal_radio_reset(false);
    done = 1;
}`;

const STOPS_SLEEPING = `
volatile uint8_t starts __attribute__((section(".noinit")));
void joinery_main(void)
{
    if (starts == 1) {
        starts = 2;
        done = 1;
        for (;;)
            hal_sleep_until(hal_now() + 1000000);
    }
    starts = 0;
    hal_sleep_until(hal_now() + 30000000);
    hal_rest_until(hal_now() + 30000000);
    starts = 1;
    for (;;)
        ;
}`;

/** The console has just got a character, and an edge may come. */
const RESETS_ITSELF = `
volatile uint8_t starts __attribute__((section(".noinit")));
void joinery_main(void)
{
    if (starts == 1) {
        starts = 2;
        done = 1;
        for (;;)
            hal_sleep_until(hal_now() + 1000000);
    }
    starts = 1;
    hal_sleep_until(hal_now() + 30000000);
    hal_console_write('R');
    hal_reset();
    starts = 3;
}`;

/** What takes the emulation long, and is in the C that the boards of a processor share, is looked at once. */
function isFirstOfItsProcessor(name: string): boolean {
  const { processor } = loadProcessorBoard(name);
  return name === EMULATED_BOARDS.find((other) => loadProcessorBoard(other).processor === processor);
}

for (const name of EMULATED_BOARDS) {
  const board = loadProcessorBoard(name);
  const { pins } = board;
  /** The lines of the radio that make events, and the bit of each. */
  const lines = ([0, 1] as const).filter((dio) => `dio${dio}` in pins);

  describe(`HAL of ${name}`, () => {
    let precision: Precision;
    before(() => {
      assert.ok(board.processor in PRECISIONS, `say in PRECISIONS what the ${board.processor} promises`);
      precision = PRECISIONS[board.processor];
    });

    /** A machine with a chip that `selected` hears of. */
    async function bench(source: string, selected: (atNs: number, selected: boolean) => void = () => {}) {
      const made = new Bench(await buildOnHal(source, name));
      const chip = new EchoChip();
      chip.select = (level) => selected(made.machine.nowNs(), level);
      made.machine.attachRadio(chip, pins);
      return { made, chip };
    }

    it("counts microseconds, over many laps of its timer", async () => {
      const selectedNs: number[] = [];
      const { made } = await bench(READINGS, (atNs, selected) => {
        if (selected) selectedNs.push(atNs);
      });
      made.runUntilDone(30e9);
      assert.equal(selectedNs.length, 20);
      for (let i = 1; i < 20; i++) {
        const passedUs = (selectedNs[i] - selectedNs[0]) / 1000;
        const readUs = made.u32("at", i) - made.u32("at", 0);
        assert.ok(
          Math.abs(readUs - passedUs) < precision.tickUs + precision.pathUs,
          `reading ${i}: ${readUs} µs after ${passedUs} µs`,
        );
      }
      assert.deepEqual(made.messages, []);
    });

    it("sleeps to the deadline, not shorter and hardly longer, near, far and at the ends of laps", async () => {
      const { made } = await bench(DEADLINES(precision.lapUs));
      made.runUntilDone(300e9);
      const late = Array.from({ length: 126 }, (_, i) => made.u32("late", i) | 0);
      assert.ok(
        late.every((us) => us >= 0 && us <= precision.lateUs),
        late.join(" "),
      );
      assert.deepEqual(made.messages, []);
    });

    it("rests to the deadline, not shorter and no more than a hundredth and 40 ms longer, and its time never runs ahead", async () => {
      const edgesNs: number[] = [];
      const { made } = await bench(RESTS, (atNs) => edgesNs.push(atNs));
      made.runUntilDone(80e9);
      RESTS_MS.forEach((askedMs, i) => {
        const tookMs = (edgesNs[2 * i + 1] - edgesNs[2 * i]) / 1e6;
        const inTime = tookMs >= askedMs - precision.tickUs / 1000 && tookMs <= 1.01 * askedMs + 40;
        assert.ok(inTime, `${askedMs} ms took ${tookMs} ms`);
        const countedMs = made.u32("counted", i) / 1000;
        assert.ok(
          countedMs >= askedMs && countedMs <= tookMs + (precision.tickUs + precision.pathUs) / 1000,
          `${countedMs} ms of ${tookMs} ms`,
        );
      });
      assert.deepEqual(made.messages, []);
    });

    it("does not rest while an event of the radio waits", async () => {
      const { made, chip } = await bench(REST_WITH_EVENT, (atNs) =>
        made.machine.at(atNs + 1_000_000, () => chip.rise(1)),
      );
      made.runUntilDone();
      assert.equal(made.u8("events"), 2);
      assert.deepEqual(made.messages, []);
    });

    it("has a command at the radio within the latency in board.json", async () => {
      const atNs: number[] = [];
      const { made } = await bench(COMMAND_AT_DEADLINE, (now) => atNs.push(now));
      made.runUntilDone();
      const tookUs = (atNs[3] - atNs[0]) / 1000 - 1_000_000;
      assert.ok(tookUs > 0 && tookUs < board.commandLatencyUs, `${tookUs} µs`);
    });

    it("does not lose an edge of any line, whenever it comes around the call of sleep", async () => {
      /** Boots it; the first sleep ends after 5 ms, and `called` hears when the second is called. */
      const boot = async (called: (atNs: number) => void = () => {}) => {
        let calls = 0;
        const booted = await bench(SLEEP_AGAIN, (atNs, selected) => {
          if (!selected) return;
          calls++;
          if (calls > 1) return called(atNs);
          booted.made.machine.at(atNs + 5_000_000, () => booted.chip.rise(1));
          booted.made.machine.at(atNs + 5_050_000, () => booted.chip.fall(1));
        });
        return booted;
      };
      let calledNs = 0;
      const { made: probe } = await boot((atNs) => {
        calledNs = atNs;
      });
      probe.runUntilDone();
      const whole = probe.u32("after") - probe.u32("before");
      assert.ok(calledNs > 0 && whole > 50_000, `${whole} µs asleep without an edge`);
      const { edgeStepNs, callUs } = precision;
      const { made: asleep } = await boot();
      asleep.runTo(calledNs + callUs * 1000);
      assert.ok(asleep.machine.nextWakeNs > asleep.clock.nowNs(), "the last edges come in the sleep");
      for (const dio of lines) {
        for (let edgeNs = calledNs - 2_000; edgeNs <= calledNs + callUs * 1000; edgeNs += edgeStepNs) {
          const { made, chip } = await boot();
          made.clock.at(edgeNs, () => chip.rise(dio));
          made.runUntilDone();
          const sleptUs = made.u32("after") - made.u32("before");
          assert.ok(sleptUs < 200, `an edge of DIO${dio} at ${edgeNs} ns let it sleep for ${sleptUs} µs`);
          assert.equal(made.u8("events"), 1 << dio);
        }
      }
    });

    it("latches the lines apart, stamps the last edge in its sleep, and clears them when read", async () => {
      const last = lines[0];
      const { made, chip } = await bench(TWO_EDGES, (atNs, selected) => {
        if (!selected) return;
        made.machine.at(atNs + 300_000_000, () => chip.rise(1));
        made.machine.at(atNs + 301_000_000, () => chip.fall(1));
        made.machine.at(atNs + 700_000_000, () => chip.pulse(last));
      });
      made.runUntilDone();
      assert.deepEqual([made.u8("first"), made.u8("second"), made.u8("third")], [2, 1 << last, 0]);
      for (const [edge, us] of [
        ["firstEdge", 300_000],
        ["secondEdge", 700_000],
      ] as const) {
        const stampedUs = made.u32(edge) - made.u32("begun");
        assert.ok(Math.abs(stampedUs - us) < precision.tickUs + 15, `${stampedUs} µs`);
      }
      assert.deepEqual(made.messages, []);
    });

    describe("with a program that uses radio, console and store", () => {
      const store = storeFormat(storeLayoutOf(board), board.eepromBytes);
      const last = board.eepromBytes - 1;
      let made: Bench;
      let chip: EchoChip;
      before(async () => {
        const program = await buildOnHal(OUTPUT.replaceAll("LAST", `${last}`), name);
        const stored = Uint8Array.from({ length: board.eepromBytes }, (_, index) => ~(last - index) & 0xff);
        made = new Bench(program, { eeprom: store.pack(stored) });
        chip = new EchoChip();
        made.machine.attachRadio(chip, pins);
        made.runUntilDone();
      });
      afterEach(() => assert.deepEqual(made.messages, []));

      it("speaks mode 0 to the radio, and floats NRESET when it is released", () => {
        assert.deepEqual(chip.log, ["reset", "release", "select", "42", "0", "deselect"]);
        assert.deepEqual([made.u8("in", 0), made.u8("in", 1)], [0xbd, 0xff]);
      });

      it(`writes to the console at ${board.console.baud} Bd, to the last bit before it sleeps`, () => {
        assert.equal(made.console.slice(0, 10), "abcdefghij");
      });

      it("finds what the store holds, writes an octet of it alone, and finds that after a power cycle", () => {
        assert.deepEqual([made.u8("found"), made.u8("beside"), made.u8("written")], [0xff, 0xfe, 0x5a]);
        const [least, most] = precision.storeWriteUs;
        const took = made.u32("took");
        assert.ok(took >= least && took <= most, `${took} µs`);
        const contents = store.unpack(made.machine.eeprom);
        assert.deepEqual([contents[0], contents[last - 1], contents[last]], [~last & 0xff, 0xfe, 0x5a]);
        made.machine.powerOff();
        made.machine.powerOn();
        made.runUntilDone();
        assert.equal(made.u8("found"), 0x5a);
      });
    });

    if ("dio0" in pins) {
      it("drives the reset line of an SX1272 high, and of no other radio", async () => {
        const reset = ["reset", "release"];
        for (const chip of ["sx1272", "sx1276"] as const) {
          const program = await buildOnHal(RESET, name, { chip, powerPin: "PA_BOOST" });
          for (const resetLevel of [false, true]) {
            const made = new Bench(program);
            const radio = new EchoChip(resetLevel);
            made.machine.attachRadio(radio, pins);
            made.runUntilDone();
            assert.deepEqual(radio.log, resetLevel === (chip === "sx1272") ? reset : [], chip);
          }
        }
      });
    }

    if (isFirstOfItsProcessor(name)) {
      it("resets itself when it is told to, at once, and its console has said what it had to say", async () => {
        const { made } = await bench(RESETS_ITSELF);
        made.runUntilDone(60e9);
        assert.equal(made.u8("starts"), 2);
        assert.equal(made.console, "R");
        const tookS = made.clock.nowNs() / 1e9;
        assert.ok(tookS >= 30 && tookS < 35, `${tookS} s`);
        made.runTo(made.clock.nowNs() + 60e9);
        assert.equal(made.u8("starts"), 2);
      });

      it("is reset by the watchdog, once, where it does not sleep any more, and not where it sleeps or rests", async () => {
        const { made } = await bench(STOPS_SLEEPING);
        made.runUntilDone(130e9);
        assert.equal(made.u8("starts"), 2);
        const [least, most] = precision.watchdogS;
        const tookS = made.clock.nowNs() / 1e9;
        assert.ok(tookS > least && tookS < most, `${tookS} s`);
        made.runTo(made.clock.nowNs() + 60e9);
        assert.equal(made.u8("starts"), 2);
      });
    }
  });
}
