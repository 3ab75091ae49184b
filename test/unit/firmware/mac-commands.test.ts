/** Every MAC command of class A with all that it can be answered, as tables: TS001-1.0.4, 5; TS001-1.1, 5. */
import assert from "node:assert/strict";
import type * as LinkModule from "../../../firmware/lorawan/link.ts";
import { MacSession, VERSIONS } from "./support/mac-session.ts";
import { type Case, freq, octet, table, withChannel } from "./support/mac-tables.ts";

describe("firmware: MAC commands", () => {
  describe("LinkCheckAns", () => {
    table([
      ["tells the application the margin and the gateways", "021407", "", { link: "1: 20 dB, 7" }],
      ["may tell of no margin at all", "020001", "", { link: "1: 0 dB, 1" }],
      ["may come twice: the last counts", "0214070203ff", "", { link: "2: 3 dB, 255" }],
    ]);
  });

  describe("LinkADRReq", () => {
    const all = { nbTrans: 1 };
    table([
      ["does what it says", "0352050003", "0307", { dataRate: 5, txPower: 2, nbTrans: 3, enabled: "5" }],
      ["keeps data rate and power at 15", "03ff030001", "0307", { enabled: "3" }],
      ["keeps the data rate alone at 15", "03f3070001", "0307", { txPower: 3 }],
      ["keeps the power alone at 15", "032f070001", "0307", { dataRate: 2 }],
      ["has 15 repetitions at most", "03ff07000f", "0307", { nbTrans: 15 }],
      ["takes all channels with ChMaskCntl 6, whatever ChMask says", "03ff000061", "0307", all],
      ["leaves the reserved bit of Redundancy alone", "03ff070082", "0307", { nbTrans: 2 }],
    ]);

    // Each of the three may be wrong or right: eight answers, of which one does something.
    for (const [mask, maskAck] of [
      ["0700", 1],
      ["0800", 0],
    ] as const) {
      for (const [rate, rateAck] of [
        [3, 2],
        [6, 0],
        [14, 0],
      ] as const) {
        for (const [power, powerAck] of [
          [1, 4],
          [8, 0],
          [14, 0],
        ] as const) {
          const status = maskAck | rateAck | powerAck;
          const changes = status === 7 ? { dataRate: 3, txPower: 1, nbTrans: 2 } : {};
          const command = `03${octet((rate << 4) | power)}${mask}02`;
          table([[`${command} is answered by ${status}`, command, `03${octet(status)}`, changes]]);
        }
      }
    }

    table([
      ["refuses to switch all channels off: no data rate is left either", "0350000001", "0304"],
      ["refuses a channel that is not there beside one that is", "0350018001", "0306"],
      ...[1, 2, 3, 4, 5, 7].map(
        (cntl): Case => [`refuses ChMaskCntl ${cntl}`, `03500700${octet((cntl << 4) | 1)}`, "0306"],
      ),
    ]);

    it("refuses a data rate that no channel which stays on has", () => {
      const it = new MacSession("1.0.4");
      it.send({ fOpts: `0703${freq(8671000)}20` }); // channel 3, DR0 to DR2
      it.answers();
      const before = it.state();
      it.send({ fOpts: "0330080001" });
      assert.deepEqual(it.state(), before);
      assert.equal(it.answers(), "0305");
      it.send({ fOpts: "0320080001" });
      assert.deepEqual(it.state(), { ...before, dataRate: 2, enabled: "8" });
      assert.equal(it.answers(), "0307");
    });

    describe("with NbTrans 0", () => {
      for (const [version, nbTrans] of [
        ["1.0.4", 1],
        ["1.1 on 1.0", 1],
        ["1.1", 4],
      ] as const) {
        it(`has ${nbTrans} after 4 (${version})`, () => {
          const it = new MacSession(version);
          it.send({ fOpts: "03ff070004" });
          it.send({ fOpts: "03ff070000" });
          assert.equal(it.state().nbTrans, nbTrans);
        });
      }
    });

    describe("with a power below the least of the output", () => {
      table([["is refused by PA_BOOST, which has 2 dBm", "0357070001", "0303"]]);
      table([["has it at RFO", "0357070001", "0307", { txPower: 7 }]], VERSIONS, { RFO: true });
    });

    describe("in a block", () => {
      const done = { dataRate: 1, txPower: 4, nbTrans: 2, enabled: "4" };
      const twice = "0352050003" + "0314040002";
      table(
        [["is done as the last says, and answered each", twice, "03070307", done]],
        ["1.0.4", "1.1 on 1.0"],
      );
      table([["is done as the last says, and answered once", twice, "0307", done]], ["1.1"]);
      const wrong = "0352800003" + "0314040002";
      table([["is refused whole where a mask is wrong", wrong, "03060306"]], ["1.0.4", "1.1 on 1.0"]);
      table([["is refused whole where a mask is wrong", wrong, "0306"]], ["1.1"]);
      const only = "0367070003" + "0314040002";
      table([["asks nothing of rates and powers before the last", only, "03070307", done]], ["1.0.4"]);
      const three = "03ff070061" + "03ff010001" + "0325030001";
      const last = { dataRate: 2, txPower: 5, enabled: "3" };
      table([["may have three", three, "030703070307", last]], ["1.0.4"]);
      table([["may have three", three, "0307", last]], ["1.1"]);
    });

    describe("in two blocks of a frame", () => {
      const two = "0352050003" + "06" + "0314040002";
      const status = "06c800";
      const second = { dataRate: 1, txPower: 4, nbTrans: 2, enabled: "4" };
      const first = { dataRate: 5, txPower: 2, nbTrans: 3, enabled: "5" };
      table([["does both, one after the other", two, `0307${status}0307`, second]], ["1.0.4", "1.1 on 1.0"]);
      table([["does the first and refuses the second", two, `0307${status}0300`, first]], ["1.1"]);
      it("has a first block again in the next frame (1.1)", () => {
        const it = new MacSession("1.1");
        it.send({ fOpts: two });
        it.answers();
        it.send({ fOpts: "0314040002" });
        assert.equal(it.answers(), "0307");
      });
    });

    describe("where the device goes its own way in data rate and power", () => {
      table(
        [
          ["takes the channels alone", "0314040002", "0307", { enabled: "4" }],
          ["asks nothing of data rate and power", "03e8040002", "0307", { enabled: "4" }],
          ["refuses channels that are not there", "0314800002", "0306"],
        ],
        VERSIONS,
        { ADR: false },
      );
    });
  });

  describe("DutyCycleReq", () => {
    table(
      Array.from(
        { length: 16 },
        (_, n): Case => [`limits to 1/2^${n}`, `04${octet(n)}`, "04", { maxDutyCycle: n }],
      ),
      ["1.0.4"],
    );
    table([
      ["limits", "0403", "04", { maxDutyCycle: 3 }],
      ["leaves reserved bits alone", "04f3", "04", { maxDutyCycle: 3 }],
      ["may come twice: the last counts", "04030405", "0404", { maxDutyCycle: 5 }],
    ]);
  });

  describe("RXParamSetupReq", () => {
    for (const [offset, offsetAck] of [
      [0, 4],
      [5, 4],
      [6, 0],
      [7, 0],
    ] as const) {
      for (const [rate, rateAck] of [
        [0, 2],
        [5, 2],
        [6, 0],
        [15, 0],
      ] as const) {
        for (const [frequency, frequencyAck] of [
          [8630000, 1],
          [8695250, 1],
          [8700000, 1],
          [8629999, 0],
          [8700001, 0],
          [0, 0],
          [0xffffff, 0],
        ] as const) {
          const command = `05${octet((offset << 4) | rate)}${freq(frequency)}`;
          const status = offsetAck | rateAck | frequencyAck;
          const changes = status === 7 ? { rx1DrOffset: offset, rx2: `${frequency} DR${rate}` } : {};
          table([[`${command} is answered by ${status}`, command, `05${octet(status)}`, changes]], ["1.0.4"]);
        }
      }
    }
    const changed = { rx1DrOffset: 2, rx2: "8691000 DR3" };
    table([
      ["does all three", `0523${freq(8691000)}`, "0507", changed],
      ["leaves its reserved bit alone", `05a3${freq(8691000)}`, "0507", changed],
    ]);
  });

  describe("DevStatusReq", () => {
    table([["is answered by battery and margin", "06", "06c800"]]);

    for (const [snrQuarters, margin] of [
      [0, "00"],
      [40, "0a"],
      [-4, "3f"],
      [-80, "2c"],
      [-81, "2b"],
      [127, "1f"],
      [-128, "20"],
    ] as const) {
      it(`tells a margin of ${snrQuarters}/4 dB in six bits`, () => {
        const it = new MacSession("1.0.4");
        it.hear(snrQuarters);
        it.battery = 254;
        it.send({ fOpts: "06" });
        assert.equal(it.answers(), `06fe${margin}`);
      });
    }
  });

  describe("NewChannelReq", () => {
    const FREE = freq(8671000);
    const made = (index: number, range = "0-5") => ({
      enabled: (7 | (1 << index)).toString(16),
      channels: withChannel(index, `8671000/8671000 DR${range}`),
    });
    table([
      ["makes a channel, which is on", `0703${FREE}50`, "0703", made(3)],
      ["makes the last channel", `070f${FREE}50`, "0703", made(15)],
      ["gives it its data rates", `0704${FREE}31`, "0703", made(4, "1-3")],
      ["may give it one data rate alone", `0704${FREE}22`, "0703", made(4, "2-2")],
      ["takes a channel away that is not there", "070300000050", "0703"],
      ...[0, 1, 2].map((i): Case => [`leaves default channel ${i} alone`, `07${octet(i)}${FREE}50`, "0700"]),
      ["does not take a default channel away", "070000000050", "0700"],
      ...[16, 17, 255].map((i): Case => [`knows no channel ${i}`, `07${octet(i)}${FREE}50`, "0700"]),
      ...[8629999, 8686500, 8693000, 8700001, 0xffffff].map(
        (frequency): Case => [`refuses ${frequency / 10} kHz`, `0703${freq(frequency)}50`, "0702"],
      ),
      ["refuses data rates above those of the region", `0703${FREE}60`, "0701"],
      ["refuses a lowest data rate above the highest", `0703${FREE}23`, "0701"],
      ["refuses data rates of a channel that is to go, too", "070300000023", "0701"],
      ["may refuse both", `0703${freq(0xffffff)}f0`, "0700"],
    ]);

    it("changes a channel, which is on again, with RX1 where the uplink is", () => {
      const it = new MacSession("1.0.4");
      it.send({ fOpts: `0703${FREE}50` + `0a03${freq(8690000)}` });
      it.send({ fOpts: "03ff070001" });
      assert.deepEqual(it.state().channels, withChannel(3, "8671000/8690000 DR0-5"));
      assert.equal(it.state().enabled, "7");
      it.send({ fOpts: `0703${freq(8673000)}20` });
      assert.deepEqual(it.state().channels, withChannel(3, "8673000/8673000 DR0-2"));
      assert.equal(it.state().enabled, "f");
    });

    it("takes a channel away", () => {
      const it = new MacSession("1.0.4");
      const before = it.state();
      it.send({ fOpts: `0705${FREE}50` });
      it.send({ fOpts: "070500000050" });
      assert.deepEqual(it.state(), before);
      assert.equal(it.answers(), "07030703");
    });
  });

  describe("RXTimingSetupReq", () => {
    table(
      Array.from(
        { length: 16 },
        (_, s): Case => [`sets RX1 to ${s}`, `08${octet(s)}`, "08", { rxDelayS: Math.max(s, 1) }],
      ),
      ["1.0.4"],
    );
    table([
      ["sets RX1", "0805", "08", { rxDelayS: 5 }],
      ["leaves reserved bits alone", "08f5", "08", { rxDelayS: 5 }],
    ]);
  });

  describe("TxParamSetupReq", () => {
    table([
      ["is not for EU868: nothing is said or done", "0935", ""],
      ["does not end what comes behind", "09350403", "04", { maxDutyCycle: 3 }],
    ]);
  });

  describe("DlChannelReq", () => {
    const moved = { channels: withChannel(1, "8683000/8690000 DR0-5") };
    table([
      ["moves RX1 of a channel", `0a01${freq(8690000)}`, "0a03", moved],
      [
        "takes a frequency between the sub-bands, where only the network sends",
        `0a01${freq(8686500)}`,
        "0a03",
        {
          channels: withChannel(1, "8683000/8686500 DR0-5"),
        },
      ],
      ["refuses a frequency outside of the band", `0a01${freq(8700001)}`, "0a02"],
      ["refuses frequency 0", "0a01000000", "0a02"],
      ["knows no channel that has no uplink", `0a03${freq(8690000)}`, "0a01"],
      ["knows no channel 16", `0a10${freq(8690000)}`, "0a01"],
      ["may refuse both", `0aff${freq(0)}`, "0a00"],
    ]);
  });

  describe("RekeyConf", () => {
    for (const [confirm, isConfirmed] of [
      ["0b01", true],
      ["0bf1", true],
      ["0b00", false],
      ["0b02", false],
      ["0b", false],
    ] as const) {
      it(`${confirm} ${isConfirmed ? "ends" : "does not end"} RekeyInd`, () => {
        const it = new MacSession("1.1");
        it.awaitRekeyConf();
        assert.equal(it.answers(), "0b01");
        assert.equal(it.answers(), "0b01", "though a downlink has come");
        it.begin();
        it.send({ fOpts: confirm });
        it.endUplink(true);
        assert.equal(it.answers(), isConfirmed ? "" : "0b01");
      });
    }
    table(
      [["is not known to 1.0: it ends the commands", "04030b010405", "04", { maxDutyCycle: 3 }]],
      ["1.0.4", "1.1 on 1.0"],
    );
  });

  describe("ADRParamSetupReq", () => {
    it("sets how long the device waits before it asks and before it backs off", () => {
      const it = new MacSession("1.1");
      it.send({ fOpts: "0c21" }); // 4 uplinks, 2 more
      assert.equal(it.answers(), "0c");
      const asks = Array.from({ length: 8 }, () => it.silentUplink().adrAckReq);
      assert.deepEqual(asks, [false, false, false, false, true, true, true, true]);
    });
    table(
      [["is not known to 1.0: it ends the commands", "04030c210405", "04", { maxDutyCycle: 3 }]],
      ["1.0.4", "1.1 on 1.0"],
    );
  });

  describe("DeviceTimeAns", () => {
    table([["says nothing to a device that has not asked", "0d0102030480", ""]]);
    for (const version of VERSIONS) {
      it(`answers the uplink that asked, and no other (${version})`, () => {
        const it = new MacSession(version);
        const { requestTime, gpsTime } = it.module<typeof LinkModule>("lorawan/link.ts");
        requestTime();
        it.send({ fOpts: "0d0102030480" });
        assert.equal(it.state().isTimeKnown, false, "not yet asked");
        it.begin();
        assert.equal(it.compose().fOpts, "0d");
        it.send({ fOpts: "0d0102030480" });
        assert.equal(it.state().isTimeKnown, true);
        assert.equal(gpsTime(), 0x04030201);
        it.endUplink(true);
        it.begin();
        it.send({ fOpts: "0d1111111111" });
        assert.equal(gpsTime(), 0x04030201, "asked in the uplink before");
      });
    }
  });
});
