/** A LoRaWAN end-device made of lora-packet alone: what it says and understands is not this project's codec. */
import assert from "node:assert/strict";
import { loraPacket } from "../../lorawan/judge.ts";

const octets = (hex: string): Buffer => Buffer.from(hex, "hex");

interface Keys {
  readonly fNwkSIntKey: Buffer;
  readonly sNwkSIntKey: Buffer;
  readonly nwkSEncKey: Buffer;
  readonly appSKey: Buffer;
}

export interface UplinkFields {
  readonly fPort?: number;
  readonly payload?: string;
  readonly confirmed?: boolean;
  readonly ack?: boolean;
  readonly adrAckReq?: boolean;
  readonly classB?: boolean;
  /** MAC commands in clear, hexadecimal. */
  readonly fOpts?: string;
  /** Default: the next one. */
  readonly fCnt?: number;
}

export interface ReadDownlink {
  readonly fCnt: number;
  readonly confirmed: boolean;
  readonly ack: boolean;
  readonly fPending: boolean;
  readonly fPort: number | null;
  readonly payload: string;
  readonly fOpts: string;
}

export class LoraPacketDevice {
  readonly devEui: string;
  readonly joinEui: string;
  readonly macVersion: "1.0.4" | "1.1";
  readonly nwkKey: Buffer;
  readonly appKey: Buffer;
  devNonce = -1;
  devAddr = "";
  keys: Keys | undefined;
  fCntUp = -1;
  /** FCnt of the last confirmed downlink, for the 1.1 MIC of the uplink that acknowledges it. */
  #confirmedFCntDown = 0;

  constructor(macVersion: "1.0.4" | "1.1", devEui = "70B3D57ED0000001", joinEui = "00005E100000002F") {
    this.macVersion = macVersion;
    this.devEui = devEui;
    this.joinEui = joinEui;
    this.nwkKey = octets(`a1${devEui.padEnd(30, "0")}`);
    this.appKey = octets(`b2${devEui.padEnd(30, "0")}`);
  }

