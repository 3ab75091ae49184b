/** AES-128, CMAC, and the keys that are made by them. */
import assert from "node:assert/strict";
import { KeyType } from "../../firmware/lorawan/keys.ts";
import type { Subject } from "./subject.ts";
import { airOrder, deviceVector, hex, octets, vectors } from "./vectors.ts";

/** Declares the tests. `subject` is called when they run. */
export function specifyCrypto(subject: () => Subject): void {
  describe("AES-128 and CMAC", () => {
    for (const v of vectors<{ key: string; plaintext: string; ciphertext: string }>("aes128")) {
      it(`AES-128: ${v.name}`, () => {
        assert.equal(hex(subject().encryptBlock(octets(v.key), octets(v.plaintext))), v.ciphertext);
      });
    }
    for (const v of vectors<{ key: string; k1: string; k2: string }>("cmacSubkeys")) {
      it(`CMAC subkeys: ${v.name}`, () => {
        const k1 = subject().doubleBlock(subject().encryptBlock(octets(v.key), new Uint8Array(16)));
        assert.equal(hex(k1), v.k1);
        assert.equal(hex(subject().doubleBlock(k1)), v.k2);
      });
    }
    for (const v of vectors<{ key: string; message: string; mac: string }>("cmac")) {
      it(`CMAC: ${v.name}`, () => {
        assert.equal(hex(subject().cmac(octets(v.key), octets(v.message))), v.mac);
      });
    }
    for (const name of ["AES-CMAC empty", "AES-CMAC 16"]) {
      it(`CMAC: device, ${name}`, () => {
        const { input, expected } = deviceVector<{ key: string; msg: string }>(name);
        assert.equal(hex(subject().cmac(octets(input.key), octets(input.msg))), expected);
      });
    }
  });

  describe("keys", () => {
    interface Joined {
      name: string;
      joinNonce: string;
      netId: string;
      devNonce: string;
    }
    const key10 = (v: Joined, rootKey: string, type: number) =>
      hex(
        subject().sessionKey10(
          octets(rootKey),
          type,
          Uint8Array.from([...airOrder(v.joinNonce), ...airOrder(v.netId)]),
          Number.parseInt(v.devNonce, 16),
        ),
      );
    for (const v of vectors<Joined & { appKey: string; NwkSKey: string; AppSKey: string }>("sessionKeys10")) {
      it(`1.0: ${v.name}`, () => {
        assert.equal(key10(v, v.appKey, KeyType.FNwkSInt), v.NwkSKey);
        assert.equal(key10(v, v.appKey, KeyType.AppS), v.AppSKey);
      });
    }
    for (const v of vectors<Joined & { nwkKey: string; FNwkSIntKey: string }>("sessionKeys11OptNeg0")) {
      it(`1.1 with OptNeg = 0: ${v.name}`, () => {
        assert.equal(key10(v, v.nwkKey, KeyType.FNwkSInt), v.FNwkSIntKey);
      });
    }
    interface Joined11 {
      name: string;
      nwkKey: string;
      appKey: string;
      joinNonce: string;
      joinEui: string;
      devNonce: string;
      [key: string]: string;
    }
    for (const v of vectors<Joined11>("sessionKeys11")) {
      it(`1.1: ${v.name}`, () => {
        const key = (rootKey: string, type: number) =>
          hex(
            subject().sessionKey11(
              octets(rootKey),
              type,
              airOrder(v.joinNonce),
              airOrder(v.joinEui),
              Number.parseInt(v.devNonce, 16),
            ),
          );
        assert.equal(key(v.nwkKey, KeyType.FNwkSInt), v.FNwkSIntKey);
        assert.equal(key(v.nwkKey, KeyType.SNwkSInt), v.SNwkSIntKey);
        assert.equal(key(v.nwkKey, KeyType.NwkSEnc), v.NwkSEncKey);
        assert.equal(key(v.appKey, KeyType.AppS), v.AppSKey);
      });
    }
    for (const v of vectors<{ nwkKey: string; devEui: string; JSIntKey: string; JSEncKey: string }>(
      "jsKeys11",
    )) {
      it(`Join Server keys of 1.1: ${v.name}`, () => {
        const key = (type: number) =>
          hex(subject().joinServerKey(octets(v.nwkKey), type, airOrder(v.devEui)));
        assert.equal(key(KeyType.JSInt), v.JSIntKey);
        assert.equal(key(KeyType.JSEnc), v.JSEncKey);
      });
    }
    for (const [name, type] of [
      ["AppSKey 1.1", KeyType.AppS],
      ["SNwkSIntKey 1.1", KeyType.SNwkSInt],
      ["NwkSEncKey 1.1", KeyType.NwkSEnc],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<Record<string, string>>(name);
        const key = subject().sessionKey11(
          octets(input.root_key),
          type,
          airOrder(input.join_nonce),
          airOrder(input.join_eui),
          Number.parseInt(input.dev_nonce, 16),
        );
        assert.equal(hex(key), expected);
      });
    }
    it("device: JSEncKey", () => {
      const { input, expected } = deviceVector<Record<string, string>>("JSEncKey");
      const key = subject().joinServerKey(octets(input.root_key), KeyType.JSEnc, airOrder(input.dev_eui));
      assert.equal(hex(key), expected);
    });
    for (const [name, type] of [
      ["NwkSKey from that Join-accept", KeyType.FNwkSInt],
      ["AppSKey from that Join-accept", KeyType.AppS],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<Record<string, string>>(name);
        const devNonce = octets(input.dev_nonce_air);
        const key = subject().sessionKey10(
          octets(input.app_key),
          type,
          octets(input.join_nonce_air + input.net_id_air),
          devNonce[0] | (devNonce[1] << 8),
        );
        assert.equal(hex(key), expected);
      });
    }
  });
}
