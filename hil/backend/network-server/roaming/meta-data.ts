/**
 * Uplinks and receive windows as Network Servers tell them each other: ULMetaData and DLMetaData of TS002-1.0, section 16.
 */
import type { NetworkPlan } from "../../../lorawan/index.ts";
import type { DlMetaData, UlMetaData } from "../../interfaces/index.ts";
import type { FrameToSend } from "../gateways.ts";
import type { ReceiveWindow } from "../receive-windows.ts";
import type { Reception, Uplink } from "../reception.ts";

const HZ_IN_MHZ = 1e6;
const US_IN_SECOND = 1e6;
const NS_IN_US = 1000;
/** Of a frame that a partner's gateway has heard this late at most: more is its clock. */
const LONGEST_WAY_NS = 1_000_000_000;
/** What a gateway that tells no RSSI is taken to have heard. */
const FAINTEST_DBM = -150;

/** What the visited network tells of an uplink. */
export function ulMetaDataOf(
  plan: NetworkPlan,
  { best, receptions }: Uplink,
  more: Pick<UlMetaData, "RecvTime" | "FNSULToken" | "DevEUI" | "DevAddr">,
): UlMetaData {
  return {
    ...more,
    DataRate: plan.dataRateIndex(best.dataRate),
    ULFreq: best.frequencyHz / HZ_IN_MHZ,
    RFRegion: plan.region,
    GWCnt: receptions.length,
    GWInfo: receptions.map(({ gatewayEui, rssiDbm, snrDb }) => ({
      ID: gatewayEui,
      RFRegion: plan.region,
      RSSI: rssiDbm,
      SNR: snrDb,
      DLAllowed: true,
    })),
  };
}

/** The name by which this server knows a gateway of another network. */
export function partnersGateway(netId: string, gatewayEui: string): string {
  return `${netId}/${gatewayEui}`;
}

/** The network that a gateway belongs to, and its name there; undefined of a gateway of this network. */
export function partnersGatewayIn(
  name: string,
): { readonly netId: string; readonly eui: string } | undefined {
  const [netId, eui] = name.split("/");
  return eui === undefined ? undefined : { netId, eui };
}

/**
 * The copies of a frame that a partner tells of; a text says what is wrong with what it tells.
 * @param nowMs wall-clock time at `nowNs` of this server's clock
 * @param instant stands for the end of the frame in what is sent back
 */
export function receptionsOf(
  plan: NetworkPlan,
  netId: string,
  phyPayload: Uint8Array,
  metaData: UlMetaData,
  { nowMs, nowNs, instant }: { readonly nowMs: number; readonly nowNs: number; readonly instant: string },
): readonly Reception[] | string {
  const { DataRate, ULFreq, RFRegion, RecvTime, GWInfo = [] } = metaData;
  if (DataRate === undefined || ULFreq === undefined) return "ULMetaData lacks DataRate or ULFreq";
  if (RFRegion !== undefined && regionName(RFRegion) !== plan.region)
    return `RFRegion ${RFRegion} is not that of this network, ${plan.region}`;
  if (!plan.dataRates.has(DataRate)) return `${plan.name} has no LoRa data rate DR${DataRate}`;
  // The frame has been on its way: windows go by its end, as far as the two clocks agree.
  const wayNs = (nowMs - Date.parse(RecvTime)) * 1e6;
  const common = {
    phyPayload,
    instant,
    receivedNs: nowNs - (wayNs > 0 && wayNs <= LONGEST_WAY_NS ? wayNs : 0),
    frequencyHz: Math.round(ULFreq * HZ_IN_MHZ),
    dataRate: plan.dataRate(DataRate),
  };
  const gateways = GWInfo.length > 0 ? GWInfo : [{}];
  return gateways.map(({ ID = "00", RSSI = FAINTEST_DBM, SNR = plan.snrFloorDb(DataRate) }) => ({
    ...common,
    gatewayEui: partnersGateway(netId, ID),
    rssiDbm: RSSI,
    snrDb: SNR,
  }));
}

/** Spellings differ: "EU868", "eu868", "AS923_1". */
function regionName(rfRegion: string): string {
  return rfRegion.toUpperCase().replaceAll("_", "-");
}

