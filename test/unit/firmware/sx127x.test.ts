/** The SX127x driver: the registers it leaves behind, against the data sheet and the errata note. */
import assert from "node:assert/strict";
import { type Recorder, recordedDriver } from "./support/sx127x-recorder.ts";

const OP_MODE = 0x01;
const IRQ_FLAGS = 0x12;

function registersOf(chip: Recorder, addresses: readonly number[]): string {
  return addresses.map((address) => chip.registers[address].toString(16).padStart(2, "0")).join(" ");
}

const FREQUENCY = [0x06, 0x07, 0x08];
const MODEM = [0x1d, 0x1e, 0x1f, 0x26];
const INVERT_IQ = [0x33, 0x3b];
/** HighBwOptimize1 and 2, DetectOptimize, IfFreq1 and 2. */
const ERRATA = [0x36, 0x3a, 0x31, 0x30, 0x2f];

describe("firmware: SX127x driver", () => {
  it("resets the chip as the data sheet times it, and starts in LoRa sleep", () => {
    const { startRadio, chip } = recordedDriver();
    assert.equal(startRadio(8681000, 14), true);
    const [assert0, release] = chip.writes.filter((entry) => entry.includes(" at "));
    assert.equal(assert0, "reset at 0");
    assert.ok(Number(release.split(" at ")[1]) >= 100);
    assert.equal(chip.registers[OP_MODE], 0x80);
    assert.equal(chip.registers[0x09], 0x8c, "14 dBm on PA_BOOST");
    assert.equal(chip.registers[0x39], 0x34, "the sync word of LoRaWAN");
    assert.equal(chip.registers[0x23], 64, "no longer frame gets in");
    // LongRangeMode changes in sleep only: FSK sleep comes before LoRa sleep.
    const modes = chip.writes.filter((entry) => entry.startsWith("01 "));
    assert.deepEqual(modes, ["01 01", "01 00", "01 80"]);
    const calibration = chip.writes.indexOf("3b 40");
    assert.ok(calibration > chip.writes.indexOf("08 66") && calibration < chip.writes.indexOf("01 00"));
  });

  it("says so when no chip answers", () => {
    const { startRadio, chip } = recordedDriver();
    const { radioReset } = chip.hal;
    chip.hal.radioReset = (asserted) => {
      radioReset(asserted);
      chip.registers[0x42] = 0xff;
    };
    assert.equal(startRadio(8681000, 14), false);
    assert.deepEqual(
      chip.writes.filter((entry) => !entry.includes(" at ")),
      [],
    );
  });

  for (const [hundredHz, frf] of [
    [8681000, "d9 06 66"],
    [9150000, "e4 c0 00"],
    [4331750, "6c 4b 33"],
    [8695250, "d9 61 9a"],
    [8679000, "d8 f9 9a"],
  ] as const) {
    it(`tunes to ${hundredHz / 10000} MHz to the nearest step`, () => {
      const { startRadio, chip } = recordedDriver();
      startRadio(hundredHz, 14);
      assert.equal(registersOf(chip, FREQUENCY), frf);
      const step = Math.floor((hundredHz * 100 * 2 ** 19) / 32e6 + 0.5);
      assert.equal(Number.parseInt(frf.replaceAll(" ", ""), 16), step);
    });
  }

  it("transmits: normal IQ, CRC, DIO0 for TxDone", () => {
    const { transmit, Bandwidth, chip } = recordedDriver();
    const message = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
    transmit(8683000, 7, Bandwidth.Khz125, message, 23);
    assert.equal(registersOf(chip, MODEM), "72 74 00 04");
    assert.equal(registersOf(chip, INVERT_IQ), "27 1d");
    assert.equal(chip.registers[0x22], 23);
    assert.deepEqual(chip.buffer.slice(0, 24), Uint8Array.from([...message.slice(0, 23), 0]));
    assert.equal(chip.registers[0x40] & 0xc0, 0x40);
    assert.equal(chip.registers[0x11], 0xf7);
    assert.equal(chip.writes.at(-1), "01 83");
  });

  it("optimises for slow symbols from 16 ms on", () => {
    const { transmit, Bandwidth, chip } = recordedDriver();
    const isOptimised = (sf: number, bandwidth: number) => {
      transmit(8681000, sf, bandwidth, new Uint8Array(64), 1);
      return (chip.registers[0x26] & 0x08) !== 0;
    };
    assert.deepEqual(
      [9, 10, 11, 12].map((sf) => isOptimised(sf, Bandwidth.Khz125)),
      [false, false, true, true],
    );
    assert.deepEqual(
      [11, 12].map((sf) => isOptimised(sf, Bandwidth.Khz250)),
      [false, true],
    );
    assert.equal(isOptimised(12, Bandwidth.Khz500), false);
  });

  it("prepares a window asleep: inverted IQ, symbol time-out, DIO0 for RxDone, DIO1 for RxTimeout", () => {
    const { prepareReceiver, Bandwidth, chip } = recordedDriver();
    chip.registers[IRQ_FLAGS] = 0xff;
    prepareReceiver(8695250, 12, Bandwidth.Khz125, 0x307);
    assert.equal(registersOf(chip, MODEM), "72 c3 07 0c");
    assert.equal(registersOf(chip, INVERT_IQ), "67 19");
    assert.equal(chip.registers[0x40] & 0xf0, 0x00);
    assert.equal(chip.registers[0x11], 0x1f);
    assert.equal(chip.registers[IRQ_FLAGS], 0);
    assert.equal(chip.registers[OP_MODE], 0x80);
  });

  it("wakes first and opens the receiver at the very instant", () => {
    const { openReceiver, OPENING_US, chip } = recordedDriver();
    chip.timeUs = 5_000_000 - OPENING_US;
    openReceiver(5_000_000);
    assert.equal(chip.timeUs, 5_000_000);
    assert.deepEqual(chip.writes, ["01 81", "01 86"]);
  });

  it("follows errata 2.1 and 2.3, and takes the settings for 500 kHz back", () => {
    const { prepareReceiver, Bandwidth, chip } = recordedDriver();
    prepareReceiver(8681000, 7, Bandwidth.Khz500, 8);
    assert.equal(registersOf(chip, ERRATA), "02 64 c3 00 00");
    prepareReceiver(8681000, 7, Bandwidth.Khz125, 8);
    assert.equal(registersOf(chip, ERRATA).replace(" 64 ", " -- "), "03 -- 43 00 40");
  });

  describe("reads", () => {
    function received(flags: number, hopChannel: number, length: number) {
      const { readFrame, chip } = recordedDriver();
      chip.buffer.set(
        Uint8Array.from({ length: 64 }, (_, i) => 0x80 + i),
        192,
      );
      chip.registers[0x10] = 192;
      chip.registers[IRQ_FLAGS] = flags;
      chip.registers[0x1c] = hopChannel;
      chip.registers[0x13] = length;
      const frame = new Uint8Array(64);
      const taken = readFrame(frame);
      assert.equal(chip.registers[OP_MODE], 0x80, "asleep");
      return { taken, frame };
    }

    for (const [octet, db] of [
      [0x00, 0],
      [0x24, 9],
      [0x27, 9],
      [0xff, -1],
      [0xb0, -20],
      [0x7f, 31],
      [0x80, -32],
    ] as const) {
      it(`${db} dB of signal-to-noise ratio, which the chip tells as ${octet} in quarters`, () => {
        const { readFrame, frameSnr, chip } = recordedDriver();
        chip.registers[IRQ_FLAGS] = 0x50;
        chip.registers[0x13] = 17;
        chip.registers[0x19] = octet;
        readFrame(new Uint8Array(64));
        assert.equal(frameSnr(), db);
      });
    }

    it("a frame from where the modem put it", () => {
      const { taken, frame } = received(0x50, 0, 17);
      assert.equal(taken, 17);
      assert.deepEqual(
        frame.slice(0, 18),
        Uint8Array.from({ length: 18 }, (_, i) => (i < 17 ? 0x80 + i : 0)),
      );
    });

    for (const [title, flags, hopChannel, length, taken] of [
      ["no frame where none was received", 0x80, 0, 17, 0],
      ["no frame whose announced CRC is wrong", 0x70, 0x40, 17, 0],
      ["a frame without CRC whatever the CRC flag says", 0x70, 0x00, 17, 17],
      ["a frame of 64 octets", 0x50, 0, 64, 64],
      ["no longer frame", 0x50, 0, 65, 0],
    ] as const) {
      it(title, () => {
        assert.equal(received(flags, hopChannel, length).taken, taken);
      });
    }
  });

  it("takes its noise with the receiver on, a bit a reading", () => {
    const { readNoise, chip } = recordedDriver();
    let readings = 0;
    const { radioTransfer } = chip.hal;
    chip.hal.radioTransfer = (out) => {
      if (out === 0x2c) {
        assert.equal(chip.registers[OP_MODE], 0x85);
        chip.registers[0x2c] = readings++ === 0 ? 0xff : 0xfe;
      }
      return radioTransfer(out);
    };
    assert.equal(readNoise(), 0x80000000);
    assert.equal(readings, 32);
    assert.equal(chip.registers[OP_MODE], 0x80);
  });
});
