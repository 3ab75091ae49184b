/**
 * The radios of a LoRa Basics Station: set up by its server, they forward frames by their fields and send by xtime or GPS time
 * (lorabasics/basicstation: s2e.c). Of what a station does this one leaves out: the duty cycle, listening before talking, and
 * that a frame of higher priority takes the place of another.
 */
import { randomInt } from "node:crypto";
import { needsLowDataRateOptimize } from "../../air/index.ts";
import { BEACON_PERIOD_S, buildBeacon } from "../../lorawan/index.ts";
import { type HeardPacket, LORAWAN_SYNC_WORD } from "../concentrator.ts";
import { type GatewayRadio, TRANSMIT_POWERS_DBM } from "../gateway-radio.ts";
import type { BeaconPacket } from "../gps.ts";
import type { JsonMembers } from "../json-members.ts";
import { PacketError } from "../packet-error.ts";
import { dntxedMessage, type StationDownlink, type StationWindow } from "./downlink.ts";
import { parseEui } from "./eui.ts";
import { type FrameFields, fieldsOf } from "./frame-fields.ts";
import type { StationConfig } from "./router-config.ts";
import { StationClock } from "./station-clock.ts";
import { uplinkMessage } from "./uplink.ts";

/** TIMESYNC_LNS_RETRY, TIMESYNC_LNS_BURST, TIMESYNC_LNS_PAUSE. */
const TIMESYNC_RETRY_NS = 71e6;
const TIMESYNC_BURST = 10;
const TIMESYNC_PAUSE_NS = 5e9;
/** CLASS_C_BACKOFF_BY, CLASS_C_BACKOFF_MAX. */
const CLASS_C_BACKOFF_NS = 100e6;
const CLASS_C_ATTEMPTS = 10;
/** TX_AIM_GAP: what a frame for now is ahead. */
const SOON_NS = 20e6;
const RX2_AFTER_RX1_NS = 1e9;
const NORMAL_PREAMBLE_SYMBOLS = 8;

/** Isotropic radiated power of a half-wave dipole against what is fed into it. */
const DIPOLE_DBI = 2.15;
const DEFAULT_EIRP_DBM = 14;
/** What stations of these regions send with, in another band where there is one; s2e.c (handle_router_config). */
const REGION_EIRP_DBM: Readonly<
  Record<string, { eirpDbm: number; band?: { fromHz: number; toHz: number; eirpDbm: number } }>
> = {
  EU863: { eirpDbm: 16, band: { fromHz: 869_400_000, toHz: 869_650_000, eirpDbm: 27 } },
  EU868: { eirpDbm: 16, band: { fromHz: 869_400_000, toHz: 869_650_000, eirpDbm: 27 } },
  KR920: { eirpDbm: 23 },
  US902: { eirpDbm: 30 },
  US915: { eirpDbm: 30 },
};

export class StationRadio {
  readonly #radio: GatewayRadio;
  readonly #send: (message: object) => void;
  #session: { readonly config: StationConfig; readonly clock: StationClock } | undefined;
  #hasBeacons = false;

  /** `send`: what the radios have to say by themselves. */
  constructor(radio: GatewayRadio, send: (message: object) => void) {
    this.#radio = radio;
    this.#send = send;
  }

  get isConfigured(): boolean {
    return this.#session !== undefined;
  }

  stop(): void {
    this.#session = undefined;
    this.#hasBeacons = false;
  }

  /** A configuration begins a new session, in which nothing of the former has a meaning. */
  configure(config: StationConfig): void {
    const { clock, counter, gps } = this.#radio;
    this.#radio.listen(config);
    const session = { config, clock: new StationClock(clock, counter, gps, randomInt(1, 256)) };
    session.clock.setMuxTime(config.muxTime);
    this.#session = session;
    if (session.clock.hasPps) this.#askTime(0);
  }

