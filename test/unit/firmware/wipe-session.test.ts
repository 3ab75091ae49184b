/** The end of a session by the application's will; that of a personalised device is in abp.test.ts. */
import assert from "node:assert/strict";
import type * as FrameModule from "../../../firmware/lorawan/frame.ts";
import type * as MacModule from "../../../firmware/lorawan/mac.ts";
import type * as MulticastModule from "../../../firmware/lorawan/multicast.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import type * as UplinkModule from "../../../firmware/lorawan/uplink.ts";
import type * as WipeModule from "../../../firmware/lorawan/wipe-session.ts";
import { Bench } from "./support/bench.ts";
import { Network } from "./support/network.ts";

for (const lorawan11 of [false, true]) {
  describe(`firmware: a session that is wiped, LoRaWAN ${lorawan11 ? "1.1" : "1.0.4"}`, () => {
    it("leaves no key, no payload and nothing that the network has set, and the device is to join", () => {
      const bench = new Bench();
      const network = new Network(bench, { lorawan11, rx1DrOffset: 2 });
      const config = { LORAWAN_1_1: lorawan11, MULTICAST_SETUP: true };
      const board = bench.run(30e9, { config });
      assert.ok(network.received.length > 0, "the device has joined");
      const { session, devAddr, fNwkSIntKey, sNwkSIntKey, nwkSEncKey, appSKey } =
        board.module<typeof SessionModule>("lorawan/session.ts");
      const [group] = board.module<typeof MulticastModule>("lorawan/multicast.ts").multicastGroups;
      const { uplinkPayload } = board.module<typeof UplinkModule>("lorawan/uplink.ts");
      const { frame } = board.module<typeof FrameModule>("lorawan/frame.ts");
      group.mcNwkSKey.fill(1);
      group.mcAppSKey.fill(2);
      group.isDefined = true;
      const secrets = [devAddr, fNwkSIntKey, appSKey, group.mcNwkSKey, group.mcAppSKey, uplinkPayload, frame];
      if (lorawan11) secrets.push(sNwkSIntKey, nwkSEncKey);
      assert.ok(session.joined && session.rx1DrOffset === 2);
      for (const secret of secrets) assert.ok(secret.some((octet) => octet !== 0));
      assert.equal(board.module<typeof WipeModule>("lorawan/wipe-session.ts").wipeSession(), true);
      for (const secret of secrets) assert.ok(secret.every((octet) => octet === 0));
      assert.equal(group.isDefined, false);
      assert.equal(session.joined, false);
      assert.equal(session.rx1DrOffset, 0);
      const { mac } = board.module<typeof MacModule>("lorawan/mac.ts");
      assert.deepEqual([mac.isStopped, mac.transmissionsLeft], [false, 0]);
    });
  });
}
