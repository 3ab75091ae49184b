import assert from "node:assert/strict";
import { type Host, Irq, Op, pair, pass, usBetween, type World } from "./host.ts";

const PAYLOAD = Array.from({ length: 23 }, (_, index) => index + 1);
const SYMBOL_US = 1024;
/** From STDBY_RC to the begin of the preamble, with a ramp of 200 us, and to the open receiver. */
const TX_START_US = 126 + 200;
const RX_START_US = 83;
const HEARD = Irq.PreambleDetected | Irq.HeaderValid | Irq.RxDone;

/** Both chips ready to be commanded on; the receiver opens `openSymbols` after the begin of the preamble. */
function window(
  openSymbols: number,
  timeoutSymbols: number,
  prepare: (stations: World & { tx: Host; rx: Host }) => void = () => {},
) {
  const stations = pair();
  const { tx, rx, clock } = stations;
  tx.packet({ length: PAYLOAD.length }).send(Op.WriteBuffer, 0, ...PAYLOAD);
  rx.interrupts(0x3f6).send(Op.SetSymbNumTimeout, timeoutSymbols);
  prepare(stations);
  tx.ready();
  rx.ready();
  const preambleNs = clock.nowNs() + 30_000_000;
  const steps: Array<readonly [number, () => void]> = [
    [preambleNs - TX_START_US * 1000, () => tx.setTx()],
    [preambleNs + (openSymbols * SYMBOL_US - RX_START_US) * 1000, () => rx.setRx(0)],
  ];
  for (const [ns, step] of steps.sort((a, b) => a[0] - b[0])) {
    clock.advanceTo(ns);
    step();
  }
  pass(stations, 5_000_000);
  return stations;
}

