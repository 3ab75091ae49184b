import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  captureOf,
  FAULT_NAMES,
  type Fault,
  type JoinReport,
  type RecordedPacket,
  RigError,
  reportPage,
  runJoin,
  type TimelineEntry,
  VIRTUAL_EPOCH_MS,
} from "../../hil/rig/index.ts";
import { deviceKeys, seededSecrets } from "../../hil/rig/secrets.ts";
import { readIdentity } from "../../toolchain/provisioning/index.ts";
import { dissect, field } from "../support/tshark.ts";
import { repeatable } from "./support/repeatable.ts";

const BOARD = { board: "pro-mini-rfm95", seed: 7 } as const;

describe("the join of an emulated board over DANE mutual TLS", () => {
  let devEuiOf7: string | undefined;

  for (const lorawan of ["1.0.4", "1.1"] as const) {
    describe(`LoRaWAN ${lorawan}`, () => {
      let report: JoinReport;
      let air: readonly RecordedPacket[];
      before(async () => {
        report = await runJoin({
          ...BOARD,
          lorawan,
          onAir: (packets) => {
            air = packets;
          },
        });
        devEuiOf7 = report.join.devEui;
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
        const { server, client } = report.trust;
        const proven = { tlsa: "3 1 1", dnssec: "secure", accepted: true, reason: null };
        assert.deepEqual(
          [server, client].map(({ proof: _, ...verdict }) => verdict),
          [
            { name: "js.join-b.example", ...proven },
            { name: "_ns-client.ns.net-a.example", ...proven },
          ],
        );
        for (const [peer, owner, zone] of [
          [server, "_8003._tcp.js.join-b.example", "join-b.example"],
          [client, "_ns-client.ns.net-a.example", "net-a.example"],
        ] as const) {
          const { certificate, tlsaOwner, tlsaRecords, signatures } = peer.proof!;
          assert.equal(tlsaOwner, owner);
          assert.deepEqual(tlsaRecords, [{ parameters: "3 1 1", data: certificate.publicKeySha256 }]);
          assert.deepEqual(
            signatures.map(({ type, zone }) => `${type} by ${zone}`),
            [
              `TLSA by ${zone}`,
              `DNSKEY by ${zone}`,
              "DS by example",
              "DNSKEY by example",
              "DS by .",
              "DNSKEY by .",
            ],
          );
        }
      });

      it("leaves a capture of the air in which Wireshark finds every frame", () => {
        const frames = dissect(captureOf(air, VIRTUAL_EPOCH_MS, "pcap"));
        const read = (name: string) => frames.map((frame) => field(frame, name));
        assert.deepEqual(read("lorawan.mhdr.mtype"), ["0", "1", "2", "3", "2", "2"]);
        const devAddr = `0x${report.join.devAddr?.toLowerCase()}`;
        assert.deepEqual(read("lorawan.fhdr.devaddr").slice(2), Array(4).fill(devAddr));
        assert.deepEqual(read("lorawan.fhdr.fcnt").slice(2), ["0", "0", "1", "2"]);
        const [joinRequest, , uplink, downlink] = frames;
        const joinField = (name: string) => field(joinRequest, `lorawan.join_request.${name}`);
        assert.equal(joinField("deveui")?.replaceAll(":", "").toUpperCase(), report.join.devEui);
        assert.equal(joinField("appeui")?.replaceAll(":", "").toUpperCase(), report.join.joinEui);
        assert.equal(joinField("devnonce"), "00:00");
        assert.equal(field(uplink, "lorawan.fport"), "0x02");
        assert.equal(field(downlink, "lorawan.fport"), "0x0a");
        // Where the device sends is a whole number of steps of its synthesizer.
        const hz = read("loratap.channel.frequency").map(Number);
        assert.deepEqual(
          hz,
          air.map(({ transmission }) => Math.round(transmission.frequencyHz)),
        );
        assert.ok(
          hz.every((value) => value >= 863_000_000 && value <= 870_000_000),
          hz.join(),
        );
        for (const name of ["channel.bandwidth", "channel.sf", "rssi.packet", "rssi.snr", "syncword"]) {
          const expected = {
            "channel.bandwidth": "1",
            "channel.sf": "7",
            "rssi.packet": "53",
            "rssi.snr": "48",
          };
          const one = expected[name as keyof typeof expected] ?? "0x34";
          assert.deepEqual(read(`loratap.${name}`), Array(frames.length).fill(one), name);
        }
        const beginsNs = read("frame.time_epoch").map((time) => BigInt((time ?? "").replace(".", "")));
        const zeroNs = BigInt(VIRTUAL_EPOCH_MS) * 1_000_000n;
        assert.deepEqual(
          beginsNs.map((ns) => Number(ns - zeroNs)),
          air.map(({ transmission }) => Math.round(transmission.startNs)),
        );
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

  it("goes another way with another seed, but the same over Basics Station as over Semtech UDP", async () => {
    const told: string[] = [];
    const [one, two] = [
      await runJoin({ ...BOARD, lorawan: "1.1", seed: 8, gateway: "udp" }),
      await runJoin({
        ...{ ...BOARD, lorawan: "1.1", seed: 8, gateway: "station" },
        onEntry: ({ party, text }) => told.push(`${party}: ${text}`),
      }),
    ];
    assert.notEqual(one.join.devEui, devEuiOf7);
    assert.equal(two.reason, null);
    const { join, uplinks, downlinks, virtualMs } = two;
    assert.deepEqual(
      { join, uplinks, downlinks, virtualMs },
      { join: one.join, uplinks: one.uplinks, downlinks: one.downlinks, virtualMs: one.virtualMs },
    );
    assert.deepEqual(
      two.checks.filter(({ name }) => /gateway/.test(name)).map(({ ok, detail }) => [ok, detail]),
      [
        [true, "TLSA 3 1 1, DNSSEC secure"],
        [true, "TLSA 3 1 1, DNSSEC secure"],
      ],
    );
    assert.equal(told.filter((text) => text.startsWith("network-server: downlink sent")).length, 2);
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

  it("lets DevNonce and JoinNonce go on increasing, and leaves no root key in a report", async () => {
    const first = await runJoin({ ...BOARD, lorawan: "1.1", state: folder });
    const second = await runJoin({ ...BOARD, lorawan: "1.1", state: folder, seed: 70 });
    const { devEui, nwkKey, appKey } = readIdentity(readFileSync(join(folder, "device.eeprom")));
    assert.equal(devEui, first.join.devEui);
    const seeded = deviceKeys(seededSecrets(BOARD.seed), devEui);
    assert.notDeepEqual(
      nwkKey,
      seeded("nwkKey"),
      "keys of a device that lives on do not follow from the seed",
    );
    const told = `${JSON.stringify(first)}${reportPage(first)}`.replaceAll(/[^0-9a-f]/gi, "").toLowerCase();
    for (const key of [nwkKey, appKey]) assert.ok(!told.includes(Buffer.from(key).toString("hex")));
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
