/** Two gateways of one network, one by each protocol, and what is recorded of what they hear and send. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig, reportPage, runJoin } from "../../hil/rig/index.ts";
import { dissect, field } from "../support/tshark.ts";

describe("a network with a gateway by UDP and a station", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({
      ...{ board: "pro-mini-rfm95", lorawan: "1.0.4", config: { PERIOD_S: 10 } },
      gateways: [
        { protocol: "udp", pathLossDb: 120 },
        { protocol: "station", pathLossDb: 110, antennaGainDbi: 3 },
      ],
    });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "1 min" });
  });
  after(() => rig?.close());

  const sender = () => rig.transmissions.findLast(({ from }) => from !== device.name)?.from;
  const downlink = async (octet: number) => {
    device.send(10, Uint8Array.of(octet));
    const { payload } = await device.downlink({ within: "5 min" });
    assert.deepEqual([...payload], [octet]);
  };

  it("hears each frame by both and answers by the better one", async () => {
    await downlink(1);
    assert.equal(sender(), rig.gateways[1].eui);
    const { detail } = rig.serverEvents.findLast(({ step }) => step === "uplink-deduplicated")!;
    assert.deepEqual([detail.gateways, detail.bestGateway], [2, rig.gateways[1].eui]);
  });

  it("goes on by the other where one stops", async () => {
    await rig.gateways[1].stop();
    await downlink(2);
    assert.equal(sender(), rig.gateways[0].eui);
    await rig.gateways[1].start();
    await downlink(3);
    assert.equal(sender(), rig.gateways[1].eui);
  });

  it("has each frame in the capture once, with what every gateway heard of it in the comment", () => {
    const frames = dissect(rig.capture());
    assert.deepEqual(
      frames.map((frame) => [
        field(frame, "loratap.channel.frequency"),
        field(frame, "frame.time_epoch"),
        field(frame, "frame.len"),
      ]),
      rig.transmissions.map(({ frequencyHz, startNs, payload }) => [
        String(frequencyHz),
        (1_767_225_600n + BigInt(startNs) / 1_000_000_000n).toString() +
          `.${String(startNs % 1e9).padStart(9, "0")}`,
        String(15 + payload.length),
      ]),
    );
    assert.equal(
      field(frames[0], "frame.comment")?.split("; ")[1],
      "received by 02000000FFFE0001 (-106.0 dBm, SNR 11.0 dB), 02000000FFFE0002 (-93.0 dBm, SNR 12.0 dB)",
    );
    // The level is that of the better one.
    assert.equal(field(frames[0], "loratap.rssi.packet"), String(-93 + 139));
  });
});

describe("the report of a join by two gateways", () => {
  it("has every gateway that a frame came to, and how it came there", async () => {
    const report = await runJoin({
      ...{ board: "pro-mini-rfm95", lorawan: "1.1", seed: 7, config: { PERIOD_S: 10 } },
      gateways: [{ position: [200, 0] }, { position: [0, 5000] }],
      position: [0, 0],
    });
    assert.equal(report.verdict, "passed", report.reason ?? "");
    // 128.95 dB + 23.2 dB lg(d / 1 km) from 14 dBm; SF7 bears 7.5 dB under the noise.
    const [{ arrivals }] = report.air;
    assert.deepEqual(arrivals, [
      { receiver: "02000000FFFE0001", rssiDbm: -98.7, snrDb: 12, intact: true },
      { receiver: "02000000FFFE0002", rssiDbm: -131.2, snrDb: -14.1, intact: null },
    ]);
    const page = reportPage(report);
    assert.ok(page.includes("02000000FFFE0001 at −98.7 dBm"), "the page says who got it");
  });
});
