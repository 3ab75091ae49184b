/** How long a board at a serial port may take to speak. The port is a fake: no pseudo-terminal has a DTR. */
import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Firmware } from "../../../hil/rig/device.ts";
import { SerialBody } from "../../../hil/rig/serial-body.ts";
import type { Site } from "../../../hil/rig/site.ts";

describe("a board at a serial port with DTR", () => {
  let troubles: string[];
  let notes: string[];
  let body: SerialBody;
  let prints: (line: string) => void;

  beforeEach(async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    [troubles, notes] = [[], []];
    const site = {
      ...{ keepUpWithTime() {}, onClose() {}, note: (text: string) => notes.push(text) },
      trouble: (text: string) => troubles.push(text),
    } as unknown as Site;
    const port = {
      closed: Promise.resolve(),
      write() {},
      close() {},
      hasDtr: async () => true,
      reset: async () => true,
    };
    body = await SerialBody.open(
      {
        ...{
          site,
          path: "/dev/ttyFAKE",
          baud: 38400,
          lorawan: "1.1",
          flash: false,
          firmware: {} as Firmware,
        },
        ...{ onConsoleLine() {}, onLost() {} },
      },
      async (_path, { onConsoleLine }) => {
        prints = onConsoleLine;
        return port;
      },
    );
    body.powerOn();
  });
  afterEach(() => mock.timers.reset());

  it("is in doubt when it says nothing for ten seconds, and nobody presses its button in thirty more", () => {
    mock.timers.tick(10_000);
    assert.match(
      notes.join(),
      /^the board at \/dev\/ttyFAKE does not begin anew by DTR: press its reset button/,
    );
    assert.deepEqual(troubles, []);
    mock.timers.tick(30_000);
    assert.match(troubles.join(), /^nothing has come from the board at \/dev\/ttyFAKE/);
  });

  it("has begun anew by its button", () => {
    mock.timers.tick(10_000);
    mock.timers.tick(29_000);
    prints("boot LoRaWAN 1.1");
    mock.timers.tick(60_000);
    assert.deepEqual(troubles, []);
    assert.equal(body.beginsAnew, false);
    assert.throws(() => body.reset(), /cannot reset the board: DTR of \/dev\/ttyFAKE does not reset it/);
  });

  it("goes on from where it is, where DTR does not reset it", () => {
    prints("uplink 7");
    mock.timers.tick(60_000);
    assert.deepEqual(troubles, []);
    assert.match(notes.join(), /^DTR of \S+ does not reset it: the board goes on from where it is/);
    assert.equal(body.beginsAnew, false);
  });

  it("has failed where a reset that a spec asks for does not come", () => {
    prints("boot LoRaWAN 1.1");
    assert.equal(body.beginsAnew, true);
    body.reset();
    prints("uplink 7");
    mock.timers.tick(10_000);
    mock.timers.tick(30_000);
    assert.match(troubles.join(), /^the board at \S+ has not begun anew: DTR does not reset it, and nobody/);
  });

  it("has ten seconds from each reset on", () => {
    mock.timers.tick(1000);
    prints("boot LoRaWAN 1.1");
    mock.timers.tick(8000);
    body.reset();
    mock.timers.tick(9000);
    prints("boot LoRaWAN 1.1");
    mock.timers.tick(20_000);
    assert.deepEqual(troubles, []);
  });

  it("has them, too, where it has not spoken before", () => {
    mock.timers.tick(9000);
    body.reset();
    mock.timers.tick(10_000);
    mock.timers.tick(29_000);
    assert.deepEqual(troubles, []);
    mock.timers.tick(1000);
    assert.equal(troubles.length, 1);
  });
});
