/** An independent codec as judge: lora-packet reads what this one writes, field by field. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  buildDataMessage,
  buildJoinRequest,
  buildRejoinRequest,
  cryptFOpts,
  cryptFrmPayload,
  dataMic10,
  deriveJoinServerKeys,
  deriveSessionKeys10,
  deriveSessionKeys11,
  downlinkMic11,
  parseDataFrame,
  uplinkMic11,
} from "../../../hil/lorawan/index.ts";
import { loraPacket } from "./judge.ts";
import { hex, octets } from "./vectors.ts";

const hexOf = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((octets) => hex(octets).toUpperCase());
const key = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((octets) => Buffer.from(octets));
const u16 = fc.integer({ min: 0, max: 0xffff });

const dataCase = fc.record({
  frame: fc.record({
    direction: fc.constantFrom("up" as const, "down" as const),
    confirmed: fc.boolean(),
    devAddr: hexOf(4),
    adr: fc.boolean(),
    ack: fc.boolean(),
    fOpts: fc.uint8Array({ maxLength: 15 }),
    fPort: fc.integer({ min: 1, max: 255 }),
    plain: fc.uint8Array({ minLength: 1, maxLength: 60 }),
  }),
  fCnt: fc.integer({ min: 0, max: 0xffff_ffff }),
  confFCnt: u16,
  txDr: fc.integer({ min: 0, max: 6 }),
  txCh: fc.integer({ min: 0, max: 15 }),
  keys: fc.record({ fNwkSIntKey: key, sNwkSIntKey: key, nwkSEncKey: key, appSKey: key }),
});
type DataCase = typeof dataCase extends fc.Arbitrary<infer T> ? T : never;

function message({ frame, fCnt, keys }: DataCase, fOpts: Uint8Array): Buffer {
  return buildDataMessage({
    ...frame,
    adrAckReq: false,
    classBOrFPending: false,
    fOpts,
    fCnt16: fCnt & 0xffff,
    frmPayload: cryptFrmPayload({ ...frame, fCnt }, keys.appSKey, frame.plain),
  });
}

/** High half of the counter as lora-packet wants it. */
const fCntHigh = (fCnt: number) => {
  const high = Buffer.alloc(2);
  high.writeUInt16LE(Math.floor(fCnt / 0x10000));
  return high;
};

