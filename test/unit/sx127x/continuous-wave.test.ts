/** FSK in continuous mode without deviation: a carrier without modulation, for tests of the radio. */
import assert from "node:assert/strict";
import { Host, PARTS, usBetween, world } from "./host.ts";
import { fskMisuses, writes } from "./misuses.ts";

const STANDBY = 0x01;
const TX = 0x03;
/** Continuous mode, nothing on DIO0 and DIO1, no deviation. */
const CARRIER = [
  [0x31, 0x00],
  [0x40, 0xf0],
  [0x04, 0x00, 0x00],
] as const;

for (const part of PARTS) {
  describe(`${part.toUpperCase()} continuous wave`, () => {
    it("is on the air until another mode is commanded, which is no misuse", () => {
      const shared = world();
      const host = new Host("tx", shared, part).configureFsk();
      shared.clock.advanceTo(1_000_000);
      writes(...CARRIER, [0x01, TX])(host);
      shared.clock.advanceTo(9_000_000_000);
      host.write(0x01, STANDBY);
      assert.deepEqual(
        host.events.map(({ type }) => type),
        ["carrier-start", "carrier-end"],
      );
      const { frequencyHz, powerDbm } = host.event("carrier-start");
      assert.deepEqual({ frequencyHz, powerDbm }, { frequencyHz: 868_799_988, powerDbm: 14 });
      assert.ok(usBetween(host.event("carrier-start"), host.event("carrier-end")) > 8_900_000);
      assert.deepEqual(host.dio, []);
      assert.deepEqual(host.findings, []);
    });

    fskMisuses(part, [
      [
        "a deviation, with nothing to tell the bits",
        writes([0x31, 0x00], [0x40, 0xf0], [0x00, 1, 2], [0x01, TX]),
        /RegPacketConfig2 selects continuous mode, which is not modelled/,
      ],
      [
        "the clock of the bits on DIO1",
        writes([0x31, 0x00], [0x04, 0x00, 0x00], [0x01, TX]),
        /TX in continuous mode with DCLK on DIO1/,
      ],
      [
        "octets for the FIFO",
        (host, pass) => {
          writes(...CARRIER, [0x01, TX])(host);
          pass(1_000);
          host.write(0x00, 1);
        },
        /write to the FIFO in continuous mode/,
      ],
      [
        "another frequency while it lasts",
        (host, pass) => {
          writes(...CARRIER, [0x01, TX])(host);
          pass(1_000);
          host.write(0x06, 0xd9, 0x06, 0x66);
        },
        /changes the frequency in TX/,
      ],
      ["silence on DIO1 in packet mode", writes([0x40, 0xf0]), /mapping 3 of DIO1 is reserved/],
    ]);
  });
}
