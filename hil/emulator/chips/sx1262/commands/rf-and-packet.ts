/** Frequency, modulation and packet: SX1261/2 datasheet, section 13.4. */
import { hex } from "../../hex.ts";
import { type CadParams, PacketType } from "../chip-state.ts";
import { carrierHz, modulationParams, packetParams } from "../lora-settings.ts";
import { POWER_RANGE, RAMPS_US } from "../power-amplifier.ts";
import { Reg } from "../registers.ts";
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

/** The GFSK forms of two commands have other octets. */
const GFSK_PARAMETERS = { SetModulationParams: 8, SetPacketParams: 9 } as const;

/** A command whose octets depend on the packet type: those of LoRa are `parameters`. */
function ofPacketType(
  name: keyof typeof GFSK_PARAMETERS,
  parameters: number,
  execute: NonNullable<Command["execute"]>,
): Command {
  return {
    name,
    parameters,
    data: true,
    modes: "off air",
    execute(context, octets) {
      const { packetType } = context.chip.settings;
      const isLora = packetType === PacketType.Lora;
      const wanted = isLora ? parameters : GFSK_PARAMETERS[name];
      if (octets.length !== wanted) {
        const order = isLora ? "" : `; for LoRa send SetPacketType 1 first`;
        context.refuse(
          `${name} with ${octets.length} octets, packet type ${packetType} takes ${wanted}${order}`,
        );
      } else if (isLora) execute(context, octets);
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
      const hz = carrierHz(steps);
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
  // 8B SF BW CR LDRO
  139: ofPacketType("SetModulationParams", 4, ({ chip, report, refuse }, octets) => {
    const taken = modulationParams(octets);
    if ("faults" in taken) refuse(`SetModulationParams: ${taken.faults.join("; ")}`);
    else {
      for (const warning of taken.warnings) report(`SetModulationParams: ${warning}`);
      chip.settings.modulation = taken.params;
    }
  }),
  // 8C preambleLength(15:0) headerType payloadLength crcType invertIq
  140: ofPacketType("SetPacketParams", 6, ({ chip, refuse }, octets) => {
    const taken = packetParams(octets);
    if ("faults" in taken) refuse(`SetPacketParams: ${taken.faults.join("; ")}`);
    else chip.settings.packet = taken.params;
  }),
  // 88 cadSymbolNum cadDetPeak cadDetMin cadExitMode cadTimeout(23:0)
  136: {
    name: "SetCadParams",
    parameters: 7,
    modes: "off air",
    execute({ chip, refuse }, octets) {
      const [symbols, , , exitMode] = octets;
      const exit = CAD_EXITS.get(exitMode);
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
