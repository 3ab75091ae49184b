import assert from "node:assert/strict";
import { type JoinReport, LivePage } from "../../../hil/rig/index.ts";

const PEER = { name: null, tlsa: null, dnssec: null, accepted: null, reason: null, proof: null };

function report(checksHeld: number): JoinReport {
  return {
    ...{ scenario: "join", verdict: "failed", reason: "no end yet", board: "pro-mini-rfm95", lorawan: "1.1" },
    ...{
      region: ["EU868"],
      networkServer: null,
      seed: 1,
      fault: null,
      image: { flashBytes: 1, ramBytes: 1, stackPeakBytes: 1 },
    },
    join: {
      ...{ devEui: "0200000000000001", joinEui: "0200000000000B01", devNonces: [] },
      ...{ devNonce: null, joinNonce: null, devAddr: null, rx1OffsetUs: null },
    },
    trust: { server: PEER, client: PEER },
    ...{ uplinks: [], downlinks: [], findings: [], air: [], receiveWindows: [], events: [], energy: null },
    checks: [1, 2].map((number) => ({ name: `check ${number}`, ok: number <= checksHeld, detail: "" })),
    ...{ virtualMs: 0, wallMs: 0 },
  };
}

describe("the live page", () => {
  let page: LivePage;
  beforeEach(async () => {
    page = await LivePage.open(0);
  });
  afterEach(() => page.close());

  it("sends what there is at once, then each change, then the end", async () => {
    const { body } = await fetch(`${page.url}events`);
    await page.watched();
    const seen: string[] = [];
    const decoder = new TextDecoder();
    let held = 0;
    for await (const chunk of body!) {
      const text = decoder.decode(chunk, { stream: true });
      seen.push(...[...text.matchAll(/<h1>(.*?)<\/h1>|(\d of 2 checks hold so far)/g)].map(([all]) => all));
      if (seen.length === 1) page.follow(() => [report(held)]);
      if (seen.at(-1) === "0 of 2 checks hold so far") held = 1;
      if (seen.at(-1) === "1 of 2 checks hold so far")
        page.show([{ ...report(2), verdict: "passed", reason: null }]);
      if (seen.at(-1)?.endsWith("passed</h1>")) break;
    }
    const running = "<h1>Join of pro-mini-rfm95: running</h1>";
    assert.deepEqual(seen, [
      "<h1>Waiting for the run to begin</h1>",
      ...[running, "0 of 2 checks hold so far", running, "1 of 2 checks hold so far"],
      "<h1>Join of pro-mini-rfm95: passed</h1>",
    ]);
  });

  it("names no check as failed while the run goes on", async () => {
    page.follow(() => [report(1)]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const text = await (await fetch(page.url)).text();
    assert.match(text, /1 check to come/);
    assert.doesNotMatch(text, /check 2/);
  });
});
