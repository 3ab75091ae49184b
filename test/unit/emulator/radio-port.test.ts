/** The wires between a processor and its radio, whatever the machine. */
import assert from "node:assert/strict";
import type { Pins } from "../../../hil/emulator/pins.ts";
import { RadioPort } from "../../../hil/emulator/radio-port.ts";
import { EchoChip } from "./support/echo-chip.ts";

const WIRING = { radioSelect: "P1", radioReset: "P2", dio1: "P3", busy: "P4" };

/** Pins that note what drives them, and are low where they are told so. */
class NotedPins implements Pins {
  readonly driven: string[] = [];
  readonly low = new Set<string>();
  #changed: () => void = () => {};
  drive(pin: string, level: boolean): void {
    this.driven.push(`${pin} ${level ? "high" : "low"}`);
  }
  isLow(pin: string): boolean {
    return this.low.has(pin);
  }
  onChange(listener: () => void): void {
    this.#changed = listener;
  }
  set(pin: string, low: boolean): void {
    if (low) this.low.add(pin);
    else this.low.delete(pin);
    this.#changed();
  }
}

class BusyChip extends EchoChip {
  readonly busy = true;
  setBusy: (level: boolean) => void = () => {};
  onBusy(listener: (level: boolean) => void): void {
    this.setBusy = listener;
  }
}

describe("the wires of a radio", () => {
  it("bring NSS and NRESET to the chip at their changes, and nothing of other pins", () => {
    const [port, pins, chip] = [new RadioPort(), new NotedPins(), new EchoChip()];
    port.connect(pins);
    port.attach(chip, WIRING);
    for (const [pin, low] of [
      ["P2", true],
      ["P9", true],
      ["P2", false],
      ["P1", true],
      ["P1", true],
      ["P1", false],
    ] as const) {
      pins.set(pin, low);
    }
    assert.deepEqual(chip.log, ["reset", "release", "select", "deselect"]);
  });

  it("exchange octets with a chip that is selected, and read as ones otherwise", () => {
    const [port, pins] = [new RadioPort(), new NotedPins()];
    port.connect(pins);
    assert.equal(port.exchange(0x12), 0xff);
    port.attach(new EchoChip(), WIRING);
    assert.equal(port.exchange(0x12), 0xff);
    pins.set("P1", true);
    assert.equal(port.exchange(0x12), 0xed);
  });

  it("drive the lines that the board has, at once and anew after a reset of the processor", () => {
    const [port, first, second, chip] = [new RadioPort(), new NotedPins(), new NotedPins(), new BusyChip()];
    port.connect(first);
    port.attach(chip, WIRING);
    assert.deepEqual(first.driven, ["P3 low", "P4 high"]);
    chip.setBusy(false);
    chip.pulse(0);
    chip.pulse(1);
    assert.deepEqual(first.driven.slice(2), ["P4 low", "P3 high", "P3 low"]);
    chip.setBusy(true);
    port.connect(second);
    assert.deepEqual(second.driven, ["P3 low", "P4 high"]);
  });

  it("hold the chip in reset while the processor has no power, from the middle of a command on", () => {
    const [port, pins, chip] = [new RadioPort(), new NotedPins(), new EchoChip()];
    port.connect(pins);
    port.attach(chip, WIRING);
    pins.set("P1", true);
    port.disconnect();
    chip.pulse(1);
    assert.deepEqual(chip.log, ["select", "reset", "deselect"]);
    assert.deepEqual(pins.driven, ["P3 low", "P4 low"]);
    port.connect(new NotedPins());
    assert.deepEqual(chip.log.slice(3), ["release"]);
  });
});
