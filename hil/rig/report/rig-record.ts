/** What one rig has seen, as a document: the material of the page, whatever the scenario is. Keys never appear in it. */
import type {
  AirFrame,
  EnergyOfState,
  JoinReport,
  MemoryFigures,
  ReceiveWindow,
  ReportedData,
  ReportedEvent,
} from "./join-report.ts";

/** With the DevAddr of its session; null where there was one session only. */
export interface RecordedData extends ReportedData {
  readonly devAddr: string | null;
}

/** A device of a rig. */
export interface RecordedDevice {
  /** Its station on the air: "device", then "device-2". */
  readonly name: string;
  readonly board: string;
  readonly lorawan: "1.0.4" | "1.1";
  readonly devEui: string;
  readonly joinEui: string;
  /** Of its last join-request on the air. */
  readonly devNonce: number | null;
  readonly joinNonce: number | null;
  readonly devAddr: string | null;
  /** Of the last join: when the receiver was on the air, against five seconds after the end of the join-request. */
  readonly rx1OffsetUs: number | null;
  /** Null where the rig cannot look into the board, as at a serial port, or it has had no power. */
  readonly image: MemoryFigures | null;
  /** Null there too, and where the board's description has no currents, or the board runs Lua. */
  readonly energy: readonly EnergyOfState[] | null;
  readonly receiveWindows: readonly ReceiveWindow[];
  /** As the Application Server decrypted them. */
  readonly uplinks: readonly RecordedData[];
  /** What the device printed that it received. */
  readonly downlinks: readonly RecordedData[];
}

export interface RigRecord {
  /** The test or the hook of a spec that has opened the rig; null where there is none. */
  readonly openedIn: string | null;
  readonly devices: readonly RecordedDevice[];
  /** EUI of the gateway of the network that devices visit; null where there is none. */
  readonly visitedGateway: string | null;
  /** The URL of somebody else's Network Server; null where it is the rig's. Nothing behind it was seen. */
  readonly networkServer: string | null;
  /** Whether air and gateways are real ones, of which the rig sees nothing. */
  readonly isReal: boolean;
  readonly trust: JoinReport["trust"];
  /** Everything that was on the air. */
  readonly air: readonly AirFrame[];
  /** From power-up on. */
  readonly events: readonly ReportedEvent[];
  readonly virtualMs: number;
  readonly wallMs: number;
}

/** The same of the join that is a run of its own. */
export function recordOfJoin(report: JoinReport): RigRecord {
  const { join, board, lorawan, image, energy, receiveWindows, uplinks, downlinks } = report;
  const { networkServer, trust, air, events, virtualMs, wallMs } = report;
  const { devEui, joinEui, devNonce, joinNonce, devAddr, rx1OffsetUs } = join;
  const ofOneSession = (data: ReportedData) => ({ ...data, devAddr: null });
  return {
    openedIn: null,
    devices: [
      {
        name: "device",
        ...{ board, lorawan, devEui, joinEui, devNonce, joinNonce, devAddr, rx1OffsetUs },
        ...{ image, energy, receiveWindows },
        uplinks: uplinks.map(ofOneSession),
        downlinks: downlinks.map(ofOneSession),
      },
    ],
    visitedGateway: null,
    isReal: false,
    ...{ networkServer, trust, air, events, virtualMs, wallMs },
  };
}
