/** MaxEIRP of TxParamSetupReq (TS001-1.0.4, 5.9), from which all powers of AS923 and AU915 are counted. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type * as HalModule from "../../../firmware/hal/index.ts";
import type * as ParametersModule from "../../../firmware/lorawan/kept-parameters.ts";
import type * as WipeModule from "../../../firmware/lorawan/wipe-session.ts";
import type * as RegionsModule from "../../../firmware/regions/index.ts";
import { Bench } from "./support/bench.ts";
import { hook } from "./support/hooks.ts";
import { loadFirmware } from "./support/instance.ts";
import { MacSession } from "./support/mac-session.ts";
import { Network } from "./support/network.ts";
import { personalisedBench } from "./support/personalised.ts";

const { common } = JSON.parse(
  readFileSync(new URL("../../../firmware/regions/regions.json", import.meta.url), "utf8"),
) as { readonly common: { readonly tx_param_max_eirp_dbm: readonly number[] } };

/** The most of the radios. */
const MOST_DBM = 22;

const hex = (octets: string) => Buffer.from(octets, "hex");

/** TxParamSetupReq without a limit on time on air. */
const request = (code: number) => `09${code.toString(16).padStart(2, "0")}`;

const powersOf = (it: MacSession): number[] => {
  const { powerDbm } = it.module<typeof RegionsModule>("regions/index.ts");
  return [0, 1, 2, 3].map(powerDbm);
};

describe("firmware: MaxEIRP", () => {
  for (const region of ["AS923-1", "AU915"] as const) {
    it(`is what TXPower is counted from in ${region}, once the network has said it`, () => {
      for (const [code, dbm] of common.tx_param_max_eirp_dbm.entries()) {
        const it = new MacSession("1.0.4", {}, region);
        it.send({ fOpts: request(code) });
        // An antenna of 2.15 dBi: no more may be radiated.
        const conducted = [0, 2, 4, 6].map((step) => Math.min(Math.floor(dbm - 2.15) - step, MOST_DBM));
        assert.deepEqual(powersOf(it), conducted, `code ${code}, ${dbm} dBm`);
        assert.equal(it.answers(), "09");
      }
    });
  }

  it("is that of the plan again after a new join", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false, cfList: false });
    let samples = 0;
    hook(bench, (board) => ({
      sample: () => {
        if (++samples === 3) board.module<typeof WipeModule>("lorawan/wipe-session.ts").wipeSession();
        return 1;
      },
    }));
    network.onData = (uplink) => {
      if (network.received.length !== 1) return;
      bench.send(uplink, 1, network.downlink({ commands: hex(request(3)) }));
    };
    bench.run(200e9, { config: { LORAWAN_1_1: false, PERIOD_S: 30 }, region: "AS923-1" });
    // A join-request and an uplink, one with MaxEIRP of 13 dBm, then again.
    const powers = bench.uplinks.map(({ transmission }) => transmission.powerDbm);
    assert.deepEqual(powers.slice(0, 5), [14, 14, 10, 14, 14]);
  });

  for (const [type, powerDbm] of [
    [0, 14],
    [2, 10],
  ] as const) {
    it(`is ${type === 2 ? "kept" : "that of the plan again"} after a rejoin of type ${type}`, () => {
      const bench = new Bench();
      const network = new Network(bench, { lorawan11: true, cfList: false });
      network.answerRejoin = () => ({});
      const commands = [`0b01${request(3)}`, `0e${type}40000`];
      network.onData = (uplink) => {
        const octets = commands.shift() ?? "0b01";
        bench.send(uplink, 1, network.downlink({ commands: hex(octets) }));
      };
      const config = { LORAWAN_1_1: true, REJOIN: true, PERIOD_S: 60 };
      bench.run(400e9, { config, region: "AS923-1" });
      assert.equal(network.rejoins.length, 1);
      const { endNs } = network.rejoins[0].uplink;
      const [before, after] = [true, false].map((isBefore) =>
        bench.uplinks.filter((uplink) => uplink.endNs < endNs === isBefore && uplink.endNs !== endNs),
      );
      assert.equal(before.at(-1)?.transmission.powerDbm, 10);
      assert.deepEqual([...new Set(after.map(({ transmission }) => transmission.powerDbm))], [powerDbm]);
    });
  }

  it("is kept to on the air by a personalised device of 1.0.4 after a power cut", () => {
    const { bench, network } = personalisedBench(false);
    network.onData = (uplink) => {
      if (network.received.length !== 1) return;
      bench.send(uplink, 1, network.downlink({ commands: hex(request(3)) }));
    };
    for (const durationS of [100, 30]) {
      const config = { ABP: true, LORAWAN_1_1: false, PERIOD_S: 60 };
      bench.run(durationS * 1e9, { config, region: "AS923-1" });
    }
    assert.deepEqual(
      bench.uplinks.map(({ transmission }) => transmission.powerDbm),
      [14, 10, 10],
    );
  });

  it("refuses a TXPower that is below the radio's least by it", () => {
    const it = new MacSession("1.0.4", {}, "AS923-1");
    it.send({ fOpts: request(0) });
    it.answers();
    // PA_BOOST has 2 dBm at least: 5, 3 and no more.
    it.send({ fOpts: "03f1030001" });
    assert.equal(it.answers(), "0307");
    it.send({ fOpts: "03f2030001" });
    assert.equal(it.answers(), "0303");
  });

  it("changes no power of a region that has no TxParamSetupReq", () => {
    const it = new MacSession("1.0.4", {}, "EU868");
    const before = powersOf(it);
    it.send({ fOpts: request(0) });
    assert.deepEqual(powersOf(it), before);
  });

  it("is kept to on the air from the next uplink on", () => {
    const bench = new Bench();
    const network = new Network(bench, { lorawan11: false, cfList: false });
    network.onData = (uplink) => {
      if (network.received.length !== 2) return;
      bench.send(uplink, 1, network.downlink({ commands: hex(request(3)) }));
    };
    bench.run(300e9, { config: { LORAWAN_1_1: false }, region: "AS923-1" });
    const powers = bench.uplinks.map(({ transmission }) => transmission.powerDbm);
    assert.deepEqual(powers.slice(0, 5), [14, 14, 14, 10, 10]);
    assert.deepEqual(bench.findings, []);
  });

  it("is kept in the store of a personalised device of 1.0.4", () => {
    const eeprom = new Uint8Array(1024).fill(0xff);
    const device = () => {
      const firmware = loadFirmware<unknown>({ ABP: true, LORAWAN_1_1: false }, { region: "AS923-1" });
      (firmware("hal/index.ts") as typeof HalModule).bindHal({
        storeRead: (address: number) => eeprom[address],
        storeWrite: (address: number, value: number) => {
          eeprom[address] = value;
        },
      } as unknown as HalModule.Hal);
      const parameters = firmware("lorawan/kept-parameters.ts") as typeof ParametersModule;
      parameters.takeDefaults();
      parameters.openParameters();
      return { ...parameters, ...(firmware("regions/index.ts") as typeof RegionsModule) };
    };
    const first = device();
    assert.equal(first.keepParameters(), true);
    assert.equal(device().powerDbm(0), 14);
    first.setMaxEirp(3);
    assert.equal(first.keepParameters(), true);
    const second = device();
    assert.equal(second.powerDbm(0), 10);
    second.setMaxEirp(second.PLAN_MAX_EIRP);
    assert.equal(second.keepParameters(), true);
    assert.equal(device().powerDbm(0), 14);
  });
});
