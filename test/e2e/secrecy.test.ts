/**
 * Whatever a run tells holds none of its keys: root keys, session keys and KEKs, private keys of servers and zones, the
 * gateway's token. Since all follow from the seed, the test knows them.
 */
import assert from "node:assert/strict";
import { createCipheriv, createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JoinReport, openRig } from "../../hil/rig/index.ts";
import { seededRandom } from "../../hil/rig/random.ts";
import { deviceKeys, seededSecrets } from "../../hil/rig/secrets.ts";
import { Site } from "../../hil/rig/site.ts";
import { Timeline } from "../../hil/rig/timeline.ts";
import type { SecretSource } from "../../hil/trust/index.ts";
import { createKeyPair } from "../../hil/trust/keys/index.ts";
import { readIdentity } from "../../toolchain/provisioning/index.ts";
import { leaksIn } from "../support/leaks.ts";
import { joinery } from "./support/in-process.ts";

const SEED = 12;
const BOARD = "pro-mini-rfm95";
const NET_ID = "000001";
/** Of what follows from the seed like keys, these are for everybody. */
const PUBLIC = [/ serial number$/, /^session key \d+$/];

const littleEndian = (hex: string) => Buffer.from(hex, "hex").reverse();
const numberIn = (octets: number, value: number) => {
  const field = Buffer.alloc(octets);
  field.writeUIntLE(value, 0, octets);
  return field;
};

/** One block of AES-128 over a type and fields, with zeros behind: how every key is derived from a root key. */
function derived(key: Uint8Array, type: number, ...fields: readonly Uint8Array[]): Uint8Array {
  const block = Buffer.concat([Buffer.of(type), ...fields, Buffer.alloc(16)]).subarray(0, 16);
  return createCipheriv("aes-128-ecb", key, null).setAutoPadding(false).update(block);
}

interface Joined {
  readonly lorawan: "1.0.4" | "1.1";
  readonly devEui: string;
  readonly joinEui: string;
  readonly joinNonce: number;
  readonly devNonce: number;
}

interface RootKeys {
  readonly nwkKey: Uint8Array;
  readonly appKey: Uint8Array;
}

/** A device's keys (L2 1.0.4 and 1.1, sections 6.1.1 and 6.2.5). */
function keysOfDevice({ nwkKey, appKey }: RootKeys, joined: Joined): [string, Uint8Array][] {
  const joinNonce = numberIn(3, joined.joinNonce);
  const devNonce = numberIn(2, joined.devNonce);
  const roots: [string, Uint8Array][] = [
    ["NwkKey", nwkKey],
    ["AppKey", appKey],
  ];
  if (joined.lorawan === "1.0.4") {
    const fields = [joinNonce, littleEndian(NET_ID), devNonce];
    return [...roots, ["NwkSKey", derived(appKey, 1, ...fields)], ["AppSKey", derived(appKey, 2, ...fields)]];
  }
  const fields = [joinNonce, littleEndian(joined.joinEui), devNonce];
  const devEui = littleEndian(joined.devEui);
  return [
    ...roots,
    ["FNwkSIntKey", derived(nwkKey, 1, ...fields)],
    ["AppSKey", derived(appKey, 2, ...fields)],
    ["SNwkSIntKey", derived(nwkKey, 3, ...fields)],
    ["NwkSEncKey", derived(nwkKey, 4, ...fields)],
    ["JSEncKey", derived(nwkKey, 5, devEui)],
    ["JSIntKey", derived(nwkKey, 6, devEui)],
  ];
}