describe("SX1262 single reception", () => {
  it("hands the packet over: flags, length, start, contents, then standby", () => {
    const { tx, rx } = window(-1, 20);
    assert.equal(rx.irq, HEARD);
    assert.equal(rx.commandStatus, 2);
    assert.equal(rx.mode, "STDBY_RC");
    assert.deepEqual(rx.ask(Op.GetRxBufferStatus, [], 2), [23, 0]);
    assert.deepEqual(rx.received(), PAYLOAD);
    assert.deepEqual(
      rx.events.map(({ type }) => type),
      ["rx-open", "rx-done", "rx-close"],
    );
    assert.equal(usBetween(rx.event("rx-open"), tx.event("tx-start")), SYMBOL_US);
    assert.equal(rx.event("rx-done").atNs, tx.event("tx-done").atNs);
    assert.deepEqual(rx.findings, []);
  });

  it("raises its flags in the course of the packet", () => {
    const { tx, rx, ...shared } = pair();
    rx.receive(0).ready();
    tx.transmit(PAYLOAD).ready();
    const flags: number[] = [];
    for (const symbols of [4.9, 0.2, 20.25 - 5.1 - 0.1, 0.2, 60]) {
      pass(shared, symbols * SYMBOL_US);
      flags.push(rx.irq);
    }
    const { PreambleDetected, HeaderValid } = Irq;
    assert.deepEqual(flags, [0, PreambleDetected, PreambleDetected, PreambleDetected | HeaderValid, HEARD]);
    assert.deepEqual([rx.read(0x0749), rx.read(0x076b)], [0x10, 0x10]); // 4/5, CRC
  });

  for (const [openSymbols, symbols, received] of [
    [0, 6, true],
    [0, 4, false],
    [3, 6, true], // the last five symbols
    [3.01, 6, false],
    [3.01, 248, false],
    [-1, 6, true],
    [-1.01, 6, false], // the fifth symbol ends after the time-out
    [-10, 16, true],
    [-10, 14, false],
    [-10, 0, true],
  ] as const) {
    it(`opening ${openSymbols} symbols into the preamble for ${symbols} symbols: ${received ? "receives" : "nothing"}`, () => {
      const { rx } = window(openSymbols, symbols);
      assert.equal(rx.irq, received ? HEARD : Irq.Timeout);
      assert.equal(rx.mode, "STDBY_RC");
    });
  }

  // Mantissa and exponent of register 0x0706: what the chip counts is a multiple of 2, 8, ...
  for (const [symbols, register, counted] of [
    [4, 0x10, 4],
    [8, 0x20, 8],
    [62, 0xf8, 62],
    [64, 0x41, 64],
    [248, 0xf9, 248],
  ] as const) {
    it(`counts ${counted} symbols for ${symbols}`, () => {
      const { rx, ...shared } = pair();
      rx.receive(0, symbols);
      assert.equal(rx.ready().read(0x0706), register);
      pass(shared, 1_000_000);
      assert.equal(usBetween(rx.event("rx-open"), rx.event("rx-timeout")), counted * SYMBOL_US);
      assert.equal(rx.irq, Irq.Timeout);
      assert.equal(rx.commandStatus, 3);
      assert.deepEqual(rx.dio, ["DIO1 1"]);
    });
  }

  it("counts what the host writes to register 0x0706 itself", () => {
    const { rx, ...shared } = pair();
    rx.interrupts(0x200)
      .write(0x0706, (9 << 3) | 1)
      .setRx(0);
    pass(shared, 1_000_000);
    assert.equal(usBetween(rx.event("rx-open"), rx.event("rx-timeout")), 72 * SYMBOL_US);
  });

  it("times out after the steps of SetRx", () => {
    const { rx, ...shared } = pair();
    rx.receive(640); // 10 ms
    pass(shared, 1_000_000);
    assert.equal(usBetween(rx.event("rx-open"), rx.event("rx-timeout")), 10_000);
    assert.equal(rx.mode, "STDBY_RC");
  });

  it("waits without end with a time-out of 0", () => {
    const { rx, ...shared } = pair();
    rx.receive(0);
    pass(shared, 60_000_000);
    assert.equal(rx.mode, "RX");
    assert.equal(rx.irq, 0);
  });

  for (const [stopOnPreamble, symbols, received] of [
    [0, 19, false], // the header ends after 20.25 symbols
    [0, 21, true],
    [1, 6, true],
    [1, 4, false],
  ] as const) {
    it(`with StopTimerOnPreamble ${stopOnPreamble} and a timer of ${symbols} symbols: ${received ? "receives" : "times out"}`, () => {
      const { tx, rx, ...shared } = pair();
      const steps = Math.round((symbols * SYMBOL_US) / 15.625);
      rx.send(Op.StopTimerOnPreamble, stopOnPreamble).receive(steps);
      tx.transmit(PAYLOAD);
      // Both start at nearly the same time: the window before the preamble.
      pass(shared, 1_000_000);
      assert.equal((rx.irq & Irq.RxDone) !== 0, received);
      assert.equal((rx.irq & Irq.Timeout) !== 0, !received);
    });
  }

  for (const [what, prepare, flags] of [
    ["another spreading factor", ({ rx }) => rx.modulate(8), Irq.Timeout],
    ["another bandwidth", ({ rx }) => rx.modulate(7, 5), Irq.Timeout],
    ["another channel", ({ rx }) => rx.send(Op.SetRfFrequency, 0x36, 0x44, 0xcc, 0xcd), Irq.Timeout],
    ["inverted IQ", ({ rx }) => rx.packet({ inverted: true }), Irq.Timeout],
    [
      "inverted IQ on both sides",
      ({ tx, rx }) => {
        tx.packet({ inverted: true, length: 23 });
        rx.packet({ inverted: true });
      },
      HEARD,
    ],
    [
      "an implicit header",
      ({ rx }) => rx.packet({ implicit: true, length: 23 }),
      Irq.PreambleDetected | Irq.HeaderErr,
    ],
    ["another coding rate, which the header tells", ({ rx }) => rx.modulate(7, 4, 4), HEARD],
    ["no CRC of its own, which the header tells", ({ rx }) => rx.packet({ crc: false }), HEARD],
    ["a limit of 23 octets", ({ rx }) => rx.packet({ length: 23 }), HEARD],
    ["a limit of 22 octets", ({ rx }) => rx.packet({ length: 22 }), Irq.PreambleDetected | Irq.HeaderErr],
    [
      "SF5 on both sides",
      ({ tx, rx }) => {
        tx.modulate(5).packet({ preamble: 12, length: 23 });
        rx.modulate(5).packet({ preamble: 12 });
      },
      HEARD,
    ],
  ] as ReadonlyArray<readonly [string, (stations: { tx: Host; rx: Host }) => void, number]>) {
    it(`with ${what}`, () => {
      const { rx } = window(-1, 20, prepare);
      assert.equal(rx.irq, flags);
      assert.equal(rx.mode, "STDBY_RC");
      if (flags === HEARD) assert.deepEqual(rx.received(), PAYLOAD);
    });
  }

  it("passes over a packet with another sync word, and ends by the timer of SetRx", () => {
    const { tx, rx, ...shared } = pair();
    rx.write(0x0740, 0x14, 0x24).receive(12_800, 100); // 200 ms
    tx.transmit(PAYLOAD);
    pass(shared, 1_000_000);
    assert.equal(rx.irq, Irq.PreambleDetected | Irq.Timeout);
    assert.equal(usBetween(rx.event("rx-open"), rx.event("rx-timeout")), 200_000);
  });

  it("flags a packet that is too weak with RxDone and CrcErr", () => {
    const { rx } = window(-1, 20, ({ air }) => air.setPathLossDb("tx", "rx", 14 + 117 + 8));
    assert.equal(rx.irq, HEARD | Irq.CrcErr);
    assert.notDeepEqual(rx.received(), PAYLOAD);
    assert.deepEqual(rx.ask(Op.GetStats, [], 6), [0, 1, 0, 1, 0, 0]);
    rx.send(Op.ResetStats, 0, 0, 0, 0, 0, 0);
    assert.deepEqual(rx.ask(Op.GetStats, [], 6), [0, 0, 0, 0, 0, 0]);
  });

  it("ends with a broken packet where the transmitter gives up", () => {
    const { tx, rx, ...shared } = pair();
    rx.receive(0).ready();
    tx.transmit(PAYLOAD).ready();
    pass(shared, 30_000);
    tx.chip.reset(true);
    pass(shared, 1_000_000);
    assert.equal(rx.irq, HEARD | Irq.CrcErr);
    assert.equal(rx.mode, "STDBY_RC");
  });

  for (const [lossDb, rssiDbm, snrDb, signalDbm] of [
    [80, -66, 12, -66],
    [100, -86, 12, -86],
    [131, -117, 0, -117],
    [136, -117, -5, -122],
  ] as const) {
    it(`measures ${rssiDbm} dBm, ${snrDb} dB and ${signalDbm} dBm at a loss of ${lossDb} dB`, () => {
      const { rx } = window(-1, 20, ({ air }) => air.setPathLossDb("tx", "rx", lossDb));
      const [rssi, snr, signal] = rx.ask(Op.GetPacketStatus, [], 3);
      assert.ok(Math.abs(-rssi / 2 - rssiDbm) <= 1, `RSSI ${-rssi / 2}`);
      assert.ok(Math.abs(((snr << 24) >> 26) - snrDb) <= 1, `SNR ${(snr << 24) >> 26}`);
      assert.ok(Math.abs(-signal / 2 - signalDbm) <= 1, `signal ${-signal / 2}`);
    });
  }

  it("falls back to the mode that the host chose", () => {
    const { rx } = window(-1, 20, ({ rx }) => rx.send(Op.SetRxTxFallback, 0x30));
    assert.equal(rx.mode, "STDBY_XOSC");
  });
});

