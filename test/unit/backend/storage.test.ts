import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import SqliteDatabase from "better-sqlite3";
import type { Migration } from "kysely";
import type { MacVersion } from "../../../hil/backend/interfaces/index.ts";
import { AtRest } from "../../../hil/backend/storage/at-rest.ts";
import {
  DeviceConflictError,
  type JoinOutcome,
  JoinStorage,
  type KeyedDevice,
  REMEMBERED_DEV_NONCES,
  StorageError,
} from "../../../hil/backend/storage/index.ts";
import { migrations } from "../../../hil/backend/storage/migrations.ts";
import { openDatabase } from "../../../hil/backend/storage/sqlite-file.ts";

const KEK = Buffer.alloc(16, 1);
const NWK_KEY = Buffer.from("4E574B4B45594E574B4B45594E574B4B", "hex");
const APP_KEY = Buffer.from("4150504B45594150504B45594150504B", "hex");
const APP_S_KEY = Buffer.from("4150505F535F4B45594150505F535F4B", "hex");

const device: KeyedDevice = {
  devEui: "0011223344556677",
  joinEui: "00005E100000002F",
  macVersion: "1.1",
  nwkKey: NWK_KEY,
  appKey: APP_KEY,
  homeNetId: "000013",
  asId: "as.net-a.example",
  lastJoinNonce: 0,
};
const device10 = { ...device, macVersion: "1.0.4", nwkKey: undefined } as const;

interface Attempt {
  devNonce: number;
  digest?: string;
  nowMs?: number;
  makeSession?: () => never;
}

/** A join of the stored device; the answer tells the JoinNonce. */
function attempt(storage: JoinStorage, { devNonce, digest, nowMs = 0, makeSession }: Attempt, of = device) {
  return storage.acceptJoin({
    device: of,
    counter: "DevNonce",
    count: devNonce,
    requestDigest: Buffer.from(digest ?? `request ${devNonce}`),
    nowMs,
    repeatWindowMs: 10_000,
    makeSession:
      makeSession ??
      ((joinNonce) => ({ sessionKeyId: `ID${joinNonce}`, appSKey: APP_S_KEY, answer: { joinNonce } })),
  });
}

