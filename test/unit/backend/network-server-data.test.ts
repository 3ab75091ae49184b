import assert from "node:assert/strict";
import type { LoraPacketDevice } from "./support/device.ts";
import { Identities } from "./support/identities.ts";
import { phyPayloadOf, TestNetwork } from "./support/network.ts";

const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");

describe("Network Server: data", () => {
  let identities: Identities;
  let network: TestNetwork;
  let device: LoraPacketDevice;

  before(async () => {
    identities = await Identities.create();
  });
  beforeEach(async () => {
    network = await TestNetwork.start(identities);
  });
  afterEach(async () => {
    await network.close();
    identities.closeAgents();
  });

  const join = async (macVersion: "1.0.4" | "1.1"): Promise<void> => {
    device = await network.newDevice(macVersion);
    await network.join(device);
  };
  const received = () => network.applicationServer.uplinks.map(({ fCnt, payload }) => [fCnt, hex(payload)]);
  /** A frame that must change nothing; returns the reason of its refusal. */
  const refusal = async (phyPayload: Uint8Array, radio = {}): Promise<string> => {
    const before = received();
    const refusals = network.steps("network-server").filter((step) => step === "uplink-refused").length;
    await network.hear(phyPayload, radio);
    await network.pass(4000);
    const after = network.steps("network-server").filter((step) => step === "uplink-refused").length;
    assert.equal(after, refusals + 1);
    assert.deepEqual(received(), before);
    assert.equal(network.gateways[0].downlinks.length, 0);
    return network.event("uplink-refused").reason ?? "";
  };

  for (const macVersion of ["1.0.4", "1.1"] as const)
    describe(`with a ${macVersion} device`, () => {
      beforeEach(() => join(macVersion));

      it("hands uplinks to the application and downlinks to the device", async () => {
        assert.equal(await network.exchange(device, { fPort: 2, payload: "01020304" }), undefined);
        await network.applicationServer.queueDownlink(device.devEui, {
          fPort: 9,
          payload: Buffer.from("cafe", "hex"),
        });
        const downlink = await network.exchange(device, { fPort: 2, payload: "05" });
        assert.deepEqual(downlink, {
          fCnt: 0,
          confirmed: false,
          ack: false,
          fPending: false,
          fPort: 9,
          payload: "cafe",
          fOpts: "",
        });
        assert.deepEqual(received(), [
          [0, "01020304"],
          [1, "05"],
        ]);
        const [first] = network.applicationServer.uplinks;
        assert.equal(first.fPort, 2);
        assert.equal(first.devAddr, device.devAddr);
        assert.equal(first.receivedAt, "2026-01-01T00:00:08.000Z");
      });

      it("sends one downlink an uplink, and says when there are more", async () => {
        await network.exchange(device, { fPort: 1, payload: "00" });
        for (const payload of ["01", "02"])
          await network.applicationServer.queueDownlink(device.devEui, {
            fPort: 1,
            payload: Buffer.from(payload, "hex"),
          });
        const first = await network.exchange(device, { fPort: 1, payload: "00" });
        const second = await network.exchange(device, { fPort: 1, payload: "00" });
        assert.deepEqual([first?.payload, first?.fCnt, first?.fPending], ["01", 0, true]);
        assert.deepEqual([second?.payload, second?.fCnt, second?.fPending], ["02", 1, false]);
        assert.equal(await network.exchange(device, { fPort: 1, payload: "00" }), undefined);
      });

      it("acknowledges confirmed uplinks, alone and with data", async () => {
        const alone = await network.exchange(device, { fPort: 1, payload: "00", confirmed: true });
        assert.deepEqual([alone?.ack, alone?.fPort, alone?.payload, alone?.fCnt], [true, null, "", 0]);
        // 1.0 has one downlink counter, 1.1 counts application frames apart.
        await network.exchange(device, { fPort: 1, payload: "00" });
        await network.applicationServer.queueDownlink(device.devEui, { fPort: 3, payload: Buffer.of(7) });
        const both = await network.exchange(device, { fPort: 1, payload: "00", confirmed: true });
        assert.deepEqual([both?.ack, both?.fPort, both?.payload], [true, 3, "07"]);
        assert.equal(both?.fCnt, macVersion === "1.1" ? 0 : 1);
      });

      it("acknowledges the repetition of a confirmed uplink again, and hands it over once", async () => {
        const frame = device.uplink({ fPort: 1, payload: "aa", confirmed: true }, 5, 0);
        for (let i = 0; i < 2; i++) {
          await network.hear(frame);
          await network.pass(4000);
          assert.equal(device.read(phyPayloadOf(network.takeDownlink())).ack, true);
        }
        assert.deepEqual(received(), [[0, "aa"]]);
        assert.equal(network.event("mic-checked").detail.repeated, true);
      });

      it("answers once when a gateway with a slow link hands in the same frame", async () => {
        const frame = device.uplink({ fPort: 1, payload: "aa", confirmed: true }, 5, 0);
        await network.hear(frame);
        await network.pass(300);
        await network.hear(frame, { gateway: 1, lsnr: 9 });
        await network.pass(4000);
        assert.equal(device.read(phyPayloadOf(network.takeDownlink())).ack, true);
        assert.equal(network.gateways[1].downlinks.length, 0);
        assert.deepEqual(received(), [[0, "aa"]]);
      });

      it("knows the repetition of an ACK after the next confirmed downlink was lost", async () => {
        await network.exchange(device, { fPort: 1, payload: "00" });
        for (const payload of [1, 2])
          await network.applicationServer.queueDownlink(device.devEui, {
            fPort: 1,
            payload: Buffer.of(payload),
            confirmed: true,
          });
        await network.exchange(device, { fPort: 1, payload: "01" });
        const frame = device.uplink({ fPort: 1, payload: "02", ack: true }, 5, 0);
        await network.hear(frame);
        await network.pass(4000);
        network.takeDownlink();
        await network.hear(frame);
        await network.pass(4000);
        assert.equal(network.event("mic-checked").detail.repeated, true);
        assert.equal(network.failures(), "nothing wrong");
      });

      it("reads the ACK of a confirmed downlink, and its absence", async () => {
        await network.exchange(device, { fPort: 1, payload: "00" });
        const queue = () =>
          network.applicationServer.queueDownlink(device.devEui, {
            fPort: 1,
            payload: Buffer.of(1),
            confirmed: true,
          });
        await queue();
        const downlink = await network.exchange(device, { fPort: 1, payload: "00" });
        assert.equal(downlink?.confirmed, true);
        await network.exchange(device, { fPort: 1, payload: "00", ack: true });
        assert.equal(network.event("downlink-acknowledged").detail.fCntDown, 0);
        await queue();
        assert.equal((await network.exchange(device, { fPort: 1, payload: "00" }))?.fCnt, 1);
        await network.exchange(device, { fPort: 1, payload: "00" });
        assert.equal(network.event("downlink-not-acknowledged").detail.fCntDown, 1);
        assert.equal(received().length, 5);
      });

      it("answers ADRACKReq with a downlink", async () => {
        const downlink = await network.exchange(device, { fPort: 1, payload: "00", adrAckReq: true });
        assert.deepEqual([downlink?.ack, downlink?.fPort, downlink?.fOpts], [false, null, ""]);
      });

      it("takes frames without FRMPayload and hands no data over", async () => {
        await network.exchange(device, {});
        await network.exchange(device, { fPort: 0, payload: "02" });
        assert.equal(network.event("mac-command-received").detail.name, "LinkCheckReq");
        assert.deepEqual(received(), []);
        assert.equal(network.failures(), "nothing wrong");
      });

      it("hands over an empty FRMPayload on an application port", async () => {
        await network.exchange(device, { fPort: 5 });
        assert.deepEqual(received(), [[0, ""]]);
        assert.equal(network.applicationServer.uplinks[0].fPort, 5);
        await network.applicationServer.queueDownlink(device.devEui, { fPort: 6, payload: new Uint8Array() });
        const downlink = await network.exchange(device, { fPort: 5 });
        assert.deepEqual([downlink?.fPort, downlink?.payload], [6, ""]);
      });

      it("follows the counter beyond 16 bits", async () => {
        await network.exchange(device, { fPort: 1, payload: "01", fCnt: 0xfffe });
        await network.exchange(device, { fPort: 1, payload: "02", fCnt: 0x1_0002 });
        assert.deepEqual(received(), [
          [0xfffe, "01"],
          [0x1_0002, "02"],
        ]);
      });

      it("refuses a forged MIC, an old counter and a foreign DevAddr", async () => {
        const old = device.uplink({ fPort: 1, payload: "00" }, 5, 0);
        await network.hear(old);
        await network.pass(4000);
        await network.exchange(device, { fPort: 1, payload: "01" });

        const forged = device.uplink({ fPort: 1, payload: "02" }, 5, 0);
        forged[forged.length - 1] ^= 1;
        assert.match(await refusal(forged), /^MICFailed/);
        assert.match(await refusal(old), /FCntUp 0 is not above 1, the last one accepted: a replay/);
        const foreign = device.uplink({ fPort: 1, payload: "03" }, 5, 0);
        foreign[1] ^= 1;
        assert.match(await refusal(foreign), /no session has the DevAddr/);
      });

      it("keeps the old session until the first uplink in the new one", async () => {
        const oldAddr = device.devAddr;
        const oldKeys = device.keys;
        await network.exchange(device, { fPort: 1, payload: "01" });
        // The join-accept is lost: the device goes on in the old session.
        await network.hear(device.joinRequest());
        await network.pass(8000);
        network.takeDownlink();
        await network.exchange(device, { fPort: 1, payload: "02" });
        assert.equal(network.networkServer.session(device.devEui)?.devAddr, oldAddr);
        // This one is heard.
        await network.join(device);
        assert.notEqual(device.devAddr, oldAddr);
        assert.equal(network.networkServer.session(device.devEui)?.devAddr, oldAddr);
        await network.exchange(device, { fPort: 1, payload: "03" });
        assert.equal(network.event("session-activated").detail.endedDevAddr, oldAddr);
        assert.equal(network.networkServer.session(device.devEui)?.devAddr, device.devAddr);
        assert.deepEqual(received(), [
          [0, "01"],
          [1, "02"],
          [0, "03"],
        ]);
        const { devAddr, keys } = device;
        Object.assign(device, { devAddr: oldAddr, keys: oldKeys });
        const late = device.uplink({ fPort: 1, payload: "04", fCnt: 2 }, 5, 0);
        assert.match(await refusal(late), /no session has the DevAddr/);
        Object.assign(device, { devAddr, keys });
      });
    });

  describe("with a 1.1 device", () => {
    beforeEach(() => join("1.1"));

    it("answers each RekeyInd with RekeyConf, encrypted", async () => {
      for (const fCnt of [0, 1]) {
        const downlink = await network.exchange(device, { fPort: 2, payload: "01", fOpts: "0b01" });
        assert.deepEqual([downlink?.fOpts, downlink?.fCnt, downlink?.fPort], ["0b01", fCnt, null]);
      }
      assert.deepEqual(network.event("mac-command-received").detail, {
        devAddr: device.devAddr,
        name: "RekeyInd",
        answered: true,
      });
      assert.equal(network.event("downlink-scheduled").detail.macCommands, "RekeyConf");
    });

    it("puts RekeyConf beside application data, encrypted by that counter", async () => {
      await network.applicationServer.queueDownlink(device.devEui, { fPort: 4, payload: Buffer.of(0xab) });
      const downlink = await network.exchange(device, { fPort: 2, payload: "01", fOpts: "0b01" });
      assert.deepEqual([downlink?.fOpts, downlink?.fPort, downlink?.payload], ["0b01", 4, "ab"]);
    });

    for (const times of [1, 20])
      it(`answers RekeyInd on FPort 0 once, said ${times} times`, async () => {
        const downlink = await network.exchange(device, { fPort: 0, payload: "0b01".repeat(times) });
        assert.equal(downlink?.fOpts, "0b01");
      });

    it("does not look at the reserved bits of RekeyInd", async () => {
      const downlink = await network.exchange(device, { fPort: 1, payload: "00", fOpts: "0bf1" });
      assert.equal(downlink?.fOpts, "0b01");
    });

    it("does not answer RekeyInd of an unknown minor version, and reports commands it cannot read", async () => {
      assert.equal(await network.exchange(device, { fPort: 1, payload: "00", fOpts: "0b02" }), undefined);
      assert.equal(network.event("mac-command-received").detail.answered, false);
      await network.exchange(device, { fPort: 1, payload: "00", fOpts: "8001" });
      assert.match(network.event("mac-commands-unreadable").reason ?? "", /MAC command 80/);
    });

    it("refuses an uplink that was signed for another channel", async () => {
      const frame = device.uplink({ fPort: 1, payload: "00" }, 5, 1);
      assert.match(await refusal(frame, { freq: 868.1 }), /^MICFailed/);
      await network.hear(frame, { freq: 868.3 });
      await network.pass(4000);
      assert.deepEqual(received(), [[0, "00"]]);
    });
  });

  describe("with a 1.0.4 device", () => {
    beforeEach(() => join("1.0.4"));

    it("answers in RX1 on the uplink's channel and data rate, else in RX2", async () => {
      network.gateways[0].answers.push("COLLISION_PACKET");
      const frame = device.uplink({ fPort: 1, payload: "00", confirmed: true }, 3, 4);
      const tmst = await network.hear(frame, { freq: 867.3, datr: "SF9BW125" });
      await network.pass(4000);
      const [rx1, rx2] = network.gateways[0].downlinks;
      assert.deepEqual([rx1.tmst, rx1.freq, rx1.datr], [tmst + 1_000_000, 867.3, "SF9BW125"]);
      assert.deepEqual([rx2.tmst, rx2.freq, rx2.datr], [tmst + 2_000_000, 869.525, "SF12BW125"]);
      assert.equal(rx1.data, rx2.data);
    });

    it("uses a counter value again that never went on the air", async () => {
      network.gateways[0].answers.push("TOO_LATE", "TOO_LATE");
      await network.hear(device.uplink({ fPort: 1, payload: "00", confirmed: true }, 5, 0));
      await network.pass(4000);
      network.gateways[0].downlinks.length = 0;
      assert.equal((await network.exchange(device, { fPort: 1, payload: "00", confirmed: true }))?.fCnt, 0);
    });

    it("does not use a counter value again that may be on the air", async () => {
      network.gateways[0].answers.push("silence");
      await network.hear(device.uplink({ fPort: 1, payload: "00", confirmed: true }, 5, 0));
      await network.pass(4000);
      assert.match(network.event("window-missed").reason ?? "", /RX1: .*did not answer/);
      network.gateways[0].downlinks.length = 0;
      assert.equal((await network.exchange(device, { fPort: 1, payload: "00", confirmed: true }))?.fCnt, 1);
    });

    it("keeps application data that no window took for the next uplink", async () => {
      await network.applicationServer.queueDownlink(device.devEui, { fPort: 1, payload: Buffer.of(9) });
      network.gateways[0].answers.push("TOO_LATE", "TOO_LATE");
      await network.hear(device.uplink({ fPort: 1, payload: "00" }, 5, 0));
      await network.pass(4000);
      network.gateways[0].downlinks.length = 0;
      const downlink = await network.exchange(device, { fPort: 1, payload: "00" });
      assert.deepEqual([downlink?.payload, downlink?.fCnt], ["09", 0]);
    });

    it("drops application data that the data rate cannot carry, and still acknowledges", async () => {
      await network.exchange(device, { fPort: 1, payload: "00" });
      await network.applicationServer.queueDownlink(device.devEui, { fPort: 1, payload: Buffer.alloc(52) });
      await network.hear(device.uplink({ fPort: 1, payload: "00", confirmed: true }, 0, 0), {
        datr: "SF12BW125",
      });
      await network.pass(4000);
      assert.match(network.event("downlink-dropped").reason ?? "", /52 octets exceed 51 at DR0/);
      const downlink = device.read(phyPayloadOf(network.takeDownlink()));
      assert.deepEqual([downlink.ack, downlink.fPort], [true, null]);
    });

    it("goes on without the Application Server, and says what it missed", async () => {
      await network.stop("application-server");
      const downlink = await network.exchange(device, { fPort: 1, payload: "00", confirmed: true });
      assert.equal(downlink?.ack, true);
      assert.match(network.event("uplink-not-forwarded").reason ?? "", /Application Server: .*ECONN/);
    });

    for (const [what, radio, reason] of [
      ["on no channel of the region", { freq: 869.525 }, /869525000 Hz is no channel of EU863-870/],
      ["at no data rate of the region", { datr: "SF8BW250" }, /SF8 at 250000 Hz is no data rate/],
    ] as const)
      it(`refuses a frame ${what}`, async () => {
        assert.match(await refusal(device.uplink({ fPort: 1, payload: "00" }, 5, 0), radio), reason);
      });

    for (const [what, frame, reason] of [
      ["a rejoin-request cut short", "c0".padEnd(34, "0"), /19 octets, not 17/],
      ["a downlink", `60${"00".repeat(11)}`, /a downlink frame, sent like an uplink/],
      ["a frame cut short", "400000", /at least 12 octets/],
      ["a join-request cut short", "0000", /23 octets, not 2/],
      ["another Major version", `43${"00".repeat(11)}`, /Major 3/],
    ] as const)
      it(`refuses ${what}`, async () => {
        assert.match(await refusal(Buffer.from(frame, "hex")), reason);
      });
  });

  it("gives two devices two DevAddrs, and their frames to the right one", async () => {
    await join("1.0.4");
    const first = device;
    device = await network.newDevice("1.0.4", "70B3D57ED0000002");
    await network.join(device);
    const sessions = [first, device].map(({ devEui }) => network.networkServer.session(devEui));
    assert.notEqual(sessions[0]?.devAddr, sessions[1]?.devAddr);
    await network.exchange(first, { fPort: 1, payload: "01" });
    await network.exchange(device, { fPort: 1, payload: "02" });
    assert.deepEqual(
      network.applicationServer.uplinks.map(({ devEui }) => devEui),
      [first.devEui, device.devEui],
    );
  });
});