describe("what a run tells", () => {
  let folder: string;
  /** Of servers and zones, by their labels. */
  const ofServers = new Map<string, Uint8Array>();
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "joinery-secrecy-"));
    const given = seededSecrets(SEED);
    const secrets: SecretSource = (label, octets) => {
      const secret = given(label, octets);
      if (PUBLIC.some((pattern) => pattern.test(label))) return secret;
      ofServers.set(label, secret);
      return secret;
    };
    const site = await Site.open({
      ...{ networkRegion: "EU868", seed: SEED, random: seededRandom(SEED), secrets },
      timeline: new Timeline(),
    });
    await site.close();
    for (const label of [...ofServers.keys()]) {
      if (!/^(?:certificate|zone) /.test(label)) continue;
      const { d } = createKeyPair("p256", label, given).privateKey.export({ format: "jwk" });
      ofServers.set(`private key: ${label}`, Buffer.from(d ?? "", "base64url"));
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string) => join(folder, name);
  const run = (...words: readonly string[]) =>
    joinery(["hil", "run", "join", "--board", BOARD, "--seed", `${SEED}`, ...words]);
  const joinedIn = ({ lorawan, join: { devEui, joinEui, joinNonce, devNonce } }: JoinReport): Joined => ({
    ...{ lorawan, devEui, joinEui },
    joinNonce: joinNonce ?? 0,
    devNonce: devNonce ?? 0,
  });
  function seededKeys(joined: Joined): Map<string, Uint8Array> {
    const keyOf = deviceKeys(seededSecrets(SEED), joined.devEui);
    const roots = { nwkKey: keyOf("nwkKey"), appKey: keyOf("appKey") };
    return new Map([...ofServers, ...keysOfDevice(roots, joined)]);
  }

  it("is searched for the keys that there are", async () => {
    assert.ok(ofServers.size > 20, [...ofServers.keys()].join());
    for (const lorawan of ["1.1", "1.0.4"] as const) {
      const rig = await openRig({ board: BOARD, lorawan, seed: SEED, config: { PERIOD_S: 10 } });
      try {
        const device = await rig.device();
        device.powerOn();
        await device.joined({ within: "1 min" });
        await device.uplink();
        const detail = (step: string, name: string) =>
          Number(rig.serverEvents.find((event) => event.step === step)?.detail[name]);
        const [joinNonce, devNonce] = ["joinNonce", "devNonce"].map((name) =>
          detail("dev-nonce-accepted", name),
        );
        const { devEui, joinEui } = device.identity;
        const keys = seededKeys({ lorawan, devEui, joinEui, joinNonce, devNonce });
        assert.deepEqual(keys.get("NwkKey"), device.identity.nwkKey);
        assert.deepEqual(keys.get("AppKey"), device.identity.appKey);
        const ram = (name: string) => Buffer.from(device.readVariable(`lorawan/session.ts:${name}`));
        for (const [name, variable] of [
          [lorawan === "1.1" ? "FNwkSIntKey" : "NwkSKey", "fNwkSIntKey"],
          ["AppSKey", "appSKey"],
        ]) {
          assert.ok(ram(variable).equals(keys.get(name)!), `${name} of LoRaWAN ${lorawan}`);
        }
        const error = await device.prints(/never/, { within: "1 s" }).catch((reason: Error) => reason);
        assert.match(String(error), /waited 1 s/);
        const told = JSON.stringify([
          ...[rig.timeline, rig.transmissions, rig.serverEvents, device.uplinks, rig.record()],
        ]);
        assert.deepEqual(leaksIn(told + error, keys), []);
      } finally {
        await rig.close();
      }
    }
  });

  it("holds none of them: JSON, JUnit, the page, the captures and the terminal", async () => {
    const outputs = ["--json", "--junit", file("j.xml"), "--html", file("j.html"), "--pcap", file("j.pcap")];
    const asJson = await run("--lorawan", "1.1", ...outputs);
    assert.equal(asJson.status, 0, asJson.stderr);
    const report: JoinReport = JSON.parse(asJson.stdout);
    const keys = seededKeys(joinedIn(report));
    const { proof } = report.trust.server;
    const { publicKey } = createKeyPair("p256", "certificate js.join-b.example", seededSecrets(SEED));
    const spki = publicKey.export({ format: "der", type: "spki" });
    assert.equal(proof?.certificate.publicKeySha256, createHash("sha256").update(spki).digest("hex"));
    const inTerminal = await run("--lorawan", "1.1", "--gateway", "station", "--pcap", file("j.pcapng"));
    assert.equal(inTerminal.status, 0, inTerminal.stderr);
    const files = ["j.xml", "j.html", "j.pcap", "j.pcapng"].map((name) => readFileSync(file(name)));
    const told = [asJson, inTerminal].flatMap(({ stdout, stderr }) => [
      Buffer.from(stdout),
      Buffer.from(stderr),
    ]);
    for (const output of [...files, ...told]) {
      assert.deepEqual(leaksIn(output, keys), []);
      const planted = Buffer.concat([output, keys.get("AppSKey")!]);
      assert.deepEqual(leaksIn(planted, keys), ["AppSKey (raw)"], "a leak is found");
    }
  });

  it("holds none of them where a run is refused, and a state keeps them in the store and the database alone", async () => {
    const state = file("state");
    const refused = await run("--lorawan", "1.0.4", "--fault", "wrong-nwk-key");
    assert.equal(refused.status, 1);
    const devEui = /DevEUI ([0-9A-F]{16})/.exec(refused.stdout)?.[1] ?? "";
    const joined = {
      lorawan: "1.0.4",
      devEui,
      joinEui: "0200000000000B01",
      joinNonce: 0,
      devNonce: 0,
    } as const;
    assert.deepEqual(leaksIn(refused.stdout + refused.stderr, seededKeys(joined)), []);

    const kept = await run("--lorawan", "1.1", "--json", "--state", state);
    assert.equal(kept.status, 0, kept.stderr);
    const roots = readIdentity(readFileSync(join(state, "device.eeprom")));
    const keys = new Map([
      ["KEK", new Uint8Array(readFileSync(join(state, "join-server.kek")))],
      ...keysOfDevice(roots, joinedIn(JSON.parse(kept.stdout))),
    ]);
    const stranger = await run("--lorawan", "1.0.4", "--state", state);
    assert.equal(stranger.status, 2);
    assert.deepEqual(leaksIn(kept.stdout + kept.stderr + stranger.stdout + stranger.stderr, keys), []);
    const places: Readonly<Record<string, RegExp>> = {
      "device.eeprom": /^(?:NwkKey|AppKey) \(raw\)$/,
      "join-server.kek": /^KEK \(raw\)$/,
    };
    for (const name of readdirSync(state)) {
      const leaks = leaksIn(readFileSync(join(state, name)), keys);
      assert.deepEqual(
        leaks.filter((leak) => !places[name]?.test(leak)),
        [],
        name,
      );
    }
  });

  it("holds neither the gateway's token nor keys where somebody else's server is not there", async () => {
    const token = createHash("sha256").update("token").digest("hex");
    const env = { ...process.env, JOINERY_GATEWAY_TOKEN: `Authorization: Bearer ${token}` };
    const state = file("foreign");
    const words = ["hil", "run", "join", "--board", BOARD, "--network-server", "wss://127.0.0.1:1"];
    const [first, second] = [
      await joinery([...words, "--state", state], { env }),
      await joinery([...words, "--state", state], { env }),
    ];
    assert.deepEqual([first.status, second.status], [2, 1], first.stderr + second.stderr);
    const { nwkKey, appKey } = readIdentity(readFileSync(join(state, "device.eeprom")));
    const secrets = new Map([
      ["NwkKey", nwkKey],
      ["AppKey", appKey],
      ["token", new Uint8Array(Buffer.from(token))],
      ["token's octets", new Uint8Array(Buffer.from(token, "hex"))],
    ]);
    const told = [first, second].map(({ stdout, stderr }) => stdout + stderr).join("\n");
    assert.match(told, /device\.json/);
    assert.deepEqual(leaksIn(told, secrets), []);
  });
});
