/** Board data: what is in the repository is right, and what is wrong is named. */
import assert from "node:assert/strict";
import {
  boardNames,
  isLuaBoard,
  loadBoard,
  storeLayoutOf,
  vectorsOf,
} from "../../../toolchain/image/board.ts";
import { UsageError } from "../../../toolchain/image/errors.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

describe("boards", () => {
  it("handle the interrupts of their hal.c", () => {
    assert.deepEqual(vectorsOf(loadProcessorBoard("pro-mini-rfm95")).sort(), [
      "INT0_vect",
      "INT1_vect",
      "TIMER1_COMPA_vect",
      "TIMER1_OVF_vect",
      "WDT_vect",
    ]);
  });

  it("handle those of what they share with other boards of their family", () => {
    assert.deepEqual(vectorsOf(loadProcessorBoard("feather-32u4-rfm95")).sort(), [
      "INT6_vect",
      "PCINT0_vect",
      "TIMER1_COMPA_vect",
      "TIMER1_OVF_vect",
      "WDT_vect",
    ]);
  });

  it("handle those of what they share with other boards of their processor", () => {
    assert.deepEqual(vectorsOf(loadProcessorBoard("nucleo-l073rz-sx1276")).sort(), [
      "EXTI0_1_vect",
      "EXTI2_3_vect",
      "EXTI4_15_vect",
      "LPTIM1_vect",
    ]);
  });

  it("handle that of the console only where it takes commands", () => {
    const more = (name: string) => {
      const board = loadProcessorBoard(name);
      return vectorsOf(board, true).filter((vector) => !vectorsOf(board).includes(vector));
    };
    assert.deepEqual(more("pro-mini-rfm95"), ["USART_RX_vect"]);
    assert.deepEqual(more("feather-32u4-rfm95"), ["USART1_RX_vect"]);
    assert.deepEqual(more("nucleo-l073rz-sx1276"), ["USART2_vect"]);
  });

  it("lists the boards of the project by name", () => {
    assert.ok(boardNames().includes("pro-mini-rfm95"));
    for (const name of boardNames()) assert.equal(loadBoard(name).name, name);
  });

  it("knows what an ATmega328P at 8 MHz has", () => {
    const board = loadProcessorBoard("pro-mini-rfm95");
    assert.equal(board.processor, "atmega328p");
    assert.equal(board.clockHz, 8_000_000);
    assert.deepEqual([board.flashBytes, board.ramBytes, board.eepromBytes], [32768, 2048, 1024]);
    assert.deepEqual(board.pins, { radioSelect: "PB2", radioReset: "PB1", dio0: "PD2", dio1: "PD3" });
  });

  it("knows what a Feather 32u4 has: the flash before its boot loader", () => {
    const board = loadProcessorBoard("feather-32u4-rfm95");
    assert.equal(board.processor, "atmega32u4");
    assert.equal(board.clockHz, 8_000_000);
    assert.deepEqual([board.flashBytes, board.ramBytes, board.eepromBytes], [28672, 2560, 1024]);
    assert.deepEqual(board.pins, { radioSelect: "PB4", radioReset: "PD4", dio0: "PE6", dio1: "PB6" });
  });

  it("knows what an STM32L073RZ at 16 MHz has", () => {
    const board = loadProcessorBoard("nucleo-l073rz-sx1276");
    assert.equal(board.clockHz, 16_000_000);
    assert.deepEqual([board.flashBytes, board.ramBytes, board.eepromBytes], [196608, 20480, 1024]);
    assert.deepEqual(board.pins, { radioSelect: "PB6", radioReset: "PA0", dio0: "PA10", dio1: "PB3" });
  });

  it("knows how an SX1262 is wired", () => {
    const { radio, pins } = loadProcessorBoard("nucleo-l073rz-sx1262");
    assert.deepEqual(radio, { chip: "sx1262", rfSwitch: "DIO2", regulator: "DCDC" });
    assert.deepEqual(pins, { radioSelect: "PA8", radioReset: "PA0", busy: "PB3", dio1: "PB4" });
  });

  it("knows what a Feather RP2040 has: of the flash that of its board", () => {
    const board = loadProcessorBoard("feather-rp2040-rfm95");
    assert.equal(board.clockHz, 12_000_000);
    assert.deepEqual([board.flashBytes, board.ramBytes, board.eepromBytes], [8 << 20, 264 << 10, 1024]);
    assert.deepEqual(board.pins, {
      radioSelect: "GPIO16",
      radioReset: "GPIO17",
      dio0: "GPIO21",
      dio1: "GPIO22",
    });
    assert.equal(storeLayoutOf(board), "flash-sectors");
    assert.equal(storeLayoutOf(loadBoard("nodemcu-rfm95")), "octets");
  });

  it("knows what a NodeMCU has, and that it runs Lua", () => {
    const board = loadBoard("nodemcu-rfm95");
    assert.ok(isLuaBoard(board));
    assert.deepEqual([board.language, board.heapBytes, board.eepromBytes], ["lua", 96 * 1024, 1024]);
    assert.deepEqual(board.pins, { radioSelect: "D8", radioReset: "D0", dio0: "D1", dio1: "D2" });
    assert.equal(isLuaBoard(loadBoard("pro-mini-rfm95")), false);
  });

  it("names the known boards when asked for another, and does not take a path for a name", () => {
    for (const name of ["uno", "", "../boards/pro-mini-rfm95", "toString"]) {
      assert.throws(
        () => loadBoard(name),
        (error: Error) =>
          error instanceof UsageError &&
          error.message.includes(
            `"${name}"; known boards: feather-32u4-rfm95, feather-rp2040-rfm95, nodemcu-rfm95, nucleo-l073rz-sx1262, nucleo-l073rz-sx1276, pro-mini-rfm95`,
          ),
      );
    }
  });
});
