/** Gateways of the Semtech UDP protocol for a Network Server: rxpk and txpk turned into its units and back. */
import type { FrameToSend, GatewayServer, HeardFrame, SendTiming } from "../gateway-server.ts";
import { formatDatr, parseDatr } from "./payload.ts";
import type { LoraTxpk } from "./txpk.ts";
import type { UdpGatewayServer, Uplink } from "./udp-gateway-server.ts";

/** Of a concentrator's counter of microseconds. */
const COUNTER_MODULUS = 2 ** 32;

export function udpGateways(server: UdpGatewayServer): GatewayServer {
  return {
    onUplink: (listener) =>
      server.onUplink((uplink) => {
        const frame = heardFrame(uplink);
        if (frame !== undefined) listener(frame);
      }),
    sendDownlink: (gatewayEui, frame) => server.sendDownlink(gatewayEui, txpkOf(frame)),
  };
}

/** Undefined for anything but LoRa, which no Network Server here takes. */
function heardFrame({ gatewayEui, rxpk, payload }: Uplink): HeardFrame | undefined {
  const dataRate = rxpk.modu === "LORA" ? parseDatr(rxpk.datr) : undefined;
  if (rxpk.modu !== "LORA" || dataRate === undefined) return undefined;
  return {
    gatewayEui,
    phyPayload: payload,
    instant: String(rxpk.tmst),
    frequencyHz: Math.round(rxpk.freq * 1e6),
    dataRate,
    rssiDbm: rxpk.rssi,
    snrDb: rxpk.lsnr,
  };
}

function txpkOf({ phyPayload, timing, frequencyHz, dataRate, powerDbm }: FrameToSend): LoraTxpk {
  return {
    imme: timing === undefined,
    ...members(timing),
    freq: frequencyHz / 1e6,
    rfch: 0,
    powe: powerDbm,
    modu: "LORA",
    datr: formatDatr(dataRate),
    codr: "4/5",
    ipol: true,
    ncrc: true,
    size: phyPayload.length,
    data: Buffer.from(phyPayload).toString("base64"),
  };
}

function members(timing: SendTiming | undefined): Pick<LoraTxpk, "tmst" | "tmms"> {
  if (timing === undefined) return {};
  if ("gpsMs" in timing) return { tmms: timing.gpsMs };
  return { tmst: (Number(timing.after) + timing.delayUs) % COUNTER_MODULUS };
}
