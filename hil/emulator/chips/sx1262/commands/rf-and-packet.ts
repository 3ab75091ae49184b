/** Frequency, modulation and packet: SX1261/2 datasheet, section 13.4. */
import { hex } from "../../hex.ts";
import { type CadParams, PacketType, type Settings } from "../chip-state.ts";
import { stepsToHz } from "../frequency-steps.ts";
import { gfskModulationParams, gfskPacketParams } from "../gfsk-settings.ts";
import { loraModulationParams, loraPacketParams } from "../lora-settings.ts";
import { POWER_RANGE, RAMPS_US } from "../power-amplifier.ts";
import { Reg } from "../registers.ts";
import type { Taken } from "../taken.ts";
import { type Command, type CommandSet, u24 } from "./command.ts";

const LOWEST_HZ = 150e6;
const HIGHEST_HZ = 960e6;
/** SetCadParams: codes 0 to 4 are 1 to 16 symbols. */
const LAST_CAD_SYMBOLS = 4;
const CAD_EXITS: ReadonlyMap<number, CadParams["exit"]> = new Map([
  [0x00, "standby"],
  [0x01, "receive"],
  [0x10, "transmit"],
]);
const MOST_SYMBOLS = 248;

/** How the two modems take the octets of a command. */
interface Form {
  readonly parameters: number;
  take(settings: Settings, octets: Uint8Array): Outcome;
}

/** What came of a command's octets. */
type Outcome = { readonly warnings: readonly string[] } | { readonly faults: readonly string[] };

/** Hands what was taken over. */
function stored<T>(taken: Taken<T>, store: (params: T) => void): Outcome {
  if ("params" in taken) store(taken.params);
  return taken;
}

/** A command whose octets depend on the packet type. */
function ofPacketType(name: string, forms: { readonly lora: Form; readonly gfsk: Form }): Command {
  return {
    name,
    parameters: Math.min(forms.lora.parameters, forms.gfsk.parameters),
    data: true,
    modes: "off air",
    execute({ chip, report, refuse }, octets) {
      const { packetType } = chip.settings;
      if (packetType === PacketType.LrFhss) {
        refuse(`${name} with packet type LR-FHSS, which is not modelled: SetPacketType 0 is GFSK, 1 LoRa`);
        return;
      }
      const isLora = packetType === PacketType.Lora;
      const form = isLora ? forms.lora : forms.gfsk;
      if (octets.length !== form.parameters) {
        const order = isLora ? "for GFSK send SetPacketType 0 first" : "for LoRa send SetPacketType 1 first";
        refuse(
          `${name} with ${octets.length} octets, packet type ${packetType} takes ${form.parameters}; ${order}`,
        );
        return;
      }
      const outcome = form.take(chip.settings, octets);
      if ("faults" in outcome) refuse(`${name}: ${outcome.faults.join("; ")}`);
      else for (const warning of outcome.warnings) report(`${name}: ${warning}`);
    },
  };
}

