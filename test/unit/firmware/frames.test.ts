/** Frames of the device, judged by lora-packet in both directions, in both versions of the link layer. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type * as HalModule from "../../../firmware/hal/index.ts";
import type * as DownlinkModule from "../../../firmware/lorawan/downlink.ts";
import type * as FrameModule from "../../../firmware/lorawan/frame.ts";
import type * as OutboxModule from "../../../firmware/lorawan/outbox.ts";
import type * as SessionModule from "../../../firmware/lorawan/session.ts";
import type * as UplinkModule from "../../../firmware/lorawan/uplink.ts";
import { buildDataMessage, cryptFOpts, cryptFrmPayload, downlinkMic11 } from "../../../hil/lorawan/index.ts";
import { loraPacket } from "../lorawan/judge.ts";
import { loadFirmware } from "./support/instance.ts";

const PHY = 16;

/** CID of RekeyInd and RekeyConf. */
const REKEY = 0x0b;

/** A device of either version with its session open to the test. */
function device(lorawan11: boolean) {
  const firmware = loadFirmware({ LORAWAN_1_1: lorawan11 }, { application: "longest" });
  const session = firmware("lorawan/session.ts") as unknown as typeof SessionModule;
  const uplink = firmware("lorawan/uplink.ts") as unknown as typeof UplinkModule;
  const downlink = firmware("lorawan/downlink.ts") as unknown as typeof DownlinkModule;
  const { bindHal } = firmware("hal/index.ts") as unknown as typeof HalModule;
  bindHal({ batteryLevel: () => 255 } as HalModule.Hal);
  const { frame } = firmware("lorawan/frame.ts") as unknown as typeof FrameModule;
  const outbox = firmware("lorawan/outbox.ts") as unknown as typeof OutboxModule;
  return { ...session, ...uplink, ...downlink, ...outbox, frame };
}
type Device = ReturnType<typeof device>;

const key = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((octets) => Buffer.from(octets));
const sessionCase = fc.record({
  fNwkSIntKey: key,
  sNwkSIntKey: key,
  nwkSEncKey: key,
  appSKey: key,
  devAddr: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((octets) => Buffer.from(octets)),
  fCnt: fc.integer({ min: 0, max: 0xfffffffe }),
  port: fc.integer({ min: 1, max: 223 }),
  payload: fc.uint8Array({ minLength: 1, maxLength: 49 }).map((octets) => Buffer.from(octets)),
  dataRate: fc.integer({ min: 0, max: 5 }),
  channel: fc.integer({ min: 0, max: 7 }),
  owesAck: fc.boolean(),
  confFCnt: fc.integer({ min: 0, max: 0xffff }),
  awaitsRekeyConf: fc.boolean(),
});
type SessionCase = typeof sessionCase extends fc.Arbitrary<infer T> ? T : never;

function openSession(it: Device, c: SessionCase, isNetwork11: boolean): void {
  it.fNwkSIntKey.set(c.fNwkSIntKey);
  it.sNwkSIntKey.set(isNetwork11 ? c.sNwkSIntKey : c.fNwkSIntKey);
  it.nwkSEncKey.set(isNetwork11 ? c.nwkSEncKey : c.fNwkSIntKey);
  it.appSKey.set(c.appSKey);
  it.devAddr.set(Buffer.from(c.devAddr).reverse());
  Object.assign(it.session, {
    joined: true,
    isNetwork11,
    awaitsRekeyConf: isNetwork11 && c.awaitsRekeyConf,
    fCntUp: c.fCnt,
    nextFCntDown: 0,
    nextAFCntDown: 0,
    owesAck: c.owesAck,
    confFCntDown: c.confFCnt,
  });
  it.clearOutbox();
  if (isNetwork11 && c.awaitsRekeyConf) it.post(REKEY, 1, 0);
}

/** High half of a counter as lora-packet wants it. */
function high(fCnt: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16LE(Math.floor(fCnt / 0x10000));
  return octets;
}

