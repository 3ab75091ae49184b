/**
 * Rejoin-requests of types 0, 1 and 2 begin sessions with keys of their own.
 * @lorawan 1.1
 */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

/** After so many uplinks of a session the device rejoins by itself, with type 1. */
const REJOIN_1_UPLINKS = 3;
/** MHDR of a rejoin-request. */
const REJOIN_REQUEST = 0xc0;

describe("rejoin", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({ config: { REJOIN: true, REJOIN_1_UPLINKS } });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
  });
  after(() => rig?.close());

  const appSKey = () => Buffer.from(device.readVariable("lorawan/session.ts:appSKey"));
  const rejoins = () => device.sent.filter(({ payload }) => payload[0] === REJOIN_REQUEST);

  /** The session that `start` begins, and the type of the rejoin-request for it. */
  async function typeOf(start: () => void): Promise<number> {
    const before = { rejoins: rejoins().length, devAddr: device.uplinks.at(-1)!.devAddr, key: appSKey() };
    start();
    await device.prints(/^joined /, { within: "3 h" });
    const { fCnt, devAddr } = await device.uplink({ within: "1 h" });
    assert.equal(fCnt, 0);
    assert.notEqual(devAddr, before.devAddr);
    assert.ok(!appSKey().equals(before.key), "the AppSKey is another one");
    assert.deepEqual(device.unequalKeys(), []);
    const [request, ...others] = rejoins().slice(before.rejoins);
    assert.equal(others.length, 0);
    return request.payload[1];
  }
  const ask = (macCommands: string) => () =>
    rig.networkServer.request(device.identity.devEui, Buffer.from(macCommands, "hex"));

  it("type 0, which the network demands", async () => {
    assert.equal(await typeOf(ask("0e0300")), 0);
  });

  it("type 0 again, recorded by somebody: refused", async () => {
    const [request] = rejoins();
    const refused = () => rig.serverEvents.filter(({ step }) => step === "rejoin-refused");
    const before = refused().length;
    rig.air.repeat(request);
    await rig.until("a refusal", () => refused().length > before, { within: "5 s" });
  });

  it("type 2, which keeps what the network has set", async () => {
    assert.equal(await device.request("0803", { within: "1 h" }), "");
    assert.equal(await typeOf(ask("0e2300")), 2);
    device.send(10, Uint8Array.of(1));
    await device.downlink({ fPort: 10, within: "2 h" });
    const uplink = device.sent.at(-1)!;
    const downlink = rig.transmissions.at(-1)!;
    assert.equal(Math.round((downlink.startNs - uplink.endNs) / 1e9), 3);
  });

  it("type 1, by which the device comes back after some uplinks", async () => {
    assert.equal(await typeOf(() => {}), 1);
  });
});
