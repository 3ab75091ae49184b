/** The image of the sensor on the emulated pro-mini-rfm95: that it joins in time, and what it costs. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveJoinServerKeys, type SessionKeys } from "../../../hil/lorawan/index.ts";
import { buildImage, type Image } from "../../../toolchain/image/index.ts";
import { readNonces } from "../../../toolchain/provisioning/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { IDENTITY } from "./support/bench.ts";
import { type Prepare, runBoard } from "./support/board-run.ts";
import { DEV_ADDR, type NetworkOptions } from "./support/network.ts";

const SECOND_NS = 1e9;
const LINE_FEED = 0x0a;

/** Where the RAM of the ATmega328P starts (data sheet, section 8.3). */
const RAM_START = 0x100;

/** What the whole device may take: the aim is well below what comparable stacks need. */
const LIMITS_BYTES = {
  "1.0.4": { flash: 16.5 * 1024, ramAndStack: 750 },
  "1.1": { flash: 19 * 1024, ramAndStack: 820 },
};

const VERSIONS: ReadonlyArray<[title: string, lorawan11: boolean, network: NetworkOptions]> = [
  ["1.0.4", false, { lorawan11: false }],
  ["1.1", true, { lorawan11: true }],
];

for (const [title, lorawan11, networkOptions] of VERSIONS) {
  describe(`firmware: image for LoRaWAN ${title}`, () => {
    let image: Image;
    let outDir: string;

    before(async function () {
      this.timeout(60_000);
      outDir = mkdtempSync(join(tmpdir(), "joinery-firmware-"));
      image = await buildImage({
        board: loadProcessorBoard("pro-mini-rfm95"),
        config: { LORAWAN_1_1: lorawan11, PERIOD_S: 20 },
        outDir,
      });
    });

    after(() => rmSync(outDir, { recursive: true, force: true }));

    const run = (durationS: number, clockErrorPpm: number, prepare?: Prepare) =>
      runBoard(image, networkOptions, { durationS, clockErrorPpm, prepare });

    for (const phase of ["before", "during", "after"] as const) {
      it(`uses no DevNonce twice and joins though the power goes ${phase} writes of the EEPROM`, async () => {
        // The first record precedes the join-request, the second (from write 10 on) follows the join-accept.
        for (const count of [1, 3, 9, 10, 13]) {
          const { bench, machine, lines } = await run(30, 0, (board, { clock }) => {
            board.cutPowerAtStoreWrite(count, phase);
            const restart = () => {
              if (!board.powered) board.powerOn();
              clock.at(clock.nowNs() + SECOND_NS, restart);
            };
            restart();
          });
          assert.equal(machine.powered, true);
          assert.ok(lines().filter((line) => line.startsWith("boot")).length === 2, lines().join("\n"));
          assert.equal(new Set(bench.devNonces).size, bench.devNonces.length, `${bench.devNonces}`);
          assert.ok(lines().includes(`joined ${DEV_ADDR}`));
          assert.equal(readNonces(bench.eeprom).nextDevNonce, (bench.devNonces.at(-1) as number) + 1);
        }
      });
    }

    for (const clockErrorPpm of [-30, 0, 30]) {
      it(`joins and exchanges data with a clock that errs by ${clockErrorPpm} ppm, RX1 at most 2 ms early`, async () => {
        const { bench, network, machine, lines } = await run(50, clockErrorPpm);
        assert.equal(lines()[2], `joined ${DEV_ADDR}`, lines().join("\n"));
        assert.deepEqual(network.plain, ["0000ff00", "0001ff00", "0002ff00"]);
        assert.deepEqual(readNonces(bench.eeprom), { nextDevNonce: 1, lastJoinNonce: 1 });
        for (const { afterUs } of bench.windows) {
          const earlyUs = Math.ceil(afterUs / 1e6) * 1e6 - afterUs;
          assert.ok(earlyUs >= 0 && earlyUs <= 2000, `a window opened ${earlyUs} us early`);
        }
        const keys = network.keys as SessionKeys;
        const inRam = (name: string) => {
          const { address, size } = image.sourceSymbols.get(`lorawan/session.ts:${name}`)!;
          return Buffer.from(machine.readRam(address, size)).toString("hex");
        };
        const names = [
          "fNwkSIntKey",
          "appSKey",
          ...(lorawan11 ? ["sNwkSIntKey", "nwkSEncKey"] : []),
        ] as const;
        for (const name of names) {
          assert.equal(inRam(name), Buffer.from(keys[name as keyof SessionKeys]).toString("hex"), name);
        }
        assert.deepEqual(bench.findings, []);
      });
    }

    it("keeps no root key in RAM, nor what stands for one, once it has been used", async () => {
      const { nwkKey, appKey } = IDENTITY;
      const secrets = Object.entries({ nwkKey, appKey, ...deriveJoinServerKeys(IDENTITY) }).map(
        ([name, key]) => [name, Buffer.from(key)] as const,
      );
      const found: string[] = [];
      let lines = 0;
      await run(30, 0, (machine) => {
        machine.onConsole((octet) => {
          if (octet !== LINE_FEED) return;
          lines++;
          const ram = Buffer.from(machine.readRam(RAM_START, image.board.ramBytes));
          for (const [name, key] of secrets) {
            if (ram.includes(key.subarray(0, 8)) || ram.includes(key.subarray(8))) {
              found.push(`${name} at the end of line ${lines}`);
            }
          }
        });
      });
      assert.ok(lines >= 4, `${lines} lines`);
      assert.deepEqual(found, []);
    });

    it("fits in less flash and RAM than is allowed, keys of the other version not among it", async () => {
      const { machine } = await run(30, 0);
      const limits = LIMITS_BYTES[lorawan11 ? "1.1" : "1.0.4"];
      const used = image.ramBytes + machine.stackPeakBytes;
      assert.ok(image.flashBytes <= limits.flash, `${image.flashBytes} octets of flash`);
      assert.ok(used <= limits.ramAndStack, `${image.ramBytes} + ${machine.stackPeakBytes} octets of RAM`);
      assert.equal(image.sourceSymbols.has("lorawan/session.ts:sNwkSIntKey"), lorawan11);
    });
  });
}