describe("SX1262 continuous reception", () => {
  it("stays on and stores packets one after the other", () => {
    const { tx, rx, ...shared } = pair();
    rx.send(Op.SetBufferBaseAddress, 0, 0x20).receive(0xffffff).ready();
    for (const [payload, start] of [
      [[1, 2, 3], 0x20],
      [[4, 5], 0x23],
    ] as const) {
      tx.transmit(payload);
      pass(shared, 200_000);
      assert.equal(rx.irq, HEARD);
      assert.deepEqual(rx.ask(Op.GetRxBufferStatus, [], 2), [payload.length, start]);
      assert.deepEqual(rx.received(), [...payload]);
      rx.send(Op.ClearIrqStatus, 0xff, 0xff);
      tx.send(Op.ClearIrqStatus, 0xff, 0xff);
    }
    assert.equal(rx.mode, "RX");
    assert.deepEqual(rx.ask(Op.GetStats, [], 6), [0, 2, 0, 0, 0, 0]);
  });

  it("measures the channel and draws random numbers, the same for the same seed", () => {
    const draw = () => {
      const { rx } = pair();
      rx.receive(0xffffff).ready();
      const [rssi] = rx.ask(Op.GetRssiInst, [], 1);
      assert.ok(Math.abs(-rssi / 2 + 117) <= 1, `${-rssi / 2} dBm`);
      return [...rx.ask(Op.ReadRegister, [0x08, 0x19], 4), ...rx.ask(Op.ReadRegister, [0x08, 0x19], 4)];
    };
    assert.deepEqual(draw(), draw());
    assert.ok(new Set(draw()).size > 4, "looks random");
  });
});

