/** How commands go together, and what answers go with: TS001-1.0.4, 4.3 and 5; TS001-1.1, 4.3 and 5. */
import assert from "node:assert/strict";
import type * as LinkModule from "../../../firmware/lorawan/link.ts";
import { MacSession, VERSIONS } from "./support/mac-session.ts";
import { type Case, freq, table } from "./support/mac-tables.ts";

describe("firmware: answers to MAC commands", () => {
  describe("requests of the device", () => {
    it("go once, in every repetition of one uplink", () => {
      const it = new MacSession("1.0.4");
      const { requestTime, requestLinkCheck } = it.module<typeof LinkModule>("lorawan/link.ts");
      requestLinkCheck();
      requestTime();
      it.begin();
      assert.equal(it.compose().fOpts, "020d");
      assert.equal(it.compose().fOpts, "020d");
      it.endUplink(false);
      assert.equal(it.answers(), "");
    });
  });

  describe("commands in a row", () => {
    table([
      [
        "are answered in their order",
        "040306080206",
        "0406c80008" + "06c800",
        {
          maxDutyCycle: 3,
          rxDelayS: 2,
        },
      ],
      [
        "end at one that the device does not know: what stands before it is done",
        "0403ff0405",
        "04",
        {
          maxDutyCycle: 3,
        },
      ],
      ["end at CID 0", "0403000405", "04", { maxDutyCycle: 3 }],
      ...["01", "0e", "0f", "10", "11", "12", "13", "20", "7f", "80", "ff"].map(
        (cid): Case => [`end at CID ${cid}`, `0403${cid}0405`, "04", { maxDutyCycle: 3 }],
      ),
      [
        "may contradict each other: the last counts",
        `0523${freq(8691000)}` + `0510${freq(8692000)}`,
        "05070507",
        {
          rx1DrOffset: 1,
          rx2: "8692000 DR0",
        },
      ],
    ]);

    // With each command but its last octet, and with its CID alone.
    for (const command of [
      "021407",
      "0352050003",
      "0403",
      `0523${freq(8691000)}`,
      `0703${freq(8671000)}50`,
      "0805",
      "0935",
      `0a01${freq(8690000)}`,
      "0d0102030480",
    ]) {
      table(
        Array.from({ length: command.length / 2 - 1 }, (_, i): Case => {
          const cut = command.slice(0, 2 * (i + 1));
          return [`are not there where they are cut short: ${cut}`, cut, ""];
        }),
      );
      table([
        [
          `are done before one that is cut short: ${command.slice(0, 2)}`,
          `0403${command.slice(0, 2)}`,
          "04",
          {
            maxDutyCycle: 3,
          },
        ],
      ]);
    }
  });

  describe("answers", () => {
    /** Commands whose answers go on until the network is known to have heard one. */
    const STICKY: ReadonlyArray<readonly [command: string, answer: string]> = [
      [`0523${freq(8691000)}`, "0507"],
      [`0566${freq(0)}`, "0500"],
      ["0805", "08"],
      [`0a01${freq(8690000)}`, "0a03"],
      ["0aff000000", "0a00"],
    ];
    const ONCE: ReadonlyArray<readonly [command: string, answer: string]> = [
      ["0352050003", "0307"],
      ["0403", "04"],
      ["06", "06c800"],
      [`0703${freq(8671000)}50`, "0703"],
    ];
    for (const version of VERSIONS) {
      for (const [command, answer] of STICKY) {
        it(`${answer} is said until a downlink has come (${version})`, () => {
          const it = new MacSession(version);
          it.send({ fOpts: command });
          for (let i = 0; i < 5; i++) assert.equal(it.answers(false), answer);
          assert.equal(it.answers(true), answer);
          assert.equal(it.answers(), "");
        });
      }
      for (const [command, answer] of ONCE) {
        it(`${answer} is said once (${version})`, () => {
          const it = new MacSession(version);
          it.send({ fOpts: command });
          assert.equal(it.answers(false), answer);
          assert.equal(it.answers(false), "");
        });
      }
    }

    it("to a downlink that ends others wait for the next uplink", () => {
      const it = new MacSession("1.1");
      it.send({ fOpts: "0805" });
      it.begin();
      assert.equal(it.compose().fOpts, "08");
      it.send({ fOpts: "0806" });
      assert.equal(it.compose().fOpts, "08", "a repetition says what it said before");
      it.endUplink(true);
      it.begin();
      assert.equal(it.compose().fOpts, "08");
      it.endUplink(true);
      assert.equal(it.answers(), "");
    });

    it("that do not fit FOpts are left out, and never in part", () => {
      const it = new MacSession("1.0.4");
      // Five of three octets, then one of two, one of one.
      it.send({ port: 0, payload: `0606060606060523${freq(8691000)}0403` });
      assert.equal(it.answers(), "06c800".repeat(5));
      it.send({ port: 0, payload: `060606060523${freq(8691000)}060403` });
      assert.equal(it.answers(), `${"06c800".repeat(4)}050704`);
    });

    it("leave a payload of 51 octets behind, which the next uplink takes, alone if need be", () => {
      const it = new MacSession("1.0.4");
      it.send({ fOpts: "0805" });
      for (let i = 0; i < 3; i++) {
        assert.equal(it.begin(51), false);
        const alone = it.compose();
        assert.deepEqual([alone.fOpts, alone.port], ["08", undefined]);
        it.endUplink(false);
        assert.equal(it.begin(51), true);
        const payload = it.compose();
        assert.deepEqual([payload.fOpts, payload.port, payload.payload?.length], ["", 1, 51]);
        assert.equal(payload.phyPayload.length, 64);
        it.endUplink(false);
      }
      assert.equal(it.begin(50), true);
      assert.equal(it.compose().phyPayload.length, 64);
    });
  });
});
