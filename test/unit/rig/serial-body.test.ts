/** How long a board at a serial port may take to speak. The port is a fake: no pseudo-terminal has a DTR. */
import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Firmware } from "../../../hil/rig/device.ts";
import { SerialBody } from "../../../hil/rig/serial-body.ts";
import type { Site } from "../../../hil/rig/site.ts";

describe("a board at a serial port with DTR", () => {
  let troubles: string[];
  let body: SerialBody;
  let prints: (line: string) => void;

  beforeEach(async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    troubles = [];
    const site = {
      ...{ keepUpWithTime() {}, onClose() {}, note() {} },
      trouble: (text: string) => troubles.push(text),
    } as unknown as Site;
    const port = { closed: Promise.resolve(), write() {}, close() {}, reset: async () => true };
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

  it("is in doubt when it says nothing for ten seconds", () => {
    mock.timers.tick(10_000);
    assert.match(troubles.join(), /^nothing has come from the board at \/dev\/ttyFAKE/);
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
    mock.timers.tick(9000);
    assert.deepEqual(troubles, []);
    mock.timers.tick(1000);
    assert.equal(troubles.length, 1);
  });
});
