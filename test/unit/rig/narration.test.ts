import assert from "node:assert/strict";
import type { LoraTransmission } from "../../../hil/air/index.ts";
import type { RadioEvent } from "../../../hil/emulator/chips/index.ts";
import {
  describeRadioEvent,
  describeServerEvent,
  describeTransmission,
  describeVerdict,
} from "../../../hil/rig/narration.ts";

describe("the narration of a run", () => {
  const steps: readonly [string, string][] = [
    ["join-request-received", "join-request received"],
    ["join-accept-scheduled", "join-accept scheduled"],
    ["dev-nonce-accepted", "DevNonce accepted"],
    ["app-s-key-received", "AppSKey received"],
    ["mic-checked", "MIC checked"],
    ["mac-command-received", "MAC command received"],
    ["uplink-decrypted", "uplink decrypted"],
  ];
  for (const [step, words] of steps) {
    it(`tells the step ${step} in the documents' words`, () => {
      assert.equal(describeServerEvent({ server: "join-server", step, ok: true, detail: {} }), words);
    });
  }

  it("gives what a step tells, and the reason alone where it went wrong", () => {
    const event = {
      server: "join-server",
      step: "join-refused",
      detail: { devNonce: 4, rule: "counter" },
    } as const;
    assert.equal(describeServerEvent({ ...event, ok: true }), "join refused (devNonce 4, rule counter)");
    assert.equal(describeServerEvent({ ...event, ok: false, reason: "too old" }), "join refused: too old");
  });

  it("tells how a peer was judged, with a name or without", () => {
    assert.equal(
      describeVerdict({
        role: "server",
        name: "js.example",
        accepted: true,
        tlsa: "3 1 1",
        dnssec: "secure",
      }),
      "accepts TLS server js.example (TLSA 3 1 1, DNSSEC secure)",
    );
    assert.equal(
      describeVerdict({
        role: "client",
        name: undefined,
        accepted: false,
        dnssec: "unchecked",
        reason: "no name",
      }),
      "refuses TLS client without a name: no name",
    );
  });

  const transmission: LoraTransmission = {
    modulation: "lora",
    from: "device",
    frequencyHz: 868_300_000,
    bandwidthHz: 125_000,
    spreadingFactor: 7,
    codingRate: 1,
    preambleSymbols: 8,
    implicitHeader: false,
    crc: true,
    iqInverted: false,
    syncWord: 0x34,
    lowDataRateOptimize: false,
    powerDbm: 14,
    payload: Buffer.from("40abcdef0280000002aabbccdd", "hex"),
    startNs: 1e9,
    endNs: 1.0465e9,
  };

  it("tells what is on the air, whose, where and how long", () => {
    assert.equal(
      describeTransmission(transmission),
      "unconfirmed uplink of 13 octets from device on 868.3 MHz SF7, 46.5 ms",
    );
  });

  it("tells the DevNonce of a join-request", () => {
    const payload = Buffer.from(`00${"01".repeat(8)}${"02".repeat(8)}3412aabbccdd`, "hex");
    assert.match(
      describeTransmission({ ...transmission, payload }),
      /^join-request of 23 octets .*, DevNonce 4660$/,
    );
  });

  it("tells what the radio hears, and leaves transmissions to the air", () => {
    const place = { atNs: 0, frequencyHz: 869_525_000, bandwidthHz: 125_000, spreadingFactor: 12 };
    const text = (event: object) => describeRadioEvent({ ...place, ...event } as RadioEvent);
    assert.equal(text({ type: "rx-open" }), "receiver on at 869.525 MHz SF12");
    assert.equal(
      text({ type: "rx-done", payload: new Uint8Array(9), rssiDbm: -86.4, snrDb: 12 }),
      "receives 9 octets, -86 dBm, 12.0 dB SNR",
    );
    assert.equal(text({ type: "rx-timeout" }), "hears nothing in the window");
    assert.equal(text({ type: "tx-start" }), undefined);
    assert.equal(text({ type: "carrier-start", powerDbm: 14 }), "continuous wave at 869.525 MHz, 14 dBm");
    assert.equal(text({ type: "carrier-end", powerDbm: 14 }), "end of the continuous wave at 869.525 MHz");
  });
});
