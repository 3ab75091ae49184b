/** MAC commands of the Network Server: what it asks, what it answers, and where its windows are after that. */
import assert from "node:assert/strict";
import type { LoraTxpk } from "../../../hil/gateway/index.ts";
import type { LoraPacketDevice } from "./support/device.ts";
import { Identities } from "./support/identities.ts";
import { phyPayloadOf, TestNetwork } from "./support/network.ts";

const hex = (octets: string) => Buffer.from(octets, "hex");

/** Of a frequency in units of 100 Hz, the three octets. */
function freq(frequency: number): string {
  const octets = Buffer.alloc(3);
  octets.writeUIntLE(frequency, 0, 3);
  return octets.toString("hex");
}

for (const macVersion of ["1.0.4", "1.1"] as const) {
  describe(`Network Server: MAC commands, ${macVersion}`, () => {
    let identities: Identities;
    let network: TestNetwork;
    let device: LoraPacketDevice;

    before(async () => {
      identities = await Identities.create();
    });
    beforeEach(async () => {
      network = await TestNetwork.start(identities);
      device = await network.newDevice(macVersion);
      await network.join(device);
      await say();
    });
    afterEach(async () => {
      await network.close();
      identities.closeAgents();
    });

    /** An uplink with MAC commands; the MAC commands of the downlink that it is answered by, if any. */
    async function say(fOpts = ""): Promise<string | undefined> {
      return (await network.exchange(device, { fPort: 1, payload: "00", fOpts }))?.fOpts;
    }
    const ask = (commands: string) => network.networkServer.request(device.devEui, hex(commands));

    /** An uplink that asks for any answer, and how that went out: seconds after it, Hz, data rate. */
    async function window(radio: { freq?: number; txCh?: number } = {}): Promise<string> {
      const { freq: frequency = 868.1, txCh = 0 } = radio;
      const uplink = device.uplink({ fPort: 1, payload: "00", adrAckReq: true }, 5, txCh);
      const tmst = await network.hear(uplink, { freq: frequency });
      await network.pass(16_000);
      const txpk = network.takeDownlink() as LoraTxpk;
      device.read(phyPayloadOf(txpk));
      return `${(Number(txpk.tmst) - tmst) / 1e6} s, ${txpk.freq} MHz, ${txpk.datr}`;
    }

    /** Asks, and answers as the device would. */
    async function agree(commands: string, answers: string): Promise<void> {
      ask(commands);
      assert.equal(await say(), commands);
      await say(answers);
      assert.equal(network.event("mac-requests-answered").ok, true);
    }

    it("go with the next downlink, one frame after the other, each until it is answered", async () => {
      ask("0352070001");
      ask("06");
      assert.equal(await say(), "0352070001");
      assert.equal(await say(), "0352070001", "no answer");
      assert.equal(await say("0307"), "06");
      assert.deepEqual(network.event("mac-requests-answered").detail, {
        devAddr: device.devAddr,
        requests: "LinkADRReq",
        answers: "07",
      });
      assert.equal(await say("06c80a"), undefined);
      assert.equal(network.event("mac-requests-answered").detail.answers, "c80a");
      assert.equal(network.failures(), "nothing wrong");
    });

    it("are given up when three frames bring no answer", async () => {
      ask("0935");
      ask("06");
      for (let i = 0; i < 3; i++) assert.equal(await say(), "0935");
      assert.equal(await say(), "06");
      assert.equal(network.event("mac-requests-given-up").detail.requests, "TXParamSetupReq");
    });

    it("are not answered by what the device says to others", async () => {
      ask("06");
      assert.equal(await say(), "06");
      assert.equal(await say("0307"), "06");
    });

    it("wait where the application's frame leaves them no room", async () => {
      ask("0352070001");
      // DR5 with N of 242.
      const payload = Buffer.alloc(240);
      await network.applicationServer.queueDownlink(device.devEui, { fPort: 2, payload });
      assert.equal(await say(), "");
      assert.equal(await say(), "0352070001");
    });

    for (const [what, commands] of [
      ["nothing", ""],
      ["half a command", "0352"],
      ["what is no command to a device", "01"],
      ["more than FOpts holds", "0352070001".repeat(4)],
    ] as const) {
      it(`are refused where they are ${what}`, () => {
        assert.throws(
          () => ask(commands),
          /must be MAC commands to a device, whole ones of 15 octets at most/,
        );
      });
    }

    it("are refused for a device without a session", () => {
      assert.throws(() => network.networkServer.request("FF".repeat(8), hex("06")), /has no session here/);
    });

    it("move the windows once the device agrees", async () => {
      assert.equal(await window(), "1 s, 868.1 MHz, SF7BW125");
      await agree(`0523${freq(8691000)}0804`, "050708");
      assert.equal(await window(), "4 s, 868.1 MHz, SF9BW125");
      await agree(`0a00${freq(8690000)}`, "0a03");
      assert.equal(await window(), "4 s, 869 MHz, SF9BW125");
      assert.equal(await window({ freq: 868.3, txCh: 1 }), "4 s, 868.3 MHz, SF9BW125");
    });

    it("move nothing where the device refuses", async () => {
      await agree(`0523${freq(8691000)}`, "0506");
      await agree(`0a00${freq(8690000)}`, "0a02");
      await agree(`0708${freq(8695250)}50`, "0702");
      assert.equal(await window(), "1 s, 868.1 MHz, SF7BW125");
      await network.hear(device.uplink({ fPort: 1, payload: "00" }, 5, 8), { freq: 869.525 });
      await network.pass(4000);
      assert.match(network.event("uplink-refused").reason ?? "", /869525000 Hz is no channel/);
    });

    it("make a channel, on which the answer may come already", async () => {
      ask(`0708${freq(8695250)}50`);
      await say();
      await network.hear(device.uplink({ fPort: 1, payload: "00", fOpts: "0703" }, 5, 8), { freq: 869.525 });
      await network.pass(4000);
      assert.equal(network.event("mac-requests-answered").detail.answers, "03");
      assert.equal(network.failures(), "nothing wrong");
    });

    it("make a channel, and take it away", async () => {
      await agree(`0708${freq(8695250)}50`, "0703");
      assert.equal(await window({ freq: 869.525, txCh: 8 }), "1 s, 869.525 MHz, SF7BW125");
      await agree("070800000050", "0703");
      await network.hear(device.uplink({ fPort: 1, payload: "00" }, 5, 8), { freq: 869.525 });
      await network.pass(4000);
      assert.match(network.event("uplink-refused").reason ?? "", /869525000 Hz is no channel/);
    });

    it("answer a sticky answer with a downlink, that it may end", async () => {
      assert.equal(await say("08"), "");
      assert.equal(await say("06c80a"), undefined);
    });

    it("tell how well the device is heard, and by how many gateways", async () => {
      const uplink = device.uplink({ fPort: 1, payload: "00", fOpts: "02" }, 5, 0);
      const tmst = await network.hear(uplink, { lsnr: 4.5 });
      await network.hear(uplink, { lsnr: -3, gateway: 1, tmst });
      await network.pass(4000);
      // -7.5 dB is the least at SF7.
      assert.equal(device.read(phyPayloadOf(network.takeDownlink())).fOpts, "020c02");
    });

    it("tell the GPS time at the end of the uplink", async () => {
      // 2026-01-01T00:00:00Z is 1451260818 s of GPS time.
      const nowMs = network.clock.nowNs() / 1e6;
      const answer = hex((await say("0d")) ?? "");
      assert.equal(answer[0], 0x0d);
      const toldMs = (answer.readUInt32LE(1) - 1_451_260_818) * 1000 + (answer[5] * 1000) / 256;
      assert.ok(Math.abs(toldMs - nowMs) < 5, `${toldMs} ms for ${nowMs} ms`);
    });
  });
}
