/**
 * Personalised devices at the Network Server: sessions without a join, ResetInd, counters. LoRaWAN L2 1.1, sections 5.1
 * and 6.3.
 */
import assert from "node:assert/strict";
import type { PersonalisedDevice } from "../../../hil/backend/index.ts";
import type { LoraTxpk } from "../../../hil/gateway/index.ts";
import { LoraPacketDevice } from "./support/device.ts";
import { Identities } from "./support/identities.ts";
import { phyPayloadOf, TestNetwork } from "./support/network.ts";

const DEV_ADDR = "26011F42";
const key = (octet: number) => Buffer.alloc(16, octet);

/** A device with session keys that nobody derived. */
function personalised(macVersion: "1.0.4" | "1.1"): LoraPacketDevice {
  const device = new LoraPacketDevice(macVersion);
  device.devAddr = DEV_ADDR;
  const fNwkSIntKey = key(1);
  device.keys =
    macVersion === "1.1"
      ? { fNwkSIntKey, sNwkSIntKey: key(2), nwkSEncKey: key(3), appSKey: key(4) }
      : { fNwkSIntKey, sNwkSIntKey: fNwkSIntKey, nwkSEncKey: fNwkSIntKey, appSKey: key(4) };
  return device;
}

describe("Network Server: personalised devices", () => {
  let identities: Identities;
  let network: TestNetwork;

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

  function start(macVersion: "1.0.4" | "1.1", more: Partial<PersonalisedDevice> = {}): LoraPacketDevice {
    const device = personalised(macVersion);
    const { devEui, devAddr, keys } = device;
    assert.ok(keys);
    const appSKey = { envelope: { AESKey: keys.appSKey.toString("hex").toUpperCase() } };
    network.networkServer.personaliseDevice({ devEui, devAddr, macVersion, keys, appSKey, ...more });
    network.applicationServer.registerDevice({ devEui, joinEui: "0000000000000000" });
    return device;
  }

  const say = async (device: LoraPacketDevice, fOpts = "") =>
    network.exchange(device, { fPort: 1, payload: "0102", fOpts });

  for (const macVersion of ["1.0.4", "1.1"] as const) {
    it(`have a session before they are heard, ${macVersion}`, async () => {
      const device = start(macVersion);
      await network.applicationServer.queueDownlink(device.devEui, { fPort: 7, payload: Buffer.of(9) });
      network.networkServer.request(device.devEui, Buffer.of(6));
      const answer = await say(device);
      assert.equal(answer?.fOpts, "06");
      const next = await say(device, "06ff00");
      assert.deepEqual([answer?.payload, next?.payload].filter(Boolean), ["09"]);
      const [uplink] = network.applicationServer.uplinks;
      assert.equal(Buffer.from(uplink.payload).toString("hex"), "0102");
      assert.equal(network.failures(), "nothing wrong");
    });

    it(`go on with the counters that are given, ${macVersion}`, async () => {
      const device = start(macVersion, { counters: { fCntUp: 70_000, nFCntDown: 5, aFCntDown: 8 } });
      device.fCntUp = 70_015;
      const answer = await network.exchange(device, { fPort: 1, payload: "00", confirmed: true });
      assert.equal(answer?.fCnt, 5);
      assert.equal(network.networkServer.session(device.devEui)?.fCntUp, 70_016);
      await network.hear(device.uplink({ fPort: 1, payload: "00", fCnt: 70_000 }, 5, 0));
      await network.pass(4000);
      assert.match(network.event("uplink-refused").reason ?? "", /FCntUp 70000 is not above 70016/);
    });

    it(`keep their DevAddr to themselves, ${macVersion}`, async () => {
      const device = start(macVersion);
      await say(device);
      const other = await network.newDevice(macVersion, "70B3D57ED0000002");
      await network.join(other);
      assert.notEqual(other.devAddr, DEV_ADDR);
    });
  }

  describe("of 1.1", () => {
    /** Seconds from an uplink to its answer. */
    async function answerAfterS(device: LoraPacketDevice, fOpts: string): Promise<number> {
      const tmst = await network.hear(
        device.uplink({ fPort: 1, payload: "00", fOpts, adrAckReq: true }, 5, 0),
      );
      await network.pass(16_000);
      const txpk = network.takeDownlink() as LoraTxpk;
      device.read(phyPayloadOf(txpk));
      return (Number(txpk.tmst) - tmst) / 1e6;
    }

    it("are answered ResetConf to each ResetInd, and nothing to a RekeyInd", async () => {
      const device = start("1.1");
      assert.equal((await say(device, "0101"))?.fOpts, "0101");
      assert.equal((await say(device, "0101"))?.fOpts, "0101");
      assert.equal(await say(device, "0b01"), undefined);
    });

    it("are not answered where the ResetInd has another version", async () => {
      const device = start("1.1");
      for (const fOpts of ["0100", "0102"]) assert.equal(await say(device, fOpts), undefined);
    });

    it("have the defaults again after a ResetInd, and not after one of another version", async () => {
      const device = start("1.1");
      network.networkServer.request(device.devEui, Buffer.from("0804", "hex"));
      assert.equal((await say(device, "0101"))?.fOpts, "01010804");
      assert.equal(await answerAfterS(device, "08"), 4);
      assert.equal(await answerAfterS(device, "0102"), 4);
      assert.equal(await answerAfterS(device, "0101"), 1);
    });
  });

  it("of 1.0.4, and those that have joined, are not reset by a ResetInd", async () => {
    const device = start("1.0.4");
    assert.equal(await say(device, "0101"), undefined);
    const joined = await network.newDevice("1.1", "70B3D57ED0000002");
    await network.join(joined);
    assert.equal(await say(joined, "0101"), undefined);
  });
});