  #askTime(attempts: number): void {
    const session = this.#session;
    if (session === undefined || session.clock.knowsGpsTime) return;
    this.#send({ msgtype: "timesync", txtime: session.clock.us });
    const pauseNs = (attempts + 1) % TIMESYNC_BURST === 0 ? TIMESYNC_PAUSE_NS : TIMESYNC_RETRY_NS;
    this.#radio.at(this.#radio.clock.nowNs() + pauseNs, () => {
      if (this.#session === session) this.#askTime(attempts + 1);
    });
  }

  /** What the server is told of a packet; undefined where it is none of its business. */
  uplinkOf(packet: HeardPacket): object | undefined {
    if (packet.crcGood !== true || this.#session === undefined) return undefined;
    const { config, clock } = this.#session;
    const { transmission, payload, channel } = packet;
    const fields = fieldsOf(payload);
    if (fields === undefined || !passes(config, fields)) return undefined;
    const DR = config.dataRates.findIndex(
      (rate) =>
        rate !== undefined &&
        !rate.isDownOnly &&
        rate.spreadingFactor === transmission.spreadingFactor &&
        rate.bandwidthHz === transmission.bandwidthHz,
    );
    if (DR < 0) return undefined;
    return uplinkMessage(fields, {
      RefTime: clock.muxTime(),
      DR,
      Freq: this.#radio.channels[channel].frequencyHz,
      upinfo: {
        rctx: 0n,
        xtime: clock.xtime(transmission.endNs),
        gpstime: clock.gpstime(transmission.endNs),
        fts: -1,
        rssi: Math.round(packet.rssiDbm),
        snr: Math.round(packet.snrDb * 4) / 4,
        rxtime: clock.muxTime(),
      },
    });
  }

  /** What the server tells of the time. @throws PacketError */
  synchronise(members: JsonMembers): void {
    const { clock } = this.#session!;
    clock.setMuxTime(members.optional("MuxTime", (member) => members.number(member)));
    if (!members.has("gpstime")) return;
    const gpstime = members.integerIn("gpstime", 0, Number.MAX_SAFE_INTEGER);
    if (members.has("xtime") && !clock.set(members.int64("xtime"), gpstime))
      throw members.error("xtime", "is of another session");
    if (members.has("txtime")) clock.answer(members.integerIn("txtime", 0, Number.MAX_SAFE_INTEGER), gpstime);
    const zeroMs = clock.gpsZeroMs;
    if (zeroMs === undefined || this.#hasBeacons || this.#session?.config.beaconing === undefined) return;
    this.#hasBeacons = true;
    this.#radio.sendBeacons({ zeroMs }, (time) => this.#beacon(time));
  }

  /** The answer to getxtime. */
  xtimes(): object {
    const { clock } = this.#session!;
    const MuxTime = clock.muxTime();
    const xtimes = [clock.xtime(this.#radio.clock.nowNs())];
    return { msgtype: "getxtime", MuxTime, ustime: clock.us / 1e6, UTCtime: MuxTime, xtimes };
  }

  #beacon(time: number): BeaconPacket | undefined {
    const { gps } = this.#radio;
    if (gps?.beacon !== undefined && gps.beacon(time) === undefined) return undefined;
    const { config } = this.#session ?? {};
    if (config?.beaconing === undefined || config.beaconing.frequenciesHz.length === 0) return undefined;
    const { layout, frequenciesHz, dataRate } = config.beaconing;
    const rate = config.dataRates[dataRate];
    if (rate === undefined) return undefined;
    const frequencyHz = frequenciesHz[(time / BEACON_PERIOD_S) % frequenciesHz.length];
    const { spreadingFactor, bandwidthHz } = rate;
    // A station says nothing of the precision, and a virtual one has no place.
    const beacon = { time, precision: 0, infoDesc: 0, info: new Uint8Array(6) };
    const [paramOctets, ownOctets, crcOctets] = [1, 7, 2];
    return {
      frequencyHz,
      spreadingFactor,
      bandwidthHz,
      powerDbm: powerDbm(config, frequencyHz),
      payload: buildBeacon(beacon, {
        rfu1Octets: layout.timeAt - paramOctets,
        rfu2Octets: layout.octets - crcOctets - ownOctets - layout.ownAt,
      }),
    };
  }

  /** Plans a frame in the first of its windows that is free. The protocol has no answer for one that is not sent. */
  place(downlink: StationDownlink): void {
    const session = this.#session!;
    session.clock.setMuxTime(downlink.muxTime);
    const attempts = this.#attempts(downlink);
    let reason = "";
    for (const { window, atNs } of attempts) {
      reason = this.#plan(downlink, window, atNs);
      if (reason === "NONE") return;
    }
    this.#radio.warn(`does not send the frame with diid ${downlink.diid} for ${downlink.devEui}: ${reason}`);
  }

  /** Where and when a frame may go. @throws PacketError if its times are none of this session. */
  #attempts({ deviceClass, xtime, rxDelay, first, second, gpstime }: StationDownlink): {
    window: StationWindow;
    atNs: number | undefined;
  }[] {
    const { clock } = this.#session!;
    if (deviceClass === "B") return [{ window: first!, atNs: clock.nsOfGps(gpstime!) }];
    const uplinkNs = xtime === 0n ? undefined : clock.nsOf(xtime);
    if (uplinkNs === undefined && (deviceClass === "A" || xtime !== 0n))
      throw new PacketError("message.xtime", `${xtime} is of another session of this station`);
    const rx1Ns = uplinkNs === undefined ? undefined : uplinkNs + rxDelay * 1e9;
    const inRx1 = first !== undefined && rx1Ns !== undefined ? [{ window: first, atNs: rx1Ns }] : [];
    if (second === undefined) return inRx1;
    if (deviceClass === "A") return [...inRx1, { window: second, atNs: rx1Ns! + RX2_AFTER_RX1_NS }];
    const soonNs = this.#radio.clock.nowNs() + SOON_NS;
    const anyTime = Array.from({ length: CLASS_C_ATTEMPTS + 1 }, (_, i) => ({
      window: second,
      atNs: soonNs + i * CLASS_C_BACKOFF_NS,
    }));
    return [...inRx1, ...anyTime];
  }

  /** "NONE" if the frame will be sent there. @throws PacketError if the region has no such data rate. */
  #plan(downlink: StationDownlink, window: StationWindow, atNs: number | undefined): string {
    const { config, clock } = this.#session!;
    const { dataRate, frequencyHz } = window;
    const rate = config.dataRates[dataRate];
    if (rate === undefined)
      throw new PacketError("message.DR", `DR${dataRate} is none of LoRa in ${config.region}`);
    const { spreadingFactor, bandwidthHz } = rate;
    const packet = {
      modulation: "lora",
      spreadingFactor,
      bandwidthHz,
      frequencyHz,
      powerDbm: powerDbm(config, frequencyHz),
      codingRate: 1,
      preambleSymbols: downlink.preambleSymbols || NORMAL_PREAMBLE_SYMBOLS,
      implicitHeader: false,
      crc: downlink.addsCrc,
      lowDataRateOptimize: needsLowDataRateOptimize({ spreadingFactor, bandwidthHz }),
      iqInverted: true,
      syncWord: LORAWAN_SYNC_WORD,
      payload: downlink.phyPayload,
    } as const;
    return this.#radio.send(packet, atNs, (sentNs) =>
      this.#send(
        dntxedMessage({
          diid: downlink.diid,
          DR: dataRate,
          Freq: frequencyHz,
          DevEui: downlink.devEui,
          rctx: downlink.rctx,
          xtime: clock.xtime(sentNs),
          txtime: clock.muxTime(),
          gpstime: downlink.gpstime ?? 0,
        }),
      ),
    );
  }
}