describe("lorawan codec, judged by lora-packet", () => {
  it("1.0 data frames: fields, MIC, FRMPayload", () => {
    fc.assert(
      fc.property(dataCase, (c) => {
        const text = message(c, c.frame.fOpts);
        const { devAddr, direction } = c.frame;
        const mic = dataMic10({ devAddr, fCnt: c.fCnt, message: text }, c.keys.fNwkSIntKey, direction);
        const phyPayload = Buffer.concat([text, mic]);
        const packet = loraPacket.fromWire(phyPayload);
        assert.equal(loraPacket.verifyMIC(packet, c.keys.fNwkSIntKey, undefined, fCntHigh(c.fCnt)), true);
        const plain = loraPacket.decrypt(packet, c.keys.appSKey, undefined, fCntHigh(c.fCnt));
        assert.equal(hex(plain), hex(c.frame.plain));
        const parsed = parseDataFrame(phyPayload);
        assert.equal(packet.getDir(), parsed.direction);
        assert.equal(packet.isConfirmed(), parsed.confirmed);
        assert.equal(packet.getFCnt(), parsed.fCnt16);
        assert.equal(packet.getFPort(), parsed.fPort);
        assert.equal(packet.getFCtrlACK(), parsed.ack);
        assert.equal(packet.getFCtrlADR(), parsed.adr);
        assert.equal(hex(packet.DevAddr as Buffer).toUpperCase(), parsed.devAddr);
        assert.equal(hex(packet.FOpts as Buffer), hex(parsed.fOpts));
      }),
      { seed: 104, numRuns: 150 },
    );
  });

  it("1.1 data frames: both halves of the uplink MIC, downlink MIC, FOpts by counter", () => {
    fc.assert(
      fc.property(dataCase, (c) => {
        const { devAddr, direction, ack } = c.frame;
        const counter = direction === "up" ? "FCntUp" : "AFCntDown";
        const fOpts = cryptFOpts({ devAddr, fCnt: c.fCnt, counter }, c.keys.nwkSEncKey, c.frame.fOpts);
        const text = message(c, fOpts);
        const input = {
          devAddr,
          fCnt: c.fCnt,
          message: text,
          confFCnt: c.confFCnt,
          txDr: c.txDr,
          txCh: c.txCh,
        };
        const mic =
          direction === "up" ? uplinkMic11(input, c.keys) : downlinkMic11(input, c.keys.sNwkSIntKey);
        const packet = loraPacket.fromWire(Buffer.concat([text, mic]));
        // lora-packet swaps the octets of ConfFCnt in uplinks and drops it without ACK; downlinks take it as it is.
        const conf = direction === "up" ? Buffer.alloc(4) : Buffer.alloc(2);
        if (direction === "up") {
          conf.writeUInt16BE(c.confFCnt);
          conf.set([c.txDr, c.txCh], 2);
        } else if (ack) conf.writeUInt16LE(c.confFCnt);
        const { fNwkSIntKey, sNwkSIntKey } = c.keys;
        assert.equal(loraPacket.verifyMIC(packet, fNwkSIntKey, sNwkSIntKey, fCntHigh(c.fCnt), conf), true);
        const clear = packet.decryptFOpts(c.keys.nwkSEncKey, undefined, fCntHigh(c.fCnt));
        assert.equal(hex(clear), hex(c.frame.fOpts));
      }),
      { seed: 110, numRuns: 150 },
    );
  });

  it("join-requests and rejoin-requests: MIC", () => {
    const request = fc.record({ joinEui: hexOf(8), devEui: hexOf(8), netId: hexOf(3), count: u16, key });
    fc.assert(
      fc.property(request, fc.constantFrom(0 as const, 1 as const, 2 as const), (r, type) => {
        const join = loraPacket.fromWire(buildJoinRequest({ ...r, devNonce: r.count }, r.key));
        assert.equal(loraPacket.verifyMIC(join, undefined, r.key), true);
        assert.equal(hex(join.DevEUI as Buffer).toUpperCase(), r.devEui);
        const rejoin = buildRejoinRequest(
          type === 1 ? { ...r, type, rjCount1: r.count } : { ...r, type, rjCount0: r.count },
          r.key,
        );
        assert.equal(loraPacket.verifyMIC(loraPacket.fromWire(rejoin), r.key, r.key), true);
      }),
      { seed: 23, numRuns: 60 },
    );
  });

  it("session keys of 1.0.x and 1.1, Join Server keys", () => {
    const join = fc.record({
      nwkKey: key,
      appKey: key,
      joinNonce: fc.integer({ min: 0, max: 0xff_ffff }),
      netId: hexOf(3),
      joinEui: hexOf(8),
      devEui: hexOf(8),
      devNonce: u16,
    });
    fc.assert(
      fc.property(join, (j) => {
        const joinNonce = Buffer.alloc(3);
        joinNonce.writeUIntBE(j.joinNonce, 0, 3);
        const devNonce = Buffer.alloc(2);
        devNonce.writeUInt16BE(j.devNonce);

        const keys10 = deriveSessionKeys10({ ...j, rootKey: j.appKey });
        const judge10 = loraPacket.generateSessionKeys10(j.appKey, octets(j.netId), joinNonce, devNonce);
        assert.deepEqual(
          [hex(keys10.fNwkSIntKey), hex(keys10.appSKey)],
          [hex(judge10.NwkSKey), hex(judge10.AppSKey)],
        );

        const keys11 = deriveSessionKeys11(j);
        const joinEui = octets(j.joinEui);
        const judge11 = loraPacket.generateSessionKeys11(j.appKey, j.nwkKey, joinEui, joinNonce, devNonce);
        assert.equal(hex(keys11.fNwkSIntKey), hex(judge11.FNwkSIntKey));
        assert.equal(hex(keys11.sNwkSIntKey), hex(judge11.SNwkSIntKey));
        assert.equal(hex(keys11.nwkSEncKey), hex(judge11.NwkSEncKey));
        assert.equal(hex(keys11.appSKey), hex(judge11.AppSKey));

        const jsKeys = deriveJoinServerKeys(j);
        const judgeJs = loraPacket.generateJSKeys(j.nwkKey, octets(j.devEui));
        assert.deepEqual(
          [hex(jsKeys.jsIntKey), hex(jsKeys.jsEncKey)],
          [hex(judgeJs.JSIntKey), hex(judgeJs.JSEncKey)],
        );
      }),
      { seed: 603, numRuns: 60 },
    );
  });
});
