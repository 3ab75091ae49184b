import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  FAULT_NAMES,
  type Fault,
  type JoinReport,
  RigError,
  runJoin,
  type TimelineEntry,
} from "../../hil/rig/index.ts";

const BOARD = { board: "pro-mini-rfm95", seed: 7 } as const;

/** A report without what may differ between two runs of one seed. */
function repeatable(report: JoinReport): unknown {
  const { wallMs, ...rest } = report;
  assert.ok(wallMs > 0);
  return rest;
}

describe("the join of an emulated board over DANE mutual TLS", () => {
  for (const lorawan of ["1.0.4", "1.1"] as const) {
    describe(`LoRaWAN ${lorawan}`, () => {
      let report: JoinReport;
      before(async () => {
        report = await runJoin({ ...BOARD, lorawan });
      });

      it("passes every check", () => {
        assert.deepEqual(
          report.checks.filter((check) => !check.ok),
          [],
        );
        assert.equal(report.reason, null);
        assert.equal(report.verdict, "passed");
      });

      it("brings three uplinks of four octets and a downlink", () => {
        assert.ok(report.uplinks.length >= 3);
        for (const [sample, uplink] of report.uplinks.entries()) {
          assert.deepEqual(uplink, { fCnt: sample, fPort: 2, payload: `000${sample}ff00` });
        }
        assert.deepEqual(report.downlinks, [{ fCnt: 0, fPort: 10, payload: "0102ff00" }]);
      });

      it("proves both servers by DNSSEC and TLSA", () => {
        assert.deepEqual(report.trust, {
          server: { name: "js.join-b.example", tlsa: "3 1 1", dnssec: "secure" },
          client: { name: "_ns-client.ns.net-a.example", tlsa: "3 1 1", dnssec: "secure" },
        });
      });

      it("opens RX1 no later than nominal and at most 2 ms early", () => {
        const offsetUs = report.join.rx1OffsetUs ?? Number.NaN;
        assert.ok(offsetUs <= 0 && offsetUs >= -2000, `${offsetUs} µs`);
      });

      it("fits the ATmega328P with 300 octets of RAM to spare", () => {
        assert.ok("flashBytes" in report.image);
        const { flashBytes, ramBytes, stackPeakBytes } = report.image;
        assert.ok(flashBytes > 4096 && flashBytes <= 32768, `${flashBytes} B flash`);
        assert.ok(
          stackPeakBytes > 16 && ramBytes + stackPeakBytes <= 2048 - 300,
          `${ramBytes} + ${stackPeakBytes} B RAM`,
        );
      });

      it("gives the same report for the same seed, also to two runs at once", async () => {
        const again = await Promise.all([runJoin({ ...BOARD, lorawan }), runJoin({ ...BOARD, lorawan })]);
        for (const other of again) assert.deepEqual(repeatable(other), repeatable(report));
      });
    });
  }

  it("goes another way with another seed", async () => {
    const [one, two] = [
      await runJoin({ ...BOARD, lorawan: "1.1", seed: 8 }),
      await runJoin({ ...BOARD, lorawan: "1.1", seed: 9 }),
    ];
    assert.notEqual(one.join.devEui, two.join.devEui);
    assert.equal(two.verdict, "passed");
  });
});

describe("a join with a fault", () => {
  const reasons: Readonly<Record<Fault, RegExp>> = {
    "wrong-nwk-key": /^Join Server: join refused: the MIC of the join-request was not made with the NwkKey/,
    "unknown-device": /^Join Server: join refused: DevEUI [0-9A-F]{16} is not registered/,
    "replayed-join": /^Join Server: join refused: .*DevNonce 0/,
    "no-tlsa":
      /^Network Server: refuses TLS server js\.join-b\.example: TLSA of _8003\._tcp\.js\.join-b\.example: .*does not exist/,
    "swapped-server-certificate":
      /^Network Server: refuses TLS server js\.join-b\.example: no TLSA record .* matches/,
    "swapped-client-certificate":
      /^Join Server: refuses TLS client _ns-client\.ns\.net-a\.example: no TLSA record .* matches/,
    "no-client-identity": /^Join Server: refuses TLS client .*without a DANE client identity/,
    "bogus-dnssec": /^Network Server: refuses TLS server js\.join-b\.example: TLSA of .* signature/,
    "join-server-down": /^Network Server: join refused: .*ECONNREFUSED/,
  };

  for (const fault of FAULT_NAMES) {
    it(`${fault}: fails with the reason of the side that refused`, async () => {
      const report = await runJoin({ ...BOARD, lorawan: "1.1", fault });
      assert.equal(report.verdict, "failed");
      assert.match(report.reason ?? "", reasons[fault]);
      assert.deepEqual(repeatable(await runJoin({ ...BOARD, lorawan: "1.1", fault })), repeatable(report));
      const nonces = report.join.devNonces;
      assert.equal(new Set(nonces).size, nonces.length, `DevNonces ${nonces}`);
      if (fault === "replayed-join") {
        const unchanged = report.checks.find((check) => check.name.includes("replay changes nothing"));
        assert.ok(unchanged?.ok, unchanged?.detail);
      } else {
        assert.ok(nonces.length >= 3, `the device tried ${nonces.length} times`);
        assert.deepEqual(report.uplinks, []);
      }
    });
  }

  it("refuses a device with a wrong AppKey under LoRaWAN 1.0.4", async () => {
    const report = await runJoin({ ...BOARD, lorawan: "1.0.4", fault: "wrong-nwk-key" });
    assert.match(
      report.reason ?? "",
      /^Join Server: join refused: the MIC of the join-request was not made with the AppKey/,
    );
  });
});

