/** The wires between a processor and its radio, whatever the machine. */
import assert from "node:assert/strict";
import type { Pins } from "../../../hil/emulator/pins.ts";
import { RadioPort } from "../../../hil/emulator/radio-port.ts";
import { EchoChip } from "./support/echo-chip.ts";

const WIRING = { radioSelect: "P1", radioReset: "P2", dio1: "P3", busy: "P4" };

/** Pins that note what drives them, and are driven where they are told so. */
class NotedPins implements Pins {
  readonly fromRadio: string[] = [];
  readonly levels = new Map<string, boolean>();
  #changed: () => void = () => {};
  drive(pin: string, level: boolean): void {
    this.fromRadio.push(`${pin} ${level ? "high" : "low"}`);
  }
  driven(pin: string): boolean | undefined {
    return this.levels.get(pin);
  }
  onChange(listener: () => void): void {
    this.#changed = listener;
  }
  /** Drives a pin, or leaves it floating. */
  set(pin: string, level: boolean | undefined): void {
    if (level === undefined) this.levels.delete(pin);
    else this.levels.set(pin, level);
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
    for (const [pin, level] of [
      ["P2", false],
      ["P9", false],
      ["P2", undefined],
      ["P1", false],
      ["P1", false],
      ["P1", true],
    ] as const) {
      pins.set(pin, level);
    }
    assert.deepEqual(chip.log, ["reset", "release", "select", "deselect"]);
  });

  for (const resetLevel of [false, true]) {
    it(`reset a chip that is reset ${resetLevel ? "high" : "low"} at that level alone`, () => {
      const [port, pins, chip] = [new RadioPort(), new NotedPins(), new EchoChip(resetLevel)];
      port.connect(pins);
      port.attach(chip, WIRING);
      pins.set("P2", !resetLevel);
      assert.deepEqual(chip.log, []);
      pins.set("P2", resetLevel);
      assert.deepEqual(chip.log, ["reset"]);
      pins.set("P2", undefined);
      assert.deepEqual(chip.log, ["reset", "release"]);
    });
  }

  it("exchange octets with a chip that is selected, and read as ones otherwise", () => {
    const [port, pins] = [new RadioPort(), new NotedPins()];
    port.connect(pins);
    assert.equal(port.exchange(0x12), 0xff);
    port.attach(new EchoChip(), WIRING);
    assert.equal(port.exchange(0x12), 0xff);
    pins.set("P1", false);
    assert.equal(port.exchange(0x12), 0xed);
  });

  it("drive the lines that the board has, at once and anew after a reset of the processor", () => {
    const [port, first, second, chip] = [new RadioPort(), new NotedPins(), new NotedPins(), new BusyChip()];
    port.connect(first);
    port.attach(chip, WIRING);
    assert.deepEqual(first.fromRadio, ["P3 low", "P4 high"]);
    chip.setBusy(false);
    chip.pulse(0);
    chip.pulse(1);
    assert.deepEqual(first.fromRadio.slice(2), ["P4 low", "P3 high", "P3 low"]);
    chip.setBusy(true);
    port.connect(second);
    assert.deepEqual(second.fromRadio, ["P3 low", "P4 high"]);
  });

  it("hold the chip in reset while the processor has no power, from the middle of a command on", () => {
    const [port, pins, chip] = [new RadioPort(), new NotedPins(), new EchoChip()];
    port.connect(pins);
    port.attach(chip, WIRING);
    pins.set("P1", false);
    port.disconnect();
    chip.pulse(1);
    assert.deepEqual(chip.log, ["select", "reset", "deselect"]);
    assert.deepEqual(pins.fromRadio, ["P3 low", "P4 low"]);
    port.connect(new NotedPins());
    assert.deepEqual(chip.log.slice(3), ["release"]);
  });
});
