/** A device joins: nonces, keys on both sides, answers that come late, broken or not at all. */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

/** MHDR. */
const JOIN_REQUEST = 0x00;
const JOIN_ACCEPT = 0x20;

/** JOIN_ACCEPT_DELAY2 (RP002-1.0.4, 2.2). */
const RX2_DELAY_MS = 6000;

/** The last octets of a join-accept hold its MIC, encrypted with the rest. */
function withOtherMic(octets: Uint8Array): Uint8Array {
  octets[octets.length - 1] ^= 1;
  return octets;
}

describe("join", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig();
    device = await rig.device();
  });
  after(() => rig?.close());

  const devNonces = () =>
    device.consoleLines.flatMap((line) => /^joining (\d+) /.exec(line)?.[1] ?? []).map(Number);
  const accepted = (nonce: "devNonce" | "joinNonce") =>
    rig.serverEvents.flatMap(({ step, detail }) =>
      step === "dev-nonce-accepted" ? Number(detail[nonce]) : [],
    );
  /** Powered anew, it has joined; gives how many join-requests that took. */
  async function rejoined(): Promise<number> {
    const before = devNonces().length;
    device.reset();
    await device.joined({ within: "10 min" });
    return devNonces().length - before;
  }

  it("the Join Server accepts its DevNonce", async () => {
    device.powerOn();
    await device.joined({ within: "2 min" });
    assert.equal(accepted("devNonce").at(-1), devNonces().at(-1));
  });

  it("device and servers have the same keys", async () => {
    const { fCnt } = await device.uplink({ within: "1 h" });
    // Nobody can look into a real board, and its first uplink may be lost; one is decrypted all the same.
    if (rig.isReal) return;
    assert.equal(fCnt, 0);
    assert.deepEqual(device.unequalKeys(), []);
  });

  it("an answer that is too late for RX1 comes in RX2", async function () {
    if (rig.isReal) this.skip();
    rig.joinServer.delay("5300 ms");
    const requests = await rejoined();
    rig.joinServer.delay("0 s");
    assert.equal(requests, 1);
    const last = (mhdr: number) => rig.transmissions.findLast(({ payload }) => payload[0] === mhdr)!;
    const [request, accept] = [last(JOIN_REQUEST), last(JOIN_ACCEPT)];
    assert.equal(Math.round((accept.startNs - request.endNs) / 1e6), RX2_DELAY_MS);
  });

  it("a join-accept with a wrong MIC is no join: the device asks again", async function () {
    if (rig.isReal) this.skip();
    rig.air.alter(withOtherMic, { kind: "join-accept", count: 1 });
    assert.equal(await rejoined(), 2);
    assert.ok(device.consoleLines.includes("refused: MIC"));
  });

  it("a join-accept that is lost: the device asks again", async function () {
    if (rig.isReal) this.skip();
    rig.air.drop({ kind: "join-accept", count: 1 });
    assert.equal(await rejoined(), 2);
  });

  it("no nonce came twice, and the Join Server has accepted each DevNonce", async () => {
    if (device.canReset) await rejoined();
    const rising = (nonces: readonly number[]) =>
      nonces.every((nonce, i) => i === 0 || nonce > nonces[i - 1]);
    assert.ok(rising(devNonces()), `DevNonces ${devNonces()}`);
    assert.ok(rising(accepted("joinNonce")), `JoinNonces ${accepted("joinNonce")}`);
    // On the real air a join-request may be lost, and a board that lives on may have sent one before it was listened to.
    if (rig.isReal) assert.equal(accepted("devNonce").at(-1), devNonces().at(-1));
    else assert.deepEqual(accepted("devNonce"), devNonces());
  });

  it("the keys of the last session are the same, too", async () => {
    const { fCnt } = await device.uplink({ within: "1 h" });
    if (rig.isReal) return;
    assert.equal(fCnt, 0);
    assert.deepEqual(device.unequalKeys(), []);
  });
});
