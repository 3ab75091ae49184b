import assert from "node:assert/strict";
import { PendingWork } from "../../../hil/backend/network-server/pending-work.ts";

describe("Pending work", () => {
  it("is busy until all of it has settled", async () => {
    const work = new PendingWork((error) => assert.fail(String(error)));
    const settle: (() => void)[] = [];
    for (let i = 0; i < 2; i++) work.start(() => new Promise((resolve) => settle.push(resolve)));
    const idle = work.idle();
    settle[0]();
    assert.equal(work.busy, true);
    settle[1]();
    await idle;
    assert.equal(work.busy, false);
    await work.idle();
  });

  for (const [how, failing] of [
    ["rejects", () => Promise.reject(new Error("broken"))],
    [
      "throws before it has begun",
      () => {
        throw new Error("broken");
      },
    ],
  ] as const)
    it(`reports work that ${how}, and is not busy for ever`, async () => {
      const faults: unknown[] = [];
      const work = new PendingWork((error) => faults.push((error as Error).message));
      work.start(failing);
      await work.idle();
      assert.equal(work.busy, false);
      assert.deepEqual(faults, ["broken"]);
    });
});
