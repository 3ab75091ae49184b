/** What a site is opened with. */
import assert from "node:assert/strict";
import { seededRandom } from "../../../hil/rig/random.ts";
import { Site, type SiteOptions } from "../../../hil/rig/site.ts";
import { Timeline } from "../../../hil/rig/timeline.ts";

describe("a site does not take keys from its seed", () => {
  const options = {
    networkRegion: "EU868",
    seed: 1,
    random: seededRandom(1),
    timeline: new Timeline(),
  } as const;
  const reachable: Record<string, Partial<SiteOptions>> = {
    "with a database that lives on": { database: { path: "/nonexistent/db", kek: new Uint8Array(16) } },
    "with gateways from outside": { time: "real", listen: { protocol: "udp", host: "127.0.0.1", port: 0 } },
  };
  for (const [where, more] of Object.entries(reachable)) {
    it(where, async () => {
      await assert.rejects(Site.open({ ...options, ...more }), /needs secrets of its own/);
    });
  }
});
