/** Messages of Basics Station as this project writes them, for another implementation to read: see vectors.py. */
import { pathToFileURL } from "node:url";
import { dnmsg, dntxedMessage } from "../../../hil/gateway/station/downlink.ts";
import { fieldsOf } from "../../../hil/gateway/station/frame-fields.ts";
import { routerConfig } from "../../../hil/gateway/station/router-config.ts";
import {
  discoveryAnswer,
  discoveryRefusal,
  discoveryRequest,
} from "../../../hil/gateway/station/router-info.ts";
import { uplinkMessage } from "../../../hil/gateway/station/uplink.ts";
import { wideJson } from "../../../hil/gateway/station/wide-json.ts";
import { formXtime } from "../../../hil/gateway/station/xtime.ts";
import { NetworkPlan } from "../../../hil/lorawan/index.ts";

export const EUI = "B827EBFFFE010203";
/** Of radio 0 in session 0x12: more than a number can hold. */
export const XTIME = formXtime({ radio: 0, session: 0x92, us: 5_000_001 });
/** Frames by what is special about them. */
export const FRAMES = {
  joinRequest: "002f000000105e0000080706050403020101ffdeadbeef",
  uplink: "4004030201800700020aabbccddeadbeef",
  uplinkWithFOpts: "80040302f1830100030607efbeadde",
  uplinkWithoutFPort: "4004030201000000deadbeef",
  proprietary: "e00102030405060708090a0b0c0d",
} as const;

const DATA_RATES = new NetworkPlan("EU868").dataRates;
const FRAME = { devEui: "0102030405060708", phyPayload: Buffer.from("2001ff", "hex"), powerDbm: 14 };
const RX1 = { frequencyHz: 868_100_000, dataRate: DATA_RATES.get(5)!, powerDbm: 14 };
const RX2 = { frequencyHz: 869_525_000, dataRate: DATA_RATES.get(0)!, powerDbm: 27 };

/** The text of each message by its name. */
export function messages(): Record<string, string> {
  const context = {
    diid: 77,
    dataRateIndex: (rate: { spreadingFactor: number }) => 12 - rate.spreadingFactor,
    uplink: { xtime: XTIME, rctx: 0n },
    muxTime: 1_767_225_600.5,
  };
  const hearing = {
    RefTime: 0,
    DR: 5,
    Freq: 868_100_000,
    upinfo: {
      rctx: 0n,
      xtime: XTIME,
      gpstime: 1_451_606_418_000_000,
      fts: -1,
      rssi: -35,
      snr: 5.25,
      rxtime: 0,
    },
  };
  const timing = { after: "", delayUs: 5_000_000 };
  const config = (region: "EU868" | "US915", joinEuis?: [string, string][]) =>
    wideJson(
      routerConfig({ plan: new NetworkPlan(region), netId: "000001", joinEuis, nowMs: 1_767_225_600_500 }),
    );
  return {
    ...Object.fromEntries(
      Object.entries(FRAMES).map(([name, octets]) => [
        name,
        wideJson(uplinkMessage(fieldsOf(Buffer.from(octets, "hex"))!, hearing)),
      ]),
    ),
    classA: wideJson(dnmsg({ ...FRAME, ...RX1, timing, otherwise: RX2 }, context)),
    classB: wideJson(dnmsg({ ...FRAME, ...RX1, timing: { gpsMs: 1_451_606_418_960.5 } }, context)),
    classC: wideJson(dnmsg({ ...FRAME, ...RX2 }, context)),
    sent: wideJson(
      dntxedMessage({
        ...{ diid: 77n, DR: 5, Freq: 868_100_000, DevEui: FRAME.devEui },
        ...{ rctx: 0n, xtime: XTIME, txtime: 1.5, gpstime: 0 },
      }),
    ),
    configEu868: config("EU868"),
    configUs915: config("US915", [["00005E1000000000", "00005E10000000FF"]]),
    discoveryRequest: discoveryRequest(EUI),
    discoveryAnswer: discoveryAnswer(EUI, "wss://lns.example:8887/station/B827EBFFFE010203"),
    discoveryRefusal: discoveryRefusal(EUI, "no"),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${JSON.stringify(messages(), null, 2)}\n`);
