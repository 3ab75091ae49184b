/** The board whole: HAL, processor, SPI bus, DIO lines and the model of the SX1276 on them. */
import assert from "node:assert/strict";
import { Air, airtimeUs } from "../../../hil/air/index.ts";
import { type RadioEvent, Sx127x } from "../../../hil/emulator/chips/index.ts";
import type { Finding } from "../../../hil/emulator/index.ts";
import { loadBoard } from "../../../toolchain/image/board.ts";
import { Bench, buildOnHal } from "./support/programs.ts";

/** Sends four octets at SF7, 125 kHz, 868.1 MHz, sleeping until TxDone. Registers: SX1276 data sheet, 6.4. */
const TRANSMIT = `
volatile uint8_t done, version, events, flags;
volatile uint32_t start, end;
static uint8_t access(uint8_t address, uint8_t value)
{
    hal_radio_select(true);
    hal_radio_transfer(address);
    uint8_t read = hal_radio_transfer(value);
    hal_radio_select(false);
    return read;
}
static void wait(uint32_t us) { hal_sleep_until(hal_now() + us); }
#define WRITE(ADDRESS, VALUE) (void)access((ADDRESS) | 0x80, VALUE)
void joinery_main(void)
{
    hal_radio_reset(true);
    wait(200);
    hal_radio_reset(false);
    wait(6000);
    version = access(0x42, 0);
    WRITE(0x01, 0x00);
    WRITE(0x01, 0x80);
    WRITE(0x01, 0x81);
    wait(1000);
    WRITE(0x06, 0xd9);
    WRITE(0x07, 0x06);
    WRITE(0x08, 0x66);
    WRITE(0x09, 0x8c);
    WRITE(0x1d, 0x72);
    WRITE(0x1e, 0x74);
    WRITE(0x22, 4);
    WRITE(0x0e, 0);
    WRITE(0x0d, 0);
    for (uint8_t i = 0; i < 4; i++)
        WRITE(0x00, i);
    WRITE(0x40, 0x40);
    WRITE(0x12, 0xff);
    start = hal_now();
    WRITE(0x01, 0x83);
    hal_sleep_until(start + 1000000);
    events = hal_radio_events();
    end = hal_radio_event_time();
    flags = access(0x12, 0);
    done = 1;
}`;

describe("pro-mini-rfm95 with its radio", () => {
  it("transmits, sleeps, and stamps TxDone within a few microseconds", async () => {
    const bench = new Bench(await buildOnHal(TRANSMIT));
    const air = new Air({ clock: bench.clock, random: () => 0.5 });
    const radioEvents: RadioEvent[] = [];
    const radioFindings: Finding[] = [];
    const radio = new Sx127x({
      part: "sx1276",
      clock: bench.machine,
      air,
      name: "board",
      random: () => 0.5,
      onFinding: (finding) => radioFindings.push(finding),
      onEvent: (event) => radioEvents.push(event),
    });
    bench.machine.attachRadio(radio, loadBoard("pro-mini-rfm95").pins);
    bench.runUntilDone();
    assert.equal(bench.u8("version"), 0x12);
    assert.deepEqual([bench.u8("events"), bench.u8("flags")], [1, 0x08]);
    const [started, ended] = radioEvents;
    assert.deepEqual([started.type, ended.type], ["tx-start", "tx-done"]);
    assert.equal(started.frequencyHz, 868_099_976);
    const onAirUs = (ended.atNs - started.atNs) / 1000;
    const expectedUs = airtimeUs({
      spreadingFactor: 7,
      bandwidthHz: 125_000,
      codingRate: 1,
      preambleSymbols: 8,
      payloadBytes: 4,
      crc: true,
      implicitHeader: false,
      lowDataRateOptimize: false,
    });
    assert.ok(Math.abs(onAirUs - expectedUs) < 1, `${onAirUs} µs on the air instead of ${expectedUs} µs`);
    const measuredUs = bench.u32("end") - bench.u32("start");
    assert.ok(measuredUs > expectedUs && measuredUs < expectedUs + 200, `${measuredUs} µs by the board`);
    assert.deepEqual(bench.findings, []);
    assert.deepEqual(radioFindings, []);
  });
});
