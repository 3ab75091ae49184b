/** Fleets: what comes of many boards, whatever the number of threads, and what of threads and boards that fail. */
import assert from "node:assert/strict";
import { buildFirmware } from "../../hil/rig/build-firmware.ts";
import type { Firmware } from "../../hil/rig/device.ts";
import { sitePlans } from "../../hil/rig/fleet/fleet.ts";
import { runSite } from "../../hil/rig/fleet/fleet-site.ts";
import { FleetThread, ThreadEnded } from "../../hil/rig/fleet/fleet-thread.ts";
import {
  FleetAborted,
  type FleetOptions,
  type FleetProgress,
  fleetSummary,
  junitXml,
  runFleet,
} from "../../hil/rig/index.ts";
import { PLAIN } from "../../hil/rig/report/terminal.ts";
import { RigError } from "../../hil/rig/rig-error.ts";
import { Timeline } from "../../hil/rig/timeline.ts";
import { loadBoard } from "../../toolchain/image/index.ts";

const SIX: FleetOptions = {
  kinds: ["pro-mini-rfm95", "nucleo-l073rz-sx1276"],
  boards: 6,
  siteBoards: 3,
  lorawan: "1.1",
  seed: 3,
};

/** Where no board comes to run. */
const ONE_KIND: FleetOptions = { ...SIX, kinds: ["pro-mini-rfm95"] };

/** A site with one board. */
const ALONE = {
  number: 1,
  seed: 1,
  lorawan: "1.1",
  boards: [{ number: 1, devEui: "0200000000000001", powerOnNs: 0, firmware: 0 }],
} as const;

/** A thread that runs this text instead. */
function threadOf(program: string): () => FleetThread {
  return () => new FleetThread(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
}

describe("a fleet", () => {
  let firmwares: Firmware[];
  before(async () => {
    firmwares = [];
    for (const kind of SIX.kinds) {
      firmwares.push(await buildFirmware(loadBoard(kind), { lorawan: "1.1" }, new Timeline()));
    }
  });

  it("joins every board and decrypts its uplinks, on threads as without", async () => {
    let last: FleetProgress | undefined;
    const two = await runFleet({
      ...SIX,
      workers: 2,
      onProgress: (progress) => {
        last = progress;
      },
    });
    assert.equal(two.reason, null);
    assert.equal(two.verdict, "passed");
    assert.equal(two.cost.workers, 2);
    const { boards, passed, joined, uplinksDecrypted } = two.totals;
    assert.deepEqual(
      { boards, passed, joined, uplinksDecrypted },
      { boards: 6, passed: 6, joined: 6, uplinksDecrypted: 18 },
    );
    assert.deepEqual({ ...last, wallMs: 0 }, { ...DONE, wallMs: 0 });
    assert.deepEqual(
      two.boards.map(({ number, board, site }) => `${number} ${board} ${site}`),
      [1, 2, 3, 4, 5, 6].map((number) => `${number} ${SIX.kinds[1 - (number % 2)]} ${number > 3 ? 2 : 1}`),
    );
    for (const { trust } of two.sites) {
      assert.deepEqual([trust.server.accepted, trust.client.accepted], [true, true]);
    }
    assert.ok(two.cost.joinServerConnections >= 2);
    assert.match(junitXml(two), /tests="11" failures="0"/);
    // The threads take sites: what a site comes to by itself is what it comes to beside others.
    for (const plan of sitePlans(SIX)) {
      const { report } = await runSite(plan, firmwares, () => {});
      assert.deepEqual(
        report.boards,
        two.boards.filter(({ site }) => site === plan.number),
      );
    }
  });

  it("tells of the boards whose thread ends", async () => {
    const dying =
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(7));';
    const report = await runFleet({ ...ONE_KIND, workers: 1 }, threadOf(dying));
    assert.equal(report.verdict, "failed");
    assert.equal(report.totals.passed, 0);
    assert.match(report.boards[5].reason ?? "", /thread of its site has ended: exit code 7/);
    assert.match(fleetSummary(report, PLAIN), /failed: 6 of 6 boards; site 1: .*DANE/);
  });

  it("ends when it is told to, and leaves no thread behind", async () => {
    const waiting = 'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {});';
    const start = threadOf(waiting);
    const threads: FleetThread[] = [];
    const end = new AbortController();
    setTimeout(() => end.abort(), 100);
    await assert.rejects(
      runFleet({ ...ONE_KIND, workers: 2, signal: end.signal }, () => {
        const thread = start();
        threads.push(thread);
        return thread;
      }),
      (error: Error) => error instanceof FleetAborted && /0 of 6 boards had joined/.test(error.message),
    );
    assert.equal(threads.length, 2);
    const [plan] = sitePlans(ONE_KIND);
    // One that lives would wait for a message for ever.
    for (const thread of threads)
      await assert.rejects(
        thread.run(plan, () => {}),
        ThreadEnded,
      );
  });

  it("starts no thread any more where a site is refused", async () => {
    const refusing = `import { parentPort } from "node:worker_threads";
      parentPort.on("message", ({ plan }) => {
        if (plan?.number === 1) parentPort.postMessage({ refusal: { kind: "missing", message: "nothing is there" } });
      });`;
    const start = threadOf(refusing);
    let started = 0;
    await assert.rejects(
      runFleet({ ...ONE_KIND, siteBoards: 1, workers: 2 }, () => {
        started++;
        return start();
      }),
      (error: Error) => error instanceof RigError && error.kind === "missing",
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(started, 2);
  });

  it("gives a board its time for each uplink anew", async () => {
    const plan = { ...ALONE, networkRegion: "EU868", uplinksWanted: 5, stepLimitNs: 150e9 } as const;
    const { report } = await runSite(plan, firmwares, () => {});
    assert.equal(report.boards[0].reason, null);
    assert.ok(report.virtualMs > 200e3, `${report.virtualMs} ms`);
  });

  it("names a board that does not join, with its last words", async () => {
    const { report } = await runSite(
      {
        ...{ ...ALONE, networkRegion: "US915", uplinksWanted: 1, stepLimitNs: 60e9 },
      },
      firmwares,
      () => {},
    );
    const [board] = report.boards;
    assert.equal(board.verdict, "failed");
    assert.match(board.reason ?? "", /has not joined by [1-9]\d* join-requests/);
    assert.ok(board.console.some((line) => line.startsWith("join failed")));
  });
});

const DONE = { boards: 6, uplinksWanted: 18, joined: 6, uplinks: 18, ended: 6 };
