/**
 * A data block in fragments (TS004) over an air that loses some of them, rebuilt and checked by the device.
 * @language C
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { packageRoot } from "../../toolchain/package-root.ts";
import { BlockSender, type FixtureDevice, openRig, type Rig } from "../rig/index.ts";

const FRAGMENTATION_PORT = 201;
const FRAGMENT_OCTETS = 32;
const BLOCK = Buffer.from(Array.from({ length: 8 * FRAGMENT_OCTETS - 5 }, (_, i) => (i * 89 + 7) & 0xff));
const DESCRIPTOR = 0x04030201;
/** Control of a set-up that wants DataBlockReceivedReq. */
const ACK_RECEPTION = 0x40;
/** Fragments on whose way something happens, the uncoded ones from 1 to 8. */
const LOST = [2, 5, 10];
const CODED_AT_MOST = 24;

describe("fragments", () => {
  const sender = new BlockSender(BLOCK, FRAGMENT_OCTETS, 2);
  let rig: Rig;
  let device: FixtureDevice;
  before(async () => {
    rig = await openRig({
      // Prints a block that is whole.
      c: [join(packageRoot, "hil/scenarios/c/block-printer.c")],
      config: { FRAGMENTATION: true, MAX_BLOCK: 640, MAX_FRAGMENTS: 32, PRINT_DOWNLINKS: false },
    });
    device = await rig.device();
    device.powerOn();
    await device.joined({ within: "2 min" });
    await device.uplink({ within: "1 h" });
    await device.setDataRate(3, { within: "3 h" });
  });
  after(() => rig?.close());

  const blocks = () => device.consoleLines.filter((line) => line.startsWith("block "));
  /** Sends commands behind the next uplink. */
  async function send(commands: string): Promise<void> {
    await device.uplink({ within: "1 h" });
    device.send(FRAGMENTATION_PORT, Buffer.from(commands, "hex"));
  }
  async function answer(): Promise<string> {
    const { payload } = await device.uplink({ fPort: FRAGMENTATION_PORT, within: "1 h" });
    return Buffer.from(payload).toString("hex");
  }
  /** Sends a fragment, and waits until it has been on the air. */
  async function sendFragment(number: number): Promise<void> {
    const sent = rig.transmissions.length;
    const lost = LOST.includes(number) ? rig.air.drop({ direction: "down", kind: "data" }) : undefined;
    await send(sender.fragment(number));
    const isOver = () => rig.transmissions.slice(sent).some(({ from }) => from === rig.gateway.eui);
    await rig.until(`fragment ${number}`, isOver, { within: "1 h" });
    lost?.end();
    await rig.pass("2 s");
  }

  it("the device takes the session that is announced", async () => {
    const { nwkKey, appKey } = device.identity;
    const rootKey = device.lorawan === "1.1" ? appKey : nwkKey;
    await send(sender.setUp({ control: ACK_RECEPTION, descriptor: DESCRIPTOR, rootKey }));
    assert.equal(await answer(), "0200");
  });

  it("it counts what is missing", async () => {
    for (let number = 1; number <= sender.count; number++) await sendFragment(number);
    const missing = LOST.filter((number) => number <= sender.count).length;
    const received = (sender.count - missing).toString(16).padStart(2, "0");
    await send("0101");
    assert.equal(await answer(), `0100${received}000${missing}`);
    assert.deepEqual(blocks(), []);
  });

  it("it rebuilds the block from coded fragments, and its MIC is right", async () => {
    for (let number = sender.count + 1; blocks().length === 0; number++) {
      assert.ok(number <= sender.count + CODED_AT_MOST, "too many coded fragments");
      await sendFragment(number);
    }
    assert.deepEqual(blocks(), [`block 04030201 ${BLOCK.toString("hex").toUpperCase()}`]);
    const received = () =>
      device.uplinks.some(
        ({ fPort, payload }) =>
          fPort === FRAGMENTATION_PORT && Buffer.from(payload).toString("hex") === "0400",
      );
    await rig.until("DataBlockReceivedReq", received, { within: "1 h" });
  });
});