/** Whether the server wants to hear of a frame. */
function passes({ netIds, joinEuis }: StationConfig, fields: FrameFields): boolean {
  if (fields.msgtype === "updf") {
    // The seven highest bits of DevAddr: NetIDs of type 0.
    const netId = (fields.DevAddr >>> 25) & 0x7f;
    return netIds === undefined || netIds.some((id) => (id & 0x7f) === netId);
  }
  if (fields.msgtype !== "jreq" || joinEuis.length === 0) return true;
  const joinEui = parseEui(fields.JoinEui, "JoinEui");
  return joinEuis.some(([first, last]) => joinEui >= first && joinEui <= last);
}

/** Conducted, as near to what the region allows as the transmitter comes. */
function powerDbm({ region, maxEirpDbm }: StationConfig, frequencyHz: number): number {
  const own = REGION_EIRP_DBM[region];
  const inBand = own?.band && frequencyHz >= own.band.fromHz && frequencyHz <= own.band.toHz;
  const eirpDbm = (inBand ? own.band?.eirpDbm : own?.eirpDbm) ?? maxEirpDbm ?? DEFAULT_EIRP_DBM;
  const limitDbm = Math.round(eirpDbm - DIPOLE_DBI);
  return Math.max(TRANSMIT_POWERS_DBM[0], ...TRANSMIT_POWERS_DBM.filter((dBm) => dBm <= limitDbm));
}
