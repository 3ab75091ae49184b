/**
 * A device of one network is served through the gateway of another. The two Network Servers find each other in DNS and know
 * each other by DANE; they have no certificate authority in common.
 */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

const PAYLOAD = Uint8Array.of(1, 2, 0xff, 0);
const NEAR_DB = 100;
const OUT_OF_REACH_DB = 250;

describe("roaming", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({ roaming: { lifetime: "7 d" } });
    device = await rig.device();
  });
  after(() => rig?.close());

  /** Where the device is: one gateway hears it, and it hears that. */
  const moveTo = (place: "home" | "visited") => {
    for (const [name, { eui }] of [
      ["home", rig.gateway],
      ["visited", rig.visited.gateway],
    ] as const) {
      rig.air.setPathLossDb(device.name, eui, name === place ? NEAR_DB : OUT_OF_REACH_DB);
    }
  };
  /** The gateway that brought the last uplink home, as the home network names it. */
  const broughtBy = () =>
    String(rig.serverEvents.findLast(({ step }) => step === "uplink-deduplicated")?.detail.bestGateway);
  const visitedSteps = () => rig.visited.serverEvents.map(({ step }) => step);
  const exchange = async () => {
    device.send(10, PAYLOAD);
    const { payload } = await device.downlink({ fPort: 10, within: "2 h" });
    assert.deepEqual([...payload], [...PAYLOAD]);
  };

  it("the device joins at home", async () => {
    moveTo("home");
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
    assert.equal(broughtBy(), rig.gateway.eui);
    assert.deepEqual(visitedSteps(), []);
  });

  it("where another network alone hears it, its uplinks come home by way of that", async () => {
    moveTo("visited");
    const { fCnt } = device.uplinks.at(-1)!;
    assert.equal((await device.uplink({ within: "1 h" })).fCnt, fCnt + 1);
    assert.match(broughtBy(), new RegExp(`^[0-9A-F]{6}/${rig.visited.gateway.eui}$`));
    assert.ok(visitedSteps().includes("roaming-started"));
  });

  it("downlinks go back the same way, in its windows", async () => {
    await exchange();
    assert.ok(visitedSteps().includes("partners-downlink-scheduled"));
    assert.equal(rig.transmissions.at(-1)?.from, rig.visited.gateway.eui);
  });

  it("it joins there: the Join Server tells whose it is", async () => {
    device.reset();
    await device.joined({ within: "5 min" });
    const { fCnt } = await device.uplink({ within: "1 h" });
    assert.equal(fCnt, 0);
    assert.ok(visitedSteps().includes("home-network-found"));
    await exchange();
  });

  it("the two Network Servers have proven their names to each other", () => {
    for (const [judge, peer] of [
      ["network-server", "server ns.net-c.example"],
      ["network-server", "client _ns-client.ns.net-c.example"],
      ["visited-network-server", "server ns.net-a.example"],
      ["visited-network-server", "client _ns-client.ns.net-a.example"],
    ]) {
      const told = rig.timeline.find(({ party, text }) => party === judge && text.includes(`TLS ${peer} `));
      assert.match(told?.text ?? "nothing", /^accepts .*TLSA 3 1 1, DNSSEC secure/);
    }
  });

  it("back home it roams no more", async () => {
    moveTo("home");
    await device.uplink({ within: "1 h" });
    assert.equal(broughtBy(), rig.gateway.eui);
    await rig.until("the end of roaming", () => visitedSteps().includes("roaming-ended"), { within: "1 s" });
    await exchange();
    assert.equal(rig.transmissions.at(-1)?.from, rig.gateway.eui);
  });
});
