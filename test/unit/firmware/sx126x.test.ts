/** The SX126x driver: start, power, noise, detection, and what it makes of what it received. */
import assert from "node:assert/strict";
import { recordedDriver as driver, SLEEP, WAKE } from "./support/sx126x-recorder.ts";

/** The code of 125 kHz. */
const KHZ_125: number = 4;

describe("firmware: SX126x driver", () => {
  it("starts the chip in the order of the data sheet", () => {
    const { startRadio, chip } = driver();
    assert.equal(startRadio(8681000, 14), true);
    assert.deepEqual(chip.commands, [
      "reset at 0",
      "release at 200",
      "80 00", // SetStandby: RC
      "96 01", // SetRegulatorMode: DC-DC
      "8a 01", // SetPacketType: LoRa
      "8f 00 00", // SetBufferBaseAddress
      "8b 07 04 01 00", // SetModulationParams, for the noise
      "8c 00 08 00 40 01 00", // SetPacketParams, for the noise
      "0d 08 ac 96", // receiver gain boosted,
      "0d 02 9f 01 08 ac", // and on the retention list
      "0d 07 40 34 44", // sync word
      "98 d7 db", // CalibrateImage
      "86 36 41 99 9a", // SetRfFrequency
      "9d 01", // SetDIO2AsRfSwitchCtrl
      "95 04 07 00 01", // SetPaConfig
      "8e 0e 02", // SetTxParams
      "0d 08 e7 38", // current limit
      "0d 08 d8 de", // 15.2
      ...SLEEP,
    ]);
  });

  it("supplies a TCXO and calibrates with it before anything that needs it", () => {
    const { startRadio, OPENING_US, chip } = driver({ TCXO_VOLTAGE: 1, TCXO_START_UP_US: 5000 });
    startRadio(8681000, 14);
    const { OPENING_US: withCrystal } = driver();
    assert.deepEqual(chip.commands.slice(2, 7), ["80 00", "97 01 00 01 40", "89 7f", "07 00 00", "96 01"]);
    assert.equal(OPENING_US - withCrystal, 5000);
  });

  it("leaves out what the board does not have", () => {
    const { startRadio, chip } = driver({ RF_SWITCH_ON_DIO2: false, DC_DC: false });
    startRadio(8681000, 14);
    for (const absent of ["96", "97", "9d"]) {
      assert.equal(
        chip.commands.find((command) => command.startsWith(absent)),
        undefined,
      );
    }
  });

  // SetPaConfig and SetTxParams (two's complement), with a ramp of 40 us; what is beyond the amplifier is cut.
  for (const [part, highPower, limit, powers] of [
    [
      "SX1262",
      true,
      "0d 08 e7 38",
      [
        [22, "95 04 07 00 01", "8e 16 02"],
        [14, "95 04 07 00 01", "8e 0e 02"],
        [0, "95 04 07 00 01", "8e 00 02"],
        [-9, "95 04 07 00 01", "8e f7 02"],
        [-17, "95 04 07 00 01", "8e f7 02"],
      ],
    ],
    [
      "SX1261",
      false,
      "0d 08 e7 18",
      [
        [22, "95 06 00 01 01", "8e 0e 02"],
        [15, "95 06 00 01 01", "8e 0e 02"],
        [14, "95 04 00 01 01", "8e 0e 02"],
        [2, "95 04 00 01 01", "8e 02 02"],
        [-17, "95 04 00 01 01", "8e ef 02"],
      ],
    ],
  ] as const) {
    for (const [powerDbm, pa, tx] of powers) {
      it(`sets the amplifier of the ${part} for ${powerDbm} dBm, the current limit last`, () => {
        const { setPower, chip } = driver({ HIGH_POWER: highPower });
        setPower(powerDbm);
        // 15.2 is of the SX1262.
        const clamp = highPower ? ["0d 08 d8 de"] : [];
        assert.deepEqual(chip.commands, [WAKE, pa, tx, limit, ...clamp, ...SLEEP]);
      });
    }

    it(`starts the ${part} with the power that was asked for`, () => {
      const { startRadio, chip } = driver({ HIGH_POWER: highPower });
      const [, [powerDbm, pa, tx]] = powers;
      startRadio(8681000, powerDbm);
      const at = chip.commands.indexOf(pa);
      assert.deepEqual(chip.commands.slice(at, at + 3), [pa, tx, limit]);
    });
  }

  it("says so when no chip answers", () => {
    const { startRadio, chip } = driver();
    chip.registers.set(0x0740, 0xff);
    assert.equal(startRadio(8681000, 14), false);
    assert.equal(chip.commands.length, 2);
  });

  for (const [hundredHz, octets, band] of [
    [8681000, "36 41 99 9a", "d7 db"],
    [9150000, "39 30 00 00", "e1 e9"],
    [4331750, "1b 12 cc cd", "6b 6f"],
    [9233000, "39 b4 cc cd", "e1 e9"],
    [7795000, "30 b8 00 00", "c1 c5"],
    [4900000, "1e a0 00 00", "75 81"],
  ] as const) {
    it(`tunes to ${hundredHz / 10000} MHz to the nearest step, and calibrates the image there`, () => {
      const { startRadio, chip } = driver();
      startRadio(hundredHz, 14);
      assert.ok(chip.commands.includes(`86 ${octets}`), chip.commands.join("\n"));
      assert.ok(chip.commands.includes(`98 ${band}`));
      const steps = Math.floor((hundredHz * 100 * 2 ** 25) / 32e6 + 0.5);
      assert.equal(Number.parseInt(octets.replaceAll(" ", ""), 16), steps);
    });
  }

  it("follows 15.1 at 500 kHz, and takes it back", () => {
    const { transmit, chip } = driver();
    transmit(8681000, 7, 6, new Uint8Array(64), 1);
    assert.equal(chip.register(0x0889), 0x01);
    transmit(8681000, 7, 4, new Uint8Array(64), 1);
    assert.equal(chip.register(0x0889), 0x05);
  });

  // Semtech's rounding: never fewer symbols than asked for.
  for (const [symbols, octet, register] of [
    [4, "04", 0x10],
    [7, "08", 0x20],
    [62, "3e", 0xf8],
    [63, "40", 0x41],
    [248, "f8", 0xf9],
    [249, "00", 0x00], // the timer of SetRx alone
    [1023, "00", 0x00],
  ] as const) {
    it(`counts ${symbols} symbols`, () => {
      const { prepareReceiver, chip } = driver();
      prepareReceiver(8681000, 7, 4, symbols);
      assert.ok(chip.commands.includes(`a0 ${octet}`), chip.commands.join("\n"));
      assert.equal(chip.register(0x0706), register);
    });
  }

  describe("reads", () => {
    for (const [title, irq, length, taken] of [
      ["no frame after a time-out", 0x0200, 17, 0],
      ["no frame whose header is broken", 0x0020, 17, 0],
      ["no frame whose CRC is wrong", 0x0042, 17, 0],
      ["a frame from where the modem put it", 0x0002, 17, 17],
      ["a frame of 64 octets", 0x0002, 64, 64],
      ["no longer frame", 0x0002, 65, 0],
    ] as const) {
      it(title, () => {
        const { readFrame, chip } = driver();
        for (let i = 0; i < 64; i++) chip.buffer[(200 + i) & 0xff] = 0x80 + i;
        chip.irq = irq;
        chip.received = [length, 200];
        const frame = new Uint8Array(64);
        assert.equal(readFrame(frame), taken);
        const expected = Uint8Array.from({ length: 64 }, (_, i) => (i < taken ? 0x80 + i : 0));
        assert.deepEqual(frame, expected);
        assert.deepEqual(chip.commands, SLEEP);
      });
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
        const { readFrame, frameSnr, chip } = driver();
        chip.irq = 0x0002;
        chip.received = [17, 0];
        chip.packetStatus = [0x55, octet, 0x33];
        readFrame(new Uint8Array(64));
        assert.equal(frameSnr(), db);
      });
    }
  });

  it("takes its noise with the receiver on", () => {
    const { readNoise, chip } = driver();
    [0x12, 0x34, 0x56, 0x78].forEach((octet, index) => {
      chip.registers.set(0x0819 + index, octet);
    });
    assert.equal(readNoise(), 0x12345678);
    assert.deepEqual(chip.commands, [
      WAKE,
      "08 00 00 00 00 00 00 00 00",
      "02 ff ff",
      "a0 00",
      "82 ff ff ff",
      ...SLEEP,
    ]);
  });

  describe("with a chip whose BUSY stays high", () => {
    /** From a look at BUSY to the next. */
    const LOOK_US = 5;

    /** BUSY rises for good once so many commands have been recorded. */
    function stuckAfter(commands: number, config: Readonly<Record<string, boolean | number>> = {}) {
      const firmware = driver(config);
      const { chip } = firmware;
      chip.hal.radioBusy = () => {
        chip.timeUs += LOOK_US;
        return chip.commands.length >= commands;
      };
      return firmware;
    }

    for (const startUpUs of [0, 5000, 100_000]) {
      it(`waits once, for the start of an oscillator of ${startUpUs} us and 10 ms, and sends nothing more`, () => {
        const tcxo: Record<string, number> =
          startUpUs === 0 ? {} : { TCXO_VOLTAGE: 1, TCXO_START_UP_US: startUpUs };
        const { startRadio, chip } = stuckAfter(8, tcxo);
        let risenUs = 0;
        const radioBusy = chip.hal.radioBusy!;
        chip.hal.radioBusy = () => {
          const isBusy = radioBusy();
          if (isBusy && risenUs === 0) risenUs = chip.timeUs;
          return isBusy;
        };
        assert.equal(startRadio(8681000, 14), false);
        assert.equal(chip.commands.length, 8);
        const waitedUs = chip.timeUs - risenUs;
        // Half a millisecond is what the chip takes to fall asleep.
        assert.ok(Math.abs(waitedUs - startUpUs - 10_500) <= 2 * LOOK_US, `${waitedUs} us`);
      });
    }

    it("sends nothing, and starts it again by a reset", () => {
      const { startRadio, transmit, chip } = stuckAfter(30);
      assert.equal(startRadio(8681000, 14), true);
      while (chip.commands.length < 30) chip.commands.push("");
      transmit(8681000, 7, KHZ_125, new Uint8Array(64), 20);
      // NSS falls to wake it: that it is stuck shows after that.
      assert.deepEqual(chip.commands.slice(30), ["c0 00"]);
      const { timeUs } = chip;
      transmit(8681000, 7, KHZ_125, new Uint8Array(64), 20);
      assert.equal(chip.timeUs, timeUs);
      assert.equal(chip.commands.length, 31);
      chip.hal.radioBusy = () => false;
      chip.registers.set(0x0740, 0x14); // as after every reset
      assert.equal(startRadio(8681000, 14), true);
    });
  });
});
