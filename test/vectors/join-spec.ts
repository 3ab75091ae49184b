/** Join- and rejoin-requests, join-accepts, and whole joins. */
import assert from "node:assert/strict";
import { JoinReqType } from "../../firmware/lorawan/join-frames.ts";
import { KeyType } from "../../firmware/lorawan/keys.ts";
import type { Subject } from "./subject.ts";
import { airOrder, deviceVector, hex, octets, vectors } from "./vectors.ts";

/** Declares the tests. `subject` is called when they run. */
export function specifyJoins(subject: () => Subject): void {
  describe("join-request", () => {
    for (const v of vectors<{
      phyPayload: string;
      key: string;
      fields: { joinEui: string; devEui: string; devNonce: number };
    }>("joinRequest")) {
      it(v.name, () => {
        const { joinEui, devEui, devNonce } = v.fields;
        const made = subject().joinRequest(airOrder(joinEui), airOrder(devEui), devNonce, octets(v.key));
        assert.equal(hex(made), v.phyPayload);
      });
    }
    for (const v of vectors<{ phyPayload: string; key: string }>("joinRequestNegative")) {
      it(`differs from: ${v.name}`, () => {
        const air = octets(v.phyPayload);
        const made = subject().joinRequest(
          air.slice(1, 9),
          air.slice(9, 17),
          air[17] | (air[18] << 8),
          octets(v.key),
        );
        assert.equal(hex(made.slice(0, 19)), hex(air.slice(0, 19)));
        assert.notEqual(hex(made.slice(19)), hex(air.slice(19)));
      });
    }
    for (const [name, key, message] of [
      ["Join-request MIC", "key", "msg"],
      ["Join-request 1.0", "app_key", "wire_wo_mic"],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<Record<string, string>>(name);
        const air = octets(input[message]);
        const made = subject().joinRequest(
          air.slice(1, 9),
          air.slice(9, 17),
          air[17] | (air[18] << 8),
          octets(input[key]),
        );
        assert.equal(hex(made), input[message] + expected);
      });
    }
  });

  describe("join-accept", () => {
    interface JoinAccept {
      mode: "1.0" | "1.1";
      phyPayload?: string;
      plain: string;
      encKey: string;
      micKey?: string;
      joinEui?: string;
      devNonce?: number;
    }
    const flipped = (data: Uint8Array, octet: number) => data.map((v, i) => (i === octet ? v ^ 1 : v));
    for (const v of vectors<JoinAccept>("joinAccept")) {
      it(v.name, () => {
        const { phyPayload, encKey, joinEui, devNonce, micKey } = v;
        const plain = octets(v.plain);
        if (phyPayload !== undefined)
          assert.equal(hex(subject().decryptJoinAccept(octets(phyPayload), octets(encKey))), v.plain);
        const hasMic = (data: Uint8Array) =>
          v.mode === "1.0"
            ? subject().hasJoinAcceptMic10(data, octets(encKey))
            : subject().hasJoinAcceptMic11(
                data,
                JoinReqType.Join,
                airOrder(joinEui!),
                devNonce!,
                octets(micKey!),
              );
        assert.equal(hasMic(plain), true);
        assert.equal(hasMic(flipped(plain, 1)), false);
        assert.equal(hasMic(flipped(plain, plain.length - 1)), false);
      });
    }
    it("device: decrypt", () => {
      const { input, expected } = deviceVector<Record<string, string>>("Join-accept decrypt");
      assert.equal(hex(subject().decryptJoinAccept(octets(input.wire), octets(input.app_key))), expected);
    });
    it("device: encryption is undone by the cipher", () => {
      const { input, expected } = deviceVector<Record<string, string>>("Join-accept encryption");
      assert.equal(
        hex(subject().decryptJoinAccept(octets(`20${expected}`), octets(input.key))),
        `20${input.plain}`,
      );
    });
    it("device: MIC with CFList", () => {
      const { input, expected } = deviceVector<Record<string, string>>("Join-accept with CFList");
      const key = octets(input.app_key);
      const plain = subject().decryptJoinAccept(octets(input.wire), key);
      assert.equal(hex(plain), input.decrypted);
      assert.equal(hex(plain.slice(-4)), expected);
      assert.equal(subject().hasJoinAcceptMic10(plain, key), true);
    });
    it("device: MIC of 1.1", () => {
      const { input, expected } = deviceVector<Record<string, string>>("Join-accept MIC 1.1");
      assert.equal(
        subject().hasJoinAcceptMic11(
          octets(input.msg + expected),
          JoinReqType.Join,
          airOrder(input.join_eui),
          Number.parseInt(input.dev_nonce, 16),
          octets(input.js_int_key),
        ),
        true,
      );
    });
  });

  describe("rejoin", () => {
    interface RejoinRequest {
      name: string;
      type: number;
      phyPayload: string;
      key: string;
      fields: { netId?: string; joinEui?: string; devEui: string; rjCount0?: number; rjCount1?: number };
    }
    const sender = (eui: string) => Uint8Array.from({ ...airOrder(eui), length: 8 });
    for (const v of vectors<RejoinRequest>("rejoinRequest")) {
      it(v.name, () => {
        const { netId, joinEui, devEui, rjCount0, rjCount1 } = v.fields;
        const from = sender((netId ?? joinEui)!);
        const count = (rjCount0 ?? rjCount1)!;
        const made = subject().rejoinRequest(v.type, from, airOrder(devEui), count, octets(v.key));
        assert.equal(hex(made), v.phyPayload);
      });
    }
    interface RejoinFlow {
      name: string;
      request: { PHYPayload: string; ReceiverID: string };
      rootKeys: { nwkKey: string; appKey: string };
      jsIntKey: string;
      jsEncKey: string;
      joinAcceptPlain: string;
      answer: { PHYPayload: string; keys: Record<string, string> };
    }
    for (const v of vectors<RejoinFlow>("rejoinFlowsComputed")) {
      it(`join-accept and keys: ${v.name}`, () => {
        const request = octets(v.request.PHYPayload);
        const type = request[1];
        const count = request[request.length - 6] | (request[request.length - 5] << 8);
        const plain = subject().decryptJoinAccept(octets(v.answer.PHYPayload), octets(v.jsEncKey));
        assert.equal(hex(plain), v.joinAcceptPlain);
        const joinEui = airOrder(v.request.ReceiverID);
        for (const answered of [0, 1, 2, JoinReqType.Join])
          assert.equal(
            subject().hasJoinAcceptMic11(plain, answered, joinEui, count, octets(v.jsIntKey)),
            answered === type,
          );
        const { nwkKey, appKey } = v.rootKeys;
        for (const [name, rootKey, keyType] of [
          ["FNwkSIntKey", nwkKey, KeyType.FNwkSInt],
          ["SNwkSIntKey", nwkKey, KeyType.SNwkSInt],
          ["NwkSEncKey", nwkKey, KeyType.NwkSEnc],
          ["AppSKey", appKey, KeyType.AppS],
        ] as const) {
          const made = subject().sessionKey11(octets(rootKey), keyType, plain.slice(1, 4), joinEui, count);
          assert.equal(hex(made), v.answer.keys[name], name);
        }
      });
    }
  });

  describe("joins, from the request to the keys", () => {
    interface Flow {
      request: { MACVersion: string; PHYPayload: string; ReceiverID: string; DevEUI: string };
      rootKeys: { nwkKey: string; appKey: string };
      joinAcceptPlain: string;
      jsIntKey: string;
      answer: { PHYPayload: string; keys: Record<string, string> };
    }
    const devNonceOf = (phyPayload: Uint8Array) => phyPayload[17] | (phyPayload[18] << 8);
    for (const v of vectors<Flow>("backendFlows")) {
      it(v.name, () => {
        const { PHYPayload, ReceiverID, DevEUI, MACVersion } = v.request;
        const rootKey = octets(v.rootKeys.nwkKey);
        const joinEui = airOrder(ReceiverID);
        const devNonce = devNonceOf(octets(PHYPayload));
        const made = subject().joinRequest(joinEui, airOrder(DevEUI), devNonce, rootKey);
        assert.equal(hex(made), PHYPayload);
        const plain = subject().decryptJoinAccept(octets(v.answer.PHYPayload), rootKey);
        assert.equal(hex(plain), v.joinAcceptPlain);
        const { FNwkSIntKey, SNwkSIntKey, NwkSEncKey, NwkSKey, AppSKey } = v.answer.keys;
        if (MACVersion !== "1.1") {
          assert.equal(subject().hasJoinAcceptMic10(plain, rootKey), true);
          const key = (type: number) =>
            hex(subject().sessionKey10(rootKey, type, plain.slice(1, 7), devNonce));
          assert.deepEqual([key(KeyType.FNwkSInt), key(KeyType.AppS)], [NwkSKey, AppSKey]);
          return;
        }
        const jsIntKey = octets(v.jsIntKey);
        assert.equal(
          subject().hasJoinAcceptMic11(plain, JoinReqType.Join, joinEui, devNonce, jsIntKey),
          true,
        );
        const key = (from: Uint8Array, type: number) =>
          hex(subject().sessionKey11(from, type, plain.slice(1, 4), joinEui, devNonce));
        assert.equal(key(rootKey, KeyType.FNwkSInt), FNwkSIntKey);
        assert.equal(key(rootKey, KeyType.SNwkSInt), SNwkSIntKey);
        assert.equal(key(rootKey, KeyType.NwkSEnc), NwkSEncKey);
        assert.equal(key(octets(v.rootKeys.appKey), KeyType.AppS), AppSKey);
      });
    }
    interface Interop {
      request: { PHYPayload: string; ReceiverID: string; DevEUI: string; SenderID: string };
      appKey: string;
      expectWithFirstJoinNonce1: { NwkSKey: string; AppSKey: string };
    }
    for (const v of vectors<Interop>("interopRequests")) {
      it(v.name, () => {
        const { PHYPayload, ReceiverID, DevEUI, SenderID } = v.request;
        const appKey = octets(v.appKey);
        const devNonce = devNonceOf(octets(PHYPayload));
        const made = subject().joinRequest(airOrder(ReceiverID), airOrder(DevEUI), devNonce, appKey);
        assert.equal(hex(made), PHYPayload.toLowerCase());
        const nonceAndNetId = Uint8Array.of(1, 0, 0, ...airOrder(SenderID));
        const key = (type: number) => hex(subject().sessionKey10(appKey, type, nonceAndNetId, devNonce));
        const { NwkSKey, AppSKey } = v.expectWithFirstJoinNonce1;
        assert.deepEqual([key(KeyType.FNwkSInt), key(KeyType.AppS)], [NwkSKey, AppSKey]);
      });
    }
  });
}