function compose(it: Device, c: SessionCase): Buffer {
  it.uplinkPayload.set(c.payload);
  assert.equal(it.beginUplink(c.port, c.payload.length), true);
  const length = it.composeUplink(c.dataRate, c.channel);
  return Buffer.from(it.frame.slice(PHY, PHY + length));
}

function assertFields(packet: ReturnType<typeof loraPacket.fromWire>, c: SessionCase): void {
  assert.equal(packet.getMType(), "Unconfirmed Data Up");
  assert.deepEqual(packet.DevAddr, c.devAddr);
  assert.equal(packet.getFCnt(), c.fCnt & 0xffff);
  assert.equal(packet.getFPort(), c.port);
  assert.equal(packet.getFCtrlACK(), c.owesAck);
  assert.deepEqual(loraPacket.decrypt(packet, c.appSKey, undefined, high(c.fCnt)), c.payload);
}

describe("firmware: data frames", () => {
  for (const [title, lorawan11] of [
    ["a 1.0.4 device", false],
    ["a 1.1 device on a 1.0 network", true],
  ] as const) {
    it(`uplinks of ${title} pass lora-packet`, () => {
      const it = device(lorawan11);
      fc.assert(
        fc.property(sessionCase, (c) => {
          openSession(it, c, false);
          const packet = loraPacket.fromWire(compose(it, c));
          assertFields(packet, c);
          assert.equal(packet.FOpts?.length, 0);
          assert.equal(loraPacket.verifyMIC(packet, c.fNwkSIntKey, undefined, high(c.fCnt)), true);
        }),
        { seed: 104, numRuns: 100 },
      );
    });
  }

  it("uplinks of a 1.1 device pass lora-packet: both halves of the MIC, encrypted RekeyInd", () => {
    const it = device(true);
    fc.assert(
      fc.property(sessionCase, (c) => {
        openSession(it, c, true);
        const packet = loraPacket.fromWire(compose(it, c));
        assertFields(packet, c);
        // lora-packet wants ConfFCnt with its octets swapped in uplinks.
        const conf = Buffer.from([c.confFCnt >> 8, c.confFCnt & 0xff, c.dataRate, c.channel]);
        if (!c.owesAck) conf.fill(0, 0, 2);
        assert.equal(loraPacket.verifyMIC(packet, c.fNwkSIntKey, c.sNwkSIntKey, high(c.fCnt), conf), true);
        if (c.awaitsRekeyConf) {
          const fOpts = packet.decryptFOpts(c.nwkSEncKey, undefined, high(c.fCnt));
          assert.equal(fOpts.toString("hex"), "0b01");
        } else {
          assert.equal(packet.FOpts?.length, 0);
        }
      }),
      { seed: 110, numRuns: 100 },
    );
  });

  it("acknowledges once", () => {
    const it = device(true);
    const c = fc.sample(sessionCase, { seed: 1, numRuns: 1 })[0];
    openSession(it, { ...c, owesAck: true }, true);
    assert.equal(loraPacket.fromWire(compose(it, c)).getFCtrlACK(), true);
    assert.equal(loraPacket.fromWire(compose(it, c)).getFCtrlACK(), false);
  });

  /** What lora-packet makes of a downlink under 1.0 rules. */
  const downlinkOf = (
    c: SessionCase,
    fields: { fCnt: number; port: number; confirmed: boolean; fOpts?: string },
  ) =>
    loraPacket
      .fromFields(
        {
          MType: fields.confirmed ? "Confirmed Data Down" : "Unconfirmed Data Down",
          DevAddr: c.devAddr,
          FCnt: fields.fCnt & 0xffff,
          FCtrl: { ADR: false, ACK: false, ADRACKReq: false, FPending: false },
          FPort: fields.port,
          FOpts: Buffer.from(fields.fOpts ?? "", "hex"),
          payload: c.payload,
        },
        c.appSKey,
        c.fNwkSIntKey,
        undefined,
        high(fields.fCnt),
      )
      .getPHYPayload() as Buffer;

  const receive = (it: Device, phyPayload: Uint8Array): boolean => {
    it.frame.set(phyPayload, PHY);
    return it.acceptDownlink(phyPayload.length, true);
  };

  for (const [title, lorawan11] of [
    ["a 1.0.4 device", false],
    ["a 1.1 device on a 1.0 network", true],
  ] as const) {
    it(`${title} takes the downlinks of lora-packet, once each`, () => {
      const it = device(lorawan11);
      fc.assert(
        fc.property(sessionCase, fc.boolean(), (c, confirmed) => {
          openSession(it, { ...c, owesAck: false }, false);
          it.session.nextFCntDown = Math.max(0, c.fCnt - c.confFCnt);
          const phyPayload = downlinkOf(c, { fCnt: c.fCnt, port: c.port, confirmed });
          assert.equal(receive(it, phyPayload), true);
          assert.equal(it.downlink.port, c.port);
          assert.deepEqual(Buffer.from(it.frame.slice(0, it.downlink.length)), c.payload);
          assert.equal(it.session.nextFCntDown, c.fCnt + 1);
          assert.equal(it.session.owesAck, confirmed);
          if (confirmed) assert.equal(it.session.confFCntDown, c.fCnt & 0xffff);
          assert.equal(receive(it, phyPayload), false, "the same frame again");
        }),
        { seed: 105, numRuns: 100 },
      );
    });
  }

  it("ignores what is not a downlink for it", () => {
    const it = device(false);
    const c = { ...fc.sample(sessionCase, { seed: 2, numRuns: 1 })[0], port: 7, fCnt: 5 };
    const good = downlinkOf(c, { fCnt: 5, port: 7, confirmed: false });
    const changed = (at: number, value: number) => {
      const phyPayload = Buffer.from(good);
      phyPayload[at] = value;
      return phyPayload;
    };
    const cases: Array<[string, Buffer]> = [
      ["too short", good.subarray(0, 11)],
      ["an uplink", changed(0, 0x40)],
      ["another major version", changed(0, 0x61)],
      ["another DevAddr", changed(1, good[1] ^ 1)],
      [
        "FOptsLen beyond the frame",
        Buffer.concat([good.subarray(0, 5), Buffer.from("0f050000000000", "hex")]),
      ],
      ["a changed payload", changed(10, good[10] ^ 1)],
      ["a changed MIC", changed(good.length - 1, good[good.length - 1] ^ 1)],
    ];
    for (const [title, phyPayload] of cases) {
      openSession(it, c, false);
      assert.equal(receive(it, phyPayload), false, title);
      assert.equal(it.session.nextFCntDown, 0, title);
    }
    openSession(it, c, false);
    assert.equal(receive(it, good), true);
  });

  it("drops a downlink with MAC commands both in FOpts and on port 0", () => {
    const it = device(false);
    const c = fc.sample(sessionCase, { seed: 3, numRuns: 1 })[0];
    openSession(it, c, false);
    assert.equal(receive(it, downlinkOf(c, { fCnt: 1, port: 0, confirmed: false, fOpts: "06" })), false);
    assert.equal(receive(it, downlinkOf(c, { fCnt: 1, port: 3, confirmed: false, fOpts: "06" })), true);
  });

  describe("downlinks of a 1.1 network", () => {
    /** A downlink by the servers' codec. */
    const downlink11 = (
      c: SessionCase,
      fields: {
        fCnt: number;
        port?: number;
        payload?: Buffer;
        commands?: Buffer;
        ack?: number;
        confirmed?: boolean;
      },
    ) => {
      const devAddr = c.devAddr.toString("hex").toUpperCase();
      const {
        fCnt,
        port,
        payload = Buffer.alloc(0),
        commands = Buffer.alloc(0),
        ack,
        confirmed = false,
      } = fields;
      const counter = port === undefined || port === 0 ? "NFCntDown" : "AFCntDown";
      const message = buildDataMessage({
        direction: "down",
        confirmed,
        devAddr,
        adr: false,
        adrAckReq: false,
        ack: ack !== undefined,
        classBOrFPending: false,
        fCnt16: fCnt & 0xffff,
        fOpts: cryptFOpts({ devAddr, fCnt, counter }, c.nwkSEncKey, commands),
        fPort: port,
        frmPayload: cryptFrmPayload(
          { devAddr, fCnt, direction: "down" },
          port === 0 ? c.nwkSEncKey : c.appSKey,
          payload,
        ),
      });
      const mic = downlinkMic11({ devAddr, fCnt, message, confFCnt: ack ?? 0 }, c.sNwkSIntKey);
      return Buffer.concat([message, mic]);
    };
    const c = {
      ...fc.sample(sessionCase, { seed: 4, numRuns: 1 })[0],
      awaitsRekeyConf: true,
      owesAck: false,
    };
    const rekeyConf = Buffer.from("0b01", "hex");
    let it11: Device;
    beforeEach(() => {
      it11 = device(true);
      openSession(it11, c, true);
    });

    it("are counted apart by port", () => {
      assert.equal(receive(it11, downlink11(c, { fCnt: 7, port: 9, payload: c.payload })), true);
      assert.deepEqual(Buffer.from(it11.frame.slice(0, it11.downlink.length)), c.payload);
      assert.equal(receive(it11, downlink11(c, { fCnt: 3 })), true);
      assert.equal(it11.downlink.port, 0);
      assert.equal(it11.session.nextAFCntDown, 8);
      assert.equal(it11.session.nextFCntDown, 4);
      assert.equal(receive(it11, downlink11(c, { fCnt: 7, port: 9, payload: c.payload })), false);
    });

    for (const [title, fields] of [
      ["in FOpts of a frame without port", { fCnt: 0, commands: rekeyConf }],
      ["in FOpts of a frame for the application", { fCnt: 0, port: 1, commands: rekeyConf }],
      ["on port 0", { fCnt: 0, port: 0, payload: rekeyConf }],
    ] as const) {
      it(`confirm the keys ${title}`, () => {
        assert.equal(receive(it11, downlink11(c, fields)), true);
        assert.equal(it11.session.awaitsRekeyConf, false);
      });
    }

    it("confirm the keys whatever the reserved bits of RekeyConf say", () => {
      assert.equal(receive(it11, downlink11(c, { fCnt: 0, commands: Buffer.from("0bf1", "hex") })), true);
      assert.equal(it11.session.awaitsRekeyConf, false);
    });

    for (const [title, commands] of [
      ["of another version", "0b02"],
      ["of version 0", "0b00"],
      ["cut short", "0b"],
      ["behind a command of unknown length", "7f0b01"],
    ] as const) {
      it(`do not confirm the keys with a RekeyConf ${title}`, () => {
        assert.equal(receive(it11, downlink11(c, { fCnt: 0, commands: Buffer.from(commands, "hex") })), true);
        assert.equal(it11.session.awaitsRekeyConf, true);
      });
    }

    it("that acknowledge must name the uplink under way", () => {
      it11.session.fCntUp = 11;
      assert.equal(receive(it11, downlink11(c, { fCnt: 0, ack: 10 })), false);
      assert.equal(receive(it11, downlink11(c, { fCnt: 0, ack: 11 })), true);
    });

    it("are acknowledged with their counter when confirmed", () => {
      assert.equal(
        receive(it11, downlink11(c, { fCnt: 0x12345, port: 1, confirmed: true })),
        false,
        "too far",
      );
      it11.session.nextAFCntDown = 0x12000;
      assert.equal(receive(it11, downlink11(c, { fCnt: 0x12345, port: 1, confirmed: true })), true);
      assert.equal(it11.session.confFCntDown, 0x2345);
      assert.equal(it11.session.owesAck, true);
    });
  });

  it("restores FCntDown beyond 16 bits, and no further than 32", () => {
    const { restoreFCnt } = device(true);
    const cases: Array<[low: number, next: number, fCnt: number]> = [
      [0, 0, 0],
      [5, 0, 5],
      [0xffff, 0, 0xffff],
      [5, 5, 5],
      [4, 5, 0x10004],
      [0, 0x1ffff, 0x20000],
      [0xffff, 0xffffffff, 0xffffffff],
      [0, 0xffff0001, 0xffffffff],
    ];
    for (const [low, next, fCnt] of cases) assert.equal(restoreFCnt(low, next), fCnt);
  });
});
