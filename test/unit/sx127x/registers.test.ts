import assert from "node:assert/strict";
import { Host, PARTS, type Part, SLEEP, STANDBY, world } from "./host.ts";

type Reset = ReadonlyArray<readonly [address: number, value: number, name: string]>;

/** Values after reset: chapter 6 of the datasheets; 0x01 after the way into LoRa sleep. */
const LORA_RESET: Reset = [
  [0x01, 0x80, "OpMode"],
  [0x08, 0x00, "FrfLsb"],
  [0x0b, 0x2b, "Ocp"],
  [0x0c, 0x20, "Lna"],
  [0x0d, 0x00, "FifoAddrPtr"],
  [0x0e, 0x80, "FifoTxBaseAddr"],
  [0x0f, 0x00, "FifoRxBaseAddr"],
  [0x11, 0x00, "IrqFlagsMask"],
  [0x12, 0x00, "IrqFlags"],
  [0x18, 0x10, "ModemStat"],
  [0x1f, 0x64, "SymbTimeoutLsb"],
  [0x20, 0x00, "PreambleMsb"],
  [0x21, 0x08, "PreambleLsb"],
  [0x22, 0x01, "PayloadLength"],
  [0x23, 0xff, "MaxPayloadLength"],
  [0x24, 0x00, "HopPeriod"],
  [0x31, 0xc3, "DetectOptimize"],
  [0x33, 0x27, "InvertIQ"],
  [0x37, 0x0a, "DetectionThreshold"],
  [0x39, 0x12, "SyncWord"],
  [0x3b, 0x1d, "InvertIQ2"],
  [0x40, 0x00, "DioMapping1"],
  [0x41, 0x00, "DioMapping2"],
];

const OWN_LORA_RESET: Readonly<Record<Part, Reset>> = {
  sx1276: [
    [0x06, 0x6c, "FrfMsb"],
    [0x07, 0x80, "FrfMid"],
    [0x09, 0x4f, "PaConfig"],
    [0x0a, 0x09, "PaRamp"],
    [0x1d, 0x72, "ModemConfig1"],
    [0x1e, 0x70, "ModemConfig2"],
    [0x26, 0x00, "ModemConfig3"],
    [0x2f, 0x20, "IfFreq2"],
    [0x30, 0x00, "IfFreq1"],
    [0x36, 0x03, "HighBwOptimize1"],
    [0x42, 0x12, "Version"],
    [0x44, 0x2d, "PllHop"],
    [0x4b, 0x09, "Tcxo"],
    [0x4d, 0x84, "PaDac"],
    [0x61, 0x19, "AgcRef"],
    [0x70, 0xd0, "Pll"],
  ],
  sx1272: [
    [0x06, 0xe4, "FrfMsb"],
    [0x07, 0xc0, "FrfMid"],
    [0x09, 0x0f, "PaConfig"],
    [0x0a, 0x19, "PaRamp"],
    [0x1d, 0x08, "ModemConfig1"],
    [0x1e, 0x74, "ModemConfig2"],
    [0x42, 0x22, "Version"],
    [0x43, 0x13, "AgcRef"],
    [0x4b, 0x2e, "PllHop"],
    [0x58, 0x09, "Tcxo"],
    [0x5a, 0x84, "PaDac"],
    [0x5c, 0xd0, "Pll"],
  ],
};

/** The FSK page and the registers of the FSK modem. */
const FSK_RESET: Reset = [
  [0x02, 0x1a, "BitrateMsb"],
  [0x03, 0x0b, "BitrateLsb"],
  [0x05, 0x52, "FdevLsb"],
  [0x0d, 0x08, "RxConfig"],
  [0x12, 0x15, "RxBw"],
  [0x26, 0x03, "PreambleLsb"],
  [0x27, 0x93, "SyncConfig"],
  [0x28, 0x55, "SyncValue1"],
  [0x30, 0x90, "PacketConfig1"],
  [0x31, 0x40, "PacketConfig2"],
  [0x32, 0x40, "PayloadLength"],
  [0x3b, 0x82, "ImageCal"],
  [0x3f, 0x40, "IrqFlags2"],
];