  get #rootKey(): Buffer {
    return this.macVersion === "1.1" ? this.nwkKey : this.appKey;
  }

  get #devNonceOctets(): Buffer {
    const nonce = Buffer.alloc(2);
    nonce.writeUInt16BE(this.devNonce);
    return nonce;
  }

  joinRequest(): Buffer {
    this.devNonce++;
    const packet = loraPacket.fromFields(
      {
        MType: "Join Request",
        AppEUI: octets(this.joinEui),
        DevEUI: octets(this.devEui),
        DevNonce: this.#devNonceOctets,
      },
      undefined,
      undefined,
      this.#rootKey,
    );
    return packet.getPHYPayload() as Buffer;
  }

  /** Opens the join-accept, checks its MIC and starts the session. */
  accept(phyPayload: Buffer): void {
    const plain = loraPacket.decryptJoinAccept(loraPacket.fromWire(phyPayload), this.#rootKey);
    const packet = loraPacket.fromWire(plain);
    const joinNonce = packet.AppNonce as Buffer;
    const netId = packet.NetID as Buffer;
    if (this.macVersion === "1.1") {
      packet.JoinEUI = octets(this.joinEui);
      packet.DevNonce = this.#devNonceOctets;
      const { JSIntKey } = loraPacket.generateJSKeys(this.nwkKey, octets(this.devEui));
      assert.equal(loraPacket.verifyMIC(packet, JSIntKey), true, "MIC of the join-accept");
      const keys = loraPacket.generateSessionKeys11(
        this.appKey,
        this.nwkKey,
        octets(this.joinEui),
        joinNonce,
        this.#devNonceOctets,
      );
      this.keys = {
        fNwkSIntKey: keys.FNwkSIntKey,
        sNwkSIntKey: keys.SNwkSIntKey,
        nwkSEncKey: keys.NwkSEncKey,
        appSKey: keys.AppSKey,
      };
    } else {
      assert.equal(loraPacket.verifyMIC(packet, undefined, this.appKey), true, "MIC of the join-accept");
      const keys = loraPacket.generateSessionKeys10(this.appKey, netId, joinNonce, this.#devNonceOctets);
      this.keys = {
        fNwkSIntKey: keys.NwkSKey,
        sNwkSIntKey: keys.NwkSKey,
        nwkSEncKey: keys.NwkSKey,
        appSKey: keys.AppSKey,
      };
    }
    this.devAddr = (packet.DevAddr as Buffer).toString("hex").toUpperCase();
    this.fCntUp = -1;
  }

  /** `txDr`, `txCh`: data rate and channel that it will go out on. */
  uplink(fields: UplinkFields, txDr: number, txCh: number): Buffer {
    const keys = this.keys as Keys;
    const fCnt = fields.fCnt ?? ++this.fCntUp;
    const high = Buffer.alloc(2);
    high.writeUInt16LE(Math.floor(fCnt / 0x10000));
    const packet = loraPacket.fromFields(
      {
        MType: fields.confirmed ? "Confirmed Data Up" : "Unconfirmed Data Up",
        DevAddr: octets(this.devAddr),
        FCnt: fCnt & 0xffff,
        FPort: fields.fPort,
        FOpts: fields.fOpts ?? "",
        payload: octets(fields.payload ?? ""),
        // In an uplink, the bit of FPending is ClassB.
        FCtrl: { ACK: fields.ack, ADRACKReq: fields.adrAckReq, FPending: fields.classB },
      },
      keys.appSKey,
      keys.nwkSEncKey,
      undefined,
      high,
    );
    if (this.macVersion === "1.1") {
      packet.encryptFOpts(keys.nwkSEncKey, undefined, high);
      const conf = Buffer.alloc(4);
      if (fields.ack) conf.writeUInt16BE(this.#confirmedFCntDown);
      conf.set([txDr, txCh], 2);
      loraPacket.recalculateMIC(packet, keys.fNwkSIntKey, keys.sNwkSIntKey, high, conf);
    } else loraPacket.recalculateMIC(packet, keys.fNwkSIntKey, undefined, high);
    return packet.PHYPayload as Buffer;
  }

  /** Checks the MIC of a downlink and decrypts it. */
  read(phyPayload: Buffer): ReadDownlink {
    const keys = this.keys as Keys;
    const packet = loraPacket.fromWire(phyPayload);
    assert.equal((packet.DevAddr as Buffer).toString("hex").toUpperCase(), this.devAddr);
    if (this.macVersion === "1.1") {
      const conf = Buffer.alloc(2);
      if (packet.getFCtrlACK()) conf.writeUInt16LE(this.fCntUp & 0xffff);
      const good = loraPacket.verifyMIC(packet, keys.fNwkSIntKey, keys.sNwkSIntKey, undefined, conf);
      assert.equal(good, true, "MIC of the downlink");
    } else assert.equal(loraPacket.verifyMIC(packet, keys.fNwkSIntKey), true, "MIC of the downlink");
    const fPort = packet.FPort?.length ? packet.getFPort() : null;
    const payload =
      fPort === null ? Buffer.alloc(0) : loraPacket.decrypt(packet, keys.appSKey, keys.nwkSEncKey);
    if (packet.isConfirmed()) this.#confirmedFCntDown = packet.getFCnt() as number;
    const clear = this.macVersion === "1.1" ? packet.decryptFOpts(keys.nwkSEncKey) : packet.FOpts;
    return {
      fCnt: packet.getFCnt() as number,
      confirmed: packet.isConfirmed(),
      ack: packet.getFCtrlACK() as boolean,
      fPending: packet.getFCtrlFPending() as boolean,
      fPort,
      payload: payload.toString("hex"),
      fOpts: (clear as Buffer).toString("hex"),
    };
  }
}
