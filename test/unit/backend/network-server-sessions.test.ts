import assert from "node:assert/strict";
import { NetworkSession } from "../../../hil/backend/network-server/session.ts";
import { SessionStore } from "../../../hil/backend/network-server/session-store.ts";
import { isDevAddrOf, NetworkPlan } from "../../../hil/lorawan/index.ts";

const NET_ID = "E00001";
const ADDRESSES = 128;

function session(devEui: string, devAddr: string): NetworkSession {
  const key = Buffer.alloc(16, 1);
  return new NetworkSession({
    devEui,
    devAddr,
    joinEui: "00005E100000002F",
    optNeg: false,
    keys: { fNwkSIntKey: key, sNwkSIntKey: key, nwkSEncKey: key },
    plan: new NetworkPlan("EU868"),
    windows: {
      delay1Us: 1_000_000,
      rx1DrOffset: 0,
      rx2DataRate: 0,
      rx2FrequencyHz: 869_525_000,
      isDownlinkLimited: false,
    },
    appSKey: {},
  });
}

describe("Network Server: sessions", () => {
  it("gives every DevAddr of the network once, and none when all are taken", () => {
    const store = new SessionStore();
    const given = new Set<string>();
    for (let i = 0; i < ADDRESSES; i++) {
      const devAddr = store.freeDevAddr(NET_ID, () => 0.99) ?? assert.fail(`none left after ${i}`);
      assert.equal(isDevAddrOf(devAddr, NET_ID), true);
      given.add(devAddr);
      store.add(session(`device ${i}`, devAddr));
    }
    assert.equal(given.size, ADDRESSES);
    assert.equal(
      store.freeDevAddr(NET_ID, () => 0.99),
      undefined,
    );
  });

  it("frees the DevAddr of a session that ends or that was never used", () => {
    const store = new SessionStore();
    const [first, unused, second] = ["FE000080", "FE000081", "FE000082"].map((a) => session("device", a));
    store.add(first);
    assert.equal(store.activate(first), undefined);
    store.add(unused);
    store.add(second);
    assert.deepEqual(store.byDevAddr(unused.devAddr), []);
    assert.deepEqual([store.current("device"), store.next("device")], [first, second]);
    assert.equal(store.activate(second), first);
    assert.deepEqual(store.byDevAddr(first.devAddr), []);
    assert.deepEqual([store.current("device"), store.next("device")], [second, undefined]);
  });

  it("keeps sessions of several devices under one DevAddr", () => {
    const store = new SessionStore();
    const sessions = ["one", "two"].map((devEui) => session(devEui, "FE000080"));
    for (const added of sessions) store.add(added);
    assert.deepEqual(store.byDevAddr("FE000080"), sessions);
    store.activate(sessions[0]);
    store.add(session("one", "FE000090"));
    store.activate(store.next("one") as NetworkSession);
    assert.deepEqual(store.byDevAddr("FE000080"), [sessions[1]]);
  });
});
