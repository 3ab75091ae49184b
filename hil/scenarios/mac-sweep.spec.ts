/**
 * Each MAC command of the Network Server that version and region have: its answer and its effect, and values that the
 * device refuses.
 */
import assert from "node:assert/strict";
import { type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

/** No region has it. */
const NO_FREQUENCY_HZ = 100_000;
const NO_DATA_RATE = 0xe;
/** Of a dynamic plan. */
const NO_CHANNEL = 15;
const TX_PARAM_SETUP = /^(AS923|AU915)/;
const ADR_ACK_REQ = 0x40;

/** Three octets, in units of 100 Hz. */
function frequency(hz: number): string {
  const octets = Buffer.alloc(3);
  octets.writeUIntLE(hz / 100, 0, 3);
  return octets.toString("hex");
}

function octet(value: number): string {
  return value.toString(16).padStart(2, "0");
}

describe("mac-sweep", () => {
  let rig: Rig;
  let device: FixtureDevice;
  /** SF7 at 125 kHz. */
  let fast: number;
  before(async () => {
    rig = await openRig({ config: { REJOIN: true } });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
    const rates = [...rig.plan.dataRates];
    [fast] = rates.find(
      ([, { spreadingFactor, bandwidthHz }]) => spreadingFactor === 7 && bandwidthHz === 125_000,
    )!;
    await device.setDataRate(fast, { within: "3 h" });
  });
  after(() => rig?.close());

  const isFixed = () => rig.plan.cfList.type === 1;
  const ask = (commands: string) => device.request(commands, { within: "3 h" });
  /** LinkADRReq: power and repetitions as they are. */
  const linkAdr = (dataRate: number, chMask: number, chMaskCntl = 0, power = 0xf) =>
    `03${octet((dataRate << 4) | power)}${octet(chMask & 0xff)}${octet(chMask >> 8)}${octet((chMaskCntl << 4) | 1)}`;
  const nextUplink = async () => {
    await device.uplink({ within: "3 h" });
    return device.sent.at(-1)!;
  };
  /** Has the device sent something; gives how long behind the end of its uplink that came, and where. */
  async function nextDownlink(): Promise<{ readonly afterS: number; readonly frequencyHz: number }> {
    device.send(10, Uint8Array.of(1));
    await device.downlink({ fPort: 10, within: "3 h" });
    const { startNs, frequencyHz } = rig.transmissions.findLast(({ from }) => from === rig.gateway.eui)!;
    const { endNs } = device.sent.findLast((packet) => packet.endNs < startNs)!;
    return { afterS: Math.round((startNs - endNs) / 1e9), frequencyHz };
  }
  /** Index and frequency of the last channel that the join has given. */
  const lastChannel = () => ({ index: rig.plan.channels.length - 1, ...rig.plan.channels.at(-1)! });

  it("DevStatusReq: battery, and margin in six bits", async () => {
    const answer = await ask("06");
    assert.match(answer, /^[0-9a-f]{2}[0-3][0-9a-f]$/);
  });

  it("LinkADRReq: the power that it says", async () => {
    const { chMask, chMaskCntl } = rig.plan.allOn;
    const { powerDbm } = await nextUplink();
    // 8 or 12 dB below the most: above the least of any amplifier, and below its most, which 30 dBm of a fixed plan are not.
    assert.equal(await ask(linkAdr(fast, chMask, chMaskCntl, isFixed() ? 6 : 4)), "07");
    const less = (await nextUplink()).powerDbm;
    assert.ok(less < powerDbm, `${less} dBm`);
    assert.equal(await ask(linkAdr(fast, chMask, chMaskCntl, 0)), "07");
    assert.equal((await nextUplink()).powerDbm, powerDbm);
  });

  it("LinkADRReq: a data rate and a channel that there are not", async () => {
    const { chMask, chMaskCntl } = rig.plan.allOn;
    assert.equal(await ask(linkAdr(NO_DATA_RATE, chMask, chMaskCntl)), "05");
    if (!isFixed()) assert.equal(await ask(linkAdr(fast, 1 << NO_CHANNEL)), "06");
    assert.equal(rig.dataRateOf(await nextUplink()), fast);
  });

  it("DutyCycleReq: silence behind an uplink, until it is taken back", async () => {
    const [first, second] = [await nextUplink(), await nextUplink()];
    const periodS = (second.startNs - first.startNs) / 1e9;
    const onAirS = (second.endNs - second.startNs) / 1e9;
    // The silence is longer than the period, and no longer than need be.
    const exponent = Math.ceil(Math.log2((1.2 * periodS) / onAirS));
    assert.equal(await ask(`04${octet(exponent)}`), "");
    const [limited, late] = [device.sent.at(-1)!, await nextUplink()];
    const silenceS = (late.startNs - limited.endNs) / 1e9;
    const leastS = ((limited.endNs - limited.startNs) / 1e9) * (2 ** exponent - 1);
    assert.ok(silenceS >= leastS * 0.999 && silenceS < leastS + 2, `${silenceS} s for ${leastS} s`);
    assert.equal(await ask("0400"), "");
  });

  it("RXParamSetupReq: RX2 elsewhere, and a data rate, a frequency, an offset that there are not", async () => {
    const { frequencyHz, dataRate } = rig.plan.rx2;
    const elsewhereHz = rig.plan.channels[1].rx1Hz;
    assert.equal(await ask(`05${octet(dataRate + 2)}${frequency(elsewhereHz)}`), "07");
    const opened = device.radioEvents.length;
    await nextUplink();
    await rig.pass("4 s");
    const windows = device.radioEvents.slice(opened).filter(({ type }) => type === "rx-open");
    const { frequencyHz: rx2Hz, spreadingFactor } = windows.at(-1)!;
    assert.ok(Math.abs(rx2Hz - elsewhereHz) < 100, `${rx2Hz} Hz`);
    assert.equal(spreadingFactor, rig.plan.dataRate(dataRate + 2).spreadingFactor);
    assert.equal(await ask(`050f${frequency(elsewhereHz)}`), "05");
    assert.equal(await ask(`05${octet(dataRate)}${frequency(NO_FREQUENCY_HZ)}`), "06");
    assert.equal(await ask(`05${octet(dataRate)}${frequency(frequencyHz)}`), "07");
  });

  it("RXTimingSetupReq: RX1 three seconds behind the uplink", async () => {
    assert.equal(await ask("0803"), "");
    assert.equal((await nextDownlink()).afterS, 3);
    assert.equal(await ask("0801"), "");
  });

  it("NewChannelReq: data rates of a channel, by which LinkADRReq goes; and what it may not change", async function () {
    if (isFixed()) this.skip();
    const { index, uplinkHz } = lastChannel();
    const channel = (number: number, hz: number, rates: string) =>
      `07${octet(number)}${frequency(hz)}${rates}`;
    assert.equal(await ask(channel(index, uplinkHz, "30")), "03");
    assert.equal(await ask(linkAdr(fast, 1 << index)), "05");
    assert.equal(await ask(channel(index, uplinkHz, "50")), "03");
    assert.equal(await ask(linkAdr(fast, 1 << index)), "07");
    assert.ok(Math.abs((await nextUplink()).frequencyHz - uplinkHz) < 100);
    assert.equal(await ask(channel(index, uplinkHz, "05")), "01");
    assert.equal(await ask(channel(index, NO_FREQUENCY_HZ, "50")), "02");
    assert.equal(await ask(channel(0, uplinkHz, "50")), "00");
  });

  it("DlChannelReq: RX1 of a channel elsewhere, and what is no channel and no frequency", async function () {
    if (isFixed()) this.skip();
    const { index, uplinkHz } = lastChannel();
    const elsewhereHz = rig.plan.channels[1].rx1Hz;
    assert.equal(await ask(`0a${octet(index)}${frequency(elsewhereHz)}`), "03");
    await nextUplink();
    const { frequencyHz } = await nextDownlink();
    assert.equal(frequencyHz, elsewhereHz);
    assert.equal(await ask(`0a${octet(index)}${frequency(uplinkHz)}`), "03");
    assert.equal(await ask(`0a${octet(NO_CHANNEL)}${frequency(uplinkHz)}`), "01");
    assert.equal(await ask(`0a${octet(index)}${frequency(NO_FREQUENCY_HZ)}`), "02");
  });

  it("TXParamSetupReq, where the region has it", async function () {
    if (!TX_PARAM_SETUP.test(rig.plan.region)) this.skip();
    assert.equal(await ask("0905"), "");
    assert.equal(await ask("0930"), "");
    assert.equal((await nextDownlink()).afterS, 1);
  });

  it("ADRParamSetupReq (1.1): the device asks for an answer earlier", async function () {
    if (device.lorawan === "1.0.4") this.skip();
    assert.equal(await ask("0c14"), "");
    const asked = () => device.sent.slice(before).some(({ payload }) => (payload[5] & ADR_ACK_REQ) !== 0);
    const before = device.sent.length;
    await rig.until("ADRACKReq", asked, { within: "3 h" });
    assert.ok(device.sent.length - before <= 5);
    assert.equal(await ask("0c65"), "");
  });

  it("RejoinParamSetupReq and ForceRejoinReq (1.1): the device rejoins", async function () {
    if (device.lorawan === "1.0.4") this.skip();
    assert.equal(await ask("0fff"), "01");
    assert.equal(await ask(`0e${octet(fast)}00`), "");
    await device.prints(/^joined /, { within: "3 h" });
    assert.equal((await device.uplink({ within: "3 h" })).fCnt, 0);
  });
});

describe("mac-sweep, commands of class B", () => {
  let rig: Rig;
  let device: FixtureDevice;
  before(async function () {
    rig = await openRig({ config: { CLASS_B: true, CLASS_B_AFTER_JOIN: false } });
    // The image is refused: the channel of the join decides on the beacon there.
    if (rig.plan.region === "CN470") this.skip();
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
    await device.setDataRate(3, { within: "3 h" });
  });
  after(() => rig?.close());

  const ask = (commands: string) => device.request(commands, { within: "3 h" });

  it("PingSlotChannelReq, and a frequency and a data rate that there are not", async () => {
    const { dataRate } = rig.plan.rx2;
    const hz = frequency(rig.plan.channels[1].rx1Hz);
    assert.equal(await ask(`11${hz}${octet(dataRate)}`), "03");
    assert.equal(await ask(`11${frequency(NO_FREQUENCY_HZ)}${octet(dataRate)}`), "02");
    assert.equal(await ask(`11${hz}0f`), "01");
  });

  it("BeaconFreqReq, and a frequency that there is not", async () => {
    assert.equal(await ask(`13${frequency(rig.plan.channels[1].rx1Hz)}`), "01");
    assert.equal(await ask(`13${frequency(NO_FREQUENCY_HZ)}`), "00");
  });
});
