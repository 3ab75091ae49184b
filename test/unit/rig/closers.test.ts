/** What a run frees at its end, when some of it does not let itself be freed. */
import assert from "node:assert/strict";
import { Closers } from "../../../hil/rig/closers.ts";

describe("what a run holds", () => {
  it("is freed from the last to the first, once", async () => {
    const closed: string[] = [];
    const closers = new Closers();
    closers.add("a", () => closed.push("a"));
    closers.add("b", async () => closed.push("b"));
    await Promise.all([closers.close(), closers.close()]);
    assert.deepEqual(closed, ["b", "a"]);
  });

  it("is freed though some of it throws or hangs, and then that is told", async () => {
    const closed: string[] = [];
    const closers = new Closers(20);
    closers.add("the first", () => closed.push("first"));
    closers.add("the port", () => Promise.reject(new Error("is gone")));
    closers.add("the second", () => closed.push("second"));
    closers.add("the server", () => new Promise(() => {}));
    closers.add("the file", () => {
      throw new Error("no space left");
    });
    await assert.rejects(closers.close(), {
      name: "AggregateError",
      message:
        "could not be closed: the file: no space left; the server: it has not closed within 0.02 s; the port: is gone",
    });
    assert.deepEqual(closed, ["second", "first"]);
  });

  it("is freed after the run, and a run that fails says why before it says what could not be freed", async () => {
    const closed: string[] = [];
    const closers = new Closers();
    closers.add("all", () => closed.push("all"));
    assert.equal(await closers.during(async () => 7), 7);
    assert.deepEqual(closed, ["all"]);
    const broken = new Closers();
    broken.add("the port", () => Promise.reject(new Error("is gone")));
    const failing = broken.during(() => Promise.reject(new Error("never joined")));
    await assert.rejects(failing, (error: Error) => {
      assert.equal(error.message, "never joined");
      assert.match(String(error.cause), /could not be closed: the port: is gone/);
      return true;
    });
  });

  it("is freed at once where it comes when all has been freed, or is being freed", async () => {
    const closed: string[] = [];
    const closers = new Closers();
    const late = (what: string) => () => closers.add(what, () => closed.push(what));
    closers.add("the server", async () => {
      assert.throws(late("socat"), /the run has been closed/);
      assert.deepEqual(closed, ["socat"]);
    });
    await closers.close();
    assert.throws(late("the port"), /the run has been closed/);
    assert.throws(() => closers.add("x", () => Promise.reject(new Error("is gone"))), /has been closed/);
    assert.deepEqual(closed, ["socat", "the port"]);
  });

  it("is kept where opening succeeds, and freed where it does not", async () => {
    const closed: string[] = [];
    const closers = new Closers();
    closers.add("DNS", () => closed.push("DNS"));
    await closers.whileOpening(async () => {});
    assert.deepEqual(closed, []);
    await assert.rejects(
      closers.whileOpening(() => Promise.reject(new Error("no port"))),
      /no port/,
    );
    assert.deepEqual(closed, ["DNS"]);
  });
});
