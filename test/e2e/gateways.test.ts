/** The join over LoRa Basics Station, and over DANE mutual TLS between the gateway and its Network Server. */
import assert from "node:assert/strict";
import { type JoinReport, runJoin } from "../../hil/rig/index.ts";

const BOARD = { board: "pro-mini-rfm95", lorawan: "1.1", region: "EU868", seed: 7 } as const;

describe("a join over Basics Station", () => {
  let report: JoinReport;
  const told: string[] = [];

  before(async () => {
    report = await runJoin({
      ...BOARD,
      gateway: "station",
      onEntry: ({ party, text }) => told.push(`${party}: ${text}`),
    });
  });

  it("passes every check, those of gateway and Network Server on each other too", () => {
    assert.deepEqual(
      report.checks.filter(({ ok }) => !ok),
      [],
    );
    assert.equal(report.reason, null);
    assert.deepEqual(
      report.checks
        .filter(({ name }) => /gateway/.test(name))
        .map(({ name, detail }) => [name.split(":")[0], detail]),
      [
        ["gateway", "TLSA 3 1 1, DNSSEC secure"],
        ["Network Server", "TLSA 3 1 1, DNSSEC secure"],
      ],
    );
  });

  it("brings the uplinks and the downlink, and tells when the gateway sends", () => {
    assert.deepEqual(
      report.uplinks.map(({ fCnt }) => fCnt),
      [0, 1, 2],
    );
    assert.deepEqual(report.downlinks, [{ fCnt: 0, fPort: 10, payload: "0102ff00" }]);
    assert.equal(told.filter((text) => text.startsWith("network-server: downlink sent")).length, 2);
  });

  it("goes the same way as over the Semtech UDP protocol", async () => {
    const other = await runJoin({ ...BOARD, gateway: "udp" });
    const { join, uplinks, downlinks, virtualMs } = other;
    assert.deepEqual(
      { join, uplinks, downlinks, virtualMs },
      {
        join: report.join,
        uplinks: report.uplinks,
        downlinks: report.downlinks,
        virtualMs: report.virtualMs,
      },
    );
  });
});
