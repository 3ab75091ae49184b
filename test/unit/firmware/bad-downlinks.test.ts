/** Frames that are no downlinks for the device, or none at all: nothing of it changes. TS001-1.0.4, 4; TS001-1.1, 4. */
import assert from "node:assert/strict";
import { type DownlinkFields, MacSession, VERSIONS, type Version } from "./support/mac-session.ts";

/** All that the device knows of its session. */
function everything(it: MacSession) {
  return { ...it.state(), ...it.session, asksForAnswer: it.asksForAnswer };
}

/** A device that has got two downlinks, and so long nothing since that its uplinks ask for an answer. */
function device(version: Version): MacSession {
  const it = new MacSession(version);
  it.send({ port: 3, payload: "aa" });
  it.send({ fOpts: "" });
  for (let i = 0; i <= 64; i++) it.silentUplink();
  assert.equal(it.asksForAnswer, true);
  return it;
}

const PORT_0 = Buffer.of(0);

/** A downlink that would change much. */
const GOOD = { port: 10, fOpts: "0403080506", payload: "0102ff", confirmed: true } as const;

/** `frame` is refused and leaves no trace. */
function assertRefused(it: MacSession, frame: Uint8Array, title: string): void {
  const before = everything(it);
  assert.equal(it.receive(frame), false, title);
  assert.deepEqual(everything(it), before, title);
  assert.equal(it.downlink.port, 0, title);
}

for (const version of VERSIONS) {
  describe(`firmware: downlinks that are none, ${version}`, () => {
    it("are told from the one that is", () => {
      const it = device(version);
      it.send(GOOD);
      assert.deepEqual([it.downlink.port, it.downlink.length], [10, 3]);
      assert.deepEqual([it.state().maxDutyCycle, it.state().rxDelayS], [3, 5]);
      assert.equal(it.asksForAnswer, false);
      assert.equal(it.answers(), "040806c800");
    });

    it("with one bit turned over, whichever", () => {
      const it = device(version);
      const good = it.build(GOOD);
      for (let bit = 0; bit < 8 * good.length; bit++) {
        const bad = Buffer.from(good);
        bad[bit >> 3] ^= 1 << (bit & 7);
        assertRefused(it, bad, `bit ${bit & 7} of octet ${bit >> 3}`);
      }
      assert.equal(it.answers(), "");
      assert.equal(it.receive(good), true);
    });

    it("of a session that the device has no more, where they may come unasked", () => {
      const it = new MacSession(version, { CLASS_C: true });
      it.session.joined = false;
      const good = it.build(GOOD);
      assertRefused(it, good, "no session");
      it.session.joined = true;
      assert.equal(it.receive(good), true);
    });

    it("cut short, at each length, and longer by an octet", () => {
      const it = device(version);
      const good = it.build(GOOD);
      for (let length = 0; length < good.length; length++)
        assertRefused(it, good.subarray(0, length), `${length} octets`);
      assertRefused(it, Buffer.concat([good, Buffer.of(0)]), "an octet more");
      assert.equal(it.receive(good), true);
    });

    it("that came before: with payload, with commands, and the answer is not given again", () => {
      for (const fields of [GOOD, { fOpts: "0805" }, { port: 0, payload: "0805" }]) {
        const it = device(version);
        const frame = it.build(fields);
        const later = it.build(fields);
        assert.equal(it.receive(frame), true);
        assertRefused(it, frame, "the same again");
        assert.equal(it.receive(later), true);
        assertRefused(it, frame, "an older one");
      }
    });

    /** Rightly signed, and not to be taken all the same. */
    const signed: ReadonlyArray<readonly [title: string, fields: DownlinkFields]> = [
      // The servers' codec builds no such thing.
      [
        "port 0 beside commands in FOpts",
        { fOpts: "0805", change: (m) => Buffer.concat([m, PORT_0, Buffer.of(4, 3)]) },
      ],
      [
        "an empty port 0 beside commands in FOpts",
        { fOpts: "0805", change: (m) => Buffer.concat([m, PORT_0]) },
      ],
      ["a FOptsLen beyond the end", { change: (m) => Buffer.from(m.fill(0x0f, 5, 6)) }],
      ["another Major", { ...GOOD, change: (m) => Buffer.from(m.fill(m[0] | 1, 0, 1)) }],
      ["another Major", { ...GOOD, change: (m) => Buffer.from(m.fill(m[0] | 3, 0, 1)) }],
      ...[0, 1, 2, 4, 6, 7].map(
        (type) =>
          [
            `frame type ${type}`,
            { ...GOOD, change: (m: Buffer) => Buffer.from(m.fill(type << 5, 0, 1)) },
          ] as const,
      ),
      ["another DevAddr", { ...GOOD, change: (m) => Buffer.from(m.fill(m[1] ^ 1, 1, 2)) }],
    ];
    for (const [title, fields] of signed) {
      it(`with ${title}`, () => {
        const it = device(version);
        assertRefused(it, it.build(fields), title);
        assert.equal(it.answers(), "");
      });
    }

    /** Reserved bits say nothing: the frame is taken as if they were 0. */
    for (const [title, change] of [
      ["of MHDR", (m: Buffer) => Buffer.from(m.fill(m[0] | 0x1c, 0, 1))],
      ["of FCtrl", (m: Buffer) => Buffer.from(m.fill(m[5] | 0x40, 5, 6))],
      [
        "of FCtrl: FPending, which asks for an uplink soon",
        (m: Buffer) => Buffer.from(m.fill(m[5] | 0x10, 5, 6)),
      ],
    ] as const) {
      it(`are not those with a bit ${title}`, () => {
        const it = device(version);
        assert.equal(it.receive(it.build({ ...GOOD, change })), true);
        assert.equal(it.downlink.port, 10);
        assert.equal(it.state().rxDelayS, 5);
      });
    }

    it("are not those of 12 octets, with nothing to say", () => {
      const it = device(version);
      const frame = it.build({});
      assert.equal(frame.length, 12);
      assert.equal(it.receive(frame), true);
      assert.equal(it.asksForAnswer, false);
      assert.equal(it.downlink.port, 0);
    });

    for (const port of [224, 225, 255]) {
      it(`are not those on port ${port}, but the application gets nothing of them`, () => {
        const it = device(version);
        assert.equal(it.receive(it.build({ ...GOOD, port })), true);
        assert.equal(it.downlink.port, 0);
        assert.equal(it.state().rxDelayS, 5);
      });
    }

    it("are not those with a counter far ahead: it moves on, and never back", () => {
      const it = device(version);
      const high = it.session.nextFCntDown;
      it.session.nextFCntDown = 0x1fff0;
      it.session.nextAFCntDown = 0x1fff0;
      assertRefused(it, it.build({ fOpts: "0403", fCnt: 0x1fff0 - 0x10000 }), "64 Ki behind");
      assertRefused(it, it.build({ fOpts: "0403", fCnt: high }), "from before");
      assert.equal(it.receive(it.build({ fOpts: "0403", fCnt: 0x2ffef })), true);
      assert.equal(it.session.nextFCntDown, 0x2fff0);
      // Under 1.1 it has a counter of its own.
      const fCnt = version === "1.1" ? 0x20005 : 0x30005;
      assert.equal(it.receive(it.build({ port: 1, payload: "01", fCnt })), true);
      const { nextAFCntDown, nextFCntDown } = it.session;
      assert.equal(version === "1.1" ? nextAFCntDown : nextFCntDown, fCnt + 1);
    });
  });
}
