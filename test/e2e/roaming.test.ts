/** A rig of two networks; the scenario `roaming` has the whole way, statefully and with Semtech UDP gateways. */
import assert from "node:assert/strict";
import { openRig, type Rig } from "../../hil/rig/index.ts";

describe("a rig with a network to roam in", () => {
  let rig: Rig;
  afterEach(() => rig?.close());

  it("joins a device there through stations, and serves it with nothing kept of it", async () => {
    rig = await openRig({
      ...{ board: "pro-mini-rfm95", lorawan: "1.0.4", gateway: "station" },
      roaming: { lifetime: "0 s" },
    });
    await rig.gateway.stop();
    const device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
    device.send(10, Uint8Array.of(7));
    assert.deepEqual([...(await device.downlink({ fPort: 10, within: "2 h" })).payload], [7]);
    const steps = rig.visited.serverEvents.map(({ step }) => step);
    assert.ok(steps.includes("uplink-handed-on"));
    assert.ok(!steps.includes("roaming-started"));
  });

  it("has one network where none is asked for", async () => {
    rig = await openRig({ board: "pro-mini-rfm95", lorawan: "1.1" });
    assert.throws(() => rig.visited, /there is one network only: openRig/);
  });

  it("has gateways of its own", async () => {
    const listen = { listen: "udp://127.0.0.1:1700", time: "real" } as const;
    const choice = { board: "pro-mini-rfm95", lorawan: "1.1", roaming: { lifetime: "0 s" } } as const;
    await assert.rejects(openRig({ ...choice, ...listen }), /roaming needs gateways of the rig's own/);
  });
});