export const rfAndPacket: CommandSet = {
  // 86 rfFreq(31:0)
  134: {
    name: "SetRfFrequency",
    parameters: 4,
    modes: "off air",
    execute({ chip, refuse }, octets) {
      const steps = octets[0] * 2 ** 24 + u24(octets, 1);
      const hz = stepsToHz(steps);
      if (hz < LOWEST_HZ || hz > HIGHEST_HZ) {
        refuse(`SetRfFrequency ${hex(steps, 8)} is ${hz / 1e6} MHz: the chip tunes from 150 to 960 MHz`);
      } else chip.settings.frequency = steps;
    },
  },
  // 11 NOP -> packetType
  17: {
    name: "GetPacketType",
    parameters: 0,
    answer: ({ chip }) => chip.settings.packetType,
  },
  // 8E power rampTime
  142: {
    name: "SetTxParams",
    parameters: 2,
    modes: "off air",
    execute({ chip, board, refuse }, [octet, ramp]) {
      const powerDbm = (octet << 24) >> 24;
      const [least, most] = POWER_RANGE[board.part];
      const rampUs = RAMPS_US[ramp];
      if (powerDbm < least || powerDbm > most) {
        refuse(
          `SetTxParams asks for ${powerDbm} dBm: the ${board.part.toUpperCase()} has ${least} to ${most} dBm`,
        );
      } else if (rampUs === undefined) refuse(`SetTxParams: ramp time ${ramp} is reserved`);
      else chip.settings.tx = { powerDbm, rampUs };
    },
  },
  // 8B of LoRa SF BW CR LDRO, of GFSK BR(23:0) PulseShape Bandwidth Fdev(23:0)
  139: ofPacketType("SetModulationParams", {
    lora: {
      parameters: 4,
      take: ({ lora }, octets) =>
        stored(loraModulationParams(octets), (params) => {
          lora.modulation = params;
        }),
    },
    gfsk: {
      parameters: 8,
      take: ({ gfsk }, octets) =>
        stored(gfskModulationParams(octets), (params) => {
          gfsk.modulation = params;
        }),
    },
  }),
  // 8C of LoRa preambleLength(15:0) headerType payloadLength crcType invertIq, of GFSK preambleLength(15:0) detector
  // syncWordLength addrComp packetType payloadLength crcType whitening
  140: ofPacketType("SetPacketParams", {
    lora: {
      parameters: 6,
      take: ({ lora }, octets) =>
        stored(loraPacketParams(octets), (params) => {
          lora.packet = params;
        }),
    },
    gfsk: {
      parameters: 9,
      take: ({ gfsk }, octets) =>
        stored(gfskPacketParams(octets), (params) => {
          gfsk.packet = params;
        }),
    },
  }),
  // 88 cadSymbolNum cadDetPeak cadDetMin cadExitMode cadTimeout(23:0)
  136: {
    name: "SetCadParams",
    parameters: 7,
    modes: "off air",
    execute({ chip, report, refuse }, octets) {
      const [symbols, peak, least, exitMode] = octets;
      const exit = CAD_EXITS.get(exitMode);
      if (chip.settings.packetType !== PacketType.Lora)
        report("SetCadParams is of LoRa: send SetPacketType 1");
      if (peak <= least) {
        report(
          `SetCadParams: the peak ${peak} is not above the least ${least}, noise counts as activity (AN1200.48)`,
        );
      }
      if (symbols > LAST_CAD_SYMBOLS)
        refuse(`SetCadParams: ${symbols} is reserved, 0 to 4 are 1 to 16 symbols`);
      else if (exit === undefined) refuse(`SetCadParams: exit mode ${hex(exitMode)} is reserved`);
      else chip.settings.cad = { symbols: 2 ** symbols, exit, timeoutSteps: u24(octets, 4) };
    },
  },
  // 8F txBaseAddr rxBaseAddr
  143: {
    name: "SetBufferBaseAddress",
    parameters: 2,
    modes: "off air",
    execute({ chip }, [txBase, rxBase]) {
      chip.settings.txBase = txBase;
      chip.settings.rxBase = rxBase;
    },
  },
  // A0 symbNum
  160: {
    name: "SetLoRaSymbNumTimeout",
    parameters: 1,
    modes: "off air",
    execute({ chip, report }, [symbols]) {
      if (chip.settings.packetType !== PacketType.Lora) {
        report("SetLoRaSymbNumTimeout is of LoRa: send SetPacketType 1");
      }
      let mantissa = symbols >> 1;
      let exponent = 0;
      for (; mantissa > 31; mantissa >>= 2) exponent++;
      if (symbols > MOST_SYMBOLS) {
        report(`SetLoRaSymbNumTimeout ${symbols}: ${MOST_SYMBOLS} is the most, a window beyond never ends`);
        mantissa = 0;
      }
      chip.registers.set(Reg.SynchTimeout, mantissa === 0 ? 0 : exponent | (mantissa << 3));
    },
  },
};