/** What the home network asks the visited one to send; undefined where TS002 has no words for it (ping slots). */
export function dlMetaDataOf(
  plan: NetworkPlan,
  frame: FrameToSend,
  token: string | undefined,
): DlMetaData | undefined {
  const { window, timing, otherwise, devEui } = frame;
  const place = ({ frequencyHz, dataRate }: Pick<FrameToSend, "frequencyHz" | "dataRate">, index: 1 | 2) => ({
    [`DLFreq${index}`]: frequencyHz / HZ_IN_MHZ,
    [`DataRate${index}`]: downlinkIndex(plan, dataRate),
  });
  const common = {
    DevEUI: devEui,
    ...(token === undefined ? {} : { FNSULToken: token }),
    HiPriorityFlag: false,
  };
  if (window === "RXC") return { ...common, ClassMode: "C", ...place(frame, 2) };
  if (timing === undefined || "gpsMs" in timing) return undefined;
  const delay = timing.delayUs / US_IN_SECOND;
  if (window === "RX2") return { ...common, ClassMode: "A", RXDelay1: delay - 1, ...place(frame, 2) };
  return {
    ...common,
    ClassMode: "A",
    RXDelay1: delay,
    ...place(frame, 1),
    ...(otherwise === undefined ? {} : place(otherwise, 2)),
  };
}

function downlinkIndex(plan: NetworkPlan, dataRate: FrameToSend["dataRate"]): number {
  const found = [...plan.dataRates].find(
    ([, rate]) =>
      rate.direction !== "up" &&
      rate.spreadingFactor === dataRate.spreadingFactor &&
      rate.bandwidthHz === dataRate.bandwidthHz,
  );
  if (found === undefined) throw new RangeError(`${plan.name} has no such data rate for downlinks`);
  return found[0];
}

/** The windows behind an uplink that a partner asks to be used; a text says why they cannot be. */
export function windowsOf(
  plan: NetworkPlan,
  metaData: DlMetaData,
  uplink: Pick<Reception, "receivedNs" | "instant"> | undefined,
  nowNs: number,
): readonly ReceiveWindow[] | string {
  const { DLFreq1, DLFreq2, DataRate1, DataRate2, RXDelay1 = 1, ClassMode = "A" } = metaData;
  if (ClassMode === "B") return "ping slots are not served for partners";
  const window = (
    name: ReceiveWindow["name"],
    frequencyMHz: number,
    dataRate: number | undefined,
    delayUs: number,
  ): ReceiveWindow | string => {
    const frequencyHz = Math.round(frequencyMHz * HZ_IN_MHZ);
    const { from, to } = plan.rangeHz;
    if (frequencyHz < from || frequencyHz > to) return `${frequencyHz} Hz is not within ${plan.name}`;
    if (dataRate === undefined || (plan.dataRates.get(dataRate)?.direction ?? "up") === "up")
      return `${name}: DR${dataRate} is no data rate for downlinks of ${plan.name}`;
    return {
      name,
      opensNs: uplink ? uplink.receivedNs + delayUs * NS_IN_US : nowNs,
      ...(uplink ? { timing: { after: uplink.instant, delayUs } } : {}),
      frequencyHz,
      dataRate,
      limitOctets: plan.maxFrmPayloadOctets(dataRate),
      powerDbm: plan.powerDbm(frequencyHz),
    };
  };
  const delayUs = Math.max(RXDelay1, 1) * US_IN_SECOND;
  const windows: (ReceiveWindow | string)[] = [];
  if (ClassMode === "C") {
    if (DLFreq2 !== undefined) windows.push(window("RXC", DLFreq2, DataRate2, 0));
  } else {
    if (DLFreq1 !== undefined) windows.push(window("RX1", DLFreq1, DataRate1, delayUs));
    if (DLFreq2 !== undefined) windows.push(window("RX2", DLFreq2, DataRate2, delayUs + plan.rx2AfterRx1Us));
  }
  const wrong = windows.find((made) => typeof made === "string");
  if (wrong !== undefined) return wrong;
  if (windows.length === 0) return "DLMetaData has neither DLFreq1 nor DLFreq2 to send on";
  return windows as ReceiveWindow[];
}
