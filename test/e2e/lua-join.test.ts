/** The whole join as a Lua program: the same radio, servers, faults and checks as the image for a processor. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JoinReport, type LuaFigures, runJoin } from "../../hil/rig/index.ts";
import { repeatable } from "./support/repeatable.ts";

const BOARD = { board: "nodemcu-rfm95", seed: 7 } as const;
const LUAS = ["5.1", "5.3"] as const;
/** The aim for the heap of the join: 96 KB, and room in it for the application. */
const HEAP_BYTES = 96 * 1024;

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../docs/lua.md"), "utf8");

function figures(report: JoinReport): LuaFigures {
  assert.ok("lua" in report.image);
  return report.image;
}

/** The peak of the heap depends, by up to 1 KB, on where the system puts memory: Lua hashes addresses. */
function repeatableInLua(report: JoinReport): unknown {
  const { checks, image, ...rest } = repeatable(report);
  assert.ok("lua" in image);
  const { heapPeakBytes, ...others } = image;
  const held = checks.map(({ detail, ...check }) =>
    check.name === "board: the program leaves heap to spare" ? check : { detail, ...check },
  );
  return { ...rest, checks: held, image: others };
}

describe("the join of a board that runs Lua", () => {
  let image: JoinReport;
  before(async () => {
    image = await runJoin({ ...BOARD, board: "pro-mini-rfm95", lorawan: "1.1" });
  });

  for (const lua of LUAS) {
    for (const lorawan of ["1.0.4", "1.1"] as const) {
      describe(`Lua ${lua}, LoRaWAN ${lorawan}`, () => {
        let report: JoinReport;
        before(async () => {
          report = await runJoin({ ...BOARD, lorawan, lua });
        });

        it("passes every check", () => {
          assert.deepEqual(
            report.checks.filter((check) => !check.ok),
            [],
          );
          assert.equal(report.reason, null);
          assert.equal(report.verdict, "passed");
        });

        it("exchanges the data that the image exchanges", () => {
          assert.deepEqual(report.uplinks.slice(0, 3), image.uplinks.slice(0, 3));
          assert.deepEqual(report.downlinks, image.downlinks);
        });

        it("stays within its heap, and says what it took", () => {
          const { heapPeakBytes, heapLimitBytes, bundleBytes, codeBytes, ...rest } = figures(report);
          assert.deepEqual(rest, { lua });
          assert.equal(heapLimitBytes, HEAP_BYTES);
          assert.ok(
            heapPeakBytes > 8192 && heapPeakBytes <= heapLimitBytes - 4096,
            `${heapPeakBytes} B heap`,
          );
          assert.ok(bundleBytes > 10_000 && codeBytes > 10_000, `${bundleBytes} B, ${codeBytes} B`);
        });

        if (lorawan === "1.1") {
          it("takes what docs/lua.md says", () => {
            const { heapPeakBytes, codeBytes } = figures(report);
            const row = new RegExp(`^\\| ${lua} \\| (\\d+) KB \\| (\\d+) KB \\|$`, "m").exec(DOCUMENT);
            assert.ok(row !== null);
            for (const [bytes, said] of [
              [heapPeakBytes, row[1]],
              [codeBytes, row[2]],
            ] as const) {
              assert.ok(Math.abs(bytes / 1024 - Number(said)) < 2, `${bytes} B, docs/lua.md says ${said} KB`);
            }
          });
        }

        it("gives the same report for the same seed", async () => {
          assert.deepEqual(
            repeatableInLua(await runJoin({ ...BOARD, lorawan, lua })),
            repeatableInLua(report),
          );
        });
      });
    }

    it(`has the checks of the image, but for what it takes of memory, under Lua ${lua}`, async () => {
      const names = (report: JoinReport) => report.checks.map(({ name }) => name).slice(1);
      assert.deepEqual(names(await runJoin({ ...BOARD, lorawan: "1.1", lua })), names(image));
    });

    it(`is refused for the same reason as the image where the Join Server's key is wrong, under Lua ${lua}`, async () => {
      const report = await runJoin({ ...BOARD, lorawan: "1.1", lua, fault: "wrong-nwk-key" });
      assert.equal(report.verdict, "failed");
      assert.match(
        report.reason ?? "",
        /^Join Server: join refused: the MIC of the join-request was not made with the NwkKey/,
      );
      assert.ok(report.join.devNonces.length >= 3);
    });

    it(`goes on with its nonces after a run, under Lua ${lua}`, async () => {
      const state = mkdtempSync(join(tmpdir(), "joinery-lua-"));
      try {
        const first = await runJoin({ ...BOARD, lorawan: "1.1", lua, state });
        const second = await runJoin({ ...BOARD, lorawan: "1.1", lua, state, seed: 70 });
        assert.equal(second.verdict, "passed", second.reason ?? "");
        assert.equal(second.join.devEui, first.join.devEui);
        assert.ok((second.join.devNonce ?? 0) > (first.join.devNonce ?? 0));
        assert.ok((second.join.joinNonce ?? 0) > (first.join.joinNonce ?? 0));
      } finally {
        rmSync(state, { recursive: true });
      }
    });
  }

  it("is refused on a board that runs no Lua", async () => {
    await assert.rejects(runJoin({ ...BOARD, board: "pro-mini-rfm95", lorawan: "1.1", lua: "5.1" }), {
      name: "RigError",
      kind: "usage",
      message: /pro-mini-rfm95 runs no Lua/,
    });
  });
});
