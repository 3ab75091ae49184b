import assert from "node:assert/strict";
import {
  deriveJoinServerKeys,
  deriveSessionKeys10,
  deriveSessionKeys11,
} from "../../../hil/lorawan/index.ts";
import { deviceVector, hex, octets, vectorGroup } from "./vectors.ts";

const number = (bigEndianHex: string) => Number.parseInt(bigEndianHex, 16);
const reversed = (air: string) => hex(octets(air).reverse());

describe("lorawan key derivation", () => {
  for (const vector of vectorGroup("sessionKeys10"))
    it(`1.0.x: ${vector.name}`, () => {
      const keys = deriveSessionKeys10({
        rootKey: octets(vector.appKey),
        joinNonce: number(vector.joinNonce),
        netId: vector.netId,
        devNonce: number(vector.devNonce),
      });
      assert.equal(hex(keys.fNwkSIntKey), vector.NwkSKey);
      assert.equal(hex(keys.sNwkSIntKey), vector.NwkSKey);
      assert.equal(hex(keys.nwkSEncKey), vector.NwkSKey);
      assert.equal(hex(keys.appSKey), vector.AppSKey);
    });

  for (const vector of vectorGroup("sessionKeys11"))
    it(`1.1 with OptNeg: ${vector.name}`, () => {
      const keys = deriveSessionKeys11({
        nwkKey: octets(vector.nwkKey),
        appKey: octets(vector.appKey),
        joinNonce: number(vector.joinNonce),
        joinEui: vector.joinEui,
        devNonce: number(vector.devNonce),
      });
      assert.equal(hex(keys.fNwkSIntKey), vector.FNwkSIntKey);
      assert.equal(hex(keys.sNwkSIntKey), vector.SNwkSIntKey);
      assert.equal(hex(keys.nwkSEncKey), vector.NwkSEncKey);
      assert.equal(hex(keys.appSKey), vector.AppSKey);
    });

  for (const vector of vectorGroup("sessionKeys11OptNeg0"))
    it(`1.1 without OptNeg: ${vector.name}`, () => {
      const keys = deriveSessionKeys10({
        rootKey: octets(vector.nwkKey),
        joinNonce: number(vector.joinNonce),
        netId: vector.netId,
        devNonce: number(vector.devNonce),
      });
      assert.equal(hex(keys.fNwkSIntKey), vector.FNwkSIntKey);
    });

  for (const vector of vectorGroup("jsKeys11"))
    it(`Join Server keys: ${vector.name}`, () => {
      const keys = deriveJoinServerKeys({ nwkKey: octets(vector.nwkKey), devEui: vector.devEui });
      assert.equal(hex(keys.jsIntKey), vector.JSIntKey);
      assert.equal(hex(keys.jsEncKey), vector.JSEncKey);
    });

  for (const [name, key] of [
    ["AppSKey 1.1", "appSKey"],
    ["SNwkSIntKey 1.1", "sNwkSIntKey"],
    ["NwkSEncKey 1.1", "nwkSEncKey"],
  ] as const)
    it(`device case: ${name}`, () => {
      const { input, expected } = deviceVector(name);
      const rootKey = octets(input.root_key);
      const keys = deriveSessionKeys11({
        nwkKey: rootKey,
        appKey: rootKey,
        joinNonce: number(input.join_nonce),
        joinEui: input.join_eui,
        devNonce: number(input.dev_nonce),
      });
      assert.equal(hex(keys[key]), expected);
    });

  it("device case: JSEncKey", () => {
    const { input, expected } = deviceVector("JSEncKey");
    const keys = deriveJoinServerKeys({ nwkKey: octets(input.root_key), devEui: input.dev_eui });
    assert.equal(hex(keys.jsEncKey), expected);
  });

  for (const [name, key] of [
    ["NwkSKey from that Join-accept", "fNwkSIntKey"],
    ["AppSKey from that Join-accept", "appSKey"],
  ] as const)
    it(`device case: ${name}`, () => {
      const { input, expected } = deviceVector(name);
      const keys = deriveSessionKeys10({
        rootKey: octets(input.app_key),
        joinNonce: number(reversed(input.join_nonce_air)),
        netId: reversed(input.net_id_air),
        devNonce: number(reversed(input.dev_nonce_air)),
      });
      assert.equal(hex(keys[key]), expected);
    });
});