describe("the state between runs", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-e2e-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("lets DevNonce and JoinNonce go on increasing", async () => {
    const first = await runJoin({ ...BOARD, lorawan: "1.1", state: folder });
    const second = await runJoin({ ...BOARD, lorawan: "1.1", state: folder, seed: 70 });
    assert.equal(second.verdict, "passed", second.reason ?? "");
    assert.equal(second.join.devEui, first.join.devEui);
    assert.ok((second.join.devNonce ?? 0) > (first.join.devNonce ?? 0));
    assert.ok((second.join.joinNonce ?? 0) > (first.join.joinNonce ?? 0));
  });

  it("serves again after a run that broke off in the middle", async () => {
    for (const line of ["signed zones", "boot LoRaWAN", "join-request of 23 octets", "joined "]) {
      const onEntry = ({ text }: TimelineEntry) => {
        if (text.includes(line)) throw new Error("broken off");
      };
      await assert.rejects(runJoin({ ...BOARD, lorawan: "1.1", state: folder, onEntry }), /broken off/);
    }
    const report = await runJoin({ ...BOARD, lorawan: "1.1", state: folder });
    assert.equal(report.verdict, "passed", report.reason ?? "");
    assert.equal(report.join.devNonce, 2);
  });

  it("is for one run at a time", async () => {
    const other = runJoin({ ...BOARD, lorawan: "1.1", state: folder });
    await assert.rejects(
      runJoin({ ...BOARD, lorawan: "1.1", state: folder }),
      (error: Error) => error instanceof RigError && error.kind === "usage" && /in use/.test(error.message),
    );
    assert.equal((await other).verdict, "passed");
  });

  it("is refused without the database that knows the device", async () => {
    await runJoin({ ...BOARD, lorawan: "1.1", state: folder });
    for (const lose of [(path: string) => writeFileSync(path, ""), (path: string) => rmSync(path)]) {
      lose(join(folder, "join-server.sqlite"));
      await assert.rejects(runJoin({ ...BOARD, lorawan: "1.1", state: folder }), {
        name: "RigError",
        kind: "usage",
        message: /join-server\.sqlite is missing or empty, but the device .* has joined before/,
      });
    }
  });

  it("is another device's than the stranger's of a fault", async () => {
    const kept = await runJoin({ ...BOARD, lorawan: "1.1", state: folder });
    const stranger = await runJoin({ ...BOARD, lorawan: "1.1", state: folder, fault: "wrong-nwk-key" });
    assert.notEqual(stranger.join.devEui, kept.join.devEui);
  });

  it("is left untouched when it cannot be read", async () => {
    await runJoin({ ...BOARD, lorawan: "1.1", state: folder });
    for (const [file, damage] of [
      ["join-server.sqlite", "no database"],
      ["device.eeprom", "too short"],
      ["state.json", "{"],
      ["join-server.kek", "short"],
    ]) {
      const damaged = `${folder}-${file}`;
      cpSync(folder, damaged, { recursive: true });
      writeFileSync(join(damaged, file), damage);
      await assert.rejects(
        runJoin({ ...BOARD, lorawan: "1.1", state: damaged }),
        (error: Error) => error instanceof RigError && error.kind === "usage" && error.message.includes(file),
      );
      assert.equal(readFileSync(join(damaged, file), "utf8"), damage);
      rmSync(damaged, { recursive: true });
    }
  });
});
