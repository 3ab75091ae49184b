/**
 * The MAC of a device in a session, without a radio: downlinks by the servers' codec go in, and what its uplinks carry
 * comes out by lora-packet.
 */
import assert from "node:assert/strict";
import type * as HalModule from "../../../../firmware/hal/index.ts";
import type * as AdrModule from "../../../../firmware/lorawan/adr.ts";
import type * as DynamicModule from "../../../../firmware/lorawan/channels/dynamic.ts";
import type * as ChannelsModule from "../../../../firmware/lorawan/channels/index.ts";
import type * as DownlinkModule from "../../../../firmware/lorawan/downlink.ts";
import type * as FrameModule from "../../../../firmware/lorawan/frame.ts";
import type * as LinkModule from "../../../../firmware/lorawan/link.ts";
import type * as OutboxModule from "../../../../firmware/lorawan/outbox.ts";
import type * as SessionModule from "../../../../firmware/lorawan/session.ts";
import type * as UplinkModule from "../../../../firmware/lorawan/uplink.ts";
import type * as RadioModule from "../../../../firmware/radio/index.ts";
import {
  buildDataMessage,
  cryptFOpts,
  cryptFrmPayload,
  dataMic10,
  downlinkMic11,
} from "../../../../hil/lorawan/index.ts";
import type { RegionName } from "../../../../toolchain/regions/index.ts";
import { loraPacket } from "../../lorawan/judge.ts";
import { loadFirmware } from "./instance.ts";

const PHY = 16;
const DEV_ADDR = "26011F42";

/** Versions of the device and of its network. */
export const VERSIONS = ["1.0.4", "1.1 on 1.0", "1.1"] as const;
export type Version = (typeof VERSIONS)[number];

const key = (first: number) => Buffer.from(Array.from({ length: 16 }, (_, i) => first + i));

export interface DownlinkFields {
  /** MAC commands in FOpts, in clear, hexadecimal. */
  readonly fOpts?: string;
  readonly port?: number;
  /** FRMPayload in clear, hexadecimal. */
  readonly payload?: string;
  readonly confirmed?: boolean;
  /** ACK, with the FCntUp that it is for. */
  readonly ack?: number;
  readonly fCnt?: number;
  /** What is signed in place of the message. */
  readonly change?: (message: Buffer) => Buffer;
}

/** All that MAC commands can change, in words that a table of cases can name. */
export interface MacState {
  readonly dataRate: number;
  readonly txPower: number;
  readonly nbTrans: number;
  readonly maxDutyCycle: number;
  readonly rx1DrOffset: number;
  readonly rx2: string;
  readonly rxDelayS: number;
  readonly enabled: string;
  /** By channel: "frequency/frequency of RX1 DRmin-max", in units of 100 Hz. */
  readonly channels: Readonly<Record<number, string>>;
  readonly awaitsRekeyConf: boolean;
  readonly link: string;
  readonly isTimeKnown: boolean;
}

