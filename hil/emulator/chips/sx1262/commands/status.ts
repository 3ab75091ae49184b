/** Communication status, statistics and errors: SX1261/2 datasheet, sections 13.5 and 13.6. */
import { statusOctet } from "../chip-mode.ts";
import { PacketCounts, PacketType } from "../chip-state.ts";
import { type CommandSet, octetOf } from "./command.ts";

/** RSSI as the chip tells it: twice the power under 0 dBm. */
function rssiOctet(powerDbm: number): number {
  return Math.max(0, Math.min(255, Math.round(-2 * powerDbm)));
}

export const status: CommandSet = {
  // C0 -> status
  192: {
    name: "GetStatus",
    parameters: 0,
    answer: ({ chip, modes }) => statusOctet(modes.mode, chip.commandStatus),
  },
  // 13 NOP -> payloadLength rxStartBufferPointer
  19: {
    name: "GetRxBufferStatus",
    parameters: 0,
    answer: ({ chip }, _octets, index) => [chip.received.length, chip.received.start][index] ?? 0,
  },
  // 14 NOP -> of LoRa rssiPkt snrPkt signalRssiPkt, of GFSK RxStatus rssiSync rssiAvg
  20: {
    name: "GetPacketStatus",
    parameters: 0,
    answer({ chip }, _octets, index) {
      if (chip.settings.packetType === PacketType.Gfsk) {
        const { flags, rssiSyncDbm, rssiAverageDbm } = chip.gfskStatus;
        return [flags, rssiOctet(rssiSyncDbm), rssiOctet(rssiAverageDbm)][index] ?? 0;
      }
      const { rssiDbm, snrDb, signalDbm } = chip.loraStatus;
      return [rssiOctet(rssiDbm), Math.round(snrDb * 4) & 0xff, rssiOctet(signalDbm)][index] ?? 0;
    },
  },
  // 15 NOP -> rssiInst
  21: {
    name: "GetRssiInst",
    parameters: 0,
    answer({ channelPowerDbm, report }, _octets, index) {
      if (index > 0) return 0;
      const powerDbm = channelPowerDbm();
      if (powerDbm !== undefined) return rssiOctet(powerDbm);
      report("GetRssiInst while the receiver is off: there is nothing to measure");
      return 0;
    },
  },
  // 10 NOP -> packets(15:0) crcErrors(15:0) headerErrors(15:0), of GFSK lengthErrors(15:0)
  16: {
    name: "GetStats",
    parameters: 0,
    answer({ chip }, _octets, index) {
      const { received, crcErrors, headerErrors, lengthErrors } = chip.counts;
      const isGfsk = chip.settings.packetType === PacketType.Gfsk;
      const count = [received, crcErrors, isGfsk ? lengthErrors : headerErrors][index >> 1] ?? 0;
      return octetOf(count & 0xffff, 2, index & 1);
    },
  },
  // 00 00 00 00 00 00 00
  0: {
    name: "ResetStats",
    parameters: 6,
    execute({ chip }) {
      chip.counts = new PacketCounts();
    },
  },
  // 17 NOP -> opError(15:0)
  23: {
    name: "GetDeviceErrors",
    parameters: 0,
    answer: ({ chip }, _octets, index) => octetOf(chip.deviceErrors, 2, index),
  },
  // 07 00 00
  7: {
    name: "ClearDeviceErrors",
    parameters: 2,
    execute({ chip }) {
      chip.deviceErrors = 0;
    },
  },
};
