/** A test tool commands the device by the certification protocol (TS009). */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

const CERTIFICATION_PORT = 224;
const APPLICATION_PORT = 2;
const FTYPE_UNCONFIRMED_UP = 2;
const FTYPE_CONFIRMED_UP = 4;
const ADR_BIT = 0x80;
/** FIRMWARE_VERSION, the version of LoRaWAN, RP002-1.0.4: what follows the CID of DutVersionsAns. */
const VERSIONS = { "1.0.4": "000100000100040002010004", "1.1": "000100000101000002010004" };
/** TxCwReq. */
const WAVE_S = 2;
const WAVE_DBM = 10;

describe("certification", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({ config: { CERTIFICATION: true } });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
    await device.setDataRate(3, { within: "3 h" });
  });
  after(() => rig?.close());

  /** Sends a command in the windows of the uplink that has just come. */
  const command = (octets: string) => device.send(CERTIFICATION_PORT, Buffer.from(octets, "hex"));
  async function answerTo(octets: string): Promise<string> {
    command(octets);
    const { payload } = await device.uplink({ fPort: CERTIFICATION_PORT, within: "1 h" });
    return Buffer.from(payload).toString("hex");
  }
  /** The next uplink of the application, as it went on the air. */
  async function nextFrame(): Promise<{ readonly fType: number; readonly adr: boolean }> {
    await device.uplink({ fPort: APPLICATION_PORT, within: "1 h" });
    const { payload } = device.sent.at(-1)!;
    return { fType: payload[0] >> 5, adr: (payload[5] & ADR_BIT) !== 0 };
  }
  const pauseS = () => {
    const [before, last] = device.sent.slice(-2);
    return (last.startNs - before.startNs) / 1e9;
  };

  it("PackageVersionReq and DutVersionsReq", async () => {
    assert.equal(await answerTo("00"), "000601");
    assert.equal(await answerTo("7f"), `7f${VERSIONS[device.lorawan]}`);
  });

  it("RegionalDutyCycleCtrlReq and TxPeriodicityChangeReq: an uplink every five seconds", async () => {
    command("0500");
    await nextFrame();
    command("0601");
    await nextFrame();
    await nextFrame();
    await nextFrame();
    assert.ok(pauseS() > 4.5 && pauseS() < 5.5, `${pauseS()} s`);
  });

  it("EchoIncPayloadReq", async () => {
    assert.equal(await answerTo("0800017fff"), "0801028000");
  });

  it("RxAppCntReq, from RxAppCntResetReq on", async () => {
    command("0a");
    await nextFrame();
    device.send(APPLICATION_PORT, Uint8Array.of(1));
    await nextFrame();
    assert.equal(await answerTo("09"), "090200");
  });

  it("TxFramesCtrlReq: confirmed uplinks, and unconfirmed ones again", async () => {
    command("0702");
    assert.equal((await nextFrame()).fType, FTYPE_CONFIRMED_UP);
    command("0701");
    assert.equal((await nextFrame()).fType, FTYPE_UNCONFIRMED_UP);
  });

  it("ADRBitChangeReq", async () => {
    command("0400");
    assert.equal((await nextFrame()).adr, false);
    command("0401");
    assert.equal((await nextFrame()).adr, true);
  });

  for (const [name, octets] of [
    ["LinkCheckReq", "20"],
    ["DeviceTimeReq", "21"],
  ] as const)
    it(`${name} of the MAC, which the Network Server answers`, async () => {
      const asked = () =>
        rig.serverEvents.filter(
          ({ step, detail }) =>
            step === "mac-command-received" && detail.name === name && detail.answered === true,
        ).length;
      const before = asked();
      command(octets);
      await nextFrame();
      assert.equal(asked(), before + 1);
    });

  it("TxCwReq: a carrier for as long as it says, and then uplinks", async () => {
    const [{ uplinkHz }] = rig.plan.channels;
    const request = Buffer.from([0x7d, WAVE_S, 0, 0, 0, 0, WAVE_DBM]);
    request.writeUIntLE(uplinkHz / 100, 3, 3);
    command(request.toString("hex"));
    await nextFrame();
    const [start, end] = device.radioEvents.filter(({ type }) => type.startsWith("carrier-"));
    assert.equal(Math.round((end.atNs - start.atNs) / 1e8) / 10, WAVE_S);
    assert.equal(Math.round(start.frequencyHz / 1e4), Math.round(uplinkHz / 1e4));
  });

  it("DutJoinReq: a join at once, and the period stays", async () => {
    command("02");
    await device.prints(/^joined /, { within: "10 min" });
    assert.equal((await device.uplink({ within: "1 h" })).fCnt, 0);
    await nextFrame();
    assert.ok(pauseS() < 30, `${pauseS()} s`);
    assert.deepEqual(device.unequalKeys(), []);
  });

  it("DutResetReq: the device starts anew", async () => {
    command("01");
    await device.prints(/^boot /, { within: "1 min" });
    await device.prints(/^joined /, { within: "10 min" });
    assert.equal((await device.uplink({ within: "1 h" })).fCnt, 0);
  });
});