/** RegOpMode, RegFrf* and RegPaConfig after reset; the reset line and the level that resets. */
const OWN: Readonly<
  Record<
    Part,
    { opMode: number; carrier: readonly number[]; paConfig: number; reset: readonly [string, string] }
  >
> = {
  sx1276: { opMode: 0x09, carrier: [0x6c, 0x80, 0x00], paConfig: 0x4f, reset: ["NRESET", "low"] },
  sx1272: { opMode: 0x01, carrier: [0xe4, 0xc0, 0x00], paConfig: 0x0f, reset: ["RESET", "high"] },
};

for (const part of PARTS) {
  describe(part.toUpperCase(), () => {
    const {
      opMode,
      carrier,
      paConfig,
      reset: [resetLine, resetLevel],
    } = OWN[part];
    function fresh() {
      const shared = world();
      return { ...shared, host: new Host("chip", shared, part) };
    }

    describe("registers", () => {
      for (const [address, value, name] of [...LORA_RESET, ...OWN_LORA_RESET[part]]) {
        it(`LoRa page: Reg${name} starts with 0x${value.toString(16)}`, () => {
          const { host } = fresh();
          host.write(0x01, 0x00);
          host.write(0x01, SLEEP);
          assert.equal(host.read(address), value);
        });
      }

      for (const [address, value, name] of [[0x01, opMode, "OpMode"] as const, ...FSK_RESET]) {
        it(`FSK page: Reg${name} starts with 0x${value.toString(16)}`, () => {
          assert.equal(fresh().host.read(address), value);
        });
      }

      it("keeps the two pages apart", () => {
        const { host } = fresh();
        host.write(0x3b, 0x02);
        host.write(0x01, 0x00);
        host.write(0x01, SLEEP);
        host.write(0x3b, 0x19);
        assert.equal(host.read(0x3b), 0x19);
        host.write(0x01, 0x00);
        assert.equal(host.read(0x3b), 0x02);
        assert.deepEqual(host.findings, []);
      });

      it("shows the FSK page in LoRa mode through AccessSharedReg", () => {
        const { host } = fresh();
        host.write(0x01, 0x00);
        host.write(0x01, SLEEP);
        host.write(0x01, 0xc1);
        assert.equal(host.read(0x0d), 0x08);
        host.write(0x01, STANDBY);
        assert.equal(host.read(0x0d), 0x00);
      });

      it("reads and writes bursts over rising addresses", () => {
        const { host } = fresh();
        host.write(0x06, 0xd9, 0x06, 0x66);
        assert.deepEqual(host.burst(0x06, 3), [0xd9, 0x06, 0x66]);
      });

      it("ends a burst when NSS rises", () => {
        const { host } = fresh();
        host.chip.select(true);
        host.chip.transfer(0x86);
        host.chip.transfer(0x11);
        host.chip.select(false);
        host.chip.select(true);
        host.chip.transfer(0x07);
        assert.equal(host.chip.transfer(0), carrier[1]);
      });

      it("does not listen while it is not selected", () => {
        const { host } = fresh();
        host.chip.transfer(0x89);
        host.chip.transfer(0x00);
        assert.equal(host.read(0x09), paConfig);
      });

      it("does not take writes to read-only registers, and says so", () => {
        const { host } = fresh();
        host.configure();
        for (const address of [0x10, 0x13, 0x18, 0x19, 0x1b, 0x25, 0x42]) {
          const before = host.read(address);
          host.write(address, before ^ 0xff);
          assert.equal(host.read(address), before);
        }
        assert.equal(host.findings.filter((finding) => /read-only in LoRa mode/.test(finding)).length, 7);
      });
    });

    describe("LongRangeMode", () => {
      it("changes in sleep", () => {
        const { host } = fresh();
        host.write(0x01, 0x00);
        host.write(0x01, 0x80);
        assert.equal(host.read(0x01), 0x80);
        assert.deepEqual(host.findings, []);
      });

      it("does not change in standby, though the mode does", () => {
        const { host } = fresh();
        host.write(0x01, 0x80);
        assert.equal(host.read(0x01), 0x00);
        assert.match(host.findings[0], /LongRangeMode changes in SLEEP only/);
      });

      it("does not change back in LoRa standby", () => {
        const { host } = fresh();
        host.configure();
        host.write(0x01, 0x01);
        assert.equal(host.read(0x01), 0x81);
        assert.match(host.findings[0], /LongRangeMode changes in SLEEP only/);
      });
    });

    describe("image calibration", () => {
      it("runs for 10 ms in FSK standby", () => {
        const { host, clock } = fresh();
        host.write(0x01, 0x01);
        host.write(0x3b, host.read(0x3b) | 0x40);
        assert.equal(host.read(0x3b), 0xa2);
        clock.advanceTo(9_999_999);
        assert.equal(host.read(0x3b), 0xa2);
        clock.advanceTo(10_000_000);
        assert.equal(host.read(0x3b), 0x82);
        assert.deepEqual(host.findings, []);
      });

      it("does not start in another mode", () => {
        const { host } = fresh();
        host.write(0x01, 0x00);
        host.write(0x3b, 0xc2);
        assert.equal(host.read(0x3b), 0x82);
        assert.match(host.findings[0], /ImageCalStart outside FSK standby/);
      });

      it("must not be cut short", () => {
        const { host } = fresh();
        host.write(0x3b, 0xc2);
        host.write(0x01, 0x00);
        assert.match(host.findings[0], /before the image calibration has ended/);
      });

      it("has nothing to do with RegInvertIQ2, which is at its address in LoRa mode", () => {
        const { host } = fresh();
        host.configure();
        host.write(0x3b, 0x5d);
        assert.equal(host.read(0x3b), 0x5d);
      });
    });

    describe("data buffer", () => {
      it("wraps at 256 octets, reading and writing", () => {
        const { host } = fresh();
        host.configure();
        host.write(0x0d, 0xfe);
        host.write(0x00, 1, 2, 3, 4);
        assert.equal(host.read(0x0d), 0x02);
        host.write(0x0d, 0xfe);
        assert.deepEqual(host.burst(0x00, 4), [1, 2, 3, 4]);
        host.write(0x0d, 0x00);
        assert.deepEqual(host.burst(0x00, 2), [3, 4]);
      });

      it("is out of reach in sleep and cleared by it", () => {
        const { host } = fresh();
        host.configure();
        host.write(0x0d, 0x10);
        host.write(0x00, 0xaa);
        host.write(0x01, SLEEP);
        host.write(0x0d, 0x10);
        assert.equal(host.read(0x00), 0);
        assert.match(host.findings[0], /RegFifo in SLEEP/);
        assert.equal(host.read(0x0d), 0x10);
        host.write(0x01, STANDBY);
        assert.equal(host.read(0x00), 0);
      });
    });

    describe("reset pin", () => {
      it("brings every register back and the chip into FSK standby", () => {
        const { host, clock } = fresh();
        host.configure();
        host.chip.reset(true);
        clock.advanceTo(clock.nowNs() + 100_000);
        host.chip.reset(false);
        clock.advanceTo(clock.nowNs() + 5_000_000);
        assert.equal(host.read(0x01), opMode);
        assert.deepEqual(host.burst(0x06, 4), [...carrier, paConfig]);
        assert.deepEqual(host.findings, []);
      });

      it("must be held for 100 us", () => {
        const { host, clock } = fresh();
        host.chip.reset(true);
        clock.advanceTo(clock.nowNs() + 99_000);
        host.chip.reset(false);
        assert.match(host.findings[0], new RegExp(`: ${resetLine} was ${resetLevel} for 99 us only`));
      });

      it("must be followed by 5 ms of silence", () => {
        const { host, clock } = fresh();
        host.chip.reset(true);
        clock.advanceTo(clock.nowNs() + 100_000);
        host.chip.reset(false);
        clock.advanceTo(clock.nowNs() + 4_999_000);
        host.read(0x42);
        assert.match(host.findings[0], new RegExp(`within 5 ms after the release of ${resetLine}`));
        assert.equal(host.findings.length, 1);
      });

      it("keeps the chip from answering while it resets", () => {
        const { host } = fresh();
        host.chip.reset(true);
        assert.equal(host.read(0x42), 0);
        assert.match(host.findings[0], new RegExp(`while ${resetLine} is ${resetLevel}`));
      });
    });
  });
}