export class MacSession {
  readonly #isNetwork11: boolean;
  readonly #firmware: ReturnType<typeof loadFirmware>;
  readonly #keys = {
    fNwkSIntKey: key(0x10),
    sNwkSIntKey: key(0x20),
    nwkSEncKey: key(0x30),
    appSKey: key(0x40),
  };
  nFCntDown = 0;
  aFCntDown = 0;
  battery = 200;
  #isSilent = false;
  readonly #store = new Uint8Array(1024);
  readonly #hal = {
    batteryLevel: () => this.battery,
    now: () => 0,
    storeRead: (address: number) => this.#store[address],
    storeWrite: (address: number, value: number) => {
      this.#store[address] = value;
    },
  } as unknown as HalModule.Hal;

  constructor(
    version: Version,
    config: Readonly<Record<string, boolean | number>> = {},
    region: RegionName = "EU868",
  ) {
    this.#isNetwork11 = version === "1.1";
    this.#firmware = loadFirmware(
      { LORAWAN_1_1: version !== "1.0.4", ...config },
      { application: "longest", region },
    );
    const { bindHal } = this.module<typeof HalModule>("hal/index.ts");
    bindHal(this.#hal);
    this.module<typeof ChannelsModule>("lorawan/channels/index.ts").resetChannels();
    const { session, resetParameters, devAddr, ...keys } =
      this.module<typeof SessionModule>("lorawan/session.ts");
    if (!this.#isNetwork11) {
      this.#keys.sNwkSIntKey = this.#keys.fNwkSIntKey;
      this.#keys.nwkSEncKey = this.#keys.fNwkSIntKey;
    }
    for (const name of ["fNwkSIntKey", "sNwkSIntKey", "nwkSEncKey", "appSKey"] as const)
      keys[name].set(this.#keys[name]);
    devAddr.set(Buffer.from(DEV_ADDR, "hex").reverse());
    resetParameters();
    Object.assign(session, { joined: true, isNetwork11: this.#isNetwork11, dataRate: 5 });
    this.module<typeof AdrModule>("lorawan/adr.ts").resetAdr();
  }

  module<T>(path: string): T {
    return this.#firmware(path) as T;
  }

  get session(): SessionModule.Session {
    return this.module<typeof SessionModule>("lorawan/session.ts").session;
  }

  get downlink(): DownlinkModule.Downlink {
    return this.module<typeof DownlinkModule>("lorawan/downlink.ts").downlink;
  }

  /** A downlink as the servers' codec builds it. */
  build(fields: DownlinkFields): Buffer {
    const { port, payload = "", fOpts = "", confirmed = false, ack } = fields;
    const byA = this.#isNetwork11 && port !== undefined && port > 0;
    const fCnt = fields.fCnt ?? (byA ? this.aFCntDown++ : this.nFCntDown++);
    const commands = Buffer.from(fOpts, "hex");
    const cipher = { devAddr: DEV_ADDR, fCnt, direction: "down" } as const;
    const message = buildDataMessage({
      direction: "down",
      confirmed,
      devAddr: DEV_ADDR,
      adr: true,
      adrAckReq: false,
      ack: ack !== undefined,
      classBOrFPending: false,
      fCnt16: fCnt & 0xffff,
      fOpts: this.#isNetwork11
        ? cryptFOpts(
            { devAddr: DEV_ADDR, fCnt, counter: byA ? "AFCntDown" : "NFCntDown" },
            this.#keys.nwkSEncKey,
            commands,
          )
        : commands,
      fPort: port,
      frmPayload: cryptFrmPayload(
        cipher,
        port === 0 ? this.#keys.nwkSEncKey : this.#keys.appSKey,
        Buffer.from(payload, "hex"),
      ),
    });
    const signed = fields.change?.(message) ?? message;
    const input = { devAddr: DEV_ADDR, fCnt, message: signed };
    const mic = this.#isNetwork11
      ? downlinkMic11({ ...input, confFCnt: ack ?? 0 }, this.#keys.sNwkSIntKey)
      : dataMic10(input, this.#keys.fNwkSIntKey, "down");
    return Buffer.concat([signed, mic]);
  }

  /** Gives the device a frame, as if it had come in a window. Whether it is a downlink for it. */
  receive(phyPayload: Uint8Array): boolean {
    const { frame } = this.module<typeof FrameModule>("lorawan/frame.ts");
    this.#isSilent = false;
    frame.fill(0xee, PHY);
    frame.set(phyPayload, PHY);
    return this.module<typeof DownlinkModule>("lorawan/downlink.ts").acceptDownlink(phyPayload.length, true);
  }

  /** A downlink that must be taken. */
  send(fields: DownlinkFields): void {
    assert.equal(this.receive(this.build(fields)), true);
  }

  /** Ends the uplink under way as the device does, with FCntUp of the next. */
  endUplink(isHeard: boolean): void {
    this.module<typeof OutboxModule>("lorawan/outbox.ts").settleOutbox(isHeard);
    this.session.fCntUp++;
  }

  /** As after a join under 1.1: RekeyInd goes until RekeyConf. */
  awaitRekeyConf(): void {
    this.session.awaitsRekeyConf = true;
    const { post, Cid } = this.module<typeof OutboxModule>("lorawan/outbox.ts");
    post(Cid.Rekey, 1, 0);
  }

  /** The radio has received a frame with this signal-to-noise ratio. */
  hear(snrQuarters: number): void {
    const registers: Record<number, number> = { 18: 0x40, 19: 1, 25: snrQuarters & 0xff };
    let address = -1;
    const { bindHal } = this.module<typeof HalModule>("hal/index.ts");
    bindHal({
      ...this.#hal,
      radioSelect: () => {
        address = -1;
      },
      radioTransfer: (out: number) => {
        if (address >= 0) return registers[address] ?? 0;
        address = out & 0x7f;
        return 0;
      },
    });
    this.module<typeof RadioModule>("radio/index.ts").readFrame(new Uint8Array(64));
  }

  /**
   * An uplink that nothing answers. Its silence is noted before the next one: until then there is what it was sent
   * with.
   */
  silentUplink() {
    if (this.#isSilent) this.module<typeof AdrModule>("lorawan/adr.ts").noteSilence();
    this.begin();
    const uplink = this.compose();
    this.endUplink(false);
    this.#isSilent = true;
    return uplink;
  }

  get asksForAnswer(): boolean {
    return this.module<typeof AdrModule>("lorawan/adr.ts").asksForAnswer();
  }

  /** Begins an uplink of `length` octets on port 1: whether they fit. */
  begin(length = 0): boolean {
    return this.module<typeof UplinkModule>("lorawan/uplink.ts").beginUplink(1, length);
  }

  /** The uplink under way as lora-packet reads it, its MIC checked. */
  compose(dataRate = 5, channel = 2) {
    const { composeUplink } = this.module<typeof UplinkModule>("lorawan/uplink.ts");
    const { frame } = this.module<typeof FrameModule>("lorawan/frame.ts");
    const length = composeUplink(dataRate, channel);
    const packet = loraPacket.fromWire(Buffer.from(frame.slice(PHY, PHY + length)));
    const { fCntUp, confFCntDown } = this.session;
    const high = Buffer.from([(fCntUp >>> 16) & 0xff, fCntUp >>> 24]);
    const ack = packet.getFCtrlACK();
    const { fNwkSIntKey, sNwkSIntKey, nwkSEncKey, appSKey } = this.#keys;
    // lora-packet wants ConfFCnt with its octets swapped in uplinks.
    const conf = Buffer.from([ack ? confFCntDown >> 8 : 0, ack ? confFCntDown & 0xff : 0, dataRate, channel]);
    const isValid = this.#isNetwork11
      ? loraPacket.verifyMIC(packet, fNwkSIntKey, sNwkSIntKey, high, conf)
      : loraPacket.verifyMIC(packet, fNwkSIntKey, undefined, high);
    assert.equal(isValid, true, "MIC");
    const fOpts = this.#isNetwork11
      ? packet.decryptFOpts(nwkSEncKey, undefined, high)
      : (packet.FOpts ?? Buffer.alloc(0));
    return {
      phyPayload: packet.getPHYPayload() as Buffer,
      type: packet.getMType(),
      fCnt: packet.getFCnt(),
      fOpts: fOpts.toString("hex"),
      port: packet.getFPort() ?? undefined,
      payload: loraPacket.decrypt(packet, appSKey, undefined, high),
      ack,
      adr: packet.getFCtrlADR(),
      adrAckReq: packet.getFCtrlADRACKReq(),
    };
  }

  /** What the next uplink says in FOpts; it is then over, and `isHeard` says whether a downlink came. */
  answers(isHeard = true): string {
    this.begin();
    const { fOpts } = this.compose();
    this.endUplink(isHeard);
    return fOpts;
  }

  state(): MacState {
    const { frequencyOf, downlinkFrequencyOf } =
      this.module<typeof ChannelsModule>("lorawan/channels/index.ts");
    const { channelsWith, enabledChannels } = this.module<typeof DynamicModule>(
      "lorawan/channels/dynamic.ts",
    );
    const { link, isTimeKnown } = this.module<typeof LinkModule>("lorawan/link.ts");
    const { session } = this;
    const there: Record<number, string> = {};
    for (let i = 0; i < 16; i++) {
      if (frequencyOf(i) === 0) continue;
      const rates = [0, 1, 2, 3, 4, 5].filter((rate) => channelsWith(1 << i, rate) !== 0);
      there[i] = `${frequencyOf(i)}/${downlinkFrequencyOf(i)} DR${rates[0]}-${rates.at(-1)}`;
    }
    return {
      dataRate: session.dataRate,
      txPower: session.txPower,
      nbTrans: session.nbTrans,
      maxDutyCycle: session.maxDutyCycle,
      rx1DrOffset: session.rx1DrOffset,
      rx2: `${session.rx2Frequency} DR${session.rx2DataRate}`,
      rxDelayS: session.rxDelayS,
      enabled: enabledChannels().toString(16),
      channels: there,
      awaitsRekeyConf: session.awaitsRekeyConf,
      link: `${link.checks}: ${link.margin} dB, ${link.gateways}`,
      isTimeKnown: isTimeKnown(),
    };
  }
}