describe("SX1262 activity detection", () => {
  const cad = (host: Host, symbols: number, exit: number, timeoutSteps = 0) =>
    host
      .interrupts(0x3ff)
      .send(
        Op.SetCadParams,
        symbols,
        24,
        10,
        exit,
        timeoutSteps >> 16,
        (timeoutSteps >> 8) & 0xff,
        timeoutSteps & 0xff,
      )
      .send(Op.SetCad);

  it("finds a silent channel silent, after its symbols and half a one", () => {
    const { rx, ...shared } = pair();
    cad(rx, 2, 0);
    pass(shared, 100_000);
    assert.equal(rx.irq, Irq.CadDone);
    assert.equal(rx.mode, "STDBY_RC");
    assert.equal(rx.event("cad-done").detected, false);
    assert.equal(usBetween(rx.event("rx-open"), rx.event("cad-done")), 4.5 * SYMBOL_US);
  });

  for (const [what, us] of [
    ["a preamble", 3000],
    ["data", 40_000],
  ] as const) {
    it(`finds ${what}`, () => {
      const { tx, rx, ...shared } = pair();
      tx.transmit(PAYLOAD).ready();
      pass(shared, us);
      cad(rx, 1, 0);
      pass(shared, 10_000);
      assert.equal(rx.irq, Irq.CadDone | Irq.CadDetected);
    });
  }

  it("goes on to receive what it found", () => {
    const { tx, rx, ...shared } = pair();
    tx.transmit(PAYLOAD).ready();
    cad(rx, 0, 1, 64_000);
    pass(shared, 200_000);
    assert.equal(rx.irq, Irq.CadDone | Irq.CadDetected | HEARD);
    assert.deepEqual(rx.received(), PAYLOAD);
  });

  it("stands by where it found nothing to receive", () => {
    const { rx, ...shared } = pair();
    cad(rx, 2, 1, 64_000);
    pass(shared, 2_000_000);
    assert.equal(rx.irq, Irq.CadDone);
    assert.equal(rx.mode, "STDBY_RC");
  });

  it("ends the reception of what it found, but does not get, by its own time-out", () => {
    const { tx, rx, ...shared } = pair();
    rx.write(0x0740, 0x14, 0x24);
    tx.transmit(PAYLOAD).ready();
    cad(rx, 0, 1, 640); // 10 ms
    pass(shared, 200_000);
    assert.equal(rx.irq & ~Irq.PreambleDetected, Irq.CadDone | Irq.CadDetected | Irq.Timeout);
    assert.equal(usBetween(rx.event("cad-done"), rx.event("rx-timeout")), 10_000);
    assert.equal(rx.mode, "STDBY_RC");
  });

  it("is deaf for chirps of another spreading factor or polarity", () => {
    for (const differ of [
      (host: Host) => host.modulate(8),
      (host: Host) => host.packet({ inverted: true }),
    ]) {
      const { tx, rx, ...shared } = pair();
      tx.transmit(PAYLOAD).ready();
      pass(shared, 3000);
      cad(differ(rx), 1, 0);
      pass(shared, 20_000);
      assert.equal(rx.irq, Irq.CadDone);
    }
  });

  it("listens before it talks", () => {
    const { tx, rx, ...shared } = pair();
    rx.packet({ length: 1 });
    cad(rx, 1, 0x10);
    pass(shared, 100_000);
    assert.equal(rx.irq, Irq.CadDone | Irq.TxDone);
    rx.send(Op.ClearIrqStatus, 0xff, 0xff);
    tx.transmit(PAYLOAD).ready();
    cad(rx, 1, 0x10);
    pass(shared, 100_000);
    assert.equal(rx.irq, Irq.CadDone | Irq.CadDetected, "silent on a busy channel");
  });
});

describe("SX1262 duty cycle", () => {
  const dutyCycle = (host: Host) => host.interrupts(0x3f6).send(Op.SetRxDutyCycle, 0, 2, 0x80, 0, 5, 0); // 10 and 20 ms

  it("listens and sleeps in turn, with BUSY high in sleep and without a Timeout", () => {
    const { rx, ...shared } = pair();
    dutyCycle(rx).ready();
    assert.equal(rx.mode, "RX");
    pass(shared, 12_000);
    assert.equal(rx.chip.busy, true);
    pass(shared, 100_000);
    assert.deepEqual(rx.dio, []);
    const opened = rx.events.filter(({ type }) => type === "rx-open");
    assert.ok(opened.length >= 3);
    assert.ok(Math.abs(usBetween(opened[0], opened[1]) - 30_423) <= 1);
  });

  it("receives a packet with a long preamble, then stands by", () => {
    const { tx, rx, ...shared } = pair();
    dutyCycle(rx);
    pass(shared, 11_000);
    tx.packet({ preamble: 35, length: 2 }).send(Op.WriteBuffer, 0, 8, 9).setTx();
    pass(shared, 300_000);
    assert.equal(rx.irq, HEARD);
    assert.deepEqual(rx.received(), [8, 9]);
    assert.equal(rx.mode, "STDBY_RC");
  });

  it("ends when NSS wakes the chip", () => {
    const { rx, ...shared } = pair();
    dutyCycle(rx).ready();
    pass(shared, 15_000);
    rx.frame(Op.GetStatus, 0);
    pass(shared, 100_000);
    assert.equal(rx.mode, "STDBY_RC");
  });
});
