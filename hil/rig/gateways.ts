/** The gateways of a run: where they are, how each speaks, and what their clocks show. */
import type { Air, Placement } from "../air/index.ts";
import type { Clock } from "../clock/index.ts";
import { type CounterChoice, type Gps, VirtualGateway } from "../gateway/index.ts";
import type { GatewayLink, GatewayProtocol, LinkedGateway } from "./gateway-link.ts";
import { RigError } from "./rig-error.ts";

/** A gateway as a spec chooses it. */
export interface GatewayChoice extends Placement {
  /** 16 hexadecimal digits; one of the rig's own where not given. */
  readonly eui?: string;
  /** How it and the Network Server speak; as the rig has it where not given. */
  readonly protocol?: GatewayProtocol;
}

/** A gateway of a run. */
export interface ChosenGateway extends Placement, LinkedGateway {
  readonly counter?: CounterChoice;
  readonly backhaulNs?: number;
}

/** The first of the rig's own; those after it count on. */
export const GATEWAY_EUI = "02000000FFFE0001";

/** As many as the last four digits of their EUIs are for. */
const MOST_GATEWAYS = 100;
/** What the oscillator of a concentrator may be off, in parts per million: a TCXO. */
const OSCILLATOR_PPM = 2;
/** Lines to the Network Server are not equally long: so nothing comes in by chance in one order or the other. */
const BACKHAUL_NS = 1e6;
const COUNTER_MODULUS = 2 ** 32;

/**
 * What was chosen, with what was not. The first one's clock is that of the run; the others' begin elsewhere and drift, by
 * `random`. Throws RigError.
 */
export function chosenGateways(
  choices: readonly GatewayChoice[] = [{}],
  protocol: GatewayProtocol = "udp",
  random: () => number,
): ChosenGateway[] {
  if (choices.length === 0 || choices.length > MOST_GATEWAYS) {
    throw new RigError("usage", `gateways: there may be 1 to ${MOST_GATEWAYS}, not ${choices.length}`);
  }
  const gateways = choices.map((choice, index) => {
    const { eui = GATEWAY_EUI.slice(0, -4) + (index + 1).toString(16).padStart(4, "0") } = choice;
    if (!/^[0-9A-Fa-f]{16}$/.test(eui)) {
      throw new RigError("usage", `gateways: the EUI "${eui}" must have 16 hexadecimal digits`);
    }
    const drawn = {
      startUs: Math.floor(random() * COUNTER_MODULUS),
      errorPpm: (2 * random() - 1) * OSCILLATOR_PPM,
    };
    const own = index === 0 ? {} : { counter: drawn, backhaulNs: index * BACKHAUL_NS };
    return { protocol, ...choice, ...own, eui: eui.toUpperCase() };
  });
  const twice = gateways.find(({ eui }, index) => gateways.findIndex((other) => other.eui === eui) < index);
  if (twice !== undefined) throw new RigError("usage", `gateways: two have the EUI ${twice.eui}`);
  return gateways;
}

/** Puts a gateway on the air; it hears once it is started. Throws RigError. */
export function gatewayOn(
  { eui, counter, backhaulNs, ...placement }: ChosenGateway,
  parts: {
    clock: Clock;
    air: Air;
    gps: Gps | undefined;
    link: GatewayLink;
    onWarning: (message: string) => void;
  },
): VirtualGateway {
  const { clock, air, gps, link, onWarning } = parts;
  placeOn(air, eui, placement);
  return new VirtualGateway({
    clock,
    air,
    eui,
    gps,
    counter,
    backhaulNs,
    forwarder: link.forwarder,
    onWarning,
  });
}

/** Throws RigError for a deviation that there is not. */
export function refuseShadowing(shadowingDb = 0): void {
  if (Number.isFinite(shadowingDb) && shadowingDb >= 0) return;
  throw new RigError("usage", `shadowingDb must be a number from 0 on, not ${shadowingDb}`);
}

/** Says where a station is. Throws RigError for what is no place. */
export function placeOn(
  air: Air,
  station: string,
  { position, antennaGainDbi, pathLossDb }: Placement,
): void {
  try {
    air.place(station, { position, antennaGainDbi, pathLossDb });
  } catch (error) {
    if (error instanceof RangeError) throw new RigError("usage", error.message);
    throw error;
  }
}
