/** DIO lines and interrupts: SX1261/2 datasheet, section 13.3. */
import { hex } from "../../hex.ts";
import { ALL_IRQS } from "../interrupts.ts";
import { type CommandSet, octetOf, u16, u24 } from "./command.ts";

/** SetDIO3AsTCXOCtrl: the supply that DIO3 gives. */
const TCXO_MILLIVOLTS = [1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300] as const;

export const dioAndIrq: CommandSet = {
  // 08 irqMask(15:0) dio1Mask(15:0) dio2Mask(15:0) dio3Mask(15:0)
  8: {
    name: "SetDioIrqParams",
    parameters: 8,
    execute({ chip, report }, octets) {
      const irq = u16(octets);
      const dio = [u16(octets, 2), u16(octets, 4), u16(octets, 6)] as const;
      const unknown = (irq | dio[0] | dio[1] | dio[2]) & ~ALL_IRQS;
      if (unknown !== 0) report(`SetDioIrqParams: there is no interrupt ${hex(unknown, 4)}`);
      dio.forEach((mask, index) => {
        const never = mask & ~irq & ALL_IRQS;
        if (never !== 0) {
          report(
            `SetDioIrqParams: DIO${index + 1} waits for ${hex(never, 4)}, which the IRQ mask ${hex(irq, 4)} leaves out`,
          );
        }
      });
      chip.interrupts.masks = { irq, dio };
    },
  },
  // 12 NOP -> irqStatus(15:0)
  18: {
    name: "GetIrqStatus",
    parameters: 0,
    answer: ({ chip }, _octets, index) => octetOf(chip.interrupts.flags, 2, index),
  },
  // 02 clearIrqParam(15:0)
  2: {
    name: "ClearIrqStatus",
    parameters: 2,
    execute: ({ chip }, octets) => chip.interrupts.clear(u16(octets)),
  },
  // 9D enable
  157: {
    name: "SetDIO2AsRfSwitchCtrl",
    parameters: 1,
    execute({ chip, board, report, refuse }, [enable]) {
      if (enable > 1) {
        refuse(`SetDIO2AsRfSwitchCtrl ${enable}: 0 is off, 1 on`);
        return;
      }
      if (enable === 1 && board.rfSwitch === "none") {
        report("SetDIO2AsRfSwitchCtrl: the board's switch does not hang on DIO2");
      }
      chip.settings.dio2IsRfSwitch = enable === 1;
    },
  },
  // 97 tcxoVoltage delay(23:0)
  151: {
    name: "SetDIO3AsTCXOCtrl",
    parameters: 4,
    modes: "STDBY_RC",
    execute({ chip, board, report, refuse }, octets) {
      const [voltage] = octets;
      if (voltage >= TCXO_MILLIVOLTS.length) {
        refuse(`SetDIO3AsTCXOCtrl: voltage ${voltage} is reserved, 7 (3.3 V) is the highest`);
        return;
      }
      const millivolts = TCXO_MILLIVOLTS[voltage];
      const needed = board.tcxo?.millivolts;
      if (needed !== undefined && needed !== millivolts) {
        report(`SetDIO3AsTCXOCtrl gives ${millivolts} mV, the board's TCXO is one for ${needed} mV`);
      }
      chip.settings.tcxo = { millivolts, delaySteps: u24(octets, 1) };
      chip.calibrated = false;
    },
  },
};