describe("backend storage", () => {
  let dir: string;
  let path: string;
  const open: JoinStorage[] = [];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "joinery-storage-"));
    path = join(dir, "join.sqlite");
  });

  afterEach(async () => {
    for (const storage of open.splice(0)) await storage.close();
    rmSync(dir, { recursive: true });
  });

  async function opened(at = path, kek: Uint8Array = KEK): Promise<JoinStorage> {
    const storage = await JoinStorage.open({ path: at, kek });
    open.push(storage);
    return storage;
  }

  async function closed(): Promise<void> {
    for (const storage of open.splice(0)) await storage.close();
  }

  const accepted = (joinNonce: number): JoinOutcome => ({
    outcome: "accepted",
    joinNonce,
    answer: { joinNonce },
  });

  describe("devices", () => {
    it("come back with their keys after a restart", async () => {
      await (await opened()).addDevice(device);
      await closed();
      const found = await (await opened()).findDevice(device);
      assert.deepEqual(found, { ...device, lastDevNonce: undefined });
    });

    it("are found by DevEUI and JoinEUI together", async () => {
      const storage = await opened(":memory:");
      await storage.addDevice(device);
      const other = { ...device, joinEui: "00005E1000000030" };
      assert.equal(await storage.findDevice(other), undefined);
      assert.equal(await storage.addDevice({ ...other, appKey: NWK_KEY }), "added");
      assert.deepEqual((await storage.findDevice(device))?.appKey, APP_KEY);
    });

    it("keep their nonces when they are added once more", async () => {
      const storage = await opened(":memory:");
      assert.equal(await storage.addDevice(device), "added");
      await attempt(storage, { devNonce: 5 });
      assert.equal(await storage.addDevice(device), "unchanged");
      const { lastDevNonce, lastJoinNonce } = (await storage.readDevice(device)) ?? {};
      assert.deepEqual({ lastDevNonce, lastJoinNonce }, { lastDevNonce: 5, lastJoinNonce: 1 });
    });

    for (const [column, change] of [
      ["app_key", { appKey: NWK_KEY }],
      ["nwk_key", { nwkKey: APP_KEY }],
      ["nwk_key", { nwkKey: undefined }],
      ["mac_version", { macVersion: "1.0.4" as MacVersion }],
      ["home_net_id", { homeNetId: "000014" }],
      ["as_id", { asId: undefined }],
    ] as const)
      it(`are not overwritten by one with another ${column}`, async () => {
        const storage = await opened(":memory:");
        await storage.addDevice(device);
        await assert.rejects(storage.addDevice({ ...device, ...change }), (error: Error) => {
          assert.ok(error instanceof DeviceConflictError);
          return error.message.includes(`another ${column}`);
        });
        assert.deepEqual(await storage.findDevice(device), { ...device, lastDevNonce: undefined });
      });

    it("are read without their keys", async () => {
      const storage = await opened(":memory:");
      await storage.addDevice(device);
      const text = JSON.stringify(await storage.readDevice(device));
      assert.doesNotMatch(text, /key"|nwkKey|appKey/i);
    });
  });

  describe("file", () => {
    it("holds no key in clear, session keys and answers included", async () => {
      const storage = await opened();
      await storage.addDevice(device);
      await storage.acceptJoin({
        device,
        counter: "DevNonce",
        count: 0,
        requestDigest: Buffer.from("request"),
        nowMs: 0,
        repeatWindowMs: 10_000,
        makeSession: () => ({
          sessionKeyId: "ID",
          appSKey: APP_S_KEY,
          answer: { AppSKey: { AESKey: "CLEARSESSIONKEY" } },
        }),
      });
      assert.deepEqual(await storage.findAppSKey(device, "ID"), APP_S_KEY);
      const octets = Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]);
      assert.ok(octets.includes(device.devEui), "the device is in the file");
      for (const secret of [NWK_KEY, APP_KEY, APP_S_KEY, Buffer.from("CLEARSESSIONKEY")])
        assert.equal(octets.includes(secret), false);
    });

    it("is readable for its owner only", async () => {
      await opened();
      assert.equal(statSync(path).mode & 0o077, 0);
    });
  });

  /** Sequences of DevNonces of one device: which are accepted. */
  describe("DevNonce rule", () => {
    const all = (macVersion: MacVersion): KeyedDevice =>
      macVersion === "1.1" ? device : { ...device, macVersion, nwkKey: undefined };
    const cases: [versions: MacVersion[], what: string, devNonces: number[], accepted: boolean[]][] = [
      [
        ["1.0.4", "1.1"],
        "takes 0 first, then whatever is greater",
        [0, 1, 7, 65535],
        [true, true, true, true],
      ],
      [["1.0.4", "1.1"], "takes any value first", [40000, 40001], [true, true]],
      [["1.0.4", "1.1"], "refuses the same value", [0, 0, 3, 3], [true, false, true, false]],
      [["1.0.4", "1.1"], "refuses a smaller value, used or not", [5, 4, 0, 6], [true, false, false, true]],
      [["1.0.4", "1.1"], "refuses all after the last", [65535, 0, 65535], [true, false, false]],
      [
        ["1.0", "1.0.1", "1.0.2", "1.0.3"],
        "takes values in any order",
        [500, 3, 65535, 0],
        [true, true, true, true],
      ],
      [
        ["1.0", "1.0.1", "1.0.2", "1.0.3"],
        "refuses a value used before",
        [500, 3, 500, 3],
        [true, true, false, false],
      ],
    ];
    for (const [versions, what, devNonces, expected] of cases)
      for (const macVersion of versions)
        it(`of ${macVersion} ${what}: ${devNonces}`, async () => {
          const storage = await opened(":memory:");
          await storage.addDevice(all(macVersion));
          const outcomes: boolean[] = [];
          for (const [i, devNonce] of devNonces.entries()) {
            const { outcome } = await attempt(storage, { devNonce, digest: `${i}` }, all(macVersion));
            outcomes.push(outcome === "accepted");
          }
          assert.deepEqual(outcomes, expected);
        });

    it(`of 1.0.3 forgets a value after ${REMEMBERED_DEV_NONCES} others`, async () => {
      const storage = await opened(":memory:");
      const old = all("1.0.3");
      await storage.addDevice(old);
      for (let devNonce = 0; devNonce < REMEMBERED_DEV_NONCES; devNonce++)
        await attempt(storage, { devNonce }, old);
      assert.equal((await attempt(storage, { devNonce: 0, digest: "again" }, old)).outcome, "replayed");
      await attempt(storage, { devNonce: 1000 }, old);
      assert.equal((await attempt(storage, { devNonce: 0, digest: "again" }, old)).outcome, "accepted");
    });

    it("goes on where an imported device was", async () => {
      const storage = await opened(":memory:");
      await storage.addDevice({ ...device, lastDevNonce: 9, lastJoinNonce: 40 });
      assert.deepEqual(await attempt(storage, { devNonce: 9 }), { outcome: "replayed", last: 9 });
      assert.deepEqual(await attempt(storage, { devNonce: 10 }), accepted(41));
    });
  });

  describe("join", () => {
    it("counts JoinNonce up from 1 and keeps counting after a restart", async () => {
      let storage = await opened();
      await storage.addDevice(device);
      assert.deepEqual(await attempt(storage, { devNonce: 0 }), accepted(1));
      assert.deepEqual(await attempt(storage, { devNonce: 1 }), accepted(2));
      await closed();
      storage = await opened();
      assert.deepEqual(await attempt(storage, { devNonce: 2 }), accepted(3));
    });

    it("gives out JoinNonce FFFFFF last", async () => {
      const storage = await opened(":memory:");
      await storage.addDevice({ ...device, lastJoinNonce: 0xfffffe });
      assert.deepEqual(await attempt(storage, { devNonce: 0 }), accepted(0xffffff));
      assert.deepEqual(await attempt(storage, { devNonce: 1 }), { outcome: "join-nonces-exhausted" });
      assert.equal((await storage.readDevice(device))?.lastDevNonce, 0);
    });

    for (const [what, repeat, outcome] of [
      ["gets the same answer at once", { devNonce: 3, nowMs: 1000 }, "repeated"],
      ["gets the same answer just within 10 s", { devNonce: 3, nowMs: 10_999 }, "repeated"],
      ["is a replay after 10 s", { devNonce: 3, nowMs: 11_000 }, "replayed"],
      ["is a replay if the clock went back", { devNonce: 3, nowMs: 999 }, "replayed"],
      ["is a replay if anything in it differs", { devNonce: 3, nowMs: 1000, digest: "changed" }, "replayed"],
    ] as const)
      it(`that is repeated ${what}, and changes nothing`, async () => {
        const storage = await opened(":memory:");
        await storage.addDevice(device);
        const first = await attempt(storage, { devNonce: 3, nowMs: 1000 });
        const before = await storage.readDevice(device);
        const second = await attempt(storage, {
          ...repeat,
          makeSession: () => assert.fail("a second session"),
        });
        assert.equal(second.outcome, outcome);
        if (second.outcome === "repeated")
          assert.equal(JSON.stringify(second.answer), JSON.stringify("answer" in first && first.answer));
        assert.deepEqual(await storage.readDevice(device), before);
      });

    it("that is repeated after a newer one is a replay", async () => {
      const storage = await opened(":memory:");
      await storage.addDevice(device);
      await attempt(storage, { devNonce: 3 });
      await attempt(storage, { devNonce: 4 });
      assert.equal((await attempt(storage, { devNonce: 3 })).outcome, "replayed");
    });

    it("that is repeated after a restart gets the same answer", async () => {
      const storage = await opened();
      await storage.addDevice(device);
      await attempt(storage, { devNonce: 3 });
      await closed();
      assert.deepEqual(await attempt(await opened(), { devNonce: 3 }), {
        outcome: "repeated",
        answer: { joinNonce: 1 },
      });
    });

    it("that fails while its session is made has not happened", async () => {
      const storage = await opened(":memory:");
      await storage.addDevice(device);
      await attempt(storage, { devNonce: 0 });
      const before = await storage.readDevice(device);
      const failing = () => {
        throw new Error("key module away");
      };
      await assert.rejects(attempt(storage, { devNonce: 1, makeSession: failing }), /key module away/);
      assert.deepEqual(await storage.readDevice(device), before);
      assert.deepEqual(await attempt(storage, { devNonce: 1 }), accepted(2));
    });

    it("that is killed in the middle has not happened", async () => {
      const storage = await opened();
      await storage.addDevice(device);
      await attempt(storage, { devNonce: 0 });
      const before = await storage.readDevice(device);
      await closed();
      const program = fileURLToPath(new URL("./killed-join.ts", import.meta.url));
      const arguments_ = ["--import", "tsx", program, path, device.devEui, device.joinEui];
      const child = spawnSync(process.execPath, arguments_, { encoding: "utf8" });
      assert.equal(child.signal, "SIGKILL", child.stderr);
      const again = await opened();
      assert.deepEqual(await again.readDevice(device), before);
      assert.deepEqual(await attempt(again, { devNonce: 1 }), accepted(2));
    });

    it("that comes many times at once happens once", async () => {
      const storage = await opened();
      await storage.addDevice(device);
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => attempt(storage, { devNonce: 0 })));
      assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), [
        "accepted",
        ...Array(7).fill("repeated"),
      ]);
      assert.equal(new Set(outcomes.map((o) => "answer" in o && JSON.stringify(o.answer))).size, 1);
      assert.deepEqual((await storage.readDevice(device))?.sessionKeyIds, ["ID1"]);
    });

    it("with other DevNonces at the same time gets a JoinNonce of its own", async () => {
      const storage = await opened();
      await storage.addDevice(device10);
      const devNonces = [4, 0, 9, 2, 7];
      const outcomes = await Promise.all(
        devNonces.map((devNonce) => attempt(storage, { devNonce }, device10)),
      );
      const joinNonces = outcomes.flatMap((o) => (o.outcome === "accepted" ? [o.joinNonce] : []));
      assert.deepEqual(joinNonces, [1, 2], "4 and 9 are above all before them");
      const state = await storage.readDevice(device10);
      assert.deepEqual([state?.lastDevNonce, state?.lastJoinNonce], [9, 2]);
    });

    it("keeps the AppSKeys of the last ten sessions", async () => {
      const storage = await opened(":memory:");
      await storage.addDevice(device);
      for (let devNonce = 0; devNonce < 12; devNonce++) await attempt(storage, { devNonce });
      const kept = Array.from({ length: 10 }, (_, i) => `ID${i + 3}`);
      assert.deepEqual((await storage.readDevice(device))?.sessionKeyIds, kept);
      assert.deepEqual(await storage.findAppSKey(device, "ID3"), APP_S_KEY);
      assert.equal(await storage.findAppSKey(device, "ID2"), undefined);
      assert.equal(await storage.findAppSKey({ ...device, devEui: "0".repeat(16) }, "ID3"), undefined);
    });
  });

  describe("refuses and leaves alone", () => {
    const digest = (): string => createHash("sha256").update(readFileSync(path)).digest("hex");

    async function refused(reason: RegExp, kek = KEK): Promise<void> {
      const before = digest();
      await assert.rejects(JoinStorage.open({ path, kek }), (error: Error) => {
        assert.ok(error instanceof StorageError, String(error));
        assert.ok(error.message.includes(path));
        assert.match(error.message, reason);
        return true;
      });
      assert.equal(digest(), before);
    }

    /** A database with a device and a session, changed by hand. */
    async function database(change: (sqlite: SqliteDatabase.Database) => void = () => {}): Promise<void> {
      const storage = await opened();
      await storage.addDevice(device);
      for (let devNonce = 0; devNonce < 3; devNonce++) await attempt(storage, { devNonce });
      await closed();
      const sqlite = new SqliteDatabase(path);
      change(sqlite);
      sqlite.close();
    }

    it("a file that is no database", async () => {
      writeFileSync(path, "DevEUI;AppKey\n");
      await refused(/is not a SQLite database/);
    });

    it("another program's database", async () => {
      const sqlite = new SqliteDatabase(path);
      sqlite.exec("create table recipes (name text)");
      sqlite.close();
      await refused(/belongs to another program/);
    });

    it("a database of a newer version", async () => {
      await database((sqlite) =>
        sqlite.exec("insert into kysely_migration values ('0099-tomorrow', '2099-01-01T00:00:00Z')"),
      );
      await refused(/newer version of Joinery \(0099-tomorrow\)/);
    });

    it("another key-encryption key", async () => {
      await database();
      await refused(/another key-encryption key/, Buffer.alloc(16, 2));
    });

    it("a database that was cut short", async () => {
      await database();
      truncateSync(path, statSync(path).size - 6000);
      await refused(/damaged|cannot be read/);
    });

    for (const table of ["sqlite_master", "devices", "session_keys"])
      it(`a database with a damaged page of ${table}`, async () => {
        let page = 1;
        await database((sqlite) => {
          if (table === "sqlite_master") return;
          page = sqlite
            .prepare("select rootpage from sqlite_master where name = ?")
            .pluck()
            .get(table) as number;
        });
        const octets = readFileSync(path);
        const pageOctets = octets.readUInt16BE(16);
        const header = page === 1 ? 100 : (page - 1) * pageOctets;
        octets.fill(0xff, header, header + 16);
        writeFileSync(path, octets);
        await refused(/damaged|cannot be read/);
      });

    it("a directory", async () => {
      path = dir;
      await assert.rejects(JoinStorage.open({ path, kek: KEK }), /is not a file/);
    });

    it("a path in a directory that does not exist", async () => {
      path = join(dir, "absent", "join.sqlite");
      await assert.rejects(JoinStorage.open({ path, kek: KEK }), StorageError);
      assert.equal(existsSync(path), false);
    });

    it("a key-encryption key of a wrong length, before it makes a file", async () => {
      await assert.rejects(JoinStorage.open({ path, kek: Buffer.alloc(15) }), /16, 24 or 32 octets/);
      assert.equal(existsSync(path), false);
    });
  });

  it("that cannot be brought up to date stays what it was, and opens again later", async () => {
    const broken: Migration = {
      async up(db) {
        await db.schema.createTable("half").addColumn("id", "integer").execute();
        throw new Error("power cut");
      },
    };
    const atRest = new AtRest(KEK);
    const newer = { ...migrations, "0099-broken": broken };
    await assert.rejects(openDatabase(path, atRest, newer), /cannot be brought up to date: power cut/);
    await (await opened()).addDevice(device);
    await closed();
    await assert.rejects(openDatabase(path, atRest, newer), /power cut/);
    assert.equal((await (await opened()).readDevice(device))?.devEui, device.devEui);
    const sqlite = new SqliteDatabase(path, { readonly: true });
    const half = sqlite.prepare("select name from sqlite_master where name = 'half'").get();
    sqlite.close();
    assert.equal(half, undefined);
  });

  it("goes on with a file that was created but never written", async () => {
    writeFileSync(path, "");
    await (await opened()).addDevice(device);
    assert.equal((await open[0].readDevice(device))?.devEui, device.devEui);
  });
});
